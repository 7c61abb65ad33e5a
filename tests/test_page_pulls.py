"""The page in a real browser: models on their way here, for who looks after them."""

from __future__ import annotations

from asyncio import Event  # which a script looks at again and again
from typing import Any

import pytest
from playwright.sync_api import APIResponse, Route, expect

from .fake_library import HANG, MANIFEST, SUCCESS
from .support_manage import HALF, dialog, get, manage, row
from .support_page import Ollama, Readers, call


def test_a_model_is_got_by_its_name_and_every_tab_sees_how_far_it_is(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.library.scripts["fresh"] = [[*HALF, HANG], [SUCCESS]]
    me, other = reader().open(), reader().open()
    sheet = manage(me)
    get(sheet, "ollama run fresh")
    expect(sheet.get_by_label("Get a model")).to_have_value("")
    progress = sheet.get_by_role("progressbar", name="Download of fresh")
    expect(progress).to_have_js_property("value", 0.5)
    expect(sheet.locator("pull-progress")).to_contain_text("50% · 2 GB of 4 GB")
    sheet.get_by_role("button", name="Close").click()
    sign = me.page.get_by_role("button", name="Download of fresh · 50%")
    expect(sign).to_be_visible()
    expect(other.page.get_by_role("button", name="Download of fresh · 50%")).to_be_visible()
    me.page.reload()
    sign.click()
    dialog(me).get_by_role("button", name="Cancel").click()
    expect(sign).to_be_hidden()
    expect(dialog(me).locator("pull-progress")).to_contain_text("fresh was cancelled")
    dialog(me).get_by_role("button", name="Go on").click()
    expect(dialog(me).locator("pull-progress")).to_contain_text("fresh is here")
    expect(row(dialog(me), "fresh")).to_be_visible()
    dialog(me).get_by_role("button", name="Dismiss").click()
    expect(dialog(me).locator("pull-list")).to_be_hidden()
    expect(dialog(me).get_by_label("Get a model")).to_be_focused()
    other.page.locator("model-picker > button").click()
    expect(other.page.get_by_role("option").filter(has_text="fresh")).to_be_visible()


def test_without_a_socket_it_is_seen_too(reader: Readers, ollama: Ollama) -> None:
    me, other = reader().open(transport="sse"), reader().open(transport="sse")
    seen = Event()
    ollama.fake.library.scripts["fresh"] = [[*HALF, seen, SUCCESS]]
    sheet = manage(me)
    get(sheet, "fresh")
    expect(sheet.locator("pull-progress")).to_contain_text("50%")
    other.page.reload()
    expect(other.page.get_by_role("button", name="Download of fresh · 50%")).to_be_visible()
    seen.set()
    expect(row(sheet, "fresh")).to_be_visible(timeout=15_000)
    expect(other.page.locator("pull-sign")).to_be_hidden()


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("nosuch", "there is no model called nosuch"),
        ("nospace", "disk is full. Make room, then go on"),
        ("offline", "can’t reach the internet. Check the connection, then go on"),
    ],
)
def test_what_goes_wrong_is_told_with_what_to_do(reader: Readers, name: str, words: str) -> None:
    sheet = manage(reader().open())
    get(sheet, name)
    expect(sheet.locator("pull-progress")).to_contain_text(words, timeout=15_000)
    sheet.get_by_role("button", name="Dismiss").click()
    expect(sheet.locator("pull-progress")).to_have_count(0)


def test_a_name_that_is_none_is_told_at_once_and_asked_of_nobody(reader: Readers, ollama: Ollama) -> None:
    sheet = manage(reader().open())
    field = sheet.get_by_label("Get a model")
    for typed, words in (("../../etc", "It looks like llama3.2"), ("", "Type the name of a model")):
        get(sheet, typed)
        expect(field).to_have_attribute("aria-invalid", "true")
        expect(sheet.locator("model-get .problem").first).to_contain_text(words)
        expect(field).to_have_value(typed)
    assert ollama.fake.library.pulls == []


def test_what_came_while_one_looked_away_is_told(reader: Readers, ollama: Ollama) -> None:
    away, again = Event(), Event()
    ollama.fake.library.scripts["fresh"] = [[MANIFEST, away, SUCCESS]]
    me = reader().open()
    sheet = manage(me)
    get(sheet, "fresh")
    expect(sheet.locator("pull-progress")).to_contain_text("fresh")
    me.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    away.set()
    expect(me.page.locator("toast-list .toast")).to_contain_text("fresh is here.")
    get(manage(me), "nosuch")
    expect(me.page.locator("pull-progress").first).to_contain_text("nosuch")
    ollama.fake.library.scripts["later"] = [[MANIFEST, again, {"error": "pull model manifest: file does not exist"}]]
    get(dialog(me), "later")
    expect(me.page.locator("pull-progress").filter(has_text="later")).to_be_visible()
    me.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    again.set()
    me.page.get_by_role("button", name="Show").click()
    expect(dialog(me).locator("pull-progress").filter(has_text="later")).to_contain_text("no model called later")


def test_a_look_that_was_too_early_does_not_hide_that_the_model_is_here(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.models = []
    rest = Event()
    ollama.fake.library.scripts["fresh"] = [[*HALF, rest, SUCCESS]]
    me = reader().open()
    call("POST", f"{me.hearth}/api/pulls", {"model": "fresh"})
    sign = me.page.get_by_role("button", name="Download of fresh · 50%")
    expect(sign).to_be_visible()
    held: list[tuple[Route, APIResponse]] = []
    me.page.route("**/api/models", lambda route: held.append((route, route.fetch())), times=1)
    me.composer.blur()
    me.comes_back()
    me.until(lambda: held)
    rest.set()
    expect(sign).to_be_hidden()
    route, before = held[0]
    route.fulfill(response=before)
    expect(me.composer).to_be_focused()


def test_all_are_updated_and_all_can_be_cancelled(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.models = [f"model{number}:latest" for number in range(9)]
    ollama.fake.library.scripts["model0:latest"] = [[*HALF, HANG]]
    sheet = manage(reader().open())
    sheet.get_by_role("button", name="Update all").click()
    expect(sheet.get_by_text("Looking for something newer of 9 models.")).to_be_visible()
    pulls = sheet.locator("pull-list li")
    expect(pulls.first).to_contain_text("50%")
    expect(pulls.filter(visible=True)).to_have_count(6)
    expect(pulls.nth(1)).to_contain_text("waits for its turn")
    expect(pulls.nth(1).get_by_role("progressbar")).to_have_count(0)
    sheet.get_by_role("button", name="Show 3 more").click()
    expect(pulls.filter(visible=True)).to_have_count(9)
    sheet.get_by_role("button", name="Cancel all").click()
    expect(pulls.filter(has_text="was cancelled")).to_have_count(9)
    sheet.get_by_role("button", name="Dismiss what is over").click()
    expect(sheet.locator("pull-list")).to_be_hidden()


def test_by_keyboard_the_focus_stays_with_the_download_that_is_cancelled(reader: Readers, ollama: Ollama) -> None:
    focused = Event()
    scripts: dict[str, list[Any]] = {"first": [focused, SUCCESS], "second": [HANG], "third": [HANG]}
    ollama.fake.library.scripts |= {name: [[MANIFEST, *rest]] for name, rest in scripts.items()}
    me = reader().open()
    sheet = manage(me)
    for name in scripts:
        get(sheet, name)
        expect(sheet.locator("pull-progress", has_text=name)).to_be_visible()
    third = sheet.locator("pull-progress", has_text="third")
    third.get_by_role("button", name="Cancel").focus()
    focused.set()
    expect(sheet.locator("pull-progress strong")).to_have_text(["second", "third", "first"])
    expect(third.get_by_role("button", name="Cancel")).to_be_focused()
    me.page.keyboard.press("Enter")
    expect(third.get_by_role("button", name="Go on")).to_be_focused()
    me.page.keyboard.press("Tab")
    me.page.keyboard.press("Enter")
    expect(third).to_have_count(0)
    expect(sheet.locator("pull-progress", has_text="first").get_by_role("button", name="Dismiss")).to_be_focused()
