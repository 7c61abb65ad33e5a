"""The page in a real browser: what a conversation is held with."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Route, expect

from .support_models import describe, install, load, model
from .support_page import HearthProcess, Ollama, Reader, Readers, call

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True, "reduced_motion": "reduce"}


def panel(me: Reader) -> Locator:
    me.page.get_by_role("button", name="Settings of this chat").click()
    dialog = me.page.get_by_role("dialog", name="This chat")
    expect(dialog).to_be_visible()
    return dialog


def closed(me: Reader) -> None:
    me.page.keyboard.press("Escape")
    expect(me.page.get_by_role("dialog")).to_have_count(0)


def conversation(me: Reader) -> dict[str, Any]:
    path = me.page.url.partition("?")[0].replace("/c/", "/api/conversations/")
    found: dict[str, Any] = me.page.evaluate("(path) => fetch(path).then((it) => it.json())", path)
    return found


def test_a_new_chat_is_asked_with_what_was_set_before(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("echo")
    dialog = panel(me)
    dialog.get_by_label("Instructions").fill("You are a cook.")
    dialog.get_by_label("Temperature", exact=True).fill("0,2")
    dialog.get_by_text("More options").click()
    dialog.get_by_label("Seed", exact=True).fill("7")
    dialog.get_by_label("Stop words", exact=True).fill("END\n\\n\\n")
    dialog.get_by_label("Stay in memory").select_option("30 minutes")
    closed(me)
    me.page.reload()
    me.ask("One")
    me.wait_for("the last: One")
    asked = ollama.fake.chats[-1].body
    assert asked["messages"][0] == {"role": "system", "content": "You are a cook."}
    assert asked["options"] | {"temperature": 0.2, "seed": 7, "stop": ["END", "\n\n"]} == asked["options"]
    assert asked["keep_alive"] == "30m"
    # The next new chat begins without.
    me.page.get_by_role("link", name="New chat").last.click()
    expect(panel(me).get_by_label("Instructions")).to_have_value("")


def test_a_change_holds_for_the_next_question_and_over_a_reload(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    panel(me).get_by_label("Temperature", exact=True).fill("1.5")
    closed(me)
    me.ask("Two")
    me.sees("One", "Hello, world!", "Two", "Hello, world!")
    assert ollama.fake.chats[-1].body["options"]["temperature"] == 1.5
    me.page.reload()
    field = panel(me).get_by_label("Temperature", exact=True)
    expect(field).to_have_value("1.5")
    me.page.get_by_role("button", name="Temperature: back to the default").click()
    expect(field).to_have_value("")
    expect(field).to_be_focused()
    closed(me)
    me.ask("Three")
    expect(me.replies).to_have_count(3)
    me.wait_for("Hello, world!")
    assert "temperature" not in (ollama.fake.chats[-1].body.get("options") or {})


def test_what_cannot_be_right_is_told_beside_it_and_not_kept(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("quick")
    dialog = panel(me)
    temperature = dialog.get_by_label("Temperature", exact=True)
    temperature.fill("9")
    temperature.press("Tab")
    expect(dialog.get_by_role("alert").get_by_text("Choose a number from 0 to 2.")).to_be_visible()
    expect(temperature).to_have_attribute("aria-invalid", "true")
    dialog.get_by_label("Length limit", exact=True).fill("a lot")
    dialog.get_by_label("Instructions").focus()
    expect(dialog.get_by_text("Write a whole number, such as 40.")).to_be_visible()
    closed(me)
    me.ask("One")
    me.sees("One", "Hello, world!")
    options = ollama.fake.chats[-1].body.get("options") or {}
    assert not {"temperature", "num_predict"} & options.keys()


def test_defaults_are_shown_and_what_a_context_costs(reader: Readers, ollama: Ollama) -> None:
    install(ollama, model("quick:latest", context_length=32768), model("echo:latest"))
    load(ollama)
    sizes = {"block_count": 32, "attention.head_count": 32, "attention.head_count_kv": 8, "embedding_length": 4096}
    describe(ollama, "quick:latest", "temperature 0.6\nnum_ctx 2048", **sizes)
    me = reader().open().choose("quick")
    dialog = panel(me)
    expect(dialog).to_contain_text("Default of this model: 0.6.")
    expect(dialog.get_by_label("Temperature", exact=True)).to_have_attribute("placeholder", "0.6")
    context = dialog.get_by_label("Context size", exact=True)
    expect(context).to_have_attribute("placeholder", "2048")
    expect(dialog).to_contain_text("2,048 tokens take about 268 MB of memory")
    expect(dialog).to_contain_text("trained for up to 32,768")
    context.fill("16384")
    expect(dialog).to_contain_text("16,384 tokens take about 2.1 GB of memory")
    context.fill("65536")
    expect(dialog).to_contain_text("more than the 32,768 the model was trained for")
    dialog.get_by_text("More options").click()
    expect(dialog.locator("option-field").filter(has_text="Top K")).to_contain_text("Default: 40.")
    closed(me)
    me.choose("echo")
    panel(me)
    expect(dialog).to_contain_text("Default: 0.8.")
    expect(dialog).not_to_contain_text("of memory beside")


def test_a_dot_says_that_a_chat_has_settings_of_its_own(reader: Readers) -> None:
    me = reader().open()
    button = me.page.get_by_role("button", name="Settings of this chat")
    expect(button).to_have_accessible_name("Settings of this chat")
    panel(me).get_by_label("Instructions").fill("Be brief.")
    closed(me)
    expect(button).to_be_focused()
    expect(button).to_have_accessible_name("Settings of this chat: it has some of its own")
    panel(me).get_by_role("button", name="Back to Ollama’s defaults").click()
    expect(me.page.get_by_label("Instructions")).to_have_value("")
    me.page.get_by_role("dialog").get_by_role("button", name="Undo").click()
    expect(me.page.get_by_label("Instructions")).to_have_value("Be brief.")


def test_settings_changed_in_another_tab_are_shown_but_not_over_what_is_being_typed(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    other = Reader(me.page.context.new_page(), me.hearth).open(me.page.url.removeprefix(me.hearth))
    dialog = panel(me)
    dialog.get_by_label("Temperature", exact=True).fill("bad")
    panel(other).get_by_label("Instructions").fill("From the other tab.")
    expect(dialog.get_by_label("Instructions")).to_have_value("From the other tab.")
    expect(dialog.get_by_label("Temperature", exact=True)).to_have_value("bad")


def test_what_was_set_elsewhere_is_shown_kept_and_can_be_taken_away(reader: Readers, hearth: HearthProcess) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    address = hearth.url + "/api/conversations/" + me.page.url.rpartition("/")[2]
    call("PATCH", address, {"options": {"num_gpu": 3, "seed": 1}, "keep_alive": "10m"})
    dialog = panel(me)
    dialog.get_by_text("More options").click()
    expect(dialog.get_by_text("num_gpu = 3")).to_be_visible()
    expect(dialog.get_by_label("Stay in memory")).to_have_value("10m")
    dialog.get_by_label("Seed", exact=True).fill("2")
    closed(me)
    me.page.wait_for_function(
        "(path) => fetch(path).then((it) => it.json()).then(({ options: it }) => it.seed === 2 && it.num_gpu === 3)",
        arg=address,
    )
    panel(me).get_by_role("button", name="num_gpu: back to the default").click()
    expect(dialog.get_by_text("num_gpu = 3")).to_have_count(0)


def refuse(route: Route) -> None:
    """To change it; it may be read."""
    if route.request.method == "PATCH":
        route.fulfill(status=500, body="<html>")
    else:
        route.continue_()


def test_a_change_that_hearth_refuses_is_told_and_can_be_tried_again(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    me.page.route("**/api/conversations/*", refuse)
    dialog = panel(me)
    dialog.get_by_label("Instructions").fill("Be brief.")
    expect(dialog.get_by_role("alert").get_by_text("This couldn’t be kept.")).to_be_visible()
    expect(dialog.get_by_label("Instructions")).to_have_value("Be brief.")
    me.page.unroute("**/api/conversations/*")
    with me.keeping():
        dialog.get_by_role("button", name="Try again").click()
    expect(dialog.get_by_text("This couldn’t be kept.")).to_be_hidden()
    assert conversation(me)["system"] == "Be brief."


def test_a_change_that_never_arrived_is_sent_again_when_the_page_is_opened_again(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    away = "**/api/conversations/*"
    me.page.route(away, lambda it: it.abort() if it.request.method == "PATCH" else it.continue_())
    panel(me).get_by_label("Instructions").fill("Be brief.")
    me.page.reload()
    expect(panel(me).get_by_label("Instructions")).to_have_value("Be brief.")
    me.page.unroute(away)
    me.page.wait_for_function(
        "(path) => fetch(path).then((it) => it.json()).then(({ system }) => system === 'Be brief.')",
        arg=me.page.url.replace("/c/", "/api/conversations/"),
    )


def test_on_a_phone_the_settings_come_up_from_below(reader: Readers) -> None:
    me = reader(**PHONE).open()
    dialog = panel(me)
    box = dialog.bounding_box()
    assert box and (box["x"], box["width"]) == pytest.approx((0, 360), abs=1)
    assert box["y"] > 0 and box["y"] + box["height"] >= 739
    dialog.get_by_text("More options").click()
    small = dialog.evaluate(
        """(it) => [...it.querySelectorAll('button, input, select, textarea, summary')]
             .map((one) => [one.outerHTML, one.getBoundingClientRect()])
             .filter(([, {width, height}]) => width && (width < 44 || height < 44)).map(([html]) => html)"""
    )
    assert small == []
    assert dialog.evaluate("(it) => it.scrollWidth <= it.clientWidth")
    dialog.get_by_role("button", name="Close").tap()
    expect(dialog).to_be_hidden()


def test_in_chinese(reader: Readers) -> None:
    me = reader(locale="zh-CN").open()
    me.page.get_by_role("button", name="对话设置").click()
    dialog = me.page.get_by_role("dialog", name="此对话")
    dialog.get_by_label("温度", exact=True).fill("９")
    dialog.get_by_label("系统提示").fill("简短。")
    expect(dialog.get_by_text("请输入 0 到 2 之间的数。")).to_be_visible()
    assert not re.search(r"(option|stay|settings|preset)\.", dialog.inner_text())
