"""A household with accounts, and its people in front of the page."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator

from .support_page import ROOT, Reader, Readers

PASSWORD = "a horse that no stable holds"
NEW_PASSWORD = "another horse, of another colour"
OWNER, MEMBER = "Olga", "Mia"
GUARDED = ["--auth=required", "--titles=false"]


def add_user(data: Path, name: str) -> None:
    command = [sys.executable, str(ROOT / "server.py"), f"--data={data}", f"--add-user={name}"]
    subprocess.run(command, input=f"{PASSWORD}\n".encode(), check=True, capture_output=True, timeout=60)


@pytest.fixture
def household(tmp_path: Path) -> None:
    """Olga, who owns it, and Mia."""
    for name in (OWNER, MEMBER):
        add_user(tmp_path, name)


def sign_in(me: Reader, name: str = OWNER, password: str = PASSWORD, path: str = "/") -> Reader:
    me.page.goto(f"{me.hearth}/sign-in?next={path}")
    fill_in(me, name, password)
    me.page.locator("html[data-ready]").wait_for(state="attached")
    return me


def fill_in(me: Reader, name: str, password: str = PASSWORD) -> None:
    me.page.locator("input[name=name]").fill(name)
    me.page.locator("input[name=password]").fill(password)
    me.page.locator("input[name=password]").press("Enter")


def signed_in(reader: Readers, name: str = OWNER, **options: Any) -> Reader:
    return sign_in(reader(**options), name)


def choose(me: Reader, entry: str) -> None:
    """In the menu of who is signed in."""
    me.page.locator("html[data-ready]").wait_for()
    if me.page.locator("side-bar .panel").is_hidden():
        me.page.locator(".side-open").click()
    me.page.locator("person-menu > button").click()
    me.page.get_by_role("menuitem", name=entry).click()


def sheet(me: Reader, entry: str) -> Locator:
    choose(me, entry)
    return me.page.get_by_role("dialog", name=entry)


def fold(dialog: Locator, name: str) -> Locator:
    """What is behind it, unfolded."""
    folded = dialog.locator("details.fold").filter(has=dialog.page.locator("summary", has_text=name))
    if folded.get_attribute("open") is None:
        folded.locator("summary").first.click()
    return folded
