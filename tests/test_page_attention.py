"""The page in a real browser: what a tab in the background tells, and a page that opens while Hearth is away."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from .support_page import TRANSPORTS, HearthProcess, Ollama, Reader, Readers, settled_shell

HIDE = """(hidden) => {
  Object.defineProperty(document, 'hidden', { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event('visibilitychange'));
}"""
NOTICES = """() => {
  window.notices = [];
  window.Notification = class {
    static permission = 'granted';
    static requestPermission = async () => 'granted';
    constructor(title, { body }) { window.notices.push([title, body]); }
  };
}"""


@TRANSPORTS
def test_the_title_of_a_hidden_tab_tells_that_a_reply_is_written_and_that_it_has_come(
    reader: Readers, ollama: Ollama, transport: str
) -> None:
    ollama.fake.held = True
    me = reader().open(transport=transport).choose("slow").ask("Tell me more")
    me.wait_for("word0")
    expect(me.page).to_have_title("… Tell me more · Hearth")
    me.page.evaluate(HIDE, True)
    ollama.fake.held = False
    expect(me.page).to_have_title("● Tell me more · Hearth", timeout=20_000)
    me.page.evaluate(HIDE, False)
    expect(me.page).to_have_title("Tell me more · Hearth")


def test_a_reply_that_is_watched_leaves_no_mark(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("Hi")
    me.wait_for("Hello, world!")
    expect(me.page).to_have_title("Hi · Hearth")


def asked_for_notices(me: Reader) -> Reader:
    me.page.add_init_script(f"({NOTICES})()")
    me.open()
    me.page.locator("side-bar").get_by_role("button", name="Settings").click()
    me.page.get_by_role("checkbox", name=re.compile("^Tell me when")).check()
    me.page.keyboard.press("Escape")
    return me


def test_a_long_reply_in_a_hidden_tab_is_noticed_once_asked_for(reader: Readers) -> None:
    me = asked_for_notices(reader())
    me.page.clock.install()
    me.choose("slow").ask("Tell me more")
    me.wait_for("word3")
    me.page.evaluate(HIDE, True)
    me.page.clock.fast_forward(11_000)
    expect(me.page).to_have_title("● Tell me more · Hearth", timeout=20_000)
    [[title, body]] = me.page.evaluate("window.notices")
    assert title == "Tell me more" and body.startswith("word0 word1")


def test_a_quick_reply_is_not_worth_a_notice(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.pace, ollama.fake.held = 0.005, True
    me = asked_for_notices(reader()).choose("slow").ask("Tell me more")
    me.wait_for("word0")
    me.page.evaluate(HIDE, True)
    ollama.fake.held = False
    expect(me.page).to_have_title("● Tell me more · Hearth", timeout=20_000)
    assert me.page.evaluate("window.notices") == []


def test_the_page_opens_while_hearth_is_away_and_goes_on_by_itself(reader: Readers, hearth: HearthProcess) -> None:
    me = reader().open().choose("quick").ask("Hi")
    me.wait_for("Hello, world!")
    settled_shell(me.page)
    address = me.page.url
    hearth.kill()
    me.page.goto(address)
    expect(me.page.locator("connection-note")).to_contain_text("Reconnecting…")
    me.composer.fill("Are you there?")
    hearth.start()
    me.sees("Hi", "Hello, world!")
    expect(me.composer).to_have_value("Are you there?")
    expect(me.page.locator("connection-note")).to_be_hidden()


def test_no_stream_passes_the_worker(reader: Readers) -> None:
    me = reader().open("/", "sse").choose("quick")
    settled_shell(me.page)
    me.page.reload()
    passed: list[str] = []
    me.page.context.on("request", lambda it: passed.append(it.url) if it.service_worker else None)
    me.ask("Hi")
    me.wait_for("Hello, world!")
    assert not [url for url in passed if "/static/" not in url and "/built/" not in url]


@pytest.mark.parametrize("path", ["/", "/c/abc"])
def test_the_page_names_what_it_needs_to_be_installed(reader: Readers, path: str) -> None:
    me = reader().open(path)
    manifest = me.page.evaluate(
        "fetch(document.querySelector('link[rel=manifest]').href).then((answer) => answer.json())"
    )
    assert {icon["sizes"] for icon in manifest["icons"]} >= {"192x192", "512x512"}
    for icon in manifest["icons"]:
        assert me.page.evaluate("(src) => fetch(src).then((answer) => answer.status)", icon["src"]) == 200
