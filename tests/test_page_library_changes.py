"""The page in a real browser: what can be done with a conversation in the list."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from .support_library import changed, choose, keep, past, row, rows, titles
from .support_page import TRANSPORTS, HearthProcess, Readers


@pytest.fixture
def earlier(tmp_path: Path) -> None:
    keep(tmp_path, past())


@TRANSPORTS
@pytest.mark.usefixtures("earlier")
def test_pinned_ones_come_first(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport)
    with me.keeping():
        choose(me, "Old photographs", "Pin")
    expect(me.page.get_by_role("list", name="Pinned").get_by_role("link")).to_have_text(["Old photographs"])
    me.page.reload()
    expect(titles(me).first).to_have_text("Old photographs")
    choose(me, "Old photographs", "Unpin")
    expect(titles(me).last).to_have_text("Old photographs")
    expect(me.page.get_by_role("heading", name="Pinned")).to_have_count(0)


@TRANSPORTS
@pytest.mark.usefixtures("earlier")
def test_renamed_in_place(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport)
    row(me, "A rainy Sunday").get_by_role("link").click()
    expect(me.page).to_have_title("A rainy Sunday · Hearth")
    choose(me, "A rainy Sunday", "Rename")
    field = me.page.get_by_role("textbox", name="Title")
    expect(field).to_be_focused()
    field.fill("A sunny Sunday")
    with me.keeping():
        field.press("Enter")
    expect(row(me, "A sunny Sunday").get_by_role("link")).to_be_focused()
    expect(me.page).to_have_title("A sunny Sunday · Hearth")
    expect(me.page.locator("chat-menu .title")).to_have_text("A sunny Sunday")
    me.page.keyboard.press("F2")
    field.fill("No, not this")
    field.press("Escape")
    expect(row(me, "A sunny Sunday").get_by_role("link")).to_be_focused()
    me.page.reload()
    expect(row(me, "A sunny Sunday")).to_be_visible()


@pytest.mark.usefixtures("earlier")
def test_renamed_from_the_header(reader: Readers) -> None:
    me = reader().open()
    row(me, "A rainy Sunday").get_by_role("link").click()
    menu = me.page.get_by_role("button", name="More for this chat")
    expect(me.page.locator("chat-menu .title")).to_have_text("A rainy Sunday")
    menu.press("Enter")
    expect(me.page.get_by_role("menuitem").first).to_be_focused()
    me.page.keyboard.press("ArrowDown")
    me.page.keyboard.press("Enter")
    field = me.page.get_by_role("textbox", name="Title")
    expect(field).to_have_value("A rainy Sunday")
    field.fill("A sunny Sunday")
    field.press("Enter")
    expect(menu).to_be_focused()
    expect(row(me, "A sunny Sunday")).to_be_visible()


@pytest.mark.usefixtures("earlier")
def test_a_name_that_is_being_typed_outlives_what_happens_in_the_list(reader: Readers) -> None:
    me = reader().open(transport="ws")
    choose(me, "Old photographs", "Rename")
    field = me.page.get_by_role("textbox", name="Title")
    field.fill("New photo")
    changed(me, "A rainy Sunday", "PATCH", {"title": "Elsewhere"})
    reader().open().choose("quick").ask("One")
    with me.page.expect_response(re.compile("/api/conversations/")) as answer:
        field.press_sequentially("graphs")
        field.press("Enter")
    assert answer.value.json()["title"] == "New photographs"
    expect(row(me, "New photographs").get_by_role("link")).to_be_focused()
    expect(row(me, "Elsewhere")).to_be_visible()
    expect(titles(me).first).to_have_text("One")


@pytest.mark.usefixtures("earlier")
def test_deleted_and_undone(reader: Readers, hearth: HearthProcess) -> None:
    me = reader()
    me.page.clock.install()
    me.open()
    # Twice before the page has drawn what came of it, as a key does that is held.
    press = "(row) => row.dispatchEvent(new KeyboardEvent('keydown', { key: 'Delete', bubbles: true }))"
    row(me, "Sourdough bread").evaluate(f"(row) => [1, 2].forEach(() => ({press})(row))")
    expect(row(me, "Sourdough bread")).to_have_count(0)
    expect(me.page.locator("toast-list [role=status]")).to_have_text("Deleted “Sourdough bread”.")
    me.page.get_by_role("button", name="Undo").click()
    expect(titles(me).first).to_have_text("Sourdough bread")
    expect(me.page.get_by_role("button", name="Undo")).to_have_count(0)
    choose(me, "A rainy Sunday", "Delete")
    me.page.get_by_role("button", name="Undo").focus()
    me.page.clock.run_for(20_000)
    expect(me.page.get_by_role("button", name="Undo")).to_be_visible()
    me.page.get_by_role("button", name="Undo").blur()
    with me.page.expect_response(lambda answer: answer.request.method == "DELETE") as deleted:
        me.page.clock.run_for(8_000)
    assert deleted.value.status == 204
    expect(me.page.get_by_role("button", name="Undo")).to_have_count(0)
    me.page.reload()
    expect(rows(me)).to_have_count(6)


@pytest.mark.usefixtures("earlier")
def test_the_conversation_on_the_page_is_deleted(reader: Readers) -> None:
    me = reader().open()
    row(me, "A rainy Sunday").get_by_role("link").click()
    expect(me.page).to_have_title("A rainy Sunday · Hearth")
    me.page.get_by_role("button", name="More for this chat").click()
    me.page.get_by_role("menuitem", name="Delete").click()
    expect(me.page).to_have_url(me.hearth + "/")
    expect(me.page.locator("empty-state")).to_be_visible()
    expect(row(me, "A rainy Sunday")).to_have_count(0)
    with me.keeping("DELETE"):
        me.page.get_by_role("button", name="Dismiss").click()
    me.page.reload()
    expect(rows(me)).to_have_count(6)


@pytest.mark.usefixtures("earlier")
def test_what_is_deleted_is_gone_although_the_page_is_left(reader: Readers) -> None:
    me = reader().open()
    choose(me, "Sourdough bread", "Delete")
    expect(row(me, "Sourdough bread")).to_have_count(0)
    other = reader().open()
    expect(row(other, "Sourdough bread")).to_be_visible()
    me.page.close()
    expect(row(other, "Sourdough bread")).to_have_count(0)


@pytest.mark.usefixtures("earlier")
def test_what_can_not_be_deleted_comes_back(reader: Readers) -> None:
    me = reader().open()

    def refuse(route: Route) -> None:
        if route.request.method == "DELETE":
            route.fulfill(status=507, json={"error": {"code": "disk_full", "message": "The disk is full."}})
        else:
            route.fallback()

    me.page.route(re.compile("/api/conversations/"), refuse)
    choose(me, "Sourdough bread", "Delete")
    me.page.get_by_role("button", name="Dismiss").click()
    expect(me.page.get_by_text("“Sourdough bread” wasn’t deleted. The disk is full.").last).to_be_visible()
    expect(row(me, "Sourdough bread")).to_be_visible()
