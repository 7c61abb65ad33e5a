"""The page in a real browser, in front of a server that answers garbage: it says so, and loses nothing."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import expect

from .support_page import Readers

GARBAGE: dict[str, dict[str, Any]] = {
    "no JSON": {"status": 200, "body": "<html>Hello</html>", "content_type": "text/html"},
    "another shape": {"status": 200, "json": {"hello": [1, 2]}},
    "a list": {"status": 200, "json": []},
    "500 in JSON": {
        "status": 500,
        "json": {"error": {"code": "internal", "message": "Hearth failed; its log says how"}},
    },
    "500 without": {"status": 500, "body": "Internal Server Error"},
    "an empty answer": {"status": 200, "body": ""},
}
WRONG = pytest.mark.parametrize("wrong", GARBAGE)


@WRONG
def test_a_question_that_gets_garbage_for_an_answer_comes_back(reader: Readers, wrong: str) -> None:
    me = reader().open().choose("quick").ask("First")
    me.wait_for("Hello, world!")
    me.page.route(re.compile("/messages$"), lambda route: route.fulfill(**GARBAGE[wrong]))
    me.ask("Precious words")
    expect(me.page.get_by_role("alert").filter(has_text=re.compile("."))).to_be_visible()
    expect(me.composer).to_have_value("Precious words")
    me.sees("First", "Hello, world!")
    me.page.unroute(re.compile("/messages$"))
    me.composer.press("Enter")
    me.sees("First", "Hello, world!", "Precious words", "Hello, world!")


@WRONG
def test_a_conversation_that_can_not_be_read_says_so_and_the_rest_works(reader: Readers, wrong: str) -> None:
    me = reader().open().choose("quick").ask("First")
    me.wait_for("Hello, world!")
    address = re.compile("/api/conversations/[^/?]+$")
    me.page.route(address, lambda route: route.fulfill(**GARBAGE[wrong]))
    me.page.reload()
    expect(me.page.get_by_role("heading", name="This conversation can’t be shown now")).to_be_visible()
    me.page.get_by_role("main").get_by_role("button", name="New chat").click()
    me.ask("Second")
    me.sees("Second", "Hello, world!")


@pytest.mark.parametrize("path", ["status", "models"])
@WRONG
def test_a_page_that_is_told_garbage_about_models_still_chats(reader: Readers, path: str, wrong: str) -> None:
    me = reader()
    me.page.route(f"**/api/{path}", lambda route: route.fulfill(**GARBAGE[wrong]))
    me.open().ask("Hi")
    me.sees("Hi", "Hello, world!")
