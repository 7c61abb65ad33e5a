"""`/ws` without a subprotocol: a text frame is a question, and what comes back are the pieces of the reply."""

from __future__ import annotations

import asyncio
from contextlib import closing

from tornado.websocket import WebSocketClosedError

from chat.errors import ChatError
from chat.events import Content, Error, Event
from chat.generation import Generation
from chat.log import Batch, Bell
from chat.questions import Questions
from chat.requests import MAX_QUESTION
from ollama.errors import OllamaError

from .answers import problem_of
from .frames import PING, text_frame
from .sse import HEARTBEAT
from .wire import Follower, Socket, Wire

WAITING = 32  # questions on one socket that wait for their turn
BINARY_REFUSED = 1003
TOO_FAST = 1008


class PlainTalk:
    def __init__(self, socket: Socket, person: str, questions: Questions) -> None:
        self._socket = socket
        self._person = person
        self._questions = questions
        self._asked: asyncio.Queue[str] = asyncio.Queue(WAITING)

    async def hear(self, frame: str | bytes) -> None:
        if isinstance(frame, bytes):
            self._socket.close(BINARY_REFUSED, "questions are text")
        elif self._asked.full():
            self._socket.close(TOO_FAST, f"more than {WAITING} questions are waiting")
        else:
            self._asked.put_nowait(frame[: MAX_QUESTION + 1])  # of a longer one, just enough to say that it is

    async def run(self) -> None:
        try:
            while True:
                await self._answer(await self._asked.get())
        except WebSocketClosedError:
            pass  # the reader went

    async def _answer(self, question: str) -> None:
        try:
            generation = await self._questions.ask(self._person, question, None)
        except (ChatError, OllamaError) as error:
            problem = problem_of(error)
            await self._say_error(problem.message if problem else str(error))
            return
        try:
            with closing(Bell(HEARTBEAT)) as bell, generation.audience.seat("websocket"):
                await self._relay(generation, bell)
        finally:
            generation.stop()  # nobody can come back to it; after its end this does nothing

    async def _relay(self, generation: Generation, bell: Bell) -> None:
        wire = Wire(self._socket, bell)
        follower = Follower(generation.log, 0, piece_frames, wire, lambda _: bell.ring(), join=False)
        with closing(follower), generation.log.wakes(follower):
            follower.ring()
            while not (follower.over or wire.gone):
                await bell.wait()
                if bell.silent and not wire.is_full:
                    wire.put(PING)
            await wire.flushed()
        if wire.gone:  # nobody waits for the answers to what else was asked
            raise WebSocketClosedError

    async def _say_error(self, words: str) -> None:
        await self._socket.write_message(_in_words(words))


def piece_frames(batch: Batch) -> bytes:
    return b"".join([text_frame(text.encode()) for _, event in batch if (text := _text(event))])


def _text(event: Event) -> str:
    match event:
        case Content():
            return event.text
        case Error():
            return _in_words(event.message)
    return ""


def _in_words(problem: str) -> str:
    return f"[error] {problem}"
