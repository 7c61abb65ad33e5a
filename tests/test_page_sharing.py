"""The page in a real browser: links to conversations, and the page that those see who have one."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from .pictures import file, png
from .support_page import Ollama, Reader, Readers
from .support_people import GUARDED, MEMBER, OWNER, fill_in, household, signed_in

__all__ = ["household"]

guarded = pytest.mark.parametrize("hearth", [GUARDED], indirect=True)


def conversation(me: Reader) -> Reader:
    me.choose("quick").ask("How do I bake bread?")
    me.wait_for("Hello, world!")
    return me


def sharing(me: Reader) -> Locator:
    me.page.locator("chat-menu button[aria-haspopup]").click()
    me.page.get_by_role("menuitem", name="Share…").click()
    return me.page.get_by_role("dialog", name="Share")


def link(dialog: Locator, **choices: str) -> str:
    for label in choices.values():
        dialog.get_by_label(label).check()
    dialog.get_by_role("button", name="Make a link").click()
    return dialog.get_by_label("The link", exact=True).input_value()


def visit(reader: Readers, address: str, **options: Any) -> Reader:
    me = reader(**options)
    me.page.goto(address)
    me.page.locator("assistant-message").first.wait_for()
    return me


def test_a_live_link_is_copied_and_shows_what_is_said_later(reader: Readers, ollama: Ollama) -> None:
    me = reader(permissions=["clipboard-read", "clipboard-write"]).open()
    conversation(me)
    dialog = sharing(me)
    address = link(dialog, what="The conversation, live")
    expect(dialog.get_by_text("The link is copied.")).to_be_visible()
    assert me.page.evaluate("navigator.clipboard.readText()") == address
    me.page.keyboard.press("Escape")
    guest = visit(reader, address)
    expect(guest.page).to_have_title("How do I bake bread? · Hearth")
    expect(guest.page.get_by_role("heading", level=1)).to_have_text("How do I bake bread?")
    guest.sees("How do I bake bread?", "Hello, world!")
    guest.replies.first.evaluate("(it) => (it.mark = 'the same')")
    ollama.fake.held = True
    me.choose("slow").ask("And a cake?")
    expect(guest.text).to_contain_text("word0", timeout=20_000)
    status = guest.replies.last.get_by_text("being written")
    expect(status).to_be_visible()
    ollama.fake.held = False
    expect(status).to_be_hidden(timeout=20_000)
    assert guest.replies.first.evaluate("(it) => it.mark") == "the same"


def test_the_list_of_links_stays_as_it_is_while_a_reply_is_written(reader: Readers) -> None:
    me = conversation(reader().open())
    dialog = sharing(me)
    link(dialog, what="The conversation, live")
    me.page.keyboard.press("Escape")
    me.choose("slow").ask("And a cake?")
    me.wait_for("word1")
    dialog = sharing(me)
    copy = dialog.get_by_role("button", name="Copy the link: Live")
    copy.focus()
    expect(me.text).to_contain_text("word9")
    expect(copy).to_be_focused()


def test_a_link_down_to_a_reply_keeps_what_comes_later(reader: Readers) -> None:
    me = conversation(reader().open())
    me.ask("And a cake?")
    expect(me.replies).to_have_count(2)
    me.wait_for("Hello, world!")
    first = me.replies.first
    first.hover()
    first.get_by_role("button", name="More").click()
    me.page.get_by_role("menuitem", name="Share down to here…").click()
    dialog = me.page.get_by_role("dialog", name="Share")
    expect(dialog.get_by_label("Down to this reply")).to_be_checked()
    guest = visit(reader, link(dialog))
    guest.sees("How do I bake bread?", "Hello, world!")
    expect(guest.page.get_by_text("Shared by link, to read.")).to_be_visible()


def test_a_link_that_takes_its_time_is_never_shown_as_that_of_another_conversation(reader: Readers) -> None:
    me = conversation(reader(permissions=["clipboard-read", "clipboard-write"]).open())
    held: list[Route] = []
    me.page.route("**/conversations/*/shares", lambda route: held.append(route), times=1)
    sharing(me).get_by_role("button", name="Make a link").click()
    me.until(lambda: held)
    me.page.keyboard.press("Escape")
    me.page.get_by_role("link", name="New chat").last.click()
    conversation(me)
    dialog = sharing(me)
    held[0].continue_()
    me.until(lambda: "/s/" in me.page.evaluate("navigator.clipboard.readText()"))
    expect(dialog.get_by_text("There are none yet.")).to_be_visible()
    expect(dialog.get_by_label("The link", exact=True)).to_have_count(0)


def test_a_link_that_is_ended_leads_to_nothing_at_once(reader: Readers) -> None:
    me = conversation(reader().open())
    dialog = sharing(me)
    address = link(dialog)
    sign = me.page.locator("chat-menu").get_by_role("button", name="This conversation is shared", include_hidden=True)
    expect(sign).to_be_visible()
    guest = visit(reader, address)
    dialog.get_by_role("button", name="End the link: Live").click()
    expect(dialog.get_by_text("There are none yet.")).to_be_visible()
    expect(dialog.get_by_label("The link", exact=True)).to_have_count(0)
    expect(sign).to_be_hidden()
    expect(guest.page.get_by_role("heading", name="This link leads to nothing")).to_be_visible(timeout=10_000)
    expect(guest.questions).to_have_count(0)


def test_an_address_that_is_no_link_says_so(reader: Readers, hearth: Any) -> None:
    me = reader()
    answer = me.page.goto(f"{hearth.url}/s/none")
    assert answer is not None and answer.status == 404
    expect(me.page.get_by_role("heading", name="This link leads to nothing")).to_be_visible()


def test_it_is_light_and_can_not_be_found_by_search(reader: Readers) -> None:
    me = conversation(reader().open())
    address = link(sharing(me))
    guest = reader()
    sizes: list[float] = []
    asked: list[str] = []
    session = guest.page.context.new_cdp_session(guest.page)
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    guest.page.on("request", lambda request: asked.append(request.url))
    answer = guest.page.goto(address)
    assert answer is not None
    headers = answer.headers
    assert "noindex" in headers["x-robots-tag"] and headers["referrer-policy"] == "no-referrer"
    assert headers["content-security-policy"].startswith("default-src 'none'")
    guest.page.locator("assistant-message").wait_for()
    guest.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/built/app" in url or "/static/app.js" in url]
    assert sum(sizes) < 90_000, sizes


def test_pictures_and_files_of_a_question_are_shown(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("seeing")
    me.page.locator("input[type=file]").first.set_input_files(
        [file("dot.png", png(8, 8), "image/png"), file("list.txt", b"eggs\nflour\n", "text/plain")]
    )
    expect(me.page.locator("attachment-list")).to_contain_text("list.txt")
    me.ask("What is this?")
    me.wait_for("the last")
    guest = visit(reader, link(sharing(me)))
    guest.page.locator("user-message .picture").click()
    expect(guest.page.get_by_role("dialog")).to_be_visible()
    guest.page.keyboard.press("Escape")
    guest.page.locator("user-message summary").click()
    expect(guest.page.locator("user-message pre")).to_have_text("eggs\nflour\n")


@guarded
@pytest.mark.usefixtures("household")
def test_a_link_for_those_who_sign_in_asks_for_that_and_leads_back(reader: Readers) -> None:
    me = conversation(signed_in(reader))
    dialog = sharing(me)
    expect(dialog.get_by_label("People who sign in here")).to_be_checked()
    address = link(dialog)
    guest = reader()
    guest.page.goto(address)
    guest.page.wait_for_url("**/sign-in?next=*")
    fill_in(guest, MEMBER)
    guest.page.wait_for_url(address)
    guest.sees("How do I bake bread?", "Hello, world!")


@guarded
@pytest.mark.usefixtures("household")
def test_a_link_for_anybody_needs_no_account(reader: Readers) -> None:
    me = conversation(signed_in(reader))
    guest = visit(reader, link(sharing(me), who="Anybody with the link"))
    guest.sees("How do I bake bread?", "Hello, world!")
    assert OWNER not in guest.page.content()


@guarded
@pytest.mark.usefixtures("household")
def test_all_of_mine_are_listed_in_my_account(reader: Readers) -> None:
    me = conversation(signed_in(reader))
    link(sharing(me))
    me.page.keyboard.press("Escape")
    me.page.locator("person-menu > button").click()
    me.page.get_by_role("menuitem", name="My account").click()
    dialog = me.page.get_by_role("dialog", name="My account")
    dialog.locator("summary", has_text="Shared links").click()
    row = dialog.locator("share-list li")
    expect(row).to_contain_text(re.compile("How do I bake bread.*Live · who signs in here · since"))
    row.get_by_role("button", name=re.compile("^End the link")).click()
    expect(dialog.get_by_text("You share no conversation.")).to_be_visible()
    expect(me.page.locator("chat-menu .shared")).to_be_hidden()
