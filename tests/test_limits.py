"""What one caller can't take from the others: connections, and time."""

import asyncio
from datetime import timedelta

import pytest
from tornado.gen import with_timeout
from tornado.httputil import HTTPInputError

from .hearth import eventually, running
from .wire import PING, RawAnswer, raw, raw_socket

pytestmark = pytest.mark.usefixtures("clean_log")


@pytest.mark.gen_test
async def test_one_connection_too_many_is_told_so_and_the_others_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.most_connections", lambda: 3)
    async with running() as hearth:
        reading = await hearth.stream("/chat?model=slow&question=hi")
        await reading.until(b"word1 ")
        idle = [await hearth.connect() for _ in range(2)]
        await eventually(lambda: "3 of at most 3" in repr(hearth.server))
        answer = await raw(hearth, b"GET /api/status HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert (answer.status, answer.error()) == (503, "busy")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        await reading.until(b"word9 ")
        idle[0][1].close()
        await eventually(lambda: "2 of" in repr(hearth.server))
        assert (await hearth.get("/api/status")).code == 200


@pytest.mark.gen_test(timeout=20)
async def test_a_rush_of_connections_is_survived(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.most_connections", lambda: 5)
    async with running() as hearth:
        rush = [await hearth.connect() for _ in range(200)]
        answers = await asyncio.gather(*(RawAnswer.read(reader) for reader, _ in rush[5:]))
        assert {answer.status for answer in answers} <= {0, 503} and sum(one.status == 503 for one in answers) >= 50
        for _, writer in rush:
            writer.transport.abort()
        await eventually(lambda: "0 of at most 5" in repr(hearth.server))
        assert (await hearth.get("/api/status")).code == 200


@pytest.mark.gen_test
async def test_who_leaves_gives_the_connection_back_whatever_it_was_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.most_connections", lambda: 4)
    async with running() as hearth:
        for _ in range(3):
            stream = await hearth.stream("/chat?model=mute&question=hi")
            await stream.until(b"retry")
            socket = await raw_socket(hearth, "hearth.v1")
            _, half = await hearth.connect()
            half.write(b"POST /api/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{")
            await half.drain()
            for line in (stream, socket):
                line.cut()
            half.transport.abort()
            await eventually(lambda: "0 of at most 4" in repr(hearth.server))


@pytest.mark.gen_test
async def test_who_closes_one_half_of_the_line_is_gone_and_the_others_stay() -> None:
    async with running() as hearth:
        staying = await hearth.stream("/chat?model=slow&question=hi")
        await staying.until(b"word0 ")
        leaving = await hearth.stream("/chat?model=mute&question=hi")
        await leaving.until(b"retry")
        sockets = [await raw_socket(hearth, subprotocol) for subprotocol in (None, "hearth.v1")]
        await eventually(lambda: "<Server 4 of" in repr(hearth.server))
        for writer in (leaving.writer, *(one.writer for one in sockets)):
            writer.write_eof()
        await eventually(lambda: "<Server 1 of" in repr(hearth.server))
        await staying.until(b"word20 ")


@pytest.mark.gen_test
async def test_who_does_not_finish_a_request_is_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.server.SLOW", 0.2)
    async with running() as hearth:
        for beginning in (
            b"",
            b"GET / HT",
            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ",
            b"POST /api/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{",
        ):
            reader, writer = await hearth.connect()
            writer.write(beginning)
            assert b" 200 " not in await asyncio.wait_for(reader.read(), 10), beginning


@pytest.mark.gen_test
async def test_a_body_that_becomes_unreadable_when_its_time_is_over_is_no_error_of_ours() -> None:
    async with running():
        body: asyncio.Future[None] = asyncio.Future()
        with pytest.raises(TimeoutError):
            await with_timeout(timedelta(0), body)  # as Tornado's HTTP1Connection reads it
        body.set_exception(HTTPInputError("invalid chunk size"))
        await asyncio.sleep(0)


@pytest.mark.gen_test
async def test_who_only_listens_is_not_cut(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.server.SLOW", 0.1)
    monkeypatch.setattr("handlers.sse.HEARTBEAT", 0.05)
    monkeypatch.setattr("handlers.talk_events.HEARTBEAT", 0.05)
    async with running() as hearth:
        stream = await hearth.stream("/chat?model=mute&question=hi")
        socket = await raw_socket(hearth, "hearth.v1")
        for _ in range(10):
            stream.seen = b""
            await stream.until(b":\n\n")
            assert (await socket.of(PING))[0] == PING
