"""The page in a real browser, where what it asks for comes late: nothing is lost, and no press is for nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from .pictures import file, png
from .support_attachments import answered, items, note, pick, sent, wait_until_kept
from .support_library import keep, past, rows, titles
from .support_page import HearthProcess, Ollama, Reader, Readers, call
from .test_page_settings import panel

# What the browser keeps of attachments is told once window.release() is called.
SLOW_SHELF = """
    const released = new Promise((resolve) => (window.release = resolve));
    Object.defineProperty(IDBTransaction.prototype, 'oncomplete', {
        set(done) { this.addEventListener('complete', () => released.then(done)); },
    });
"""


@contextmanager
def held(me: Reader, address: str, method: str = "GET") -> Iterator[None]:
    """The next such call is answered at the end."""
    waiting: list[Route] = []

    def hold(route: Route) -> None:
        if waiting or route.request.method != method:
            route.fallback()
        else:
            waiting.append(route)

    me.page.route(address, hold)
    yield
    me.until(lambda: waiting)
    waiting[0].continue_()


def test_a_question_waits_for_what_was_attached_and_for_the_model_of_its_conversation(
    reader: Readers, ollama: Ollama
) -> None:
    me = reader().open().choose("seeing").ask("One")
    answered(me)
    address = me.page.url
    pick(me, file("a.png", png(8, 8)))
    wait_until_kept(me, 1)
    me.page.get_by_role("link", name="New chat").first.click()
    me.choose("echo")
    me.page.add_init_script(SLOW_SHELF)
    with held(me, "**/api/conversations/*"):
        me.page.goto(address)
        me.ask("What is this?")
        expect(note(me)).to_contain_text("as soon as this conversation is here")
    expect(note(me)).to_contain_text("as soon as the files are ready")
    assert len(ollama.fake.chats) == 1
    me.page.evaluate("() => window.release()")
    me.wait_for("the last: What is this?")
    assert len(sent(ollama)["images"]) == 1
    expect(items(me)).to_have_count(0)


def test_the_conversation_that_is_there_can_be_chosen_again_while_a_question_is_on_its_way(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.wait_for("1 messages; the last: One")
    with held(me, "**/messages", "POST"):
        me.ask("Two")
        expect(me.questions).to_have_count(2)
        me.page.locator("conversation-row a").click()
        expect(me.composer).to_be_focused()
        expect(me.questions).to_have_count(2)
    me.wait_for("3 messages; the last: Two")
    expect(me.composer).to_have_value("")


@pytest.fixture
def earlier(tmp_path: Path) -> None:
    keep(tmp_path, past())


@pytest.mark.usefixtures("earlier")
def test_enter_opens_what_was_searched_for_and_not_what_is_listed_still(reader: Readers) -> None:
    me = reader().open()
    field = me.page.get_by_role("searchbox", name="Search conversations")
    field.fill("photographs")
    expect(rows(me)).to_have_count(1)
    with held(me, "**/api/conversations?query=rainy*"):
        field.fill("rainy")
        field.press("Enter")
        expect(titles(me)).to_have_text(["Old photographs"])
    expect(me.page).to_have_title("A rainy Sunday · Hearth")


@pytest.mark.usefixtures("earlier")
def test_who_comes_back_to_what_is_being_deleted_and_deletes_it_again_leaves_it(reader: Readers) -> None:
    me = reader().open()
    rows(me).get_by_role("link", name="A rainy Sunday").click()

    def delete() -> None:
        expect(me.page).to_have_title("A rainy Sunday · Hearth")
        me.page.get_by_role("button", name="More for this chat").click()
        me.page.get_by_role("menuitem", name="Delete").click()
        expect(me.page).to_have_url(me.hearth + "/")

    with held(me, "**/api/conversations/*", "DELETE"):
        delete()
        me.page.get_by_role("button", name="Dismiss").click()
        me.page.go_back()
        delete()
        expect(me.page.get_by_role("button", name="Undo")).to_have_count(0)
    expect(rows(me)).to_have_count(6)


def test_settings_that_are_asked_for_early_open_once_the_conversation_is_there(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.wait_for("1 messages; the last: One")
    with held(me, "**/api/conversations/*"):
        me.page.reload()
        me.page.locator("html[data-ready]").wait_for(state="attached")
        me.page.keyboard.press("Control+,")
        expect(me.page.get_by_role("dialog")).to_have_count(0)
    expect(me.page.get_by_role("dialog").get_by_label("Instructions")).to_be_visible()


def test_what_became_of_one_preset_leaves_the_name_of_another_alone(reader: Readers, hearth: HearthProcess) -> None:
    call("POST", f"{hearth.url}/api/presets", {"name": "Cook", "system": "You are a cook."})
    me = reader().open()
    dialog = panel(me)
    dialog.get_by_label("Preset", exact=True).select_option("Cook")
    name = dialog.get_by_label("Name of the preset")
    with held(me, "**/api/presets/*", "PATCH"):
        dialog.get_by_role("button", name="Rename").click()
        name.fill("Baker")
        name.press("Enter")
        dialog.get_by_role("button", name="Cancel").click()
        dialog.get_by_role("button", name="Save as preset").click()
        name.fill("Butcher")
    expect(dialog.get_by_role("option", name="Baker")).to_have_count(1)
    expect(name).to_have_value("Butcher")
    name.press("Enter")
    expect(dialog.get_by_role("option", name="Butcher")).to_have_count(1)
