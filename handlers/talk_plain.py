"""`/ws` without a subprotocol: a text frame is a question, and what comes back are the pieces of the reply."""

from __future__ import annotations

import asyncio
from contextlib import closing

from tornado.websocket import WebSocketClosedError, WebSocketHandler

from chat.errors import ChatError
from chat.events import Content, Error, Event
from chat.generation import Generation
from chat.log import Bell
from chat.questions import Questions
from chat.requests import MAX_QUESTION
from ollama.errors import OllamaError

from .answers import problem_of
from .sse import HEARTBEAT

WAITING = 32  # questions on one socket that wait for their turn
BINARY_REFUSED = 1003
TOO_FAST = 1008


class PlainTalk:
    def __init__(self, socket: WebSocketHandler, questions: Questions) -> None:
        self._socket = socket
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
            generation = await self._questions.ask(question, None)
        except (ChatError, OllamaError) as error:
            problem = problem_of(error)
            await self._say_error(problem.message if problem else str(error))
            return
        try:
            with closing(Bell(HEARTBEAT)) as bell, generation.audience.seat("websocket"), generation.log.wakes(bell):
                await self._relay(generation, bell)
        finally:
            generation.stop()  # nobody can come back to it; after its end this does nothing

    async def _relay(self, generation: Generation, bell: Bell) -> None:
        after = 0
        while not generation.log.over or after < generation.log.last:
            batch = generation.log.read(after, join=False)
            for number, event in batch:
                after = number
                await self._say(event)
            if batch:
                bell.sent()
                continue
            if bell.silent:
                self._socket.ping()
                bell.sent()
            await bell.wait()

    async def _say(self, event: Event) -> None:
        match event:
            case Content():
                await self._socket.write_message(event.text)
            case Error():
                await self._say_error(event.message)

    async def _say_error(self, words: str) -> None:
        await self._socket.write_message(f"[error] {words}")
