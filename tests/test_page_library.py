"""The page in a real browser: the list of conversations."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from .support_library import aged, at_noon, changed, choose, keep, past, row, rows, titles
from .support_page import TRANSPORTS, HearthProcess, Ollama, Readers

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
LIST = re.compile(r"/api/conversations\?")


@pytest.fixture
def earlier(tmp_path: Path) -> None:
    keep(tmp_path, past())


@pytest.mark.usefixtures("earlier")
def test_conversations_are_listed_by_day(reader: Readers) -> None:
    me = at_noon(reader(timezone_id="UTC"))
    expect(me.page.locator("conversation-list h2")).to_have_text(
        ["Today", "Yesterday", "Previous 7 days", "Previous 30 days", "March", "July 2025"]
    )
    today = me.page.get_by_role("list", name="Today")
    expect(today.get_by_role("link")).to_have_text(["Sourdough bread", "天空为什么是蓝色的"])
    row(me, "A rainy Sunday").get_by_role("link").click()
    expect(me.page).to_have_title("A rainy Sunday · Hearth")
    expect(me.page.locator("conversation-row [aria-current=page]")).to_have_text("A rainy Sunday")
    expect(me.page.locator("chat-menu .title")).to_have_text("A rainy Sunday")


@pytest.mark.usefixtures("earlier")
def test_the_list_in_chinese(reader: Readers) -> None:
    me = at_noon(reader(timezone_id="UTC", locale="zh-CN"))
    expect(me.page.locator("conversation-list h2")).to_have_text(
        ["今天", "昨天", "过去 7 天", "过去 30 天", "三月", "2025年7月"]
    )
    row(me, "天空").hover()
    row(me, "天空").get_by_role("button", name="“天空为什么是蓝色的”的更多操作").click()
    me.page.get_by_role("menuitem", name="删除").click()
    expect(me.page.get_by_role("group", name="已删除“天空为什么是蓝色的”。")).to_be_visible()
    me.page.get_by_role("button", name="撤销").click()
    expect(row(me, "天空")).to_be_visible()


def test_there_is_nothing_yet(reader: Readers) -> None:
    me = reader().open()
    expect(me.page.locator("conversation-list")).to_contain_text("What you talk about will be listed here.")
    me.choose("quick").ask("One")
    expect(titles(me)).to_have_text(["One"])
    expect(me.page.locator("conversation-list .note")).to_be_hidden()


@TRANSPORTS
def test_a_chat_is_listed_at_once_and_told_while_it_is_written(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    expect(titles(me)).to_have_text(["Tell me"])
    expect(row(me, "Tell me").locator(".sign")).to_have_text("(being written)")
    expect(row(me, "Tell me").locator(".ember")).to_be_visible()
    me.page.get_by_role("button", name="Stop").click()
    expect(row(me, "Tell me").locator(".sign")).to_be_empty()


@pytest.mark.usefixtures("earlier")
def test_what_another_tab_does_is_seen(reader: Readers) -> None:
    me = reader().open(transport="ws")
    expect(rows(me)).to_have_count(7)
    other = reader().open().choose("slow").ask("Tell me")
    expect(titles(me).first).to_have_text("Tell me")
    expect(rows(me).first.locator(".sign")).to_have_text("(being written)")
    other.page.get_by_role("button", name="Stop").click()
    expect(rows(me).first.locator(".sign")).to_have_text("(new reply)")
    rows(me).first.get_by_role("link").click()
    expect(rows(me).first.locator(".sign")).to_be_empty()
    changed(me, "Old photographs", "PATCH", {"title": "New photographs"})
    expect(row(me, "New photographs")).to_be_visible()
    changed(me, "New photographs", "DELETE")
    expect(row(me, "New photographs")).to_have_count(0)


@pytest.mark.usefixtures("earlier")
def test_without_a_socket_it_is_looked_for_again_and_again(reader: Readers, ollama: Ollama) -> None:
    me = reader()
    me.page.clock.install()
    me.open(transport="sse")
    expect(rows(me)).to_have_count(7)
    ollama.fake.held = True
    reader().open().choose("slow").ask("Tell me").wait_for("word0")
    me.page.clock.run_for(15_000)
    expect(rows(me).first).to_have_text("Tell me (being written)")


@pytest.mark.parametrize("hearth", [["--titles=true"]], indirect=True)
def test_a_title_that_the_model_finds_comes_into_the_list(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    expect(titles(me)).to_have_text(["What a model calls it"])
    expect(me.page.locator("chat-menu .title")).to_have_text("What a model calls it")


@pytest.mark.usefixtures("earlier")
def test_search_as_you_type(reader: Readers) -> None:
    me = reader().open()
    expect(rows(me)).to_have_count(7)
    me.page.keyboard.press("Control+k")
    field = me.page.get_by_role("searchbox", name="Search conversations")
    expect(field).to_be_focused()
    field.press_sequentially("know bor")
    expect(titles(me)).to_have_text(["Rust and the borrow checker"])
    expect(rows(me).locator(".snippet")).to_contain_text("I'd like to know more about this")
    expect(rows(me).locator("mark")).to_have_text(["bor", "know", "bor"])
    expect(me.page.locator("side-bar [role=status]")).to_have_text("1 conversation found")
    field.fill("天")
    expect(titles(me)).to_have_text(["天空为什么是蓝色的"])
    field.fill("<img src=x onerror=alert(1)>")
    expect(me.page.locator("conversation-list .note")).to_have_text("Nothing found for “<img src=x onerror=alert(1)>”.")
    field.press("Escape")
    expect(field).to_have_value("")
    expect(rows(me)).to_have_count(7)
    field.fill("photographs")
    expect(rows(me)).to_have_count(1)
    field.press("Enter")
    expect(me.page).to_have_title("Old photographs · Hearth")
    me.page.get_by_role("button", name="Clear the search").click()
    expect(rows(me)).to_have_count(7)


@pytest.mark.usefixtures("earlier")
def test_the_list_by_keyboard(reader: Readers) -> None:
    me = reader().open()
    expect(rows(me)).to_have_count(7)
    me.page.get_by_role("searchbox").press("ArrowDown")
    expect(row(me, "Sourdough bread").get_by_role("link")).to_be_focused()
    me.page.keyboard.press("End")
    expect(row(me, "Old photographs").get_by_role("link")).to_be_focused()
    me.page.keyboard.press("ArrowUp")
    me.page.keyboard.press("Delete")
    expect(row(me, "Taxes of last year")).to_have_count(0)
    expect(row(me, "Old photographs").get_by_role("link")).to_be_focused()
    me.page.keyboard.press("Tab")
    expect(row(me, "Old photographs").get_by_role("button")).to_be_focused()
    me.page.keyboard.press("Enter")
    expect(me.page.get_by_role("menuitem", name="Pin")).to_be_focused()
    me.page.keyboard.press("Escape")
    expect(row(me, "Old photographs").get_by_role("button")).to_be_focused()
    me.page.keyboard.press("Shift+Tab")
    me.page.keyboard.press("Shift+Tab")
    expect(me.page.get_by_role("searchbox")).to_be_focused()
    me.page.keyboard.press("Control+Shift+O")
    expect(me.composer.last).to_be_focused()


@pytest.mark.usefixtures("earlier")
def test_the_column_is_folded_away_and_stays_so(reader: Readers) -> None:
    me = reader().open()
    expect(me.page.get_by_role("button", name="Show the conversations")).to_be_hidden()
    me.page.get_by_role("button", name="Hide the conversations").click()
    expect(me.page.locator("side-bar")).to_be_hidden()
    me.page.reload()
    show = me.page.get_by_role("button", name="Show the conversations")
    expect(show).to_be_visible()
    expect(me.page.locator("side-bar")).to_be_hidden()
    show.click()
    expect(rows(me)).to_have_count(7)
    expect(rows(me).first).to_be_visible()


@pytest.mark.usefixtures("earlier")
def test_a_drawer_on_a_phone(reader: Readers) -> None:
    me = at_noon(reader(**PHONE))
    show = me.page.get_by_role("button", name="Show the conversations")
    expect(rows(me).first).to_be_hidden()
    show.tap()
    expect(rows(me).first).to_be_visible()
    expect(me.page.locator(".room")).to_have_attribute("inert", "")
    small = me.page.locator("side-bar a, side-bar button, side-bar input").evaluate_all(
        """(all) => all.map((one) => [one.outerHTML, one.getBoundingClientRect()])
             .filter(([, {width, height}]) => width && (width < 40 || height < 40)).map(([html]) => html)"""
    )
    assert small == []
    me.page.keyboard.press("Escape")
    expect(rows(me).first).to_be_hidden()
    expect(show).to_be_focused()
    show.tap()
    row(me, "A rainy Sunday").get_by_role("button").tap()
    me.page.get_by_role("menuitem", name="Delete").tap()
    expect(row(me, "A rainy Sunday")).to_have_count(0)
    me.page.get_by_role("button", name="Undo").tap()
    if not rows(me).first.is_visible():
        show.tap()
    expect(row(me, "A rainy Sunday")).to_be_visible()
    row(me, "Old photographs").get_by_role("link").tap()
    expect(rows(me).first).to_be_hidden()
    expect(me.page).to_have_title("Old photographs · Hearth")
    show.tap()
    me.page.touchscreen.tap(350, 400)
    expect(rows(me).first).to_be_hidden()
    expect(me.page.locator(".room")).not_to_have_attribute("inert", "")
    assert me.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_ten_thousand_conversations(reader: Readers, tmp_path: Path, hearth: HearthProcess) -> None:
    hearth.kill()
    keep(tmp_path, [aged(f"Number {n}", timedelta(minutes=n)) for n in range(10_000)])
    hearth.start()
    me = at_noon(reader())
    expect(titles(me).first).to_have_text("Number 0")
    expect(rows(me)).to_have_count(50)
    me.page.evaluate(
        """async () => {
             const list = document.querySelector("conversation-list");
             const whole = () => list.querySelectorAll("conversation-row").length >= 1000;
             await new Promise((resolve) => {
               const look = () => {
                 if (whole()) return resolve();
                 list.scrollTop = list.scrollHeight;
                 requestAnimationFrame(look);
               };
               look();
             });
           }"""
    )
    expect(titles(me).nth(999)).to_have_text("Number 999")
    expect(titles(me).nth(500)).to_have_text("Number 500")
    me.page.get_by_role("searchbox").fill("number 9876")
    expect(titles(me)).to_have_text(["Number 9876"])
    rows(me).get_by_role("link").click()
    expect(me.page).to_have_title("Number 9876 · Hearth")
    choose(me, "Number 9876", "Pin")
    me.page.get_by_role("searchbox").press("Escape")
    expect(titles(me).first).to_have_text("Number 9876")


@pytest.mark.parametrize("answer", ["<html>Surprise</html>", '{"conversations": [{"id": 5}], "more": 1}', "null"])
@pytest.mark.usefixtures("earlier")
def test_a_server_that_answers_garbage_can_be_asked_again(reader: Readers, answer: str) -> None:
    me = reader()
    me.page.route(LIST, lambda route: route.fulfill(body=answer))
    me.open()
    note = me.page.locator("conversation-list .note")
    expect(note).to_contain_text("The conversations can’t be listed just now.")
    me.choose("quick")
    me.page.unroute(LIST)
    note.get_by_role("button", name="Try again").click()
    expect(rows(me)).to_have_count(7)
    expect(note).to_be_hidden()


def test_without_the_list_one_can_chat(reader: Readers) -> None:
    me = reader()
    me.page.route(LIST, lambda route: route.fulfill(status=500, body="Internal error"))
    me.open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    expect(me.page.locator("conversation-list .note")).to_contain_text("The conversations can’t be listed just now.")


@pytest.mark.usefixtures("earlier")
def test_an_error_of_the_server_leaves_what_is_listed(reader: Readers) -> None:
    me = reader().open()
    expect(rows(me)).to_have_count(7)
    me.page.route(LIST, lambda route: route.fulfill(status=500, body="Internal error"))
    me.page.get_by_role("searchbox").fill("bread")
    note = me.page.locator("conversation-list .note")
    expect(note).to_contain_text("The search didn’t work just now.")
    me.page.unroute(LIST)
    note.get_by_role("button", name="Try again").click()
    expect(titles(me)).to_have_text(["Sourdough bread"])
    expect(note).to_be_hidden()


@pytest.mark.usefixtures("earlier")
def test_while_hearth_is_away_the_list_stays(reader: Readers, hearth: HearthProcess) -> None:
    me = reader().open()
    expect(rows(me)).to_have_count(7)
    hearth.kill()
    expect(me.page.get_by_text("Reconnecting…")).to_be_visible()
    expect(rows(me)).to_have_count(7)
    choose(me, "Old photographs", "Pin")
    expect(titles(me).first).to_have_text("Old photographs")
    with me.keeping():
        hearth.start()
    expect(me.page.get_by_text("Reconnecting…")).to_be_hidden()
    me.page.reload()
    expect(titles(me).first).to_have_text("Old photographs")


def test_a_new_chat_has_a_menu_of_its_settings_only(reader: Readers) -> None:
    me = reader().open()
    me.page.get_by_role("button", name="More for this chat").click()
    expect(me.page.get_by_role("menuitem")).to_have_text(["Settings of this chat"])
