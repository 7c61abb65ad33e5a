"""What an older Hearth has kept is there in today's, of who sits at the machine, and of nobody else."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from store import rows
from store.conversations import first_number
from store.files import DATABASE
from store.folder import open_folder
from store.records import HOUSE, Conversation, Message, Preset, Run
from store.schema import MIGRATIONS, older
from store.search import add_words
from store.words import index_words

from .store_records import BEGAN, conversation, opened, opened_to_all, question, reply, titles

COOK = Preset("p", "Cook", "m", None, {"seed": 1}, "low", -1, BEGAN, BEGAN)
BEFORE_PEOPLE = range(1, 3)  # versions whose rows don't say whose they are


def keep(db: sqlite3.Connection, table: str, columns: str, row: rows.Row) -> None:
    db.execute(f"INSERT INTO {table} ({columns}) VALUES ({rows.marks(columns)})", row)


def keep_conversation(db: sqlite3.Connection, number: int, one: Conversation, messages: Sequence[Message]) -> None:
    keep(db, "conversations", f"number, {rows.CONVERSATION}", (number, *rows.conversation_row(one)))
    add_words(db, first_number(number), index_words(one.title or ""))
    for place, message in enumerate(messages, first_number(number) + 1):
        keep(db, "messages", f"number, {rows.MESSAGE}", (place, *rows.message_row(message)))
        add_words(db, place, index_words(message.content))


@pytest.mark.gen_test
@pytest.mark.parametrize("version", BEFORE_PEOPLE)
async def test_a_database_of_an_older_version_keeps_everything_and_can_do_what_todays_can(
    tmp_path: Path, version: int
) -> None:
    one, other = conversation("old", pinned=True), conversation("other", minute=1)
    asked = question(one, "tea?")
    messages = [asked, reply(asked, "Because.", "done")]
    with closing(open_folder(tmp_path, MIGRATIONS[:version])) as written:
        keep_conversation(written.db, 1, one, messages)
        keep_conversation(written.db, 2, other, [])
        keep(written.db, "runs", rows.RUN, rows.run_row(Run("g", one.id, messages[1].id, "done", 7, BEGAN)))
        if version > 1:
            keep(written.db, "presets", rows.PRESET, rows.preset_row(COOK))
    async with opened(tmp_path) as store:
        assert await titles(store) == ["other", "old"]
        assert await titles(store, "tea") == ["old"]
        assert await store.messages(one.id) == messages
        assert await store.run("g") == Run("g", one.id, messages[1].id, "done", 7, BEGAN)
        pinned, _ = await store.conversations(None, None, 10, pinned=True)
        assert [found.conversation.title for found in pinned] == ["old"]
        assert await store.presets() == ([COOK] if version > 1 else [])
        await store.keep_preset(COOK)
    async with opened(tmp_path) as store:
        assert await store.presets() == [COOK]
    with closing(sqlite3.connect(older(tmp_path / DATABASE, version))) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (version,)


@pytest.mark.gen_test
@pytest.mark.parametrize("version", BEFORE_PEOPLE)
async def test_what_was_kept_before_there_were_people_is_the_houses_alone(tmp_path: Path, version: int) -> None:
    one = conversation("old")
    asked = question(one, "tea?")
    cut = reply(asked, state="running")
    with closing(open_folder(tmp_path, MIGRATIONS[:version])) as written:
        keep_conversation(written.db, 1, one, [asked, cut])
        keep(written.db, "runs", rows.RUN, rows.run_row(Run("g", one.id, cut.id, "running")))
        if version > 1:
            keep(written.db, "presets", rows.PRESET, rows.preset_row(COOK))
    async with opened_to_all(tmp_path) as store:
        assert await store.unfinished() == [(HOUSE, cut)]
        stranger = store.of("stranger")
        assert [await titles(stranger), await titles(stranger, "tea")] == [[], []]
        assert [await stranger.messages(one.id), await stranger.branch(cut.id)] == [[], []]
        assert (await stranger.conversation(one.id), await stranger.run("g")) == (None, None)
        assert await stranger.presets() == []
