"""The list of conversations: changed, deleted, paged."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from store.errors import Gone
from store.files import DATABASE
from store.interface import PersonalStore
from store.records import HOUSE, Run

from .store_records import BEGAN, add, exchange, opened, opened_to_all, question, reply


@pytest.mark.gen_test
async def test_a_question_takes_its_leaf_time_and_first_title_and_nothing_else(tmp_path: Path) -> None:
    later = BEGAN + timedelta(hours=1)
    async with opened(tmp_path) as store:
        read = await add(store)
        first = question(read)
        second = reply(first)
        await store.change_conversation(read.id, pinned=True, model="new", title="Mine", titled="person")
        stale = replace(read, title="Why?", titled="question", leaf=second.id, updated_at=later)
        await store.add_exchange(stale, first, second, None)
        now = await store.conversation(read.id)
        untitled = await add(store)
        third = question(untitled)
        await store.add_exchange(replace(untitled, title="Why?", titled="question"), third, reply(third), None)
        titled = await store.conversation(untitled.id)
    assert now == replace(
        read, pinned=True, model="new", title="Mine", titled="person", leaf=second.id, updated_at=later
    )
    assert titled is not None
    assert (titled.title, titled.titled) == ("Why?", "question")


@pytest.mark.gen_test
async def test_a_clock_that_jumps_back_leaves_a_conversation_in_its_place(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        first = question(one)
        await store.add_reply(replace(one, updated_at=BEGAN - timedelta(days=9)), reply(first))
        now = await store.conversation(one.id)
    assert now is not None
    assert now.updated_at == BEGAN


@pytest.mark.gen_test
async def test_changes_at_the_same_time_are_all_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store, "old")
        await asyncio.gather(
            store.change_conversation(one.id, title="new", titled="person"),
            store.change_conversation(one.id, pinned=True),
            store.change_conversation(one.id, options={"seed": 1}, think=None),
        )
        kept = await store.conversation(one.id)
        assert kept == replace(one, title="new", titled="person", pinned=True, options={"seed": 1})
        assert await store.change_conversation("unknown", title="x") is None
        assert await store.change_conversation(one.id) == kept
        with pytest.raises(TypeError):
            await store.change_conversation(one.id, id="x")


@pytest.mark.gen_test
async def test_the_models_title_never_replaces_a_persons(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store, "Mine", titled="person")
        assert await store.change_conversation(one.id, title="Model's", titled="model") == one
        changed = await store.change_conversation(one.id, title="Mine 2", titled="person")
        assert changed is not None
        assert changed.title == "Mine 2"


@pytest.mark.gen_test
async def test_a_deleted_conversation_leaves_nothing(tmp_path: Path) -> None:
    async with opened_to_all(tmp_path) as everybodys:
        store = everybodys.of(HOUSE)
        other = await add(store, "another secret")
        await exchange(store, other, "secret?", "secret!")
        one = await add(store, "secret")
        first, second = await exchange(store, one, "secret?", "secret!")
        third = reply(first)
        await store.add_reply(one, third)
        await store.begin_run(Run("continued", one.id, second.id, "running"))
        asked = question(one)
        await store.add_exchange(one, asked, reply(asked), "request")
        deleted = await store.delete_conversation(one.id)
        assert deleted is not None
        assert {second.generation, third.generation, "continued"} < set(deleted)
        assert len(deleted) == 4
        assert await store.delete_conversation(one.id) is None
        assert await store.conversation(one.id) is None
        assert await store.message(first.id) is None
        assert await store.run("continued") is None
        assert [found.conversation.id for found in (await store.conversations("secret", None, 9))[0]] == [other.id]
        assert await everybodys.unfinished() == []
        assert len(await store.messages(other.id)) == 2
        assert await store.delete_conversation(other.id)
    tables = ("conversations", "messages", "requests", "runs")
    with sqlite3.connect(tmp_path / DATABASE) as db:
        assert [db.execute(f"SELECT count(*) FROM {table}").fetchone() for table in tables] == [(0,)] * 4
    db.close()


@pytest.mark.gen_test
async def test_what_comes_too_late_for_a_deleted_conversation_is_not_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        first, second = await exchange(store, one)
        await store.delete_conversation(one.id)
        await store.update_message(second)
        assert await store.message(second.id) is None
        for request in ("r", None):
            with pytest.raises(Gone):
                await store.add_exchange(one, question(one), reply(first), request)
        with pytest.raises(Gone):
            await store.add_reply(one, reply(first))
        with pytest.raises(Gone):
            await store.begin_run(Run("g", one.id, second.id, "running"))
        await store.end_run("g", "done", 3)


@pytest.mark.gen_test
async def test_pages_have_no_gaps_and_no_repeats(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        added = [await add(store, f"page {number}", minute=number // 3) for number in range(25)]  # three a minute
        expected = [one.id for one in sorted(added, key=lambda one: (one.updated_at, one.id), reverse=True)]
        for query in (None, "", "page"):
            for limit in (1, 7, 25, 100):
                assert await pages(store, query, limit) == expected
        with pytest.raises(Gone):
            await store.conversations(None, "unknown", 5)


async def pages(store: PersonalStore, query: str | None, limit: int) -> list[str]:
    seen: list[str] = []
    more = True
    while more:
        page, more = await store.conversations(query, seen[-1] if seen else None, limit)
        assert len(page) == limit or not more
        seen += [found.conversation.id for found in page]
    return seen


@pytest.mark.gen_test
async def test_a_conversation_that_is_asked_again_comes_first(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        old, new = await add(store, "old", 0), await add(store, "new", 1)
        await store.change_conversation(old.id, pinned=True)
        assert await order(store) == [new.id, old.id]
        first = question(old)
        await store.add_exchange(replace(old, updated_at=BEGAN + timedelta(minutes=2)), first, reply(first), None)
        assert await order(store) == [old.id, new.id]
        await store.change_conversation(new.id, updated_at=BEGAN + timedelta(minutes=3))
        assert await order(store) == [new.id, old.id]


async def order(store: PersonalStore) -> list[str]:
    return [found.conversation.id for found in (await store.conversations(None, None, 9))[0]]
