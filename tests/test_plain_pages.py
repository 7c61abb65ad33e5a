"""Hearth without JavaScript, as a text browser or curl sees it."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from chat.conversations import PersonalConversations
from chat.errors import NotFound
from handlers import sse
from handlers.languages import Languages
from store import Message

from .asked import answered, whole
from .hearth import ROOT, eventually, running
from .support_plain import asks, hidden, page, post, text_of

pytestmark = pytest.mark.usefixtures("clean_log")


@pytest.mark.gen_test
async def test_a_question_is_asked_answered_and_gone_on_with() -> None:
    async with running() as hearth:
        where = await asks(hearth, question="Hi\r\nthere", model="quick:latest")
        shown = text_of(await page(hearth, where))
        assert "Hi there" in shown and "Hello, world!" in shown and shown.index("Hi there") < shown.index("Hello")
        assert await asks(hearth, where, question="again", model="echo:latest") == where
        assert "3 messages; the last: again" in text_of(await page(hearth, where))
        conversation = await whole(hearth, where.split("/")[2])
        assert [one["content"] for one in conversation["messages"]][::2] == ["Hi\nthere", "again"]
        assert conversation["model"] == "quick:latest" and conversation["title"] == "Hi"
        assert "<option selected>echo:latest" in await page(hearth, where)


@pytest.mark.gen_test
async def test_the_reply_comes_as_it_is_written() -> None:
    async with running() as hearth:
        where = await asks(hearth, question="Count", model="teller")
        stream = await hearth.stream(where)
        seen = await stream.until(b"One, two,")
        assert b"</main>" not in seen and b"Stop</button>" in seen
        generation = hidden(seen.decode(), "generation")
        assert (await post(hearth, f"{where}/stop", generation=generation)).code == 303
        rest = (await stream.rest()).decode()
        assert "You stopped this reply." in rest and rest.index("One, two,") < rest.index("stopped this")
        assert rest.rstrip().endswith("</html>") and 'name="question"' in rest


@pytest.mark.gen_test
@pytest.mark.parametrize("more", ["", "Connection: keep-alive\r\n"])
async def test_an_old_client_that_knows_no_chunks_reads_it_to_the_end(more: str) -> None:
    async with running() as hearth:
        where = await asks(hearth, question="hi", model="thinker")
        reader, writer = await hearth.connect()
        writer.write(f"GET {where} HTTP/1.0\r\nHost: 127.0.0.1:{hearth.port}\r\n{more}\r\n".encode())
        answer = (await asyncio.wait_for(reader.read(), 10)).decode()
        head, _, body = answer.partition("\r\n\r\n")
        assert "chunked" not in head and body.rstrip().endswith("</html>")
        assert "Let me think about it." in text_of(body) and "The answer is 42." in text_of(body)


@pytest.mark.gen_test
async def test_while_nothing_is_to_be_told_the_line_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sse, "HEARTBEAT", 0.05)
    async with running() as hearth:
        stream = await hearth.stream(await asks(hearth, question="hi", model="mute"))
        await stream.until(b"<!-- -->")


@pytest.mark.gen_test
async def test_the_place_in_line_and_the_loading_are_told_in_words() -> None:
    async with running("--parallel=1") as hearth:
        first = await hearth.ask(await hearth.conversation(model="hushed"), "first")
        stream = await hearth.stream(await asks(hearth, question="second", model="hushed"))
        await stream.until("Number 1 in line…".encode())
        cold = await hearth.stream(await asks(hearth, question="hi", model="cold"))
        await cold.until("Loading the model…".encode())
        await hearth.post(f"/api/generations/{first['generation']}/stop")
        await stream.until("Reading the conversation…".encode())


@pytest.mark.gen_test
async def test_when_ollama_fails_the_page_says_so_and_it_can_be_asked_again() -> None:
    async with running() as hearth:
        where = await asks(hearth, question="hi", model="failing")
        html = await page(hearth, where)
        assert "The model failed." in text_of(html)
        hearth.fake.models.remove("failing:latest")
        assert (await post(hearth, f"{where}/again", message=hidden(html, "message"))).code == 303
        assert "isn’t installed" in text_of(await page(hearth, where))
        assert len((await whole(hearth, where.split("/")[2]))["messages"]) == 3
        await hearth.fake.stop()
        html = await page(hearth, await asks(hearth, question="hello?"))
        assert "Ollama can’t be reached" in text_of(html) and "<select" not in html


@pytest.mark.gen_test
async def test_a_stopped_reply_is_continued() -> None:
    async with running() as hearth:
        where = await asks(hearth, question="Count", model="teller")
        stream = await hearth.stream(where)
        generation = hidden((await stream.until(b"One, two,")).decode(), "generation")
        await post(hearth, f"{where}/stop", generation=generation)
        html = await page(hearth, where)
        reply = re.search(r'plain/continue".*?value="(\w+)"', html, re.DOTALL)
        assert reply
        assert (await post(hearth, f"{where}/continue", message=reply[1])).code == 303
        shown = text_of(await page(hearth, where))
        assert "One, two," in shown and "stopped" not in shown


@pytest.mark.gen_test
async def test_earlier_conversations_are_listed_page_by_page() -> None:
    async with running() as hearth:
        for number in range(35):
            await hearth.conversation(title=f"number {number}.")
        html = await page(hearth, "/plain")
        assert "number 34." in html and "number 4." not in html
        older = re.search(r'href="(/plain\?before=\w+)"', html)
        assert older
        html = await page(hearth, older[1])
        assert "number 4." in html and "number 34." not in html and "before=" not in html


@pytest.mark.gen_test
async def test_the_thread_shown_is_the_one_that_was_shown_last() -> None:
    async with running() as hearth:
        one = await hearth.conversation(model="quick", title="Two threads")
        first = await answered(hearth, one, "the old question")
        await answered(hearth, one, "the new question", parent=None)
        assert "the old question" not in await page(hearth, f"/c/{one}/plain")
        await hearth.send("PATCH", f"/api/conversations/{one}", {"leaf": first["id"]})
        shown = await page(hearth, f"/c/{one}/plain")
        assert "the old question" in shown and "the new question" not in shown


@pytest.mark.gen_test
async def test_the_page_itself_has_a_form_for_who_has_no_javascript() -> None:
    async with running() as hearth:
        for path, action in (("/", "/plain"), ("/c/0123abc", "/c/0123abc/plain")):
            html = (await hearth.get(path)).body.decode()
            (inside,) = re.findall("<noscript>(.*?)</noscript>", html, re.DOTALL)
            assert f'<form action="{action}" method="post"' in inside and 'name="question"' in inside
            assert "reply comes as it is written" in inside
            html = (await hearth.get(path, Accept_Language="zh-TW, en;q=0.5")).body.decode()
            assert "回答会边写边显示" in html


@pytest.mark.gen_test
async def test_the_page_is_in_the_language_of_the_browser() -> None:
    async with running() as hearth:
        for accepted, tag, word in (
            ("", "en", "Send"),
            ("zh-CN,zh;q=0.9,en;q=0.8", "zh-Hans", "发送"),
            ("fr, zh;q=0.3, en;q=0.8", "en", "Send"),
            ("fr", "en", "Send"),
            ("en;q=0, zh;q=x, *", "en", "Send"),
            (",;q=,;;" * 500, "en", "Send"),
        ):
            html = await page(hearth, "/plain", Accept_Language=accepted)
            assert f'<html lang="{tag}">' in html and f"<button>{word}</button>" in html, accepted


def test_every_language_has_all_words_of_these_pages() -> None:
    sources = [*ROOT.glob("handlers/plain_*.py"), *ROOT.glob("handlers/pages/*.html")]
    asked = {key for file in sources for key in re.findall(r'"(plain\.\w+)"', Path(file).read_text())}
    asked |= {f"plain.{phase}" for phase in ("loading", "reading", "again", "continue")}
    assert len(asked) > 20
    languages = Languages(ROOT / "static" / "locales")
    for tag in ("en", "zh"):
        words = languages.wanted(tag)
        assert [key for key in asked if key not in words] == []


@pytest.mark.gen_test
async def test_a_conversation_deleted_while_it_is_read_ends_with_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as hearth:

        async def gone(_: PersonalConversations, message_id: str) -> Message:
            raise NotFound(f"There is no message {message_id}")

        stream = await hearth.stream(where := await asks(hearth, question="hi", model="hushed"))
        generation = hidden((await stream.until(b"One two")).decode(), "generation")
        monkeypatch.setattr(PersonalConversations, "message", gone)  # between the reply's end and the look at it
        await post(hearth, f"{where}/stop", generation=generation)
        rest = (await stream.rest()).decode()
        assert "may have been deleted" in rest and rest.rstrip().endswith("</html>")


@pytest.mark.gen_test
async def test_when_hearth_stops_the_page_says_so_and_ends() -> None:
    async with running() as hearth:
        stream = await hearth.stream(await asks(hearth, question="hi", model="hushed"))
        await stream.until(b"Stop</button>")
        await eventually(lambda: hearth.fake.chats)
        closing: Any = asyncio.ensure_future(hearth.house.generations.close(0, 1))
        rest = (await stream.rest()).decode()
        await closing
        assert "Hearth is stopping." in rest and rest.rstrip().endswith("</html>")
