"""The sheet of all models, and what a person does in it."""

from __future__ import annotations

import re

from playwright.sync_api import Locator, expect

from .fake_library import MANIFEST, layer
from .support_page import Reader

# A download that is a quarter done, and after a moment half.
HALF = [MANIFEST, layer("sha256:1", 4_000_000_000, 1_000_000_000), 0.6, layer("sha256:1", 4_000_000_000, 2_000_000_000)]


def manage(me: Reader) -> Locator:
    """The sheet, opened as people do."""
    me.page.locator("model-picker > button:enabled").click()
    me.page.get_by_role("button", name="Manage models…").click()
    return dialog(me)


def dialog(me: Reader) -> Locator:
    found = me.page.get_by_role("dialog", name="Models")
    expect(found).to_be_visible()
    return found


def get(sheet: Locator, name: str) -> None:
    expect(sheet.locator("model-get button")).to_be_enabled()
    field = sheet.get_by_label("Get a model")
    field.fill(name)
    field.press("Enter")


def row(sheet: Locator, name: str) -> Locator:
    named = sheet.page.locator("strong", has_text=re.compile(f"^{re.escape(name)}$"))
    return sheet.locator("model-row").filter(has=named)


def unfolded(sheet: Locator, name: str) -> Locator:
    found = row(sheet, name)
    found.locator("summary").first.click()
    # What is told of it has come.
    expect(found.get_by_role("button", name="Delete…")).to_be_visible()
    return found


def names(sheet: Locator) -> Locator:
    return sheet.locator("model-row strong")
