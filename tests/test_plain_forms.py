"""What is sent without JavaScript: the forms of the plain pages."""

from __future__ import annotations

import asyncio
from functools import partial
from html import unescape

import pytest

from handlers import routes
from handlers.once import Once

from .asked import read, whole
from .hearth import running
from .support_plain import asks, form, page, post, text_of
from .wire import raw

pytestmark = pytest.mark.usefixtures("clean_log")

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)></textarea></title>\"'&"


@pytest.mark.gen_test
async def test_what_people_and_models_write_stays_text() -> None:
    async with running() as hearth:
        where = await asks(hearth, question=HOSTILE, model="echo:latest")
        for html in (await page(hearth, where), await page(hearth, where), await page(hearth, "/plain")):
            assert "<script" not in html and "<img" not in html
            assert text_of(html).count("alert(1)</script>") >= 1
        refused = (await post(hearth, "/plain", question=HOSTILE, model="m" * 400)).body.decode()
        assert "<script" not in refused and "&lt;script&gt;" in refused


@pytest.mark.gen_test
async def test_a_fault_is_told_in_words_and_what_was_typed_is_kept() -> None:
    async with running() as hearth:
        answer = await post(hearth, "/plain", question=" \n")
        assert answer.code == 400 and "The message is empty" in answer.body.decode()
        answer = await post(hearth, "/plain", question="keep me", model="m" * 400)
        assert answer.code == 400 and "keep me</textarea>" in answer.body.decode()
        many = await hearth.send("POST", "/plain", b"question=hi&" + b"a=b&" * 30)
        assert many.code == 400 and "can't be read" in unescape(many.body.decode())
        large = "x" * (1024 * 1024 - 20)
        answer = await post(hearth, "/plain", question="茶" * 100_000)
        assert answer.code == 303
        assert (await hearth.send("POST", "/plain", b"question=" + large.encode() * 2)).code == 413
        for path in ("/c/nothing/plain", "/c/" + "0" * 24 + "/plain"):
            for answer in (await hearth.get(path), await post(hearth, path, question="keep me")):
                assert answer.code == 404 and "There is nothing at this address" in answer.body.decode()
                assert answer.headers["Content-Type"].startswith("text/html")
        assert "keep me</textarea>" in answer.body.decode() and 'action="/plain"' in answer.body.decode()
        assert (await hearth.send("HEAD", "/plain", None)).code == 200
        assert (await hearth.send("DELETE", "/plain", None)).code == 405


@pytest.mark.gen_test
async def test_a_double_click_asks_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as hearth:
        for path in ("/", "/plain"):
            assert '<input type="hidden" name="once" value="1">' in (await hearth.get(path)).body.decode()
        click = {"question": "hi", "model": "quick", "once": "1"}
        where, again = await asyncio.gather(*(asks(hearth, **click) for _ in range(2)))
        assert where == again
        await asyncio.gather(*(asks(hearth, where, **click) for _ in range(2)))
        assert len((await whole(hearth, where.split("/")[2]))["messages"]) == 4
        assert await asks(hearth, **click | {"question": "another"}) != where
        script = {"question": "hi", "model": "quick"}
        assert len({where, *await asyncio.gather(*(asks(hearth, **script) for _ in range(2)))}) == 3
    monkeypatch.setattr(routes, "Once", partial(Once, within=0))
    async with running() as hearth:
        assert await asks(hearth, **click) != await asks(hearth, **click)


@pytest.mark.gen_test
async def test_who_is_refused_may_send_the_same_again_at_once() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        hearth.house.generations._closing.set()
        click = {"question": "hi", "once": "1"}
        assert (await post(hearth, f"/c/{conversation}/plain", **click)).code == 503
        hearth.house.generations._closing.clear()
        assert (await post(hearth, f"/c/{conversation}/plain", **click)).code == 303


@pytest.mark.gen_test
async def test_a_form_of_another_site_is_refused_and_a_text_browsers_is_not() -> None:
    async with running() as hearth:

        async def status(*lines: str, method: str = "POST", path: str = "/plain") -> int:
            body = form(question="hi", model="quick") if method == "POST" else b""
            head = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{hearth.port}", f"Content-Length: {len(body)}"]
            return (await raw(hearth, "\r\n".join([*head, *lines, "", ""]).encode() + body)).status

        own = f"http://127.0.0.1:{hearth.port}"
        assert await status() == 303
        assert await status(f"Referer: {own}/plain") == 303
        assert await status(f"Origin: {own}", "Sec-Fetch-Site: same-origin") == 303
        for foreign in (
            "Origin: http://evil.com",
            "Origin: null",
            "Sec-Fetch-Site: cross-site",
            "Sec-Fetch-Site: same-site",
            "Referer: http://evil.com/x",
        ):
            assert await status(foreign) == 403, foreign
            assert await status(foreign, "Sec-Fetch-Mode: navigate") == 403, foreign
        conversations = (await read(hearth, "/api/conversations"))["conversations"]
        assert len(conversations) == 3
        link = ("Sec-Fetch-Site: cross-site", "Sec-Fetch-Mode: navigate")
        for path in ("/plain", f"/c/{conversations[0]['id']}/plain"):
            assert await status(*link, method="GET", path=path) == 200
        assert await status(*link, path=f"/c/{conversations[0]['id']}/plain/stop") == 403
