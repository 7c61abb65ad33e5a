"""A reader that takes nothing costs little, and nobody else anything; many readers of one reply share the work."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chat.events import Content, Done
from chat.log import Batch, Bell, GenerationLog
from handlers.plain import PlainFrames
from handlers.sse import event_frames
from handlers.stream import Stream
from handlers.talk_plain import piece_frames
from handlers.wire import Follower, Frames, Wire, shared

from .hearth import Hearth, RawStream, eventually, running

MIB = 1024 * 1024
FAR = 3600.0  # seconds
SNOWMAN = "☃".encode()


class Line:
    """A connection, both ends of it: what is written into it, and who may read it or not."""

    def __init__(self) -> None:
        ours, self.theirs = socket.socketpair()
        self.theirs.setblocking(False)
        self.written = 0
        self.stream = Stream(ours, lambda _: None, lambda _: None)
        self.bell = Bell(FAR)
        self.wire = Wire(self, self.bell)

    def push(self, data: bytes) -> asyncio.Future[None] | None:
        self.written += len(data)
        return self.stream.push(data)

    async def read(self, size: int) -> bytes:
        """So many bytes, or all until the end."""
        loop, data = asyncio.get_running_loop(), b""
        async with asyncio.timeout(20):
            while len(data) < size and (piece := await loop.sock_recv(self.theirs, 1 << 16)):
                data += piece
        return data

    def close(self) -> None:
        self.bell.close()
        self.stream.close()
        self.theirs.close()


@pytest.fixture
def lines() -> Iterator[list[Line]]:
    """As many as a test wants, made within its loop."""
    made: list[Line] = []
    yield made
    for line in made:
        line.close()


def follow(line: Line, log: GenerationLog, frames: Frames, stack: ExitStack, join: bool = True) -> Follower:
    follower = Follower(log, 0, frames, line.wire, lambda _: None, join)
    stack.enter_context(log.wakes(follower))
    follower.ring()
    return follower


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize(
    "frames", [event_frames, piece_frames, PlainFrames("0" * 24, "")], ids=["events", "socket", "chat"]
)
async def test_a_reader_that_never_reads_is_bounded_and_loses_nothing(frames: Frames, lines: list[Line]) -> None:
    log = GenerationLog(lambda _: None)
    lines += [Line(), Line()]
    idle, eager = lines
    with ExitStack() as stack:
        follow(idle, log, frames, stack, join=frames is event_frames)
        heard: list[int] = []

        def hear(batch: Batch) -> bytes:
            heard.append(len(batch))
            return b""

        follow(eager, log, hear, stack)
        for n in range(100_000):
            log.append([Content("☃")])
            if n % 5000 == 0:
                await asyncio.sleep(0)
        log.append([Done("stop", {})])
        assert len(heard) == 100_001, "the others hear each piece at once"
        buffered = len(idle.stream._write_buffer)
        assert 0 < buffered < MIB
        assert idle.written < 2 * MIB, "the rest was not even made"
        came = b""
        while not idle.wire.gone and came.count(SNOWMAN) < 100_000:
            came += await idle.read(1)
            assert len(idle.stream._write_buffer) < MIB, "also once it reads a little"
        assert came.count(SNOWMAN) == 100_000


@pytest.mark.gen_test
async def test_several_replies_on_one_full_line_take_turns(lines: list[Line]) -> None:
    line = Line()
    lines.append(line)
    logs = [GenerationLog(lambda _: None) for _ in range(3)]
    with ExitStack() as stack:
        for letter, log in zip("abc", logs, strict=True):
            for _ in range(20):
                log.append([Content(letter * 60_000)])
        for log in logs:
            follow(line, log, piece_frames, stack)
        data = b""
        while any(data.count(letter) < 20 * 60_000 for letter in (b"a", b"b", b"c")):
            data += await line.read(1)
        last = [data.rindex(letter) for letter in (b"a", b"b", b"c")]
        assert min(last) > len(data) / 2, "none had to wait until another was through"


@pytest.mark.gen_test
async def test_for_a_hundred_readers_the_bytes_are_made_once(lines: list[Line]) -> None:
    log = GenerationLog(lambda _: None)
    made: list[bytes] = []

    def frames(batch: Batch) -> bytes:
        made.append(event_frames(batch))
        return made[-1]

    with ExitStack() as stack:
        for _ in range(100):
            lines.append(Line())
            follow(lines[-1], log, shared(frames), stack)
        for n in range(20):
            log.append([Content(f"word{n} ")])
        log.append([Done("stop", {})])
        assert len(made) == 21
        for line in lines:
            assert await line.read(len(b"".join(made))) == b"".join(made)


@pytest.mark.gen_test
async def test_a_reader_that_fails_hurts_neither_the_reply_nor_the_others(
    lines: list[Line], caplog: pytest.LogCaptureFixture
) -> None:
    log = GenerationLog(lambda _: None)
    lines += [Line(), Line()]

    def broken(batch: Batch) -> bytes:
        raise ZeroDivisionError

    with ExitStack() as stack:
        follow(lines[0], log, broken, stack)
        follow(lines[1], log, piece_frames, stack)
        log.append([Content("one")])
        log.append([Content("two")])
        assert await lines[1].read(10) == b"\x81\x03one\x81\x03two"
    assert "could not be told" in caplog.text


@pytest.mark.gen_test
async def test_a_reader_that_went_is_noticed_by_the_next_word(lines: list[Line]) -> None:
    log = GenerationLog(lambda _: None)
    line = Line()
    lines.append(line)
    with ExitStack() as stack:
        follow(line, log, piece_frames, stack)
        line.theirs.close()
        log.append([Content("one")])
        log.append([Content("two")])
        await asyncio.wait_for(line.bell.wait(), 5)
        assert line.wire.gone and line.stream.closed()


@pytest.mark.gen_test
async def test_what_tornado_still_has_to_write_comes_first(lines: list[Line]) -> None:
    line = Line()
    lines.append(line)
    first = b"a" * 4 * MIB
    waiting = [line.stream.write(first), line.push(b"b" * 10)]
    data = await line.read(len(first) + 10)
    assert data == first + b"b" * 10
    for one in waiting:
        assert one is not None
        await one
    assert line.push(b"c") is None, "and then it is written at once again"
    assert await line.read(1) == b"c"


@pytest.mark.gen_test
async def test_a_client_of_http_1_0_gets_the_bare_stream() -> None:
    async with running() as hearth:
        for path in ("/chat?model=quick&question=hi", await _events(hearth)):
            reader, writer = await hearth.connect()
            writer.write(f"GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
            head, _, body = (await asyncio.wait_for(reader.read(), 10)).partition(b"\r\n\r\n")
            assert b"chunked" not in head
            assert body.endswith(b"\n\n") and b"\r" not in body and b"world" in body


async def _events(hearth: Hearth) -> str:
    reply = await hearth.ask(await hearth.conversation(model="quick"), "hi")
    await hearth.events(reply["generation"])
    return f"/api/generations/{reply['generation']}/events"


@pytest.mark.gen_test(timeout=30)
async def test_a_hundred_readers_of_one_reply_hear_it_word_by_word_and_the_connection_can_be_used_again() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.005
        reply = await hearth.ask(await hearth.conversation(model="slow"), "hi")
        path = f"/api/generations/{reply['generation']}/events"
        streams: list[RawStream] = [await hearth.stream(path) for _ in range(100)]
        for stream in streams:
            await stream.until(b"\r\n0\r\n\r\n")
            assert stream.seen.count(b"word") == 200
        streams[0].seen = b""
        streams[0].writer.write(b"GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert b"200 OK" in await streams[0].until(b"}")
        await eventually(lambda: "0 readers" in repr(hearth.house.generations.known(reply["generation"]).log))  # type: ignore[union-attr]
