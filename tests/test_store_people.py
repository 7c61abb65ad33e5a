"""What is another's is as if it were not there: not to be read, found, listed from, changed or deleted."""

from __future__ import annotations

import inspect
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from store import search as search_module
from store.errors import Gone, StoreError
from store.files import DATABASE
from store.interface import PersonalStore
from store.records import GUEST, HOUSE, Conversation, Message, Preset, Run, Share
from store.sqlite import SQLiteStore

from .store_records import (
    BEGAN,
    PEOPLE,
    account,
    add,
    conversation,
    exchange,
    opened_to_all,
    question,
    reply,
    search,
    titles,
)

PRESET = Preset("preset", "Cook", "m", None, None, None, None, BEGAN, BEGAN)
RUN = Run("continued", None, None, "running", 3)
SHARE = Share("share", "", None, False, BEGAN)


class Theirs:
    """What Anna has: one of everything."""

    def __init__(self, conversation: Conversation, question: Message, reply: Message) -> None:
        self.conversation = conversation
        self.question = question
        self.reply = reply

    @classmethod
    async def kept(cls, anna: PersonalStore) -> Theirs:
        one = await add(anna, "Anna's tea", pinned=True)
        first = question(one, "Green tea?")
        second = reply(first)
        await anna.add_exchange(replace(one, leaf=second.id), first, second, "request")
        await anna.keep_preset(PRESET)
        await anna.begin_run(replace(RUN, conversation=one.id, message=second.id))
        await anna.add_share(replace(SHARE, conversation=one.id))
        return cls(one, first, second)

    @property
    def generation(self) -> str:
        assert self.reply.generation is not None
        return self.reply.generation


def everything(folder: Path) -> list[object]:
    """Every row and every indexed word, but for the mark that a deletion leaves until its words are gone."""
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")]
        db.execute("CREATE VIRTUAL TABLE temp.indexed USING fts5vocab('main', 'search', 'instance')")
        words = db.execute("SELECT doc, term FROM temp.indexed ORDER BY doc, term").fetchall()
        rows = [
            (one, db.execute(f"SELECT * FROM {one}").fetchall())
            for one in tables
            if not one.startswith(("search", "settings"))
        ]
        return [*rows, words]


async def is_gone(work: Awaitable[object]) -> bool:
    with pytest.raises(Gone):
        await work
    return True


async def is_refused(work: Awaitable[object]) -> bool:
    with pytest.raises(StoreError):
        await work
    return True


async def nothing_found(bob: PersonalStore, her: Theirs) -> bool:
    for query in (None, "tea", "Anna", "green"):
        for pinned in (None, True, False):
            assert await bob.conversations(query, None, 9, pinned) == ([], False)
        assert await is_gone(bob.conversations(query, her.conversation.id, 9))
    return True


async def does_nothing(work: Awaitable[None]) -> bool:
    await work
    return True


async def kept_if_here(bob: PersonalStore, work: Awaitable[None]) -> bool:
    """By who has an account; nothing new is kept for anybody else."""
    return await (does_nothing(work) if bob.person in (*PEOPLE, HOUSE, GUEST) else is_gone(work))


async def is_none(work: Awaitable[object]) -> bool:
    return await work is None


async def is_empty(work: Awaitable[list[Any]]) -> bool:
    return await work == []


async def is_false(work: Awaitable[bool]) -> bool:
    return await work is False


Attempt = Callable[[PersonalStore, Theirs], Awaitable[bool]]

# Every call of the store by Bob, with the ids of what is Anna's, and what comes of it.
ATTEMPTS: dict[str, Attempt] = {
    "add_conversation": lambda bob, her: is_refused(bob.add_conversation(replace(her.conversation, title="Bob's"))),
    "conversation": lambda bob, her: is_none(bob.conversation(her.conversation.id)),
    "conversations": nothing_found,
    "conversation_ids": lambda bob, her: is_empty(bob.conversation_ids()),
    "add_whole": lambda bob, her: is_refused(bob.add_whole([(conversation(), []), (her.conversation, [])])),
    "change_conversation": lambda bob, her: is_none(
        bob.change_conversation(her.conversation.id, title="Bob's", titled="person", pinned=False, leaf="x")
    ),
    "delete_conversation": lambda bob, her: is_none(bob.delete_conversation(her.conversation.id)),
    "message": lambda bob, her: is_none(bob.message(her.reply.id)),
    "messages": lambda bob, her: is_empty(bob.messages(her.conversation.id)),
    "branch": lambda bob, her: is_empty(bob.branch(her.reply.id)),
    "add_exchange": lambda bob, her: is_gone(
        bob.add_exchange(her.conversation, asked := question(her.conversation), reply(asked), None)
    ),
    "add_reply": lambda bob, her: is_gone(bob.add_reply(her.conversation, reply(her.question))),
    "update_message": lambda bob, her: does_nothing(
        bob.update_message(replace(her.reply, content="Bob's", state="done"))
    ),
    "begin_run": lambda bob, her: does_nothing(bob.begin_run(replace(RUN, state="done", last=99))),
    "end_run": lambda bob, her: does_nothing(bob.end_run(her.generation, "failed", 99)),
    "run": lambda bob, her: is_none(bob.run(her.generation)),
    "presets": lambda bob, her: is_empty(bob.presets()),
    "keep_preset": lambda bob, her: kept_if_here(bob, bob.keep_preset(replace(PRESET, name="Bob's"))),
    "delete_preset": lambda bob, her: is_false(bob.delete_preset(PRESET.id)),
    "shares": lambda bob, her: is_empty(bob.shares()),
    "add_share": lambda bob, her: is_gone(bob.add_share(replace(SHARE, id="own", conversation=her.conversation.id))),
    "delete_share": lambda bob, her: is_false(bob.delete_share(SHARE.id)),
}


def test_no_call_of_the_store_is_left_out() -> None:
    calls = {name for name, _ in inspect.getmembers(PersonalStore, inspect.isfunction) if not name.startswith("_")}
    assert calls == set(ATTEMPTS)


@pytest.mark.gen_test
@pytest.mark.parametrize("call", ATTEMPTS)
@pytest.mark.parametrize("person", ["bob", HOUSE, GUEST, "", "ANNA", "anna "])
async def test_to_anybody_else_it_is_as_if_there_were_nothing_and_nothing_changes(
    tmp_path: Path, call: str, person: str
) -> None:
    async with opened_to_all(tmp_path) as store:
        her = await Theirs.kept(store.of("anna"))
        before = everything(tmp_path)
        assert await ATTEMPTS[call](store.of(person), her)
        assert everything(tmp_path) == before


@pytest.mark.gen_test
async def test_who_knows_anothers_request_asks_a_question_of_their_own(tmp_path: Path) -> None:
    async with opened_to_all(tmp_path) as store:
        anna, bob = store.of("anna"), store.of("bob")
        her = await Theirs.kept(anna)
        again = question(her.conversation)
        assert await is_gone(bob.add_exchange(her.conversation, again, reply(again), "request"))
        own = await add(bob)
        asked = question(own)
        assert (await bob.add_exchange(own, asked, reply(asked), "request"))[0] == asked
        assert [one.id for one in await anna.messages(her.conversation.id)] == [her.question.id, her.reply.id]


@pytest.mark.gen_test
async def test_a_question_below_anothers_message_shows_nothing_of_it(tmp_path: Path) -> None:
    async with opened_to_all(tmp_path) as store:
        anna, bob = store.of("anna"), store.of("bob")
        her = await Theirs.kept(anna)
        own = await add(bob)
        below, answer = await exchange(bob, own, "And?", "No.", parent=her.reply.id)
        assert await bob.branch(answer.id) == [below, answer]


async def both(store: SQLiteStore) -> tuple[PersonalStore, PersonalStore]:
    anna, bob = store.of("anna"), store.of("bob")
    for number in range(20):  # in turn, and at the same times
        for one in (anna, bob):
            made = await add(one, f"{one.person} {number}", number // 3, pinned=number % 4 == 0)
            await exchange(one, made, f"tea of {one.person}", "coffee")
    return anna, bob


async def paged(store: PersonalStore, query: str | None, pinned: bool | None = None) -> list[str | None]:
    seen: list[str | None] = []
    before, more = None, True
    while more:
        page, more = await store.conversations(query, before, 3, pinned)
        seen += [found.conversation.title for found in page]
        before = page[-1].conversation.id
    return seen


@pytest.mark.gen_test
@pytest.mark.parametrize(("many", "patience"), [(10_000, 150), (5, 150), (5, 3)])
async def test_each_sees_their_own_list_and_finds_their_own_words_without_gaps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, many: int, patience: int
) -> None:
    """However the store looks for them; see the tests of the search."""
    monkeypatch.setattr(search_module, "MANY", many)
    monkeypatch.setattr(search_module, "PATIENCE", patience)
    async with opened_to_all(tmp_path) as store:
        for one in await both(store):
            own = {f"{one.person} {number}" for number in range(20)}
            for query in (None, "tea", "coffee", one.person, f"tea of {one.person}"):
                found = await paged(one, query)
                assert len(found) == 20 and set(found) == own
            assert set(await paged(one, None, pinned=True)) == {f"{one.person} {n}" for n in range(0, 20, 4)}
            assert len(await paged(one, None, pinned=False)) == 15
            other = "bob" if one.person == "anna" else "anna"
            assert await search(one, other) == await search(one, f"tea of {other}") == []


@pytest.mark.gen_test
async def test_who_deletes_everything_leaves_what_others_have(tmp_path: Path) -> None:
    async with opened_to_all(tmp_path) as store:
        anna, bob = await both(store)
        before = [await anna.messages(one.conversation.id) for one in await search(anna, "tea")]
        for one in await search(bob, "tea"):
            assert await bob.delete_conversation(one.conversation.id) is not None
        assert await titles(bob) == await titles(bob, "tea") == []
        assert [await anna.messages(one.conversation.id) for one in await search(anna, "tea")] == before
        assert len(before) == 20


@pytest.mark.gen_test
async def test_replies_that_were_cut_are_found_with_whose_they_are(tmp_path: Path) -> None:
    async with opened_to_all(tmp_path) as store:
        cut = [
            (one, (await exchange(store.of(one), await add(store.of(one)), answered=None))[1])
            for one in ("bob", "anna", HOUSE)
        ]
    async with opened_to_all(tmp_path) as store:
        assert await store.unfinished() == cut
        await store.of("bob").update_message(replace(cut[0][1], state="interrupted"))
        await store.of("bob").update_message(replace(cut[1][1], state="interrupted"))  # Anna's
        assert await store.unfinished() == cut[1:]


@pytest.mark.gen_test
async def test_who_is_deleted_leaves_nothing_and_others_keep_what_is_theirs(tmp_path: Path) -> None:
    async with opened_to_all(tmp_path) as store:
        anna, bob = store.of("anna"), store.of("bob")
        own = await add(bob, "Bob's tea")
        asked, answer = await exchange(bob, own)
        await bob.keep_preset(replace(PRESET, id="bob's"))
        await bob.add_share(replace(SHARE, id="bob's", conversation=own.id))
        await store.accounts.delete("anna")
        before = everything(tmp_path)
        await store.accounts.write([account("anna")])
        her = await Theirs.kept(anna)
        assert set(await store.accounts.delete("anna")) == {her.generation, RUN.id}
        assert everything(tmp_path) == before
        assert await bob.messages(own.id) == [asked, answer]
