"""The page in a real browser: choosing a model, and whether it thinks."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from .support_models import install, load, model
from .support_page import HearthProcess, Ollama, Reader, Readers, call

FEW = (model("quick:latest"), model("thinker:latest", can=["thinking"]), model("echo:latest"))
PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}


def opened(me: Reader) -> Page:
    me.page.locator("model-picker > button:enabled").click()
    expect(me.page.locator("model-picker [aria-expanded=true]").first).to_be_attached()
    return me.page


def test_a_model_is_found_by_typing_and_chosen_with_the_keyboard(reader: Readers) -> None:
    me = reader().open()
    picker = me.page.locator("model-picker > button:enabled")
    picker.press("ArrowDown")
    search = me.page.get_by_role("combobox", name="Search models")
    expect(search).to_be_focused()
    me.page.keyboard.type("reset")
    options = me.page.get_by_role("option")
    expect(options.locator(".name")).to_have_text(["reset", "resetfirst"])
    me.page.keyboard.press("ArrowDown")
    active = search.get_attribute("aria-activedescendant")
    expect(options.nth(1)).to_have_id(active or "none")
    me.page.keyboard.press("Enter")
    expect(picker).to_contain_text("resetfirst")
    expect(me.composer).to_be_focused()
    me.page.reload()
    expect(picker).to_contain_text("resetfirst")


def test_a_search_without_a_hit_says_so_and_escape_leaves_the_model_as_it_is(reader: Readers) -> None:
    me = reader().open().choose("echo")
    opened(me)
    me.page.get_by_role("combobox", name="Search models").press_sequentially("no such thing")
    expect(me.page.get_by_text("No model has that")).to_be_visible()
    me.page.keyboard.press("Enter")
    me.page.keyboard.press("Escape")
    expect(me.page.get_by_role("combobox", name="Search models")).to_be_hidden()
    expect(me.page.locator("model-picker > button")).to_contain_text("echo")
    expect(me.page.locator("model-picker > button")).to_be_focused()


def test_a_few_models_need_no_search_and_a_letter_jumps_to_one(reader: Readers, ollama: Ollama) -> None:
    install(ollama, *FEW)
    me = reader().open()
    opened(me)
    expect(me.page.get_by_role("combobox", name="Search models")).to_be_hidden()
    expect(me.page.get_by_role("listbox")).to_be_focused()
    me.page.keyboard.press("t")
    me.page.keyboard.press("Space")
    expect(me.page.locator("model-picker > button")).to_contain_text("thinker")


def test_each_conversation_has_the_model_it_was_carried_on_with(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    conversation = me.page.url
    me.open().choose("echo")
    me.page.goto(conversation)
    expect(me.page.locator("model-picker > button")).to_contain_text("quick")


def test_what_a_model_is_and_can_and_until_when_it_is_in_memory(reader: Readers, ollama: Ollama) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    install(ollama, model("quick:latest", context_length=131072, can=["tools", "vision"]), model("echo:latest"))
    running = {"name": "quick:latest", "size_vram": 3_200_000_000, "context_length": 4096}
    load(ollama, running | {"expires_at": until.isoformat()})
    me = reader(timezone_id="UTC").open()
    opened(me)
    options = me.page.get_by_role("option")
    expect(options).to_have_count(2)
    quick, echo = options.all()
    for words in ("default", "uses tools", "sees images", "llama · 3.2B · Q4_K_M · 2 GB · 128k context"):
        expect(quick).to_contain_text(words)
    expect(quick).to_contain_text(re.compile(rf"in memory until {until:%-I:%M}.[AP]M · 3.2 GB"))
    expect(quick.locator(".ember")).to_be_visible()
    expect(echo.locator(".ember")).to_have_count(0)
    assert "in memory" not in echo.inner_text() and "default" not in echo.inner_text()


def test_what_is_in_memory_is_read_anew_whenever_the_list_opens(reader: Readers, ollama: Ollama) -> None:
    install(ollama, *FEW)
    load(ollama)
    me = reader().open()
    opened(me)
    expect(me.page.locator("model-picker .ember")).to_have_count(0)
    me.page.keyboard.press("Escape")
    load(ollama, {"name": "echo:latest", "size_vram": 0, "expires_at": "2318-01-01T00:00:00Z", "context_length": 4096})
    opened(me)
    expect(me.page.get_by_role("option").filter(has_text="in memory for good")).to_contain_text("echo")


def test_a_model_that_is_gone_is_told_and_another_takes_its_place(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    install(ollama, model("echo:latest"), model("thinker:latest", can=["thinking"]))
    me.page.reload()
    picker = me.page.locator("model-picker > button")
    expect(picker).to_contain_text(re.compile("echo.*instead of quick"))
    opened(me)
    gone = me.page.get_by_role("option", disabled=True)
    expect(gone).to_contain_text("quick")
    expect(gone).to_contain_text("Not installed any more")
    gone.click(force=True)
    expect(me.page.get_by_role("listbox")).to_be_visible()
    me.page.keyboard.press("Escape")
    me.ask("Two")
    me.wait_for("the last: Two")
    expect(picker).not_to_contain_text("instead")


def test_two_hundred_models_are_no_burden(reader: Readers, ollama: Ollama) -> None:
    install(ollama, *(model(f"model{n}:{n}b") for n in range(200)), model("echo:latest"))
    me = reader().open()
    opened(me).keyboard.type("echo")
    expect(me.page.get_by_role("option")).to_have_count(1)
    me.page.keyboard.press("Enter")
    me.ask("One")
    me.wait_for("the last: One")


def test_on_a_phone_the_models_come_up_from_below(reader: Readers) -> None:
    me = reader(**PHONE).open()
    me.page.locator("model-picker > button:enabled").tap()
    sheet = me.page.locator("#model-sheet")
    expect(sheet).to_be_visible()
    box = sheet.bounding_box()
    assert box and (box["x"], box["width"]) == pytest.approx((0, 360), abs=1)
    assert box["y"] > 0 and box["y"] + box["height"] >= 739
    # The keyboard of the phone stays down until the reader wants to search.
    expect(me.page.get_by_role("listbox")).to_be_focused()
    sheet.get_by_role("combobox").fill("echo")
    me.page.get_by_role("option").tap()
    expect(sheet).to_be_hidden()
    expect(me.page.locator("model-picker > button")).to_contain_text("echo")


# -- thinking


def test_thinking_is_switched_off_and_on_again(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("thinker")
    think = me.page.get_by_role("button", name="Think", exact=True)
    expect(think).to_have_attribute("aria-pressed", "true")
    think.click()
    expect(think).to_have_attribute("aria-pressed", "false")
    me.ask("One")
    me.wait_for("The answer is 42.")
    assert ollama.fake.chats[-1].body["think"] is False
    me.page.reload()
    expect(think).to_have_attribute("aria-pressed", "false")
    think.click()
    me.ask("Two")
    expect(me.replies).to_have_count(2)
    me.wait_for("The answer is 42.")
    assert ollama.fake.chats[-1].body["think"] is True


def test_a_model_that_cannot_think_is_not_asked_to(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("thinker")
    me.page.get_by_role("button", name="Think", exact=True).click()
    me.choose("quick")
    expect(me.page.get_by_role("button", name="Think", exact=True)).to_be_hidden()
    me.ask("One")
    me.sees("One", "Hello, world!")
    assert "think" not in ollama.fake.chats[-1].body


def test_a_model_with_levels_is_told_how_much_to_think(reader: Readers, ollama: Ollama) -> None:
    install(ollama, model("thinker:20b", family="gptoss", can=["thinking"]), model("echo:latest"))
    me = reader().open()
    level = me.page.get_by_role("combobox", name="How much the model thinks")
    expect(level).to_have_value("medium")
    level.select_option("Think hard")
    me.ask("One")
    me.wait_for("The answer is 42.")
    assert ollama.fake.chats[-1].body["think"] == "high"
    me.page.reload()
    expect(level).to_have_value("high")


def test_thinking_that_was_changed_elsewhere_is_shown(reader: Readers, hearth: HearthProcess) -> None:
    me = reader().open().choose("thinker").ask("One")
    me.wait_for("The answer is 42.")
    think = me.page.get_by_role("button", name="Think", exact=True)
    expect(think).to_have_attribute("aria-pressed", "true")
    conversation = me.page.url.rpartition("/")[2]
    call("PATCH", f"{hearth.url}/api/conversations/{conversation}", {"think": False})
    expect(think).to_have_attribute("aria-pressed", "false")


def test_in_chinese(reader: Readers, ollama: Ollama) -> None:
    install(ollama, model("thinker:latest", can=["thinking"]), *(model(f"echo:{n}b") for n in range(6)))
    me = reader(locale="zh-CN").open()
    expect(me.page.get_by_role("button", name="思考")).to_have_attribute("aria-pressed", "true")
    opened(me).keyboard.type("6b")
    expect(me.page.get_by_text("没有名称、系列或大小与之相符的模型。")).to_be_visible()
    me.page.get_by_role("combobox", name="搜索模型").fill("thinker")
    expect(me.page.get_by_role("option")).to_contain_text("会思考")
