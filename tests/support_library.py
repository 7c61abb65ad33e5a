"""Conversations of earlier days, which are there before Hearth starts, and the list of them on the page."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace
from playwright.sync_api import Locator

from store import Conversation, Message

from .store_records import conversation, opened, question
from .support_page import Reader, call

NOON = datetime(2026, 5, 15, 12, tzinfo=UTC)  # a Friday, on which the tests of the list happen

AGES = {
    "Sourdough bread": timedelta(hours=1),
    "天空为什么是蓝色的": timedelta(hours=2),
    "A rainy Sunday": timedelta(days=1),
    "Thanks to the neighbour": timedelta(days=5),
    "Rust and the borrow checker": timedelta(days=20),
    "Taxes of last year": timedelta(days=50),
    "Old photographs": timedelta(days=300),
}


def past() -> list[tuple[Conversation, list[Message]]]:
    return [aged(title, age) for title, age in AGES.items()]


def aged(title: str, age: timedelta) -> tuple[Conversation, list[Message]]:
    one = conversation(title, created_at=NOON - age, updated_at=NOON - age)
    asked = replace(question(one, f"I'd like to know more about this: {title}"), created_at=NOON - age)
    return replace(one, leaf=asked.id), [asked]


def keep(folder: Path, whole: list[tuple[Conversation, list[Message]]]) -> None:
    """On a thread of its own: Playwright's loop runs on the test's."""

    async def add() -> None:
        async with opened(folder) as store:
            await store.add_whole(whole)

    with ThreadPoolExecutor() as thread:
        thread.submit(asyncio.run, add()).result()


# -- the list on the page


def rows(me: Reader) -> Locator:
    return me.page.locator("conversation-row")


def row(me: Reader, title: str) -> Locator:
    return rows(me).filter(has_text=title)


def titles(me: Reader) -> Locator:
    return rows(me).locator(".title")


def at_noon(me: Reader, path: str = "/", transport: str | None = None) -> Reader:
    me.page.clock.set_fixed_time(NOON)
    return me.open(path, transport)


def choose(me: Reader, title: str, entry: str) -> None:
    row(me, title).hover()
    row(me, title).get_by_role("button").click()
    me.page.get_by_role("menuitem", name=entry).click()


def changed(me: Reader, title: str, method: str, body: dict[str, Any] | None = None) -> None:
    """By somebody else."""
    link = row(me, title).get_by_role("link").get_attribute("href")
    assert link is not None
    call(method, me.hearth + link.replace("/c/", "/api/conversations/"), body)
