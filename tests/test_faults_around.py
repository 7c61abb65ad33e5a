"""An Ollama that isn't there, is another than a moment ago, or never ends: told once, and over with."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from .fake_ollama import FakeOllama
from .hearth import error_code, eventually, running
from .test_faults import message, text
from .test_ollama_stop import nobody_accepts

pytestmark = pytest.mark.usefixtures("clean_log")


class Elsewhere(FakeOllama):
    """Asked for at an address where nothing of it is."""

    address = ""

    @property
    def url(self) -> str:
        return self.address


@contextmanager
def filtered() -> Iterator[str]:
    """As behind a packet filter, which swallows every attempt to connect and refuses none."""
    with nobody_accepts() as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def nobody() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    yield f"http://127.0.0.1:{port}"


@contextmanager
def nameless() -> Iterator[str]:
    look_up = socket.getaddrinfo

    def find(host: str, *more: Any, **named: Any) -> Any:
        if host == "attic.example":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return look_up(host, *more, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", find)
        yield "http://attic.example:11434"


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize(
    ("place", "words"),
    [(filtered, "no connection within 0.4 s"), (nobody, "connection refused"), (nameless, "its name was not found")],
)
async def test_an_ollama_that_is_not_there_is_told_and_nothing_is_stuck(place: Any, words: str) -> None:
    with place() as address:
        fake = Elsewhere()
        fake.address = address
        async with running("--connect-timeout=0.4", "--parallel=1", fake=fake) as hearth:
            for _ in range(2):
                reply = await hearth.ask(await hearth.conversation(model="quick"), "hi")
                *before, last = await hearth.events(reply["generation"])
                assert (last["type"], last["code"], last["retryable"]) == ("error", "ollama_unreachable", True)
                assert words in last["message"] and address in last["message"] and not text(before)
                assert (await message(hearth, reply))["state"] == "failed"
            for path in ("/api/models", "/chat?question=hi"):
                answer = await hearth.get(path)
                assert (answer.code, error_code(answer)) == (502, "ollama_unreachable")
            assert json.loads((await hearth.get("/api/status")).body)["ollama"]["reachable"] is False


@pytest.mark.gen_test
async def test_a_reply_that_never_ends_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ollama.client.MAX_REPLY", 1024 * 1024)
    async with running("--parallel=1") as hearth:
        reply = await hearth.ask(await hearth.conversation(model="endless"), "hi")
        *before, last = await hearth.events(reply["generation"])
        assert (last["type"], last["code"]) == ("error", "broken_stream") and "1 MiB" in last["message"]
        kept = await message(hearth, reply)
        assert (kept["state"], kept["content"]) == ("interrupted", text(before)) and len(text(before)) > 10_000
        await eventually(lambda: not hearth.fake.at_work)


def answer(status: int, body: Any) -> bytes:
    data = json.dumps(body).encode()
    return b"HTTP/1.1 %d X\r\nContent-Length: %d\r\n\r\n%b" % (status, len(data), data)


@pytest.mark.gen_test
async def test_an_ollama_that_came_back_as_another_version_is_told_by_its_new_one() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="echo")
        await hearth.events((await hearth.ask(conversation, "one"))["generation"])
        port = hearth.fake.port
        await hearth.fake.stop()
        newer = await FakeOllama().start(port)
        newer.answers["/api/version"] = answer(200, {"version": "0.99.0", "build": {"since": "then"}})
        newer.models.remove("quick:latest")
        status = json.loads((await hearth.get("/api/status")).body)["ollama"]
        assert (status["reachable"], status["version"]) == (True, "0.99.0")
        listed = json.loads((await hearth.get("/api/models")).body)["models"]
        assert "quick:latest" not in [one["name"] for one in listed]
        again = await hearth.ask(conversation, "two")
        assert text(await hearth.events(again["generation"])) == "3 messages; the last: two"
        await newer.stop()


@pytest.mark.gen_test
async def test_a_model_that_was_deleted_after_it_was_listed_is_told_and_another_goes_on() -> None:
    async with running() as hearth:
        listed = json.loads((await hearth.get("/api/models")).body)["models"]
        assert "echo:latest" in [one["name"] for one in listed]
        conversation = await hearth.conversation(model="echo")
        hearth.fake.models.remove("echo:latest")
        reply = await hearth.ask(conversation, "hi")
        last = (await hearth.events(reply["generation"]))[-1]
        assert (last["code"], last["retryable"]) == ("model_not_found", False) and "'echo' not found" in last["message"]
        plain = await hearth.get("/chat?model=echo&question=hi")
        assert (plain.code, error_code(plain)) == (404, "model_not_found")
        other = await hearth.ask(conversation, "and you?", model="quick")
        assert text(await hearth.events(other["generation"])) == "Hello, world!"


# -- what is done again, and what is not


@pytest.mark.gen_test
async def test_a_short_call_that_breaks_is_made_once_more_and_not_for_ever() -> None:
    async with running() as hearth:
        for broken in (b"", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n{", b"no HTTP at all"):
            hearth.fake.seen.clear()
            hearth.fake.answers["/api/tags"] = broken
            refused = await hearth.get("/api/models")
            assert (refused.code, error_code(refused)) == (502, "broken_stream")
            assert hearth.fake.seen["/api/tags"] == 2
        hearth.fake.seen.clear()
        asked = asyncio.ensure_future(hearth.get("/api/models"))
        await eventually(lambda: hearth.fake.seen["/api/tags"] == 1)
        del hearth.fake.answers["/api/tags"]
        assert (await asked).code == 200 and hearth.fake.seen["/api/tags"] == 2


@pytest.mark.gen_test
async def test_a_short_call_that_was_answered_is_not_made_again() -> None:
    async with running() as hearth:
        for status in (200, 302, 404, 500, 503):
            hearth.fake.seen.clear()
            hearth.fake.answers["/api/tags"] = answer(status, "no")
            assert (await hearth.get("/api/models")).code in (502, 503)
            assert hearth.fake.seen["/api/tags"] == 1


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize("model", ["resetfirst", "reset", "cut", "busy", "broken"])
async def test_a_generation_is_never_asked_again_by_itself(model: str) -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model=model), "hi")
        assert (await hearth.events(reply["generation"]))[-1]["type"] == "error"
        assert len(hearth.fake.chats) == 1
