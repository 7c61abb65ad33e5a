"""What once went wrong, and must not again."""

from __future__ import annotations

import asyncio
import gc
import json
import weakref

import pytest

from chat.events import Content, Done, Thinking
from chat.log import Bell
from handlers.talk_events import EventTalk
from store import HOUSE

from .fake_models import BEHAVIOURS, one_answer
from .fake_ollama import Exchange
from .hearth import eventually, frames, running

SURROGATE = b'{"error":"half of a pair: \\ud800"}'


@pytest.mark.gen_test
@pytest.mark.usefixtures("clean_log")
async def test_half_a_surrogate_pair_in_an_error_spoils_no_conversation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BEHAVIOURS, "refused", one_answer(400, SURROGATE))
    async with running() as hearth:
        conversation = await hearth.conversation(model="refused")
        reply = await hearth.ask(conversation, "hi")
        events = await hearth.events(reply["generation"])
        assert events[-1]["message"].endswith("half of a pair: \ufffd")
        kept = json.loads((await hearth.get(f"/api/conversations/{conversation}")).body)
        assert kept["messages"][1]["error"]["message"] == events[-1]["message"]


@pytest.mark.gen_test
@pytest.mark.usefixtures("clean_log")
async def test_an_error_nested_too_deep_is_ollamas_not_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BEHAVIOURS, "refused", one_answer(400, b'{"error":' * 5000 + b'"x"' + b"}" * 5000))
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="refused"), "hi")
        assert "Hearth itself" not in (await hearth.events(reply["generation"]))[-1]["message"]


@pytest.mark.gen_test
async def test_a_socket_whose_talk_fails_is_closed_and_logged(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(_: EventTalk) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(EventTalk, "run", fail)
    async with running() as hearth:
        socket = await hearth.socket()
        assert await socket.read_message() is None
        assert socket.close_code == 1011
        socket.close()
    assert any("talk failed" in record.message for record in caplog.records)


@pytest.mark.gen_test
async def test_a_failure_of_ours_is_logged_without_the_question(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def fail(*_: object) -> None:
        raise KeyError("a bug")

    async with running() as hearth:
        monkeypatch.setattr(hearth.house.questions, "ask", fail)
        answer = await hearth.get("/chat?question=secret")
        await hearth.get("/static/lib?question=secret")
    assert answer.code == 500 and b"internal" in answer.body
    assert "a bug" in caplog.text and "secret" not in caplog.text


@pytest.mark.gen_test
async def test_who_comes_back_after_long_thoughts_still_gets_the_answer() -> None:
    async with running() as hearth:
        generation = await hearth.house.questions.ask(HOUSE, "hi", "mute")
        generation.tell([Thinking("t" * 70_000), Content("the answer"), Done("stop", {})])
        answer = await hearth.get("/chat?question=hi", Last_Event_ID=f"{generation.id}-0")
        assert "".join(one.data for one in frames(answer.body.decode())) == "the answer"


@pytest.mark.gen_test
async def test_a_line_end_that_is_swallowed_at_the_end_brings_nobody_back_for_ever() -> None:
    async with running() as hearth:
        generation = await hearth.house.questions.ask(HOUSE, "hi", "mute")
        generation.tell([Content("a\r"), Content("\n"), Done("stop", {})])
        assert (await hearth.get("/chat?question=hi", Last_Event_ID=f"{generation.id}-1")).code == 204


@pytest.mark.gen_test
async def test_what_was_sent_is_not_kept_in_memory_once_a_reply_has_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    tasks: list[weakref.ref[object]] = []

    async def refuse(x: Exchange) -> None:
        await x.answer(400, {"error": "no"})

    monkeypatch.setitem(BEHAVIOURS, "refused", refuse)
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="refused"), "hi")
        generation = await hearth.house.generations.get(HOUSE, reply["generation"])
        await eventually(lambda: generation._writing is not None)
        assert generation._writing is not None
        tasks.append(weakref.ref(generation._writing))
        await hearth.events(reply["generation"])
        gc.collect()
        assert tasks[0]() is None


@pytest.mark.gen_test
async def test_a_request_that_is_refused_anyway_is_so_before_it_has_sent_much() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation()
        head = (
            f"POST /api/conversations/{conversation}/messages HTTP/1.1\r\nHost: evil.example\r\n"
            f"Content-Length: {50 << 20}\r\n\r\n"
        )
        reader, writer = await hearth.connect()
        writer.write(head.encode())
        assert b" 421 " in await reader.readline()


@pytest.mark.gen_test
async def test_a_picture_of_another_sites_page_asks_nothing() -> None:
    async with running() as hearth:
        for referer, code in (
            ("http://evil.example/page", 403),
            (f"{hearth.url}.evil.example/", 403),
            (f"{hearth.url}/c/abc?x=http://evil.example", 200),
        ):
            assert (await hearth.get("/chat?question=hi", Referer=referer)).code == code
        assert (await hearth.get("/", Referer="http://evil.example/page")).code == 200


@pytest.mark.gen_test
async def test_models_are_listed_where_a_gateway_tells_nothing_of_memory() -> None:
    async with running() as hearth:
        hearth.fake.answers["/api/ps"] = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"
        assert json.loads((await hearth.get("/api/models")).body)["default"] == "quick:latest"


@pytest.mark.gen_test
async def test_a_name_that_can_be_no_models_is_not_found() -> None:
    async with running() as hearth:
        body = b'{"error":"invalid model name"}'
        hearth.fake.answers["/api/show"] = b"HTTP/1.1 400 X\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
        assert (await hearth.get("/chat?question=hi&model=a%20b")).code == 404


@pytest.mark.gen_test
async def test_a_bell_that_nobody_waited_for_leaves_no_clock_running() -> None:
    loop = asyncio.get_running_loop()
    before = len(loop._scheduled)  # type: ignore[attr-defined]
    Bell(0.01)
    assert len(loop._scheduled) == before  # type: ignore[attr-defined]
