"""The data folder at the start: private, one Hearth's, never overwritten. A refusal is one line."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from store.errors import CannotOpen, StoreError
from store.files import DATABASE, LOCK
from store.schema import MIGRATIONS, older

from .store_records import add, exchange, opened, search, titles


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@contextmanager
def umask(mask: int) -> Iterator[None]:
    before = os.umask(mask)
    try:
        yield
    finally:
        os.umask(before)


def content(folder: Path) -> dict[str, bytes]:
    if not folder.is_dir():
        return {}
    files = [file for file in folder.iterdir() if file.is_file() and file.name not in (LOCK, f"{DATABASE}-shm")]
    return {file.name: file.read_bytes() for file in files}  # -shm: who reads notes it there


async def refused(folder: Path, *says: str) -> None:
    """One line that says all this, and nothing in the folder is another after it."""
    before = content(folder)
    with pytest.raises(CannotOpen) as told:
        async with opened(folder):
            pass
    line = str(told.value)
    assert "\n" not in line
    for words in says:
        assert words in line
    assert content(folder) == before


@pytest.mark.gen_test
@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077, 0o777])
async def test_only_the_owner_can_read_what_is_kept(tmp_path: Path, mask: int) -> None:
    folder = tmp_path / "data"
    with umask(mask):
        async with opened(folder) as store:
            await add(store)
            files = {file.name: mode(file) for file in folder.iterdir()}
    assert mode(folder) == 0o700
    assert files == dict.fromkeys([DATABASE, f"{DATABASE}-wal", f"{DATABASE}-shm", LOCK], 0o600)


@pytest.mark.gen_test
async def test_files_that_were_open_to_others_are_closed(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    for path, wide in ((tmp_path, 0o755), (tmp_path / DATABASE, 0o644), (tmp_path / LOCK, 0o666)):
        path.chmod(wide)
    async with opened(tmp_path):
        assert [mode(path) for path in (tmp_path, tmp_path / DATABASE, tmp_path / LOCK)] == [0o700, 0o600, 0o600]


@pytest.mark.gen_test
async def test_a_folder_shared_with_other_things_stays_open_to_others(tmp_path: Path) -> None:
    """`--data=/tmp`, as root, must not close /tmp."""
    (tmp_path / "other").touch()
    os.chmod(tmp_path, 0o777)
    async with opened(tmp_path):
        assert mode(tmp_path) == 0o777
        assert mode(tmp_path / DATABASE) == 0o600


@pytest.mark.gen_test
async def test_a_database_of_a_newer_hearth_is_left_alone(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        db.execute(f"PRAGMA user_version = {len(MIGRATIONS) + 1}")
    await refused(tmp_path, DATABASE, "newer Hearth", "--data")


@pytest.mark.gen_test
async def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        db.execute("CREATE TABLE theirs (x)")
    await refused(tmp_path, DATABASE, "not a database of Hearth", "--data")


@pytest.mark.gen_test
@pytest.mark.parametrize("damage", ["text", "cut", "page", "header"])
async def test_a_damaged_database_is_left_alone(tmp_path: Path, damage: str) -> None:
    async with opened(tmp_path) as store:
        one = await add(store, "title")
        for _ in range(50):
            await exchange(store, one, "question " * 50, "answer " * 50)
    file = tmp_path / DATABASE
    whole = file.read_bytes()
    broken = {
        "text": b"This is no database. " * 999,
        "cut": whole[: len(whole) // 2],
        "page": whole[:8192] + b"\xff" * (len(whole) - 16384) + whole[-8192:],
        "header": whole[:100] + b"\x07" * 3996 + whole[4096:],
    }
    file.write_bytes(broken[damage])
    await refused(tmp_path, DATABASE, "damaged", "backup")


@pytest.mark.gen_test
async def test_a_database_locked_by_another_program_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path):
        pass
    with closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as db:
        db.execute("BEGIN IMMEDIATE")
        await refused(tmp_path, DATABASE, "locked", "close that program")
        db.execute("ROLLBACK")
    async with opened(tmp_path) as store:
        await add(store)


@pytest.mark.gen_test
async def test_a_program_that_locks_the_database_later_stops_writing_but_not_reading(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store)
        with closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as db:
            db.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreError, match="locked by another program"):
                await add(store)
            assert await store.conversation(one.id) == one
            db.execute("ROLLBACK")
        await add(store)


@pytest.mark.gen_test
async def test_a_second_hearth_on_the_same_folder_is_refused_in_this_process_and_in_another(tmp_path: Path) -> None:
    script = (
        "import asyncio, sys, pathlib; from store.sqlite import SQLiteStore\n"
        "try: asyncio.run(SQLiteStore.open(pathlib.Path(sys.argv[1])))\n"
        "except Exception as error: print(error)"
    )
    async with opened(tmp_path) as store:
        await refused(tmp_path, f"(process {os.getpid()})", str(tmp_path), "--data")
        ended = subprocess.run(  # noqa: ASYNC221
            [sys.executable, "-c", script, tmp_path], capture_output=True, text=True, cwd=Path(__file__).parent.parent
        )
        assert f"process {os.getpid()}" in ended.stdout
        await add(store)
    async with opened(tmp_path):
        pass


@pytest.mark.gen_test
@pytest.mark.parametrize("folder", ["file/data", "file", "/proc/hearth"])
async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, folder: str) -> None:
    (tmp_path / "file").write_text("mine")
    await refused(tmp_path / folder, str(tmp_path / folder), "can't be written", "--data")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.gen_test
async def test_a_folder_in_the_place_of_the_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / DATABASE).mkdir()
    await refused(tmp_path, DATABASE, "can't be opened")
    (tmp_path / DATABASE).rmdir()
    async with opened(tmp_path):
        pass


@pytest.mark.gen_test
async def test_an_older_database_is_copied_and_then_changed_step_by_step(tmp_path: Path) -> None:
    steps = (*MIGRATIONS, ("ALTER TABLE messages ADD COLUMN mood TEXT",), ("UPDATE messages SET mood = 'fine'",))
    async with opened(tmp_path) as store:
        await exchange(store, await add(store, "old"), "tea?")
    async with opened(tmp_path, migrations=steps) as store:
        assert await titles(store, "tea") == ["old"]
    copied = older(tmp_path / DATABASE, len(MIGRATIONS))
    assert mode(copied) == 0o600
    with closing(sqlite3.connect(copied)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(MIGRATIONS),)
        assert db.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    with closing(sqlite3.connect(tmp_path / DATABASE)) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (len(steps),)
        assert db.execute("SELECT mood FROM messages").fetchall() == [("fine",), ("fine",)]
    async with opened(tmp_path, migrations=steps):
        assert [name for name in content(tmp_path) if "version" in name] == [copied.name]


@pytest.mark.gen_test
async def test_a_change_of_the_database_that_fails_leaves_it_as_it_was(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        one = await add(store, "old")
    steps = (*MIGRATIONS, ("DROP TABLE runs", "DELETE FROM conversations", "SELECT no_such_thing"))
    for _ in range(2):
        with pytest.raises(CannotOpen, match="no_such_thing"):
            async with opened(tmp_path, migrations=steps):
                pass
    async with opened(tmp_path) as store:
        assert await store.conversation(one.id) == one
        assert await store.run("none") is None


@pytest.mark.gen_test
async def test_a_start_that_was_cut_short_is_started_anew(tmp_path: Path) -> None:
    (tmp_path / DATABASE).touch()
    (tmp_path / LOCK).write_text("99999999\n")
    async with opened(tmp_path) as store:
        await add(store, "x")
        assert len(await search(store, "x")) == 1
