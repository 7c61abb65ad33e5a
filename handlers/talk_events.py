"""`/ws` with the subprotocol ``hearth.v1``: asks, follows and stops, any number of generations on one socket."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import msgspec
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from chat.changes import Changes
from chat.conversations import Conversations
from chat.errors import ChatError, NotFound
from chat.events import Done, Error
from chat.generation import Generation
from chat.generations import Generations
from chat.log import Bell, Numbered
from chat.requests import Question
from store import StoreError

from .answers import Problem, Refusal, problem_of, read
from .api import conversation_view
from .sse import HEARTBEAT

ECHOED = 200  # characters of an id that is told back
UNSENT = 64  # answers that wait to be sent before no more is heard

PRESETS = '{"type":"presets"}'


class Ask(Question, tag="ask", forbid_unknown_fields=True, kw_only=True):
    conversation: str


class Follow(msgspec.Struct, tag="follow", forbid_unknown_fields=True):
    generation: str
    after: int = 0


class Unfollow(msgspec.Struct, tag="unfollow", forbid_unknown_fields=True):
    generation: str


class Stop(msgspec.Struct, tag="stop", forbid_unknown_fields=True):
    generation: str


@dataclass
class Following:
    generation: Generation
    after: int
    end: ExitStack


class EventTalk:
    def __init__(
        self, socket: WebSocketHandler, conversations: Conversations, generations: Generations, changes: Changes
    ) -> None:
        self._socket = socket
        self._conversations = conversations
        self._generations = generations
        self._changes = changes
        self._changed: dict[str, None] = {}  # conversations that changed since they were last told, the oldest first
        self._presets_changed = False  # since they were last told
        self._bell = Bell(HEARTBEAT)
        self._following: dict[str, Following] = {}
        self._unsent: list[dict[str, Any]] = []  # no deque, and no Event yet: most sockets only wait
        self._sent: asyncio.Event | None = None
        self._over = False

    # -- hearing

    async def hear(self, frame: str | bytes) -> None:
        try:
            if isinstance(frame, bytes):
                raise Refusal(400, "bad_request", "Frames are text")
            await self._do(read(frame, Ask | Follow | Unfollow | Stop))  # type: ignore[arg-type]
        except (Refusal, ChatError, StoreError) as error:
            problem = problem_of(error)
            assert problem is not None
            self._say(_error(problem, frame))
        while len(self._unsent) > UNSENT and not self._over:
            self._sent = asyncio.Event()
            await self._sent.wait()

    async def _do(self, what: Ask | Follow | Unfollow | Stop) -> None:
        match what:
            case Ask():
                await self._ask(what)
            case Follow():
                await self._follow(what.generation, what.after)
            case Unfollow():
                self._leave(what.generation)
            case Stop():
                (await self._generations.get(what.generation)).stop()

    async def _ask(self, ask: Ask) -> None:
        message, reply = await self._conversations.ask(ask.conversation, ask, besides=self._hear_change)
        self._say({"type": "asked", "request_id": ask.request_id, "message": message, "reply": reply})
        if reply.generation is not None:
            await self._follow(reply.generation, 0)

    async def _follow(self, generation_id: str, after: int) -> None:
        generation = await self._generations.get(generation_id)
        self._leave(generation_id)
        if generation.log.has_nothing_behind(after):
            self._say({"generation": generation_id, "type": "end"})
            return
        end = ExitStack()
        end.enter_context(generation.log.wakes(self._bell))
        end.enter_context(generation.audience.seat())
        self._following[generation_id] = Following(generation, after, end)
        self._bell.ring()

    def _hear_change(self, conversation_id: str, ended: str | None) -> None:
        if ended not in self._following:  # else it hears of it anyway
            self._changed[conversation_id] = None
            self._bell.ring()

    def _hear_of_presets(self) -> None:
        self._presets_changed = True
        self._bell.ring()

    async def _change(self, conversation_id: str) -> str:
        """How it is now, however often it changed meanwhile."""
        self._changed.pop(conversation_id)
        told: dict[str, Any] = {"type": "conversation", "id": conversation_id, "deleted": False, "conversation": None}
        try:
            conversation = await self._conversations.get(conversation_id)
            running = self._conversations.running(conversation_id)
            told["conversation"] = conversation_view(conversation, running)
        except NotFound:
            told["deleted"] = True
        except StoreError:
            pass  # that it changed is told all the same
        return msgspec.json.encode(told).decode()

    def _leave(self, generation_id: str) -> None:
        if following := self._following.pop(generation_id, None):
            following.end.close()

    def _say(self, answer: dict[str, Any]) -> None:
        self._unsent.append(answer)
        self._bell.ring()

    # -- speaking: the only writer of this socket

    async def run(self) -> None:
        with closing(self._bell), self._changes.heard(self._hear_change, self._hear_of_presets):
            try:
                while True:
                    await self._send_all()
                    if self._bell.silent:
                        self._socket.ping()
                        self._bell.sent()
                    await self._bell.wait()
            except WebSocketClosedError:
                pass  # the reader went
            finally:
                self._close()

    async def _send_all(self) -> None:
        """What is new, one batch of each generation in turn, until nothing is."""
        more = True
        while more:
            more = False
            while self._unsent:
                await self._socket.write_message(msgspec.json.encode(self._unsent.pop(0)))
            self._tell_sent()
            while self._changed:
                await self._socket.write_message(await self._change(next(iter(self._changed))))
            if self._presets_changed:
                self._presets_changed = False
                await self._socket.write_message(PRESETS)
            for following in list(self._following.values()):
                more |= await self._send_batch(following)

    async def _send_batch(self, following: Following) -> bool:
        generation = following.generation
        batch = generation.log.read(following.after)
        if not batch and generation.log.over:
            self._leave(generation.id)
            if generation.log.ending is None:  # Hearth goes down, and goes on with it after the restart
                return False
            self._say({"generation": generation.id, "type": "end"})  # it ended before the number asked for
            return True
        for numbered in batch:
            if self._following.get(generation.id) is not following:
                return True  # it was left, or is followed anew from another number, while we wrote
            following.after = numbered.number
            await self._socket.write_message(_message(generation.id, numbered))
            if isinstance(numbered.event, Done | Error):
                self._leave(generation.id)
        return bool(batch)

    def _tell_sent(self) -> None:
        if self._sent is not None:
            self._sent.set()

    def _close(self) -> None:
        self._over = True
        self._tell_sent()
        for generation_id in list(self._following):
            self._leave(generation_id)


def _message(generation_id: str, numbered: Numbered) -> bytes:
    """An event with the two fields in front that tell whose it is; of bytes in UTF-8, sent as text."""
    event = msgspec.json.encode(numbered.event)
    return b'{"generation":"%b","id":%d,%b' % (generation_id.encode(), numbered.number, event[1:])


def _error(problem: Problem, frame: str | bytes) -> dict[str, Any]:
    """The answer names what it answers, as far as the frame can be read."""
    answer = {"type": "error", "code": problem.code, "message": problem.message}
    try:
        heard = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return answer
    if isinstance(heard, dict):
        names = ("request_id", "generation")
        texts = {name: heard[name] for name in names if isinstance(heard.get(name), str)}
        answer |= {name: text for name, text in texts.items() if len(text) <= ECHOED}
    return answer
