"""Behind nginx and Caddy, as the examples have them, a reply comes as it is written."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from . import fake_ollama
from .fake_exchange import Exchange
from .hearth import Hearth, eventually, running
from .managed import managed
from .proxies import NAME, Proxy, caddy, nginx

Front = Callable[[Path, int], AbstractAsyncContextManager[Proxy]]

BEHIND = (f"--hosts={NAME}", "--trusted-proxies=127.0.0.1", "--auth=none")
FRONTS = pytest.mark.parametrize("front", [nginx, caddy], ids=["nginx", "caddy"])
PICTURE = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 3_000_000).decode()


@asynccontextmanager
async def behind(front: Front, folder: Path, *options: str) -> AsyncIterator[tuple[Proxy, Hearth]]:
    async with running(*BEHIND, *options) as hearth, front(folder, hearth.port) as proxy:
        try:
            yield proxy, hearth
        finally:
            for line in proxy.lines:
                line.transport.abort()


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A model that says the next word when it is told to; where words are held back, the second never comes."""
    told: list[asyncio.Event] = []

    async def stepwise(x: Exchange) -> None:
        await x.head()
        for word in ("one ", "two ", "three "):
            await x.say(word)
            told.append(asyncio.Event())
            await told[-1].wait()
        await x.done()

    monkeypatch.setitem(fake_ollama.BEHAVIOURS, "stepwise", stepwise)
    return lambda: told[-1].set()


async def heard(until: Callable[[str], Awaitable[Any]], step: Callable[[], None]) -> None:
    for word in ("one ", "two ", "three "):
        await until(word)
        step()


@FRONTS
@pytest.mark.gen_test(timeout=60)
async def test_every_stream_comes_word_by_word(front: Front, tmp_path: Path, steps: Callable[[], None]) -> None:
    async with behind(front, tmp_path) as (proxy, hearth):
        plain = await proxy.stream("/chat?model=stepwise&question=hi")
        await heard(lambda word: plain.until(word.encode()), steps)
        assert b"text/event-stream" in plain.seen

        reply = await hearth.ask(await hearth.conversation(model="stepwise"), "hi")
        events = await proxy.stream(f"/api/generations/{reply['generation']}/events")
        page = await proxy.stream(f"/c/{reply['conversation']}/plain")
        line = await proxy.socket()
        await line.write_message(json.dumps({"type": "follow", "generation": reply["generation"]}))

        async def all_have(word: str) -> None:
            await events.until(word.encode())
            await page.until(word.strip().encode())
            while f'"{word}"' not in str(await line.read_message()):
                pass

        await heard(all_have, steps)
        await events.until(b"event: done")
        await page.until(b"</html>")
        while '"done"' not in str(frame := await line.read_message()):
            assert frame
        line.close()


@FRONTS
@pytest.mark.gen_test(timeout=60)
async def test_the_page_behind_it_is_the_only_one_that_may(front: Front, tmp_path: Path) -> None:
    async with behind(front, tmp_path, "--metrics") as (proxy, _):
        ours = f"http{'s' if proxy.tls else ''}://{NAME}:{proxy.port}"
        body = b'{"model": "quick"}'
        answer = await proxy.send("POST", "/api/conversations", body, Origin=ours)
        assert answer.status == 201
        assert (await proxy.send("POST", "/api/conversations", body, Origin="https://other.example")).status == 403
        assert (await proxy.send("GET", "/healthz")).body == b'{"status":"ok"}'
        assert (await proxy.send("GET", "/metrics")).status == 403

        path = f"/api/conversations/{json.loads(answer.body)['id']}/messages"
        picture = json.dumps({"content": "hi", "images": [PICTURE]}).encode()
        assert (await proxy.send("POST", path, picture, Origin=ours)).status == 202


@FRONTS
@pytest.mark.gen_test(timeout=60)
async def test_who_leaves_it_leaves_hearth(front: Front, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.LINGER", 0.1)
    async with behind(front, tmp_path) as (proxy, hearth):
        plain = await proxy.stream("/chat?model=slow&question=hi")
        await plain.until(b"word0 ")
        plain.cut()
        await eventually(lambda: not hearth.fake.at_work)


@FRONTS
@pytest.mark.gen_test(timeout=60)
async def test_callers_are_known_by_their_own_address(
    front: Front, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "hearth.request")
    async with behind(front, tmp_path) as (proxy, _):
        answer = await proxy.send("GET", "/api/status", X_Forwarded_For="192.0.2.7")
        assert answer.status == 200
        [line] = [one.getMessage() for one in caplog.records if "/api/status" in one.getMessage()]
        assert "(127.0.0.1)" in line


@FRONTS
@pytest.mark.gen_test(timeout=60)
async def test_nobody_behind_it_notices_a_restart(front: Front, tmp_path: Path) -> None:
    answers: list[int] = []
    async with managed(tmp_path, *BEHIND, "--grace=0") as hearth, front(tmp_path, hearth.port) as proxy:

        async def call() -> None:
            while len(answers) < most:
                answers.append((await proxy.send("GET", "/healthz")).status)

        most = 10
        await call()
        most = 1000
        calling = [asyncio.ensure_future(call()) for _ in range(3)]
        assert await hearth.terminate() == 0
        await hearth.start()
        most = len(answers) + 20
        await asyncio.wait(calling)
        for line in proxy.lines:
            line.transport.abort()
    assert set(answers) == {200}


@FRONTS
@pytest.mark.gen_test(timeout=60)
async def test_a_long_question_in_an_address_comes_through(front: Front, tmp_path: Path) -> None:
    async with behind(front, tmp_path) as (proxy, _):
        stream = await proxy.stream(f"/chat?model=quick&question={'%E9%97%AE' * 5000}")
        assert b"world" in await stream.until(b"world") and b"200 OK" in stream.seen
