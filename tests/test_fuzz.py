"""Ten thousand malformed requests and as many malformed frames: refused, and the house goes on as if nothing was."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator

import pytest

from . import fuzzing
from .hearth import Hearth, running
from .wire import CLOSE, PING, PONG, RawSocket, raw_socket

pytestmark = pytest.mark.usefixtures("clean_log")

MANY = 10_000
AT_ONCE = 80


async def at_once(one: Callable[[Iterator[bytes]], Awaitable[None]], things: Iterator[bytes]) -> None:
    """Many, each of which takes the next thing when it is through with one."""
    await asyncio.gather(*(one(things) for _ in range(AT_ONCE)))


async def is_well(hearth: Hearth) -> bool:
    answer = await hearth.get("/api/status")
    reply = await hearth.ask(await hearth.conversation(model="quick"), "hi")
    return answer.code == 200 and (await hearth.events(reply["generation"]))[-1]["type"] == "done"


@pytest.mark.gen_test(timeout=120)
async def test_malformed_requests_are_refused_or_answered_and_nothing_breaks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.server.SLOW", 0.3)  # of many the end never comes
    chance = random.Random(20)
    statuses: Counter[int] = Counter()
    async with running() as hearth:

        async def send(requests: Iterator[bytes]) -> None:
            for data in requests:
                reader, writer = await asyncio.open_connection("127.0.0.1", hearth.port)
                writer.write(data)
                answer = await first(reader)
                writer.transport.abort()
                assert not answer or answer.startswith(b"HTTP/1."), (data, answer)
                statuses[int(answer[9:12] or b"0")] += 1

        await at_once(send, (fuzzing.request(chance) for _ in range(MANY)))
        assert statuses.total() == MANY and statuses[400] > MANY / 5
        assert max(statuses) < 500, statuses
        assert await is_well(hearth)


@pytest.mark.gen_test(timeout=120)
@pytest.mark.parametrize("subprotocol", [None, "hearth.v1"])
async def test_malformed_frames_close_their_socket_or_are_answered_and_nothing_breaks(subprotocol: str | None) -> None:
    chance = random.Random(30)
    async with running("--model=quick") as hearth:

        async def send(frames: Iterator[bytes]) -> None:
            socket: RawSocket | None = None
            for data in frames:
                socket = socket or await raw_socket(hearth, subprotocol)
                socket.writer.write(data)
                if not await is_open(socket):
                    socket.cut()
                    socket = None

        await at_once(send, (fuzzing.frame(chance) for _ in range(MANY // 2)))
        assert await is_well(hearth)


async def first(reader: asyncio.StreamReader) -> bytes:
    """The beginning of the answer; nothing where the line is cut without one."""
    try:
        return await asyncio.wait_for(reader.read(200), 20)
    except OSError:
        return b""


async def is_open(socket: RawSocket) -> bool:
    """Not where it was closed, or waits for the rest of a frame that never comes."""
    socket.send(PING, b"there?")
    try:
        async with asyncio.timeout(0.5):
            return (await socket.of(PONG, CLOSE))[0] == PONG
    except OSError:  # among them that nothing came in time
        return False
