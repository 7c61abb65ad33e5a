"""Many who write at once: one wait for the disk, and everyone gets their own answer."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from store.errors import StoreError
from store.folder import open_folder
from store.records import HOUSE
from store.thread import DatabaseThread

from .store_records import add, opened, opened_to_all

INSERT = "INSERT INTO runs (id, state, last) VALUES (?, 'done', 0)"


@asynccontextmanager
async def working(folder: Path) -> AsyncIterator[DatabaseThread]:
    thread = DatabaseThread()
    await thread.open(lambda: open_folder(folder))
    try:
        yield thread
    finally:
        await thread.close()


def insert(name: str) -> Callable[[sqlite3.Connection], str]:
    def work(db: sqlite3.Connection) -> str:
        db.execute(INSERT, (name,))
        return name

    return work


def names(db: sqlite3.Connection) -> list[str]:
    return [name for (name,) in db.execute("SELECT id FROM runs ORDER BY id").fetchall()]


class Held:
    """Keeps the thread busy until it is let go."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._begun, self._go_on = threading.Event(), threading.Event()
        self._held = asyncio.ensure_future(thread.read(self._hold))

    def _hold(self, db: sqlite3.Connection) -> None:
        self._begun.set()
        self._go_on.wait()

    async def begun(self) -> None:
        await asyncio.to_thread(self._begun.wait)

    async def let_go(self) -> None:
        self._go_on.set()
        await self._held


@pytest.mark.gen_test
async def test_fifty_at_once_are_one_commit(tmp_path: Path) -> None:
    async with working(tmp_path) as thread:
        held = Held(thread)
        await held.begun()
        jobs = [asyncio.ensure_future(thread.write(insert(f"{number:02}"))) for number in range(50)]
        await asyncio.sleep(0)
        await held.let_go()
        await asyncio.gather(*jobs)
        assert thread.commits == 1
        assert "1 commits" in repr(thread)
        assert await thread.read(names) == [f"{number:02}" for number in range(50)]


@pytest.mark.gen_test
async def test_one_that_fails_fails_alone(tmp_path: Path) -> None:
    def half(db: sqlite3.Connection) -> None:
        db.execute(INSERT, ("half",))
        raise ValueError("no")

    async with working(tmp_path) as thread:
        held = Held(thread)
        await held.begun()
        jobs = asyncio.gather(
            thread.write(insert("a")),
            thread.write(half),
            thread.write(insert("a")),
            thread.write(lambda db: db.execute("nonsense")),
            thread.write(insert("b")),
            return_exceptions=True,
        )
        await asyncio.sleep(0)
        await held.let_go()
        first, second, third, fourth, fifth = await jobs
        assert (first, fifth) == ("a", "b")
        assert isinstance(second, ValueError)
        assert isinstance(third, StoreError)
        assert isinstance(fourth, StoreError)
        assert await thread.read(names) == ["a", "b"]
        assert thread.commits == 1


@pytest.mark.gen_test
async def test_nobody_reads_what_is_not_on_the_disk_yet(tmp_path: Path) -> None:
    """What waits together with a change is read before it, not in the middle of its transaction."""
    async with working(tmp_path) as thread:
        held = Held(thread)
        await held.begun()
        write = asyncio.ensure_future(thread.write(insert("a")))
        read = asyncio.ensure_future(thread.read(names))
        await asyncio.sleep(0)
        await held.let_go()
        assert await read == []
        await write
        assert await thread.read(names) == ["a"]


@pytest.mark.gen_test
async def test_reading_commits_nothing(tmp_path: Path) -> None:
    async with working(tmp_path) as thread:
        await asyncio.gather(*(thread.read(names) for _ in range(20)))
        assert thread.commits == 0


@pytest.mark.gen_test
async def test_one_who_gives_up_disturbs_nobody_and_the_change_is_made(tmp_path: Path) -> None:
    async with working(tmp_path) as thread:
        held = Held(thread)
        await held.begun()
        given_up = asyncio.ensure_future(thread.write(insert("a")))
        other = asyncio.ensure_future(thread.write(insert("b")))
        await asyncio.sleep(0)
        given_up.cancel()
        await held.let_go()
        await other
        assert given_up.cancelled()
        assert await thread.read(names) == ["a", "b"]


@pytest.mark.gen_test
async def test_a_change_that_leaves_its_transaction_is_undone_and_the_next_are_made(tmp_path: Path) -> None:
    async with working(tmp_path) as thread:
        with pytest.raises(StoreError):
            await thread.write(lambda db: db.execute(INSERT, ("a",)) and db.execute("ROLLBACK"))
        await thread.write(insert("b"))
        assert await thread.read(names) == ["b"]


@pytest.mark.gen_test
async def test_closing_waits_for_what_was_asked_before_and_takes_nothing_more(tmp_path: Path) -> None:
    async with opened_to_all(tmp_path) as everybodys:
        store = everybodys.of(HOUSE)
        adding = [asyncio.ensure_future(add(store, str(number))) for number in range(10)]
        await asyncio.sleep(0)
        await asyncio.gather(everybodys.close(), everybodys.close())
        kept = [await one for one in adding]
        with pytest.raises(StoreError, match="closed"):
            await add(store)
    async with opened(tmp_path) as store:
        assert [await store.conversation(one.id) for one in kept] == kept


@pytest.mark.gen_test
async def test_the_loop_goes_on_while_the_disk_is_slow(tmp_path: Path) -> None:
    async with working(tmp_path) as thread:
        held = Held(thread)
        await held.begun()
        for _ in range(100):  # this would hang
            await asyncio.sleep(0)
        await held.let_go()
