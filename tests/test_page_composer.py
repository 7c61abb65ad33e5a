"""The page in a real browser: the composer."""

from __future__ import annotations

import pytest
from playwright.sync_api import Route, expect

from .support_page import Ollama, Readers


def test_enter_sends_and_shift_enter_breaks(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("echo")
    me.composer.press_sequentially("one")
    me.composer.press("Shift+Enter")
    me.composer.press_sequentially("two")
    expect(me.composer).to_have_value("one\ntwo")
    me.composer.press("Enter")
    me.wait_for("the last: one")
    expect(me.composer).to_have_value("")
    assert ollama.fake.chats[-1].body["messages"][-1]["content"] == "one\ntwo"


@pytest.mark.parametrize("how", ["{isComposing: true}", "{keyCode: 229}"])
def test_enter_sends_nothing_while_an_input_method_is_composing(reader: Readers, how: str) -> None:
    me = reader().open().choose("quick")
    me.composer.fill("你好")
    me.composer.evaluate(
        f"(area) => area.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, ...{how}}}))"
    )
    expect(me.composer).to_have_value("你好")
    expect(me.questions).to_have_count(0)
    me.composer.press("Enter")
    me.sees("你好", "Hello, world!")


def test_control_and_enter_send_on_a_phone_too(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).open().choose("quick")
    me.composer.fill("one")
    me.composer.press("Enter")
    expect(me.composer).to_have_value("one\n")
    me.composer.press("Control+Enter")
    me.sees("one", "Hello, world!")


def test_a_question_waits_for_its_conversation_and_goes_off_by_itself(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.wait_for("1 messages; the last: One")
    held: list[Route] = []
    me.page.route("**/api/conversations/*", lambda route: held.append(route), times=1)
    me.page.reload()
    me.ask("Two")
    expect(me.page.get_by_text("as soon as this conversation is here")).to_be_visible()
    expect(me.composer).to_have_value("Two")
    me.until(lambda: held)
    held[0].continue_()
    me.wait_for("3 messages; the last: Two")
    expect(me.page.get_by_text("as soon as this conversation is here")).to_be_hidden()


def test_a_question_to_a_conversation_that_is_not_there_stays_where_it_was_typed(reader: Readers) -> None:
    me = reader().open()
    held: list[Route] = []
    me.page.route("**/api/conversations/*", lambda route: held.append(route), times=1)
    me.open("/c/gone").ask("One")
    expect(me.page.get_by_text("as soon as this conversation is here")).to_be_visible()
    me.until(lambda: held)
    held[0].continue_()
    expect(me.page.locator("missing-state")).to_be_visible()
    expect(me.page.get_by_text("as soon as this conversation is here")).to_be_hidden()
    expect(me.composer).to_have_value("One")
    expect(me.questions).to_have_count(0)


def test_escape_stops_the_reply_under_a_notice(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("quick").ask("One")
    me.wait_for("Hello, world!")
    me.choose("slow").page.get_by_role("link", name="New chat", exact=True).click()
    ollama.fake.held = True
    me.ask("Go on")
    me.wait_for("word0")
    me.page.locator("conversation-row").last.hover()
    me.page.locator("conversation-row").last.get_by_role("button").click()
    me.page.get_by_role("menuitem", name="Delete").click()
    expect(me.page.get_by_role("button", name="Undo")).to_be_visible()
    me.composer.press("Escape")
    expect(me.page.get_by_text("You stopped this reply.")).to_be_visible()


def test_a_new_chat_is_read_from_its_top(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 500}, has_touch=True, is_mobile=True).open()
    expect(me.page.locator("empty-state img")).to_be_in_viewport(ratio=1)
    flame, top = me.page.locator("empty-state img").bounding_box(), me.page.locator("main").bounding_box()
    assert flame and top and flame["y"] >= top["y"]
    expect(me.page.get_by_role("button", name="To the latest")).to_be_hidden()


def test_only_white_space_is_no_question(reader: Readers) -> None:
    me = reader().open().choose("quick")
    me.composer.fill("  \n ")
    expect(me.page.get_by_role("button", name="Send")).to_be_disabled()
    me.composer.press("Enter")
    expect(me.questions).to_have_count(0)


def test_a_draft_survives_a_reload_and_typing_goes_on_during_a_reply(reader: Readers) -> None:
    me = reader().open().choose("slow").ask("One")
    me.wait_for("word3")
    me.composer.fill("Half a thou")
    me.composer.press("Enter")
    me.page.reload()
    me.wait_for("word5")
    expect(me.composer).to_have_value("Half a thou")
    expect(me.questions).to_have_count(1)


def test_the_composer_grows_with_its_text_up_to_a_limit(reader: Readers) -> None:
    me = reader().open()
    low = me.composer.bounding_box()
    me.composer.fill("line\n" * 5)
    middle = me.composer.bounding_box()
    me.composer.fill("line\n" * 100)
    high = me.composer.bounding_box()
    assert low and middle and high
    assert low["height"] < middle["height"] < high["height"] <= 0.41 * 800


def test_an_example_is_asked_with_a_click(reader: Readers) -> None:
    me = reader().open().choose("echo")
    me.page.locator("empty-state button").first.click()
    me.wait_for("1 messages; the last: Explain to a six-year-old")


def test_an_example_leaves_what_was_typed(reader: Readers) -> None:
    me = reader().open().choose("echo")
    me.composer.fill("Half a thou")
    me.page.locator("empty-state button").first.click()
    me.wait_for("1 messages; the last: Explain to a six-year-old")
    expect(me.composer).to_have_value("Half a thou")
