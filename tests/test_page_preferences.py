"""The page in a real browser: what a reader sets for this device, and the sheet of keys."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from .support_page import HearthProcess, Ollama, Reader, Readers

DARK, LIGHT = "rgb(27, 24, 21)", "rgb(251, 248, 244)"


def settings(me: Reader) -> Locator:
    me.page.locator("side-bar").get_by_role("button", name=re.compile("^(Settings|设置)$")).click()
    return me.page.get_by_role("dialog")


def background(me: Reader) -> str:
    colour: str = me.page.evaluate("getComputedStyle(document.body).backgroundColor")
    return colour


def test_the_theme_is_the_systems_until_another_is_chosen(reader: Readers) -> None:
    me = reader(color_scheme="dark").open()
    assert background(me) == DARK
    settings(me).get_by_text("Light", exact=True).click()
    assert background(me) == LIGHT
    colours = me.page.locator("meta[name=theme-color]").evaluate_all("(all) => all.map((one) => one.content)")
    assert colours == ["#fbf8f4", "#fbf8f4"]
    me.page.reload()
    assert background(me) == LIGHT
    settings(me).get_by_text("Like the system").click()
    assert background(me) == DARK


def test_a_chosen_theme_is_there_before_anything_is_drawn(reader: Readers) -> None:
    me = reader(color_scheme="light").open()
    settings(me).get_by_text("Dark", exact=True).click()
    me.page.route("**/app.js", lambda route: route.fulfill(body="", content_type="text/javascript"))
    me.page.reload()
    assert background(me) == DARK
    me.page.unroute("**/app.js")


def test_the_language_is_the_browsers_until_another_is_chosen(reader: Readers) -> None:
    me = reader().open()
    languages = settings(me).get_by_role("combobox", name="Language")
    expect(languages.locator("option")).to_have_text(["Like the browser", "English", "中文"])
    expect(languages).to_have_value("auto")
    languages.select_option("中文")
    expect(me.composer).to_have_attribute("placeholder", "随便问点什么")
    expect(me.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    languages = settings(me).get_by_role("combobox", name="语言")
    expect(languages).to_have_value("zh")
    languages.select_option("auto")
    expect(me.composer).to_have_attribute("placeholder", "Ask anything")


def test_the_settings_tell_what_is_at_work(reader: Readers, hearth: HearthProcess) -> None:
    me = reader().open()
    dialog = settings(me)
    expect(dialog).to_contain_text("Hearth 0.")
    expect(dialog).to_contain_text(re.compile(r"Ollama \S+ at http://127\.0\.0\.1:\d+"))
    me.page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    expect(me.page.locator("side-bar").get_by_role("button", name="Settings")).to_be_focused()


def test_settings_that_can_not_be_had_just_now_are_not_passed_over_in_silence(reader: Readers) -> None:
    me = reader().open()
    me.page.route("**/elements/app-settings.js", lambda route: route.abort())
    me.page.locator("side-bar").get_by_role("button", name="Settings").click()
    expect(me.page.locator("toast-list .toast")).to_contain_text("Hearth can’t be reached just now")
    me.page.unroute("**/elements/app-settings.js")
    expect(settings(me)).to_be_visible()


def test_a_question_mark_shows_the_keys_but_not_while_one_types(reader: Readers) -> None:
    me = reader().open()
    me.composer.press_sequentially("why?")
    expect(me.composer).to_have_value("why?")
    me.composer.blur()
    me.page.keyboard.press("?")
    dialog = me.page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_contain_text("Edit the last question")
    me.page.mouse.click(5, 5)
    expect(dialog).to_have_count(0)


def test_keys_that_work_anywhere(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("Hi")
    me.wait_for("Hello, world!")
    me.composer.blur()
    me.page.keyboard.press("/")
    expect(me.composer).to_be_focused()
    me.page.keyboard.press("Control+Shift+O")
    expect(me.questions).to_have_count(0)
    me.page.keyboard.press("Control+k")
    expect(me.page.get_by_role("searchbox")).to_be_focused()


def test_no_key_reaches_behind_a_dialog(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.held = True
    me = reader().open().choose("slow").ask("Hi")
    me.wait_for("word0")
    expect(settings(me)).to_be_visible()
    me.page.keyboard.press("?")
    me.page.keyboard.press("Control+Shift+O")
    expect(me.page.get_by_role("dialog")).to_have_count(1)
    me.page.keyboard.press("Escape")
    ollama.fake.held = False
    me.wait_for("word9")  # Escape closed the dialog, and stopped nothing
