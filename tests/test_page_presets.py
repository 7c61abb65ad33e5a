"""The page in a real browser: presets, which are everybody's."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

from .support_page import HearthProcess, Ollama, Reader, Readers, call
from .test_page_settings import closed, panel


def saved(me: Reader, name: str) -> Locator:
    dialog = panel(me)
    dialog.get_by_role("button", name="Save as preset").click()
    dialog.get_by_label("Name of the preset").fill(name)
    dialog.get_by_role("button", name="Save", exact=True).click()
    expect(dialog.get_by_label("Preset", exact=True)).to_have_value(option(dialog, name))
    return dialog


def option(dialog: Locator, name: str) -> str:
    found = dialog.get_by_role("option", name=name, exact=True)
    expect(found).to_have_count(1)
    return found.get_attribute("value") or ""


def test_settings_are_saved_and_a_chat_on_another_device_begins_with_them(reader: Readers, ollama: Ollama) -> None:
    me, other = reader().open().choose("thinker"), reader().open().choose("quick")
    me.page.get_by_role("button", name="Think", exact=True).click()
    dialog = panel(me)
    dialog.get_by_label("Instructions").fill("You are a cook.")
    dialog.get_by_label("Temperature", exact=True).fill("0.3")
    closed(me)
    saved(me, "Cook")
    # Without a reload, where no settings were ever opened.
    other.page.locator("empty-state").get_by_role("button", name="Cook", exact=True).click()
    expect(other.page.locator("model-picker > button")).to_contain_text("thinker")
    other.ask("One")
    other.wait_for("The answer is 42.")
    asked = ollama.fake.chats[-1].body
    assert asked["messages"][0]["content"] == "You are a cook."
    assert (asked["options"]["temperature"], asked["think"]) == (0.3, False)
    # What comes with a preset is for this chat only.
    other.page.get_by_role("link", name="New chat").last.click()
    expect(other.page.locator("model-picker > button")).to_contain_text("quick")


def test_a_preset_that_was_chosen_can_be_taken_back(reader: Readers, hearth: HearthProcess) -> None:
    call("POST", f"{hearth.url}/api/presets", {"name": "Cook", "system": "You are a cook."})
    me = reader().open()
    dialog = panel(me)
    dialog.get_by_label("Instructions").fill("My own words.")
    dialog.get_by_label("Preset", exact=True).select_option("Cook")
    expect(dialog.get_by_label("Instructions")).to_have_value("You are a cook.")
    expect(dialog.get_by_role("status").get_by_text("“Cook” now holds for this chat.")).to_be_visible()
    dialog.get_by_role("button", name="Undo").click()
    expect(dialog.get_by_label("Instructions")).to_have_value("My own words.")
    expect(dialog.get_by_label("Preset", exact=True)).to_have_value("")


def test_a_preset_is_updated_renamed_and_deleted_and_every_tab_knows(reader: Readers) -> None:
    me, other = reader().open(), reader().open()
    dialog = saved(me, "Cook")
    theirs = panel(other)
    expect(theirs.get_by_role("option", name="Cook")).to_have_count(1)
    dialog.get_by_label("Instructions").fill("You are a baker.")
    dialog.get_by_role("button", name="Update the preset").click()
    expect(dialog.get_by_role("button", name="Update the preset")).to_be_hidden()
    dialog.get_by_role("button", name="Rename").click()
    name = dialog.get_by_label("Name of the preset")
    expect(name).to_have_value("Cook")
    name.fill("Baker")
    name.press("Enter")
    theirs.get_by_label("Preset", exact=True).select_option("Baker")
    expect(theirs.get_by_label("Instructions")).to_have_value("You are a baker.")
    dialog.get_by_role("button", name="Delete").click()
    expect(dialog.get_by_text("Delete “Baker”?")).to_be_visible()
    dialog.get_by_role("group").get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Delete").click()
    dialog.get_by_role("group").get_by_role("button", name="Delete").click()
    for one in (dialog, theirs):
        expect(one.get_by_role("option", name="Baker")).to_have_count(0)
        expect(one.get_by_label("Instructions")).to_have_value("You are a baker.")
    expect(dialog.get_by_role("button", name="Save as preset")).to_be_focused()


def test_a_preset_that_can_not_be_deleted_is_told_of_and_can_be_tried_again(
    reader: Readers, hearth: HearthProcess
) -> None:
    call("POST", f"{hearth.url}/api/presets", {"name": "Cook", "system": "You are a cook."})
    me = reader().open()
    dialog = panel(me)
    dialog.get_by_label("Preset", exact=True).select_option("Cook")
    refusal = {"error": {"code": "disk_full", "message": "The disk is full"}}
    me.page.route("**/api/presets/*", lambda route: route.fulfill(status=507, json=refusal))
    dialog.get_by_role("button", name="Delete").press("Enter")
    again = dialog.get_by_role("group").get_by_role("button", name="Delete")
    again.press("Enter")
    expect(dialog.get_by_text("The disk is full")).to_be_visible()
    expect(again).to_be_focused()
    me.page.unroute("**/api/presets/*")
    again.press("Enter")
    expect(dialog.get_by_role("option", name="Cook")).to_have_count(0)
    expect(dialog.get_by_text("The disk is full")).to_be_hidden()


def test_a_name_that_is_taken_or_missing_is_told_and_kept(reader: Readers, hearth: HearthProcess) -> None:
    call("POST", f"{hearth.url}/api/presets", {"name": "Cook", "system": "You are a cook."})
    me = reader().open()
    dialog = panel(me)
    dialog.get_by_role("button", name="Save as preset").click()
    name = dialog.get_by_label("Name of the preset")
    name.press("Enter")
    expect(dialog.get_by_text("Give it a name.")).to_be_visible()
    name.fill("cook")
    name.press("Enter")
    expect(dialog.get_by_text("There is a preset of this name already.")).to_be_visible()
    expect(name).to_have_value("cook")
    # Escape leaves the form, and then the settings.
    name.press("Escape")
    expect(name).to_be_hidden()
    expect(dialog.get_by_role("button", name="Save as preset")).to_be_focused()
    closed(me)


def test_at_most_six_presets_greet_the_reader(reader: Readers, hearth: HearthProcess) -> None:
    for n in range(8):
        call("POST", f"{hearth.url}/api/presets", {"name": f"Preset {n}", "system": f"{n}"})
    me = reader().open()
    presets = me.page.get_by_role("group", name="Begin with a preset").get_by_role("button")
    expect(presets).to_have_text([f"Preset {n}" for n in range(6)])
    presets.nth(2).click()
    expect(presets.nth(2)).to_have_attribute("aria-pressed", "true")
    expect(panel(me).get_by_label("Instructions")).to_have_value("2")
    closed(me)
    presets.nth(2).click()
    expect(presets.nth(2)).to_have_attribute("aria-pressed", "false")
    expect(panel(me).get_by_label("Instructions")).to_have_value("")
