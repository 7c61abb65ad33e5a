"""Every way in which Ollama can fail, as it is seen from outside: told in words, kept, and over with."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from .fake_ollama import FakeOllama
from .hearth import Hearth, error_code, eventually, frames, running
from .wire import TEXT, raw_socket

pytestmark = pytest.mark.usefixtures("clean_log")


@dataclass(frozen=True)
class Fault:
    model: str
    code: str
    state: str
    retryable: bool
    written: str = ""  # what was said before it
    words: str = ""  # in the message

    @property
    def limits(self) -> tuple[str, ...]:
        """Where silence is the fault; others would be taken for it on a machine that is busy."""
        return ("--first-byte-timeout=0.3", "--idle-timeout=0.3") if self.words == "0.3 s" else ()


FAULTS = [
    Fault("failing", "model_failed", "failed", True, "One two three four", "unexpected EOF"),
    Fault("cut", "broken_stream", "interrupted", True, "One two three four"),
    Fault("halfline", "broken_stream", "interrupted", True, "One two"),
    Fault("reset", "broken_stream", "interrupted", True, "One two"),
    Fault("resetfirst", "broken_stream", "interrupted", True),
    Fault("mute", "broken_stream", "interrupted", True, "", "0.3 s"),
    Fault("hushed", "broken_stream", "interrupted", True, "One two", "0.3 s"),
    Fault("nojson", "broken_stream", "interrupted", True, "One", "this is no JSON"),
    Fault("list", "broken_stream", "interrupted", True, "One"),
    Fault("types", "broken_stream", "interrupted", True, "One"),
    Fault("deep", "broken_stream", "interrupted", True, "One"),
    Fault("toolong", "broken_stream", "interrupted", True, "One"),
    Fault("html", "broken_stream", "interrupted", True, "", "nginx"),
    Fault("redirect", "broken_stream", "interrupted", True, "", "http://127.0.0.1:1/"),
    Fault("tls", "broken_stream", "interrupted", True),
    Fault("busy", "ollama_busy", "failed", True, "", "maximum pending requests exceeded"),
    Fault("refused", "model_failed", "failed", False, "", '"refused" does not support thinking'),
    Fault("forbidden", "model_failed", "failed", False, "", "403"),
    Fault("unauthorized", "model_failed", "failed", False, "", "401"),
    Fault("nopage", "model_failed", "failed", False, "", "404 page not found"),
    Fault("broken", "model_failed", "failed", True, "", "signal: killed"),
    Fault("overflow", "too_long", "failed", False, "", "exceeds the available context size"),
    Fault("nothere", "model_not_found", "failed", False, "", "'nothere' not found"),
]
each = pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.model)


def text(events: list[dict[str, Any]]) -> str:
    return "".join(one["text"] for one in events if one["type"] == "content")


async def message(hearth: Hearth, reply: dict[str, Any]) -> dict[str, Any]:
    kept = json.loads((await hearth.get(f"/api/conversations/{reply['conversation']}")).body)
    assert kept["running"] == []
    return next(dict(one) for one in kept["messages"] if one["id"] == reply["id"])


@each
@pytest.mark.gen_test(timeout=15)
async def test_a_failure_is_told_and_kept_and_the_next_question_is_answered(fault: Fault) -> None:
    async with running(*fault.limits) as hearth:
        reply = await hearth.ask(await hearth.conversation(model=fault.model), "hi")
        *before, last = await hearth.events(reply["generation"])
        assert (last["type"], last["code"], last["retryable"]) == ("error", fault.code, fault.retryable)
        assert fault.words in last["message"] and len(last["message"]) > 20 and "\n" not in last["message"]
        assert text(before) == fault.written
        assert not any(one["type"] in ("done", "error") for one in before)

        kept = await message(hearth, reply)
        assert (kept["state"], kept["content"]) == (fault.state, fault.written)
        assert kept["error"] == {name: last[name] for name in ("code", "message", "retryable")}
        await eventually(lambda: not hearth.fake.at_work)

        again = await hearth.ask(reply["conversation"], "and now?", model="quick")
        assert text(await hearth.events(again["generation"])) == "Hello, world!"


@each
@pytest.mark.gen_test(timeout=15)
async def test_a_failure_frees_its_place_in_the_line_for_the_next(fault: Fault) -> None:
    async with running(*fault.limits, "--parallel=1") as hearth:
        replies = [await hearth.ask(await hearth.conversation(model=fault.model), "hi") for _ in range(3)]
        for reply in replies:
            last = (await hearth.events(reply["generation"]))[-1]
            assert (last["type"], last["code"]) == ("error", fault.code)
        assert len(hearth.fake.chats) <= 3  # nothing is asked twice by itself


@each
@pytest.mark.gen_test(timeout=15)
async def test_a_failure_is_told_on_the_plain_streams(fault: Fault) -> None:
    async with running(*fault.limits, f"--model={fault.model}") as hearth:
        answer = await hearth.get("/chat?question=hi")
        if fault.model == "nothere":
            assert (answer.code, error_code(answer)) == (404, "model_not_found")
        else:
            *before, last = frames(answer.body.decode())
            assert (answer.code, "".join(one.data for one in before)) == (200, fault.written)
            assert last.type == "error" and last.id and fault.words in last.data

        socket = await raw_socket(hearth)
        socket.send(TEXT, b"hi")
        heard = b""
        while b"[error] " not in heard:
            opcode, payload = await socket.of(TEXT)
            assert opcode == TEXT
            heard += payload
        said, _, words = heard.decode().partition("[error] ")
        assert said == fault.written and fault.words in words
        socket.send(TEXT, b"")
        assert (await socket.of(TEXT))[1].startswith(b"[error] ")  # it is still open


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize(
    ("model", "written"),
    [
        ("notutf8", "Onea\ufffd\ufffdb"),
        ("dribble", "Héllo"),
        ("burst", "w " * 200),
        ("lingering", "Hello, world!"),
        ("long", "x" * 10 * 1024 * 1024),
        ("lines", "a\rb\r\nc\n\n d é\u2028"),
    ],
)
async def test_what_is_strange_but_whole_is_a_reply(model: str, written: str) -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model=model), "hi")
        events = await hearth.events(reply["generation"])
        assert (events[-1]["type"], events[-1].get("reason")) == ("done", "stop")
        assert text(events) == written
        kept = await message(hearth, reply)
        assert (kept["state"], kept["content"], kept["error"]) == ("done", written, None)


@pytest.mark.gen_test
async def test_an_empty_reply_ends_like_any_other() -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="empty"), "hi")
        events = await hearth.events(reply["generation"])
        assert events[-1]["type"] in ("done", "error") and text(events) == ""
        assert (await message(hearth, reply))["state"] in ("done", "failed")


@pytest.mark.gen_test
async def test_a_line_longer_than_allowed_is_an_error() -> None:
    async with running("--max-line=1000") as hearth:
        reply = await hearth.ask(await hearth.conversation(model="long"), "hi")
        last = (await hearth.events(reply["generation"]))[-1]
        assert (last["type"], last["code"]) == ("error", "broken_stream") and "1000" in last["message"]


@pytest.mark.gen_test(timeout=15)
async def test_an_ollama_that_dies_in_mid_reply_leaves_what_it_wrote_and_is_found_again() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="slow")
        reply = await hearth.ask(conversation, "hi")
        stream = await hearth.stream(f"/api/generations/{reply['generation']}/events")
        await stream.until(b"word3 ")
        port = hearth.fake.port
        await hearth.fake.stop()
        events = [json.loads(one.data) for one in frames((await stream.rest()).decode())]
        assert events[-1]["code"] == "broken_stream"
        kept = await message(hearth, reply)
        assert (kept["state"], kept["content"]) == ("interrupted", text(events))

        gone = await hearth.ask(conversation, "hello?")
        assert (await hearth.events(gone["generation"]))[-1]["code"] == "ollama_unreachable"
        status = json.loads((await hearth.get("/api/status")).body)["ollama"]
        assert status["reachable"] is False and "reachable" in status["error"] and status["version"] is None
        models = await hearth.get("/api/models")
        assert (models.code, error_code(models)) == (502, "ollama_unreachable")

        again = await FakeOllama().start(port)
        back = await hearth.ask(conversation, "there?", model="echo")
        assert text(await hearth.events(back["generation"])) == "4 messages; the last: there?"
        assert json.loads((await hearth.get("/api/status")).body)["ollama"]["reachable"] is True
        await again.stop()
