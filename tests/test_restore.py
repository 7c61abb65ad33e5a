"""`--restore`: an owner puts a backup in place; what can't be restored changes nothing."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from store.backup import backup
from store.errors import CannotOpen, CannotRestore
from store.files import DATABASE
from store.records import HOUSE
from store.restoring import ENDED, restore
from store.schema import MIGRATIONS

from .hearth import eventually, running
from .process import command, run
from .store_records import add, exchange, opened, titles


def changed(file: Path, *statements: str) -> Path:
    with closing(sqlite3.connect(file, isolation_level=None)) as db:
        for statement in statements:
            db.execute(statement)
    return file


def rows(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as db:
        return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


async def with_backup(folder: Path) -> Path:
    """Tea, a backup of that, and coffee since."""
    async with opened(folder / "data") as store:
        await exchange(store, await add(store, "tea"), "green?")
        backup(folder / "data", folder / "backup.db")
        await exchange(store, await add(store, "coffee"), "black?")
    return folder / "backup.db"


def contents(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.suffix != ".lock"}


@pytest.mark.gen_test
async def test_a_restored_backup_is_the_house_as_it_was_and_the_present_one_is_kept(tmp_path: Path) -> None:
    copy = await with_backup(tmp_path)
    kept = restore(tmp_path / "data", copy)
    assert kept is not None and kept.parent == tmp_path / "data" and ".before-restore-20" in kept.name
    async with opened(tmp_path / "data") as store:
        assert await titles(store) == ["tea"]
        assert await titles(store, "green") == ["tea"]
        await exchange(store, await add(store, "later"))
    assert {stat.S_IMODE(file.stat().st_mode) for file in (kept, tmp_path / "data" / DATABASE)} == {0o600}
    shutil.move(kept, tmp_path / "kept.db")
    assert restore(tmp_path / "data", tmp_path / "kept.db")  # and back again
    async with opened(tmp_path / "data") as store:
        assert sorted(map(str, await titles(store))) == ["coffee", "tea"]


@pytest.mark.gen_test
async def test_a_new_machine_begins_with_a_backup(tmp_path: Path) -> None:
    copy = await with_backup(tmp_path)
    before = copy.read_bytes()
    assert restore(tmp_path / "new" / "data", copy) is None
    async with opened(tmp_path / "new" / "data") as store:
        assert await titles(store) == ["tea"]
    assert copy.read_bytes() == before
    assert stat.S_IMODE((tmp_path / "new" / "data").stat().st_mode) == 0o700


@pytest.mark.gen_test
async def test_what_the_log_of_a_killed_hearth_holds_is_kept_too_and_not_taken_for_the_new_ones(tmp_path: Path) -> None:
    copy = await with_backup(tmp_path)
    async with opened(tmp_path / "data") as store:
        await exchange(store, await add(store, "cocoa"), "hot?")
        shutil.copytree(tmp_path / "data", tmp_path / "killed")
    assert (tmp_path / "killed" / f"{DATABASE}-wal").stat().st_size
    kept = restore(tmp_path / "killed", copy)
    async with opened(tmp_path / "killed") as store:
        assert await titles(store) == ["tea"]
    assert kept is not None
    assert rows(kept, "conversations") == 3


@pytest.mark.gen_test
async def test_a_damaged_database_gives_way_to_a_backup(tmp_path: Path) -> None:
    copy = await with_backup(tmp_path)
    (tmp_path / "data" / DATABASE).write_bytes(b"no database " * 999)
    kept = restore(tmp_path / "data", copy)
    assert kept is not None and kept.read_bytes().startswith(b"no database ")
    async with opened(tmp_path / "data") as store:
        assert await titles(store) == ["tea"]


@pytest.mark.gen_test
async def test_what_opened_a_door_when_the_backup_was_made_opens_none_after_it(tmp_path: Path) -> None:
    copy = changed(
        await with_backup(tmp_path),
        f"INSERT INTO people (id, name, folded, role, created_at) VALUES ('{HOUSE}', 'Ada', 'ada', 'owner', 1)",
        f"INSERT INTO sessions VALUES (x'01', 'session', '{HOUSE}', '', '', 1, 1)",
        f"INSERT INTO devices VALUES (x'02', '{HOUSE}', 1)",
        f"INSERT INTO tokens VALUES (x'03', 'token', '{HOUSE}', 'script', '[]', 1, NULL, NULL)",
        f"INSERT INTO invitations VALUES (x'04', 'invitation', '{HOUSE}', NULL, 1, 2)",
        f"INSERT INTO shares SELECT 'share', '{HOUSE}', id, NULL, 0, 1 FROM conversations",
        f"INSERT INTO pulls VALUES ('pull', '{HOUSE}', 'm', 'u', 'running', NULL, 1, 0, 1, 1)",
    )
    assert {rows(copy, table) for table in ENDED} == {1}
    restore(tmp_path / "data", copy)
    assert {rows(tmp_path / "data" / DATABASE, table) for table in ENDED} == {0}
    assert rows(tmp_path / "data" / DATABASE, "people") == 1
    assert {rows(copy, table) for table in ENDED} == {1}


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-20000])


def _scribbled(file: Path) -> None:
    data = bytearray(file.read_bytes())
    data[4096:90000] = b"\x5a" * (90000 - 4096)
    file.write_bytes(data)


UNFIT: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (lambda file: file.unlink(), "There is no file"),
    "empty": (lambda file: file.write_bytes(b""), "is not a backup of Hearth's"),
    "another kind of file": (lambda file: file.write_bytes(b"PK\x03\x04" * 9999), "is damaged or no database"),
    "another program's": (lambda file: changed(file, "PRAGMA application_id = 7"), "is not a backup of Hearth's"),
    "a newer Hearth's": (
        lambda file: changed(file, f"PRAGMA user_version = {len(MIGRATIONS) + 1}"),
        "was written by a newer Hearth",
    ),
    "cut": (_cut, "is damaged"),
    "scribbled over": (_scribbled, "is damaged"),
    "with tables missing": (lambda file: changed(file, "DROP TABLE presets"), "has other tables"),
    "with columns missing": (lambda file: changed(file, "ALTER TABLE pulls DROP COLUMN total"), "has other tables"),
    "with what acts by itself": (
        lambda file: changed(file, "CREATE TRIGGER t AFTER INSERT ON people BEGIN DELETE FROM messages; END"),
        "has other tables",
    ),
}


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", UNFIT)
async def test_an_unfit_backup_is_refused_in_one_line_and_nothing_is_changed(tmp_path: Path, kind: str) -> None:
    copy = await with_backup(tmp_path)
    spoil, words = UNFIT[kind]
    spoil(copy)
    before = contents(tmp_path / "data")
    with pytest.raises(CannotRestore, match=words) as told:
        restore(tmp_path / "data", copy)
    assert "\n" not in str(told.value)
    assert contents(tmp_path / "data") == before
    ended = await run(f"--restore={copy}", f"--data={tmp_path / 'data'}", home=tmp_path)
    assert (ended.status, ended.out, ended.err.count("\n")) == (1, "", 1)


@pytest.mark.gen_test
async def test_while_a_hearth_runs_nothing_is_restored_not_even_itself(tmp_path: Path) -> None:
    copy = await with_backup(tmp_path)
    async with opened(tmp_path / "data") as store:
        with pytest.raises(CannotOpen, match="Another Hearth"):
            restore(tmp_path / "data", copy)
        with pytest.raises(CannotRestore, match="no backup of it"):
            restore(tmp_path / "data", tmp_path / "data" / DATABASE)
        assert len(await titles(store)) == 2


@pytest.mark.gen_test
async def test_a_medium_that_cannot_be_written_is_read(tmp_path: Path) -> None:
    await with_backup(tmp_path)
    (tmp_path / "medium").mkdir()
    copy = shutil.copy(tmp_path / "data" / DATABASE, tmp_path / "medium")  # as it lies there, by hand
    restore(tmp_path / "new", Path(copy))
    assert os.listdir(tmp_path / "medium") == [DATABASE]
    async with opened(tmp_path / "new") as store:
        assert len(await titles(store)) == 2


@pytest.mark.gen_test(timeout=30)
async def test_a_reply_that_was_being_written_when_the_backup_was_made_is_told_as_it_is(tmp_path: Path) -> None:
    async with running(f"--data={tmp_path / 'data'}") as hearth:
        one = await hearth.conversation(title="tea")
        reply = await hearth.ask(one, "slow", model="endless")
        backup(tmp_path / "data", tmp_path / "backup.db")
        await hearth.post(f"/api/generations/{reply['generation']}/stop")
        assert (await hearth.send("DELETE", f"/api/conversations/{one}", None)).code == 204
    restore(tmp_path / "data", tmp_path / "backup.db")
    async with running(f"--data={tmp_path / 'data'}") as hearth:

        async def is_interrupted() -> bool:
            return b'"state":"interrupted"' in (await hearth.get(f"/api/messages/{reply['id']}")).body

        await eventually(is_interrupted)


@pytest.mark.gen_test(timeout=30)
async def test_the_command_says_what_it_did_and_hearth_starts_with_it(tmp_path: Path) -> None:
    copy = await with_backup(tmp_path)
    ended = await run(f"--restore={copy}", f"--data={tmp_path / 'data'}", home=tmp_path)
    assert (ended.status, ended.err) == (0, "")
    assert "is in place" in ended.out and "before-restore-" in ended.out and "signs in anew" in ended.out
    async with command(f"--data={tmp_path / 'data'}", home=tmp_path) as hearth:
        assert b'"tea"' in await hearth.get("/api/conversations")
        again = await run(f"--restore={copy}", f"--data={tmp_path / 'data'}", home=tmp_path)
        assert again.status == 1 and "Another Hearth" in again.err and again.err.count("\n") == 1
