"""The log: lines for people, objects for programs, and never what anybody said."""

from __future__ import annotations

import asyncio
import gc
import io
import json
import logging
import os
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from ollama.errors import BrokenStream
from process import logs

from . import fake_ollama
from .fake_exchange import Exchange
from .restarting import Restarting, restarting

CANARY = "Kanarienvogel"
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00")


async def parrot(x: Exchange) -> None:
    await x.head()
    await x.say(f"{CANARY} says the reply")
    await x.done()


async def croaking(x: Exchange) -> None:
    await x.head()
    await x.say(f"{CANARY} begins")
    await x.line([f"{CANARY} is no object"])


async def raw(port: int, data: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


REQUESTS = [
    "GET /chat?model=parrot&question={} HTTP/1.1\r\nHost: localhost\r\n",
    "GET /chat?model={}&question=hi HTTP/1.1\r\nHost: localhost\r\n",
    "GET /api/conversations?query={} HTTP/1.1\r\nHost: localhost\r\n",
    "GET /api/conversations?limit={} HTTP/1.1\r\nHost: localhost\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nCookie: secret={}\r\nAuthorization: Bearer {}\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\nX-Broken: {}\x01\r\n",
    "GET / HTTP/1.1\r\nHost: localhost\r\n{}(): x\r\n",
    "GET / HTTP/1.1\r\nHost: {}/\r\n",
    "GET /?%ff={}%zz HTTP/1.1\r\nHost: localhost\r\n",
    "GET / HTTP/{}\r\nHost: localhost\r\n",
    "GET /?question=what {} said HTTP/1.1\r\nHost: localhost\r\n",
    "POST /api/imports HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n",
    "GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nSec-WebSocket-Key: {}\r\nOrigin: http://{}\r\n",
]


async def confide(hearth: Restarting) -> None:
    """Say it in every way there is."""
    for model in ("parrot", "croaking"):
        conversation = await hearth.conversation(model)
        await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": CANARY, "system": CANARY})
        reply = await hearth.ask(model, CANARY, conversation)
        await hearth.final(reply)
        await hearth.events(reply["generation"])
    await hearth.send("POST", f"/api/conversations/{conversation}/messages", {"content": 5, CANARY: CANARY})
    await hearth.send("POST", "/api/presets", {"name": CANARY})
    for request in REQUESTS:
        await raw(hearth.port, f"{request.replace('{}', CANARY)}Connection: close\r\n\r\n".encode("latin-1"))


@asynccontextmanager
async def talkative(folder: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Restarting]:
    monkeypatch.setitem(fake_ollama.BEHAVIOURS, "parrot", parrot)
    monkeypatch.setitem(fake_ollama.BEHAVIOURS, "croaking", croaking)
    async with restarting(folder, "--log-level=debug", f"--log-format={form}", "--grace=0") as hearth:
        yield hearth


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("form", ["text", "json"])
async def test_nothing_that_anybody_says_is_in_the_log(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with talkative(tmp_path, form, monkeypatch) as hearth:
        await confide(hearth)
        await hearth.terminate()
        assert "200 GET /chat (127.0.0.1)" in hearth.log and "Malformed HTTP message" in hearth.log
        assert CANARY.lower() not in hearth.log.lower()


@pytest.mark.gen_test(timeout=30)
async def test_each_line_can_be_an_object(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with talkative(tmp_path, "json", monkeypatch) as hearth:
        await hearth.send("GET", "/api/status?question=hush")
        await hearth.terminate()
        lines = [json.loads(line) for line in hearth.log.splitlines()]
        assert all(TIME.fullmatch(line["time"]) and line["logger"] and line["message"] for line in lines)
        [asked] = [line for line in lines if line.get("path") == "/api/status"]
        assert (asked["level"], asked["logger"], asked["method"], asked["status"]) == (
            "info",
            "hearth.request",
            "GET",
            200,
        )
        assert asked["remote_ip"] == "127.0.0.1" and asked["milliseconds"] >= 0


@pytest.mark.gen_test(timeout=30)
async def test_it_is_quiet_unless_told_otherwise(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        await hearth.send("GET", "/api/status")
        await hearth.send("GET", "/nowhere")
        assert await hearth.terminate() == 0
        assert hearth.log == ""


# -- how a line is made


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    one = logging.getLogger("hearth.test")
    one.propagate = False
    yield one
    one.handlers.clear()
    one.propagate = True


def written(log: logging.Logger, form: logging.Formatter) -> io.StringIO:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(form)
    log.addHandler(handler)
    return stream


def fail(error: Exception, cause: Exception | None = None) -> None:
    raise error from cause


def test_of_an_error_the_place_is_told_and_its_words_only_where_they_are_no_secret(log: logging.Logger) -> None:
    stream = written(log, logs.TextLines())
    for error, cause in ((ValueError(CANARY), KeyError(CANARY)), (BrokenStream("it broke"), OSError(5, "no luck"))):
        try:
            fail(error, cause)
        except Exception:
            log.exception("it failed")
    said = stream.getvalue()
    assert CANARY not in said and "KeyError\nwhich led to\n" in said
    assert "test_logs.py" in said and "in fail" in said
    assert "ollama.errors.BrokenStream: it broke" in said and "OSError: [Errno 5] no luck" in said


@pytest.mark.parametrize("form", [logs.TextLines(), logs.JSONLines()], ids=["text", "json"])
def test_what_fails_unattended_in_the_loop_is_not_quoted(form: logging.Formatter) -> None:
    log = logging.getLogger("asyncio")
    stream = written(log, form)
    try:
        with asyncio.Runner() as runner:
            runner.run(_fail_unattended())
            gc.collect()
    finally:
        log.handlers.pop()
    said = stream.getvalue()
    assert "Task exception was never retrieved" in said and "Exception in callback" in said
    assert CANARY not in said and said.count("in fail") == 2


async def _fail_unattended() -> None:
    async def task() -> None:
        fail(ValueError(CANARY))

    def callback(_: str) -> None:
        fail(KeyError(CANARY))

    asyncio.get_running_loop().call_soon(callback, CANARY)
    failing = asyncio.ensure_future(task())
    await asyncio.wait([failing])


def test_a_line_stays_one_line_whatever_is_in_it(log: logging.Logger) -> None:
    stream = written(log, logs.TextLines())
    log.warning("GET %s", "/a\nERROR all is lost\x1b[31m\x85")
    assert stream.getvalue() == "WARNING hearth.test: GET /a\\x0aERROR all is lost\\x1b[31m\\x85\n"


def test_every_line_for_the_journal_has_its_priority(log: logging.Logger) -> None:
    stream = written(log, logs.Prioritized(logs.TextLines()))
    log.warning("beware")
    try:
        fail(OSError(5, "no luck"))
    except OSError:
        log.exception("it failed")
    first, *rest = stream.getvalue().splitlines()
    assert first == "<4>WARNING hearth.test: beware"
    assert len(rest) > 2 and all(line.startswith("<3>") for line in rest)


def test_the_journal_is_known_by_what_standard_error_is(tmp_path: Path) -> None:
    with (tmp_path / "journal").open("w") as stream:
        status = os.fstat(stream.fileno())
        named = {"JOURNAL_STREAM": f"{status.st_dev}:{status.st_ino}"}
        assert logs._is_journal(stream, named)
        assert not logs._is_journal(stream, {"JOURNAL_STREAM": "1:2"}) and not logs._is_journal(stream, {})
    assert not logs._is_journal(io.StringIO(), named)
