"""The page in a real browser: conversations that leave as files, and those that come in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from playwright.sync_api import Download, expect

from .support_page import Reader, Readers

CHATGPT = [
    {
        "title": "Tea",
        "create_time": 1700000000.0,
        "update_time": 1700000100.0,
        "current_node": "a",
        "mapping": {
            "q": {
                "parent": None,
                "message": {"author": {"role": "user"}, "content": {"content_type": "text", "parts": ["How long?"]}},
            },
            "a": {
                "parent": "q",
                "message": {
                    "author": {"role": "assistant"},
                    "content": {"content_type": "text", "parts": ["**Three** minutes."]},
                },
            },
        },
    }
]
OPEN_WEBUI = [
    {
        "title": "Bread",
        "chat": {
            "history": {
                "currentId": "a",
                "messages": {
                    "q": {"id": "q", "parentId": None, "role": "user", "content": "Rye?"},
                    "a": {"id": "a", "parentId": "q", "role": "assistant", "content": "Yes, with caraway."},
                },
            }
        },
    }
]


def settings(me: Reader) -> None:
    me.page.locator("side-bar").get_by_role("button", name="Settings").click()


def bring(me: Reader, path: Path) -> None:
    settings(me)
    me.page.locator("app-settings input[type=file]").set_input_files(path)


def written(folder: Path, name: str, value: Any) -> Path:
    path = folder / name
    path.write_bytes(value if isinstance(value, bytes) else json.dumps(value).encode())
    return path


def text_of(download: Download) -> str:
    return Path(download.path()).read_text()


def rows(me: Reader) -> Any:
    return me.page.locator("conversation-list a")


def test_exports_of_other_programs_are_read(reader: Readers, tmp_path: Path) -> None:
    me = reader().open()
    bring(me, written(tmp_path, "conversations.json", CHATGPT))
    expect(me.page.locator("toast-list")).to_contain_text("1 conversation imported.")
    bring(me, written(tmp_path, "chat-export.json", OPEN_WEBUI))
    expect(rows(me)).to_have_text(["Bread", "Tea"])
    rows(me).last.click()
    me.sees("How long?", "Three minutes.")
    rows(me).first.click()
    me.sees("Rye?", "Yes, with caraway.")


def test_everything_leaves_as_one_file_and_comes_back_elsewhere(reader: Readers, tmp_path: Path) -> None:
    me = reader().open().choose("quick").ask("One")
    me.done()
    settings(me)
    with me.page.expect_download() as download:
        me.page.get_by_role("button", name="Export all").click()
    assert download.value.suggested_filename.startswith("hearth-20")
    exported = json.loads(text_of(download.value))
    assert exported["hearth"] == 1
    assert [one["content"] for one in exported["conversations"][0]["messages"]] == ["One", "Hello, world!"]
    bring(me, written(tmp_path, "hearth.json", exported))
    expect(rows(me)).to_have_count(2)
    for place in (0, 1):
        rows(me).nth(place).click()
        me.sees("One", "Hello, world!")


def test_a_conversation_leaves_as_markdown_or_json(reader: Readers) -> None:
    me = reader(permissions=["clipboard-read", "clipboard-write"]).open().choose("quick").ask("One")
    me.done()
    me.page.locator("chat-menu").get_by_role("button").last.click()
    me.page.get_by_role("menuitem", name="Copy as Markdown").click()
    expect(me.page.locator("toast-list")).to_contain_text("Copied")
    copied = me.page.evaluate("navigator.clipboard.readText()")
    assert copied == "# One\n\n## You\n\nOne\n\n## quick\n\nHello, world!\n"
    me.page.locator("chat-menu").get_by_role("button").last.click()
    with me.page.expect_download() as download:
        me.page.get_by_role("menuitem", name="JSON").click()
    assert download.value.suggested_filename == "One.json"
    assert json.loads(text_of(download.value))["conversations"][0]["title"] == "One"


def test_what_is_no_export_is_said_and_changes_nothing(reader: Readers, tmp_path: Path) -> None:
    me = reader().open()
    for name, value, words in (
        ("export.zip", b"PK\x03\x04rest", "export.zip is a zip file. Unpack it"),
        ("photo.json", b"\xff\xd8\xff", "photo.json isn’t an export: it can’t be read as JSON."),
        ("other.json", [{"a": 1}], "other.json isn’t an export of Hearth"),
        ("empty.json", [], "There are no conversations in this file."),
    ):
        bring(me, written(tmp_path, name, value))
        expect(me.page.locator("toast-list")).to_contain_text(words)
    expect(rows(me)).to_have_count(0)


def test_what_hearth_refuses_is_left_out_and_named(reader: Readers, tmp_path: Path) -> None:
    good = {"title": "Good", "messages": [{"role": "user", "content": "hi"}]}
    bad = {"title": "Bad", "messages": [{"role": "user", "content": "hi", "images": ["AAAA"]}]}
    me = reader().open()
    bring(me, written(tmp_path, "mixed.json", {"hearth": 1, "conversations": [good, bad]}))
    expect(me.page.locator("toast-list")).to_contain_text("“Bad” was left out:")
    expect(rows(me)).to_have_text(["Good"])
