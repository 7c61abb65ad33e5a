"""A backup is a whole Hearth, also when made while one writes."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from store.backup import backup
from store.errors import CannotBackUp
from store.files import DATABASE

from .store_records import add, exchange, opened, titles

HOUSE = Path(__file__).parent.parent


def questions(file: Path) -> set[str]:
    with closing(sqlite3.connect(file)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return {one for (one,) in db.execute("SELECT id FROM messages WHERE role = 'user'").fetchall()}


def refused(folder: Path, target: Path, words: str) -> None:
    beside = sorted(target.parent.iterdir()) if target.parent.is_dir() else None
    with pytest.raises(CannotBackUp, match=words) as told:
        backup(folder, target)
    assert "\n" not in str(told.value)
    assert beside is None or sorted(target.parent.iterdir()) == beside


@pytest.mark.gen_test
async def test_a_backup_put_in_place_is_the_same_hearth(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as store:
        one = await add(store, "tea")
        await exchange(store, one, "green?")
        backup(tmp_path / "data", tmp_path / "copy.db")
        kept = await store.messages(one.id)
        await exchange(store, one, "later")
    assert stat.S_IMODE(os.stat(tmp_path / "copy.db").st_mode) == 0o600
    os.mkdir(tmp_path / "new")
    shutil.copy(tmp_path / "copy.db", tmp_path / "new" / DATABASE)
    async with opened(tmp_path / "new") as store:
        assert await store.messages(one.id) == kept
        assert await titles(store, "green") == ["tea"]
        await exchange(store, one)


def test_a_backup_while_another_hearth_writes_has_all_that_was_acknowledged_before(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.store_asks", str(tmp_path / "data"), "40"]
    options = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=HOUSE, text=True, **options) as asking:  # type: ignore[call-overload]
        said: list[list[str]] = []
        for number in range(4):
            said += [asking.stdout.readline().split() for _ in range(100)]
            backup(tmp_path / "data", tmp_path / f"{number}.db")
            assert {one[2] for one in said if one[0] == "asked"} <= questions(tmp_path / f"{number}.db")
        rest = asking.stdout.read  # it goes on, undisturbed, to its end
        while asking.stdout.readline() != "end\n":
            pass
        assert len(said) == 400
        asking.stdin.close()
        assert rest() == ""
    assert asking.returncode == 0
    assert len(questions(tmp_path / "data" / DATABASE)) == 400


def test_a_backup_after_a_kill_has_what_the_log_has(tmp_path: Path) -> None:
    """With a -wal that nobody has moved into the database yet, and with no -shm."""
    command = [sys.executable, "-m", "tests.store_asks", str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HOUSE, text=True) as asking:
        assert asking.stdout is not None
        said = [asking.stdout.readline().split() for _ in range(100)]
        asking.kill()
    (tmp_path / f"{DATABASE}-shm").unlink()
    before = (tmp_path / DATABASE).read_bytes(), (tmp_path / f"{DATABASE}-wal").read_bytes()
    assert before[1]
    backup(tmp_path, tmp_path / "copy")
    assert ((tmp_path / DATABASE).read_bytes(), (tmp_path / f"{DATABASE}-wal").read_bytes()) == before
    assert {one[2] for one in said if one[0] == "asked"} <= questions(tmp_path / "copy")


@pytest.mark.gen_test
async def test_a_backup_when_no_hearth_runs(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        first, _ = await exchange(store, await add(store))
    assert f"{DATABASE}-wal" not in os.listdir(tmp_path)
    backup(tmp_path, tmp_path / "copy")
    assert questions(tmp_path / "copy") == {first.id}
    async with opened(tmp_path) as store:
        await add(store)


@pytest.mark.gen_test
async def test_what_cannot_be_backed_up_is_said_in_one_line_and_nothing_is_left(tmp_path: Path) -> None:
    refused(tmp_path / "none", tmp_path / "copy", "There is no .*hearth.db")
    async with opened(tmp_path / "data") as store:
        await add(store)
        (tmp_path / "there").write_text("mine")
        refused(tmp_path / "data", tmp_path / "there", "is there already")
        refused(tmp_path / "data", tmp_path / "data" / DATABASE, "is there already")
        refused(tmp_path / "data", tmp_path / "no" / "copy", "There is no folder")
        refused(tmp_path / "data", tmp_path / "there" / "copy", "There is no folder")
        refused(tmp_path / "data", Path("/proc/copy"), "can't be written")
    assert (tmp_path / "there").read_text() == "mine"
    (tmp_path / "data" / DATABASE).write_bytes(b"This is no database. " * 999)
    refused(tmp_path / "data", tmp_path / "copy", "is damaged")
    (tmp_path / "data" / DATABASE).write_bytes(b"")
    refused(tmp_path / "data", tmp_path / "copy", "not a database of Hearth's")
