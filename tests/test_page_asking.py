"""The page in a real browser: asking, and the reply as it comes."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import WebSocket, expect

from .support_page import ENDING, TRANSPORTS, HearthProcess, Ollama, Reader, Readers, call, slow_text


@TRANSPORTS
def test_a_reply_grows_word_by_word_and_stays(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    expect(me.page).to_have_url(re.compile(r"/c/\w+\?transport="))
    me.wait_for("word3")
    early = me.text.inner_text()
    me.wait_for("word20")
    assert me.text.inner_text().startswith(early)
    expect(me.page.get_by_role("button", name="Stop")).to_be_visible()
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=20_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)
    expect(me.page.locator("live-announcer")).to_contain_text("Reply: word0 word1")
    assert me.page.title() == "Tell me · Hearth"


@TRANSPORTS
def test_a_reload_in_mid_reply_goes_on_with_nothing_twice(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word10")
    me.page.reload()
    me.wait_for("word40")
    assert slow_text(me.text.inner_text())
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=20_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)


@TRANSPORTS
def test_stop_keeps_what_was_written(reader: Readers, ollama: Ollama, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    me.page.get_by_role("button", name="Stop").click()
    expect(me.replies.last).to_contain_text("You stopped this reply.")
    assert slow_text(me.text.inner_text())
    expect(me.page.get_by_role("button", name="Send")).to_be_visible()
    me.until(lambda: not ollama.fake.at_work)
    me.page.reload()
    expect(me.replies.last).to_contain_text("You stopped this reply.")


def test_escape_stops_a_model_that_has_not_said_anything(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("mute").ask("Are you there?")
    expect(me.replies.last.locator("reply-status")).to_contain_text("…")
    me.page.keyboard.press("Escape")
    expect(me.replies.last).to_contain_text("Stopped before it began.")
    me.until(lambda: not ollama.fake.at_work)


@TRANSPORTS
def test_a_second_tab_follows_the_same_reply(reader: Readers, ollama: Ollama, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    ollama.fake.held = True
    other = Reader(me.page.context.new_page(), me.hearth)
    other.page.goto(me.page.url)
    other.wait_for("word5")
    ollama.fake.held = False
    other.wait_for("word20")
    assert slow_text(other.text.inner_text())
    other.page.get_by_role("button", name="Stop").click()
    for one in (me, other):
        expect(one.replies.last).to_contain_text("You stopped this reply.")
    assert me.text.inner_text() == other.text.inner_text()


def test_a_second_tab_catches_up_with_what_was_asked_in_the_first(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    other = Reader(me.page.context.new_page(), me.hearth)
    other.page.goto(me.page.url)
    other.sees("One", "Hello, world!")
    me.ask("Two")
    me.sees("One", "Hello, world!", "Two", "Hello, world!")
    other.comes_back()
    other.sees("One", "Hello, world!", "Two", "Hello, world!")


def test_a_second_tab_hears_of_a_question_asked_in_the_first(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    other = Reader(me.page.context.new_page(), me.hearth)
    other.page.goto(me.page.url)
    other.sees("One", "Hello, world!")
    me.choose("slow").ask("Two")
    other.wait_for("word5")
    assert slow_text(other.text.inner_text())
    me.page.get_by_role("button", name="Stop").click()
    expect(other.replies.last).to_contain_text("You stopped this reply.")
    other.never_takes_back()
    me.page.get_by_role("button", name="Continue").click()
    other.wait_for("word199")
    assert slow_text(other.text.inner_text())
    assert other.took_back == []


def test_a_conversation_that_is_renamed_and_deleted_elsewhere(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    expect(me.page).to_have_title("One · Hearth")
    address = me.page.url.replace("/c/", "/api/conversations/")
    call("PATCH", address, {"title": "Something else"})
    expect(me.page).to_have_title("Something else · Hearth")
    call("DELETE", address)
    expect(me.page.get_by_role("heading", name="This conversation isn’t here")).to_be_visible()


@pytest.mark.parametrize("hearth", [["--titles=true"]], indirect=True)
def test_the_title_that_the_model_finds_comes_by_itself(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    expect(me.page).to_have_title("What a model calls it · Hearth")


def test_one_socket_while_the_page_is_looked_at(reader: Readers, hearth: HearthProcess) -> None:
    me = reader()
    sockets: list[WebSocket] = []
    me.page.on("websocket", lambda socket: sockets.append(socket))
    me.open().choose("quick")
    me.ask("One")
    me.sees("One", "Hello, world!")
    me.ask("Two")
    me.sees("One", "Hello, world!", "Two", "Hello, world!")
    me.page.get_by_role("link", name="New chat").last.click()
    expect(me.page.locator("empty-state")).to_be_visible()
    me.page.go_back()
    me.sees("One", "Hello, world!", "Two", "Hello, world!")
    assert [one.is_closed() for one in sockets] == [False]
    address = me.page.url.replace("/c/", "/api/conversations/")
    hearth.kill()
    expect(me.page.get_by_text("Reconnecting…")).to_be_visible()
    hearth.start()
    call("PATCH", address, {"title": "While nobody heard"})
    expect(me.page).to_have_title("While nobody heard · Hearth", timeout=15_000)
    expect(me.page.get_by_text("Reconnecting…")).to_be_hidden()
    me.until(lambda: [one.is_closed() for one in sockets[-2:]] == [True, False])
