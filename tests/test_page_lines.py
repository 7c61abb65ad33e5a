"""The page in a real browser: lines that break."""

from __future__ import annotations

import re

from playwright.sync_api import Route, expect

from .support_page import ENDING, TRANSPORTS, HearthProcess, Ollama, Readers, slow_text


def test_without_websockets_the_page_falls_back_to_sse(reader: Readers) -> None:
    me = reader()
    me.page.route_web_socket(re.compile("/ws"), lambda socket: socket.close())
    me.open().choose("slow").ask("Tell me")
    me.wait_for("word10")
    assert slow_text(me.text.inner_text())
    expect(me.page.locator("connection-note")).to_be_hidden()


@TRANSPORTS
def test_hearth_goes_away_in_mid_reply(reader: Readers, hearth: HearthProcess, ollama: Ollama, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    hearth.kill()
    expect(me.page.get_by_text("Reconnecting…")).to_be_visible()
    me.never_takes_back()
    hearth.start()
    expect(me.page.get_by_text("Reconnecting…")).to_be_hidden(timeout=15_000)
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=30_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)
    assert me.took_back == []
    assert len(ollama.fake.chats) == 2
    expect(me.page.get_by_text("Reconnecting…")).to_be_hidden()
    me.page.reload()
    expect(me.text).to_contain_text(ENDING)
    assert slow_text(me.text.inner_text())


def test_a_question_asked_while_hearth_is_away_is_asked_once_when_it_is_back(
    reader: Readers, hearth: HearthProcess, ollama: Ollama
) -> None:
    me = reader().open().choose("quick")
    hearth.kill()
    me.ask("One")
    expect(me.page.get_by_text("Reconnecting…")).to_be_visible()
    expect(me.questions).to_have_text(re.compile("One"))
    hearth.start()
    expect(me.text).to_have_text("Hello, world!", timeout=15_000)
    assert len(ollama.fake.chats) == 1


def test_an_answer_that_gets_lost_asks_nothing_twice(reader: Readers, ollama: Ollama) -> None:
    me = reader()
    lost: list[Route] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route)
        route.fetch()
        return route.abort()

    me.page.route("**/messages", lose)
    me.open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    assert len(ollama.fake.chats) == 1
