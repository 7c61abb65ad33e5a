"""What the tests of attachments on the page stand on."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import FilePayload, Locator, expect

from .support_page import Ollama, Reader


def pick(me: Reader, *files: FilePayload) -> Reader:
    me.page.locator("message-composer input[type=file]").set_input_files(list(files))
    return me


def items(me: Reader) -> Locator:
    return me.page.get_by_role("list", name="Attachments").get_by_role("listitem")


def thumbnails(me: Reader) -> Locator:
    return me.page.locator("attachment-list img")


def note(me: Reader) -> Locator:
    return me.page.locator("#composer-note")


def sent(ollama: Ollama) -> dict[str, Any]:
    """The last question, as Ollama was given it."""
    message: dict[str, Any] = ollama.fake.chats[-1].body["messages"][-1]
    return message


def answered(me: Reader) -> None:
    expect(me.replies.last).to_contain_text("messages; the last", timeout=20_000)


# How many the browser keeps, over a reload.
KEPT = """async () => {
    const result = (request) => new Promise((resolve) => (request.onsuccess = () => resolve(request.result)));
    const database = await result(indexedDB.open('hearth'));
    const kept = await result(database.transaction('attachments').objectStore('attachments').count());
    database.close();
    return kept;
}"""


def wait_until_kept(me: Reader, count: int) -> None:
    me.until(lambda: me.page.evaluate(KEPT) == count)
