"""What is kept comes back as it was, whole or not at all."""

from __future__ import annotations

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from store.errors import StoreError
from store.files import DATABASE
from store.interface import PersonalStore, Store
from store.personal import PersonalSQLiteStore
from store.records import HOUSE, Run
from store.sqlite import SQLiteStore

from .store_records import BEGAN, add, conversation, exchange, opened, opened_to_all, question, reply


@pytest.mark.gen_test
async def test_a_conversation_comes_back_as_it_was_after_a_restart(tmp_path: Path) -> None:
    one = conversation(
        "Tea 茶",
        model="m",
        system="Be brief\0\n",
        options={"num_ctx": 2**70, "stop": ["a"], "seed": -1.5},
        think="high",
        keep_alive=-1,
        pinned=True,
        leaf="x",
        titled="person",
    )
    bare = replace(conversation(), think=False, keep_alive="5m")
    async with opened(tmp_path) as store:
        await store.add_conversation(one)
        await store.add_conversation(bare)
    async with opened(tmp_path) as store:
        assert await store.conversation(one.id) == one
        assert await store.conversation(bare.id) == bare
        assert await store.conversation("unknown") is None


@pytest.mark.gen_test
async def test_a_message_comes_back_as_it_was_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        first = replace(question(one, "Look\r\n\0🎉"), images=["aGk=", "eW8="])
        second = reply(first)
        await store.add_exchange(one, first, second, None)
        full = replace(
            second,
            content="I see",
            thinking="Hm",
            model="m",
            state="failed",
            error={"code": "model_failed", "message": "ouch", "retryable": True},
            stats={"eval_count": 2**62},
            context={"size": 4096, "used": 12, "left_out": []},
            seams=[0, 3],
        )
        await store.update_message(full)
    async with opened(tmp_path) as store:
        assert await store.messages(one.id) == [first, full]
        assert await store.message(first.id) == first
        assert await store.message("unknown") is None
        assert await store.messages("unknown") == []


@pytest.mark.gen_test
async def test_times_outside_of_utc_are_the_same_moment(tmp_path: Path) -> None:
    one = conversation()
    async with opened(tmp_path) as store:
        await store.add_conversation(one)
        there = await store.conversation(one.id)
    assert there is not None
    assert there.created_at == BEGAN
    assert there.created_at.tzinfo is UTC


@pytest.mark.gen_test
async def test_twenty_same_requests_at_once_ask_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        tries = [(first := question(one), reply(first)) for _ in range(20)]
        kept = await asyncio.gather(*(store.add_exchange(one, *pair, "r1") for pair in tries))
        assert len({(first.id, second.id) for first, second in kept}) == 1
        assert len(await store.messages(one.id)) == 2
    async with opened(tmp_path) as store:
        again = await store.add_exchange(one, *tries[7], "r1")
        assert [one.id for one in again] == [one.id for one in kept[0]]


@pytest.mark.gen_test
async def test_the_same_request_id_in_another_conversation_is_another_request(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        for one in (await add(store), await add(store)):
            first = question(one)
            assert (await store.add_exchange(one, first, reply(first), "r1"))[0] == first


@pytest.mark.gen_test
async def test_an_exchange_that_fails_half_way_leaves_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        first, _ = await exchange(store, one)
        kept = await store.conversation(one.id)
        with pytest.raises(StoreError):
            await store.add_exchange(replace(one, leaf="x"), question(one), first, "r")  # this id is there already
        with pytest.raises(StoreError):
            await store.add_exchange(replace(one, leaf="x"), question(one, "\ud800"), reply(first), "r")
        assert await store.conversation(one.id) == kept
        assert len(await store.messages(one.id)) == 2
        asked = question(one)
        assert (await store.add_exchange(one, asked, reply(asked), "r"))[0] == asked


@pytest.mark.gen_test
async def test_a_branch_leads_from_the_first_message_down(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        first, second = await exchange(store, one, "1", "2")
        third, fourth = await exchange(store, one, "3", "4", parent=second.id)
        fork, tip = await exchange(store, one, "3b", "4b", parent=second.id)
        again = reply(third)
        await store.add_reply(one, again)
        assert await store.branch(fourth.id) == [first, second, third, fourth]
        assert await store.branch(tip.id) == [first, second, fork, tip]
        assert await store.branch(again.id) == [first, second, third, again]
        assert await store.branch("unknown") == []
        assert await store.messages(one.id) == [first, second, third, fourth, fork, tip, again]


@pytest.mark.gen_test
async def test_conversations_written_in_turn_keep_their_messages_in_order(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        both = [await add(store), await add(store)]
        for number in range(30):
            await asyncio.gather(*(exchange(store, one, str(number), str(number)) for one in both))
        for one in both:
            contents = [message.content for message in await store.messages(one.id)]
            assert contents == [str(number // 2) for number in range(60)]


@pytest.mark.gen_test
async def test_replies_that_were_being_written_are_found_after_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        _, queued = await exchange(store, one, answered=None)
        _, other = await exchange(store, one, answered=None)
        await exchange(store, one)
        running = replace(other, state="running", content="Well")
        await store.update_message(running)
    async with opened_to_all(tmp_path) as everybodys:
        store = everybodys.of(HOUSE)
        assert await everybodys.unfinished() == [(HOUSE, queued), (HOUSE, running)]
        await store.update_message(replace(running, state="interrupted"))
        await store.update_message(replace(queued, state="failed"))
        assert await everybodys.unfinished() == []
    with sqlite3.connect(tmp_path / DATABASE) as db:
        plan = db.execute(
            "EXPLAIN QUERY PLAN SELECT * FROM messages WHERE state IN ('queued', 'running') ORDER BY number"
        ).fetchall()
    db.close()
    assert any("messages_unfinished" in row[3] for row in plan)


@pytest.mark.gen_test
async def test_what_is_known_of_a_generation_is_kept(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        _, second = await exchange(store, one)
        assert second.generation is not None
        assert await store.run(second.generation) == Run(second.generation, one.id, second.id, "queued", 0, None)
        before = datetime.now(UTC)
        await store.end_run(second.generation, "done", 42)
        ended = await store.run(second.generation)
        assert ended is not None
        assert (ended.state, ended.last) == ("done", 42)
        assert ended.ended_at is not None
        assert before <= ended.ended_at <= datetime.now(UTC)
        goes_on = replace(ended, state="running", ended_at=None)
        await store.begin_run(goes_on)
        assert await store.run(second.generation) == goes_on
        assert await store.run("unknown") is None


@pytest.mark.gen_test(timeout=30)
async def test_a_conversation_of_five_thousand_messages_is_one_branch(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        parent: str | None = None
        pending, made = [], []
        for _ in range(2500):
            first = question(one, parent=parent)
            second = reply(first, "Because.", "done")
            pending.append(store.add_exchange(one, first, second, None))
            made += [first, second]
            parent = second.id
        await asyncio.gather(*pending)
        assert await store.branch(made[-1].id) == made
        assert await store.delete_conversation(one.id) is not None


def test_the_store_is_what_the_conversations_need() -> None:
    store: Store = SQLiteStore.__new__(SQLiteStore)  # mypy holds both to the interface
    personal: PersonalStore = PersonalSQLiteStore.__new__(PersonalSQLiteStore)
    assert store and personal
