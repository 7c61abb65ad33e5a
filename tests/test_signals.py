"""SIGTERM and SIGINT: what is being written is given time, kept, and told of its end; then the process is gone."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPError
from tornado.websocket import WebSocketClientConnection, websocket_connect

from .fake_ollama import FakeOllama
from .hearth import eventually, frames
from .process import Command, command


@asynccontextmanager
async def both(home: Path, *options: str) -> AsyncIterator[tuple[Command, FakeOllama]]:
    fake = await FakeOllama().start()
    try:
        async with command(*options, home=home, OLLAMA_HOST=fake.url) as hearth:
            yield hearth, fake
    finally:
        await fake.stop()


async def post(hearth: Command, path: str, body: Any) -> Any:
    answer = await AsyncHTTPClient().fetch(hearth.url + path, method="POST", body=json.dumps(body), raise_error=False)
    return answer.code, json.loads(answer.body)


async def ask(hearth: Command, model: str) -> str:
    """The generation's id."""
    _, conversation = await post(hearth, "/api/conversations", {"model": model})
    _, both = await post(hearth, f"/api/conversations/{conversation['id']}/messages", {"content": "hi"})
    return str(both["reply"]["generation"])


async def events(hearth: Command, generation: str) -> list[dict[str, Any]]:
    body = await hearth.get(f"/api/generations/{generation}/events")  # raises where the stream is cut
    return [json.loads(one.data) for one in frames(body.decode()) if one.data]


async def socket(hearth: Command) -> WebSocketClientConnection:
    return await websocket_connect(f"ws://127.0.0.1:{hearth.port}/ws", subprotocols=["hearth.v1"])


async def is_closing(hearth: Command) -> bool:
    """Or gone already."""
    try:
        code, _ = await post(hearth, "/api/messages/nothing/replies", {})
    except (OSError, HTTPError):
        return True
    return bool(code == 503)


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_reply_that_takes_too_long_is_left_off_and_the_next_start_goes_on_with_it(
    tmp_path: Path, number: signal.Signals
) -> None:
    async with both(tmp_path, "--grace=0.5") as (hearth, fake):
        generation = await ask(hearth, "slow")
        reading = asyncio.ensure_future(events(hearth, generation))
        plain = asyncio.ensure_future(hearth.get("/chat?model=slow&question=hi"))
        line = await socket(hearth)
        await line.write_message(json.dumps({"type": "follow", "generation": generation}))
        told = [json.loads(str(await line.read_message()))]
        while "word3 " not in str(told[-1]):
            told.append(json.loads(str(await line.read_message())))
        hearth.process.send_signal(number)
        await eventually(lambda: is_closing(hearth))  # no new question is taken meanwhile
        heard = await reading  # raises where the stream is cut
        place = frames((await plain).decode())[-1]
        assert {one["type"] for one in heard} == {"status", "content"} and place.type == "message"
        told += [json.loads(str(frame)) async for frame in messages(line)]
        line.close()
        assert text(told) == text(heard) and line.close_code == 1001
        ended = await hearth.ended()
        assert (ended.status, ended.out, ended.err) == (0, "", "")
        await eventually(lambda: not fake.at_work)

        async with command("--grace=0.5", home=tmp_path, OLLAMA_HOST=fake.url) as again:
            url, headers = f"{again.url}/chat?question=hi", {"Last-Event-ID": place.id}
            rest = (await AsyncHTTPClient().fetch(url, headers=headers)).body.decode()
            assert [one.type for one in frames(rest) if one.data] == ["error"]
            fake.pace = 0
            after = await events(again, generation)
            assert text(after).startswith(text(heard)) and after[-1]["reason"] == "stop"
            assert len(fake.chats) == 3 and fake.chats[-1].body["messages"][-1]["content"] == text(heard)


def text(events: list[dict[str, Any]]) -> str:
    return "".join(one["text"] for one in events if one["type"] == "content")


async def messages(line: WebSocketClientConnection) -> AsyncIterator[str | bytes]:
    while (frame := await line.read_message()) is not None:
        yield frame


@pytest.mark.gen_test(timeout=30)
async def test_a_reply_that_is_nearly_done_is_finished(tmp_path: Path) -> None:
    async with both(tmp_path, "--grace=20") as (hearth, fake):
        fake.pace = 0.005
        generation = await ask(hearth, "slow")
        reading = asyncio.ensure_future(events(hearth, generation))
        await eventually(lambda: fake.at_work)
        hearth.process.terminate()
        heard = await reading
        assert heard[-1]["reason"] == "stop" and heard[-2]["text"].endswith("word199 ")
        ended = await hearth.ended(8)
        assert (ended.status, ended.err) == (0, "")


@pytest.mark.gen_test(timeout=30)
async def test_a_second_signal_ends_at_once(tmp_path: Path) -> None:
    async with both(tmp_path, "--grace=60") as (hearth, fake):
        await ask(hearth, "mute")
        await eventually(lambda: fake.at_work)
        hearth.process.terminate()
        await eventually(lambda: is_closing(hearth))
        hearth.process.terminate()
        assert "Traceback" not in (await hearth.ended(5)).err
        await eventually(lambda: not fake.at_work)


@pytest.mark.gen_test(timeout=30)
async def test_without_work_it_goes_at_once_whoever_is_still_connected(tmp_path: Path) -> None:
    async with both(tmp_path, "--grace=60", "--titles=false") as (hearth, _):
        generation = await ask(hearth, "quick")
        await events(hearth, generation)
        line = await socket(hearth)
        _, silent = await asyncio.open_connection("127.0.0.1", hearth.port)
        _, half = await asyncio.open_connection("127.0.0.1", hearth.port)
        half.write(b"POST /api/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 50\r\n\r\n{")
        await half.drain()
        await hearth.get("/api/status")
        hearth.process.terminate()
        ended = await hearth.ended(5)
        assert (ended.status, ended.err) == (0, "")
        assert [frame async for frame in messages(line)] == [] and line.close_code == 1001
        line.close()
        for writer in (silent, half):
            writer.transport.abort()


@pytest.mark.gen_test(timeout=30)
async def test_a_reader_who_takes_nothing_does_not_hold_it(tmp_path: Path) -> None:
    async with both(tmp_path) as (hearth, _):
        generation = await ask(hearth, "long")  # more than fits between the two
        _, deaf = await asyncio.open_connection("127.0.0.1", hearth.port, limit=1024)
        deaf.write(f"GET /api/generations/{generation}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        await deaf.drain()
        await eventually(lambda: is_done(hearth, generation))
        hearth.process.terminate()
        ended = await hearth.ended(10)
        assert (ended.status, ended.err) == (0, "")
        deaf.transport.abort()


async def is_done(hearth: Command, generation: str) -> bool:
    return bool(json.loads(await hearth.get(f"/api/generations/{generation}"))["state"] == "done")
