"""What is said over a socket comes in its order, and nothing is left behind by a reader who went."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from typing import Any, cast

import pytest
from tornado.iostream import StreamClosedError

from chat.changes import Changes
from chat.events import Content, Done
from chat.generation import Generation
from chat.log import GenerationLog
from chat.shelf import Shelf
from handlers.news import News
from handlers.talk_events import EventTalk
from handlers.talk_plain import PlainTalk
from people.caller import Caller
from store import HOUSE

from .hearth import eventually, running
from .test_slow_readers import MIB, Line

ID = "0" * 24


class Known:
    """One generation; `meanwhile` is what happens until it is found."""

    def __init__(self, generation: Generation) -> None:
        self.generation = generation
        self.meanwhile: asyncio.Task[None] | None = None

    async def get(self, person: str, _: str) -> Generation:
        assert person == HOUSE
        if self.meanwhile is not None:
            self.meanwhile.cancel()
            await asyncio.wait([self.meanwhile])
        return self.generation


def generation() -> Generation:
    return Generation(HOUSE, ID, None, None, GenerationLog(lambda _: None))


def talk_of(line: Line, known: Known) -> EventTalk:
    news = News(cast(Any, None), Changes(), Shelf(), cast(Any, []))
    return EventTalk(line, Caller(HOUSE, None, "owner"), cast(Any, None), cast(Any, known), news)


@pytest.mark.gen_test(timeout=30)
async def test_an_answer_never_comes_behind_the_events_that_follow_it() -> None:
    with closing(Line()) as line:
        known = Known(generation())
        known.generation.log.append([Content("word")])
        talk = talk_of(line, known)
        for answer in ({"first": "-" * 4 * MIB}, {"second": "-" * 4 * MIB}, {"type": "asked"}):
            talk._say(answer)
        await talk.hear(f'{{"type": "follow", "generation": "{ID}"}}')
        data = b""
        while not (b'"word"' in data and b'"asked"' in data):
            data += await line.read(1)
        assert data.index(b'"asked"') < data.index(b'"word"')
        talk._close()


@pytest.mark.gen_test
async def test_who_goes_while_a_generation_is_looked_for_does_not_count_as_its_reader() -> None:
    with closing(Line()) as line:
        known = Known(generation())
        talk = talk_of(line, known)
        known.meanwhile = asyncio.ensure_future(talk.run())
        await asyncio.sleep(0)
        await talk.hear(f'{{"type": "follow", "generation": "{ID}"}}')
        assert known.generation.audience.readers.total() == 0


class Closed:
    """A socket that was closed from here."""

    def push(self, _: bytes) -> None:
        raise StreamClosedError

    async def write_message(self, _: str | bytes) -> None:
        raise AssertionError

    def close(self, code: int, reason: str) -> None: ...


class Asked:
    def __init__(self) -> None:
        self.questions: list[str] = []

    async def ask(self, person: str, question: str, _: str | None) -> Generation:
        assert person == HOUSE
        self.questions.append(question)
        answered = generation()
        answered.log.append([Content("word"), Done("stop", {})])
        return answered


@pytest.mark.gen_test
async def test_what_else_was_asked_is_not_asked_any_more_once_the_socket_is_closed() -> None:
    asked = Asked()
    talk = PlainTalk(Closed(), HOUSE, cast(Any, asked))
    for question in ("one", "two"):
        await talk.hear(question)
    await asyncio.wait_for(talk.run(), 5)
    assert asked.questions == ["one"]


@pytest.mark.gen_test
async def test_a_token_of_an_event_stream_does_not_wait_for_the_one_before_to_be_confirmed() -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="slow"), "hi")
        await eventually(lambda: not list(hearth.server._open))
        stream = await hearth.stream(f"/api/generations/{reply['generation']}/events")
        await stream.until(b"word")
        [connection] = hearth.server._open
        assert connection.socket.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
