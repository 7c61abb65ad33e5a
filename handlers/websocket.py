"""The socket: one handler, and two ways of talking over it."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import Any, Protocol

from tornado.httputil import HTTPHeaders
from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketHandler, WebSocketProtocol, WebSocketProtocol13

from chat.conversations import Conversations
from chat.generations import Generations
from chat.questions import Questions

from .access import BEYOND
from .answers import Refusal, answer_error, log_unexpected, secure
from .frames import StrictProtocol13
from .news import News
from .talk_events import EventTalk
from .talk_plain import PlainTalk
from .visitors import caller_of

log = logging.getLogger("hearth.socket")

SUBPROTOCOL = "hearth.v1"
INTERNAL_ERROR = 1011


class Talk(Protocol):
    """What is said over one socket. `run` is its only writer."""

    async def run(self) -> None: ...

    async def hear(self, frame: str | bytes) -> None: ...


class Sockets:
    """The open ones, so that they can be closed when Hearth goes, and what is still being said over them."""

    def __init__(self) -> None:
        self._open: set[SocketHandler] = set()
        self._talks: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<Sockets {len(self._open)} open>"

    @property
    def count(self) -> int:
        return len(self._open)

    def add(self, socket: SocketHandler, talk: Talk) -> asyncio.Task[None]:
        self._open.add(socket)
        task = asyncio.get_running_loop().create_task(talk.run())
        self._talks.add(task)
        task.add_done_callback(partial(self._ended, socket))
        return task

    def _ended(self, socket: SocketHandler, talk: asyncio.Task[None]) -> None:
        self._talks.discard(talk)
        if not talk.cancelled() and (error := talk.exception()) is not None:
            log.error("a socket's talk failed", exc_info=error)
            socket.close(INTERNAL_ERROR, "Hearth failed")

    def discard(self, socket: SocketHandler) -> None:
        self._open.discard(socket)

    async def close(self) -> None:
        for socket in list(self._open):
            socket.close(1001, "Hearth is stopping")
        for task in self._talks:
            task.cancel()
        if self._talks:
            await asyncio.wait(self._talks)


class SocketHandler(WebSocketHandler):
    # Beside Tornado's attributes these would double the size of the dict.
    __slots__ = ("_conversations", "_generations", "_news", "_questions", "_running", "_sockets", "_talk")

    _talk: Talk
    _running: asyncio.Task[None]

    def initialize(
        self,
        conversations: Conversations,
        questions: Questions,
        generations: Generations,
        sockets: Sockets,
        news: News,
    ) -> None:
        self._conversations = conversations
        self._questions = questions
        self._generations = generations
        self._sockets = sockets
        self._news = news

    def set_default_headers(self) -> None:
        secure(self)

    async def get(self, *args: Any, **kwargs: Any) -> None:
        headers = self.request.headers
        if headers.get("Upgrade", "").lower() != "websocket" or headers.get("Sec-WebSocket-Version") != "13":
            raise Refusal(426, "upgrade_required", "This address takes WebSocket connections only, of version 13")
        if "upgrade" not in headers.get("Connection", "").lower() or not headers.get("Sec-WebSocket-Key"):
            raise Refusal(400, "bad_request", "This is no whole WebSocket handshake; does a proxy drop its headers?")
        if SUBPROTOCOL in headers.get("Sec-WebSocket-Protocol", "") and not caller_of(self.request).may("read"):
            raise Refusal(*BEYOND)  # it hears of all conversations
        await super().get(*args, **kwargs)

    def push(self, frames: bytes) -> asyncio.Future[None] | None:
        if not isinstance(self.ws_connection, StrictProtocol13):  # it has been closed
            raise StreamClosedError
        return self.ws_connection.push(frames)

    def check_origin(self, origin: str) -> bool:
        return True  # the gate has judged it, by stricter rules

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return SUBPROTOCOL if SUBPROTOCOL in subprotocols else None

    def get_websocket_protocol(self) -> WebSocketProtocol | None:
        stock = super().get_websocket_protocol()
        if not isinstance(stock, WebSocketProtocol13):
            return stock
        return StrictProtocol13(self, stock.mask_outgoing, stock.params)

    def open(self, *args: str, **kwargs: str) -> None:
        caller = caller_of(self.request)
        self._forget_request()
        self.set_nodelay(True)
        if self.selected_subprotocol == SUBPROTOCOL:
            self._talk = EventTalk(self, caller, self._conversations.of(caller.person), self._generations, self._news)
        else:
            self._talk = PlainTalk(self, caller.person, self._questions)
        self._running = self._sockets.add(self, self._talk)

    def _forget_request(self) -> None:
        """Nobody reads it any more, and of ten thousand sockets that wait it is a fifth of the memory."""
        self.request.headers = self._headers = HTTPHeaders()
        self.request.connection = None  # which was left to the socket

    async def on_message(self, message: str | bytes) -> None:
        await self._talk.hear(message)

    def on_close(self) -> None:
        self._sockets.discard(self)
        self._running.cancel()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        self.set_header("Upgrade", "websocket")
        self.set_header("Sec-WebSocket-Version", "13")
        answer_error(self, **kwargs)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        log_unexpected(self, value)
