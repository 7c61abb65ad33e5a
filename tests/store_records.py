"""Conversations and messages to keep, in few words."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from msgspec.structs import replace

from store.account_records import Person
from store.interface import PersonalStore
from store.personal import PersonalSQLiteStore
from store.records import HOUSE, Conversation, Found, Message
from store.sqlite import SQLiteStore

PEOPLE = ("anna", "bob")  # who have an account there
BEGAN = datetime(2026, 5, 4, 3, 2, 1, 123456, tzinfo=UTC)


@asynccontextmanager
async def opened(folder: Path, **options: Any) -> AsyncIterator[PersonalSQLiteStore]:
    """What is kept there of who sits at the machine."""
    store = await SQLiteStore.open(folder, **options)
    try:
        yield store.of(HOUSE)
    finally:
        await store.close()


@asynccontextmanager
async def opened_to_all(folder: Path, **options: Any) -> AsyncIterator[SQLiteStore]:
    store = await SQLiteStore.open(folder, **options)
    await store.accounts.write([account(name) for name in PEOPLE])
    try:
        yield store
    finally:
        await store.close()


def account(name: str) -> Person:
    return Person(name, name, name, None, "member", BEGAN)


def conversation(title: str | None = None, minute: float = 0, **fields: Any) -> Conversation:
    time = BEGAN + timedelta(minutes=minute)
    empty = Conversation(secrets.token_hex(12), title, None, None, None, None, None, False, None, time, time)
    return replace(empty, **fields)


def question(of: Conversation, content: str = "Why?", parent: str | None = None) -> Message:
    return Message(secrets.token_hex(12), of.id, parent, "user", content, BEGAN)


def reply(to: Message, content: str = "", state: str = "queued") -> Message:
    name = secrets.token_hex(12)
    return Message(
        name, to.conversation, to.id, "assistant", content, BEGAN, state=state, generation=f"generation-of-{name}"
    )


async def add(store: PersonalStore, title: str | None = None, minute: float = 0, **fields: Any) -> Conversation:
    one = conversation(title, minute, **fields)
    await store.add_conversation(one)
    return one


async def exchange(
    store: PersonalStore,
    of: Conversation,
    asked: str = "Why?",
    answered: str | None = "Because.",
    parent: str | None = None,
) -> tuple[Message, Message]:
    """A question and its reply; one with no answer is still queued."""
    first = question(of, asked, parent)
    second = reply(first)
    await store.add_exchange(replace(of, leaf=second.id), first, second, None)
    if answered is not None:
        second = replace(second, content=answered, state="done")
        await store.update_message(second)
    return first, second


async def search(store: PersonalStore, query: str) -> list[Found]:
    return (await store.conversations(query, None, 50))[0]


async def titles(store: PersonalStore, query: str | None = None) -> list[str | None]:
    return [found.conversation.title for found in (await store.conversations(query, None, 50))[0]]
