"""Delete means gone: what was deleted is on the disk no more, nor in a backup."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from store import HOUSE, forgetting
from store.backup import backup
from store.files import DATABASE
from store.schema import older

from .hearth import eventually, running
from .restarting import restarting
from .store_records import add, exchange, opened, opened_to_all, titles

# The index keeps of a word what it doesn't share with the one before: looked for are its head and its tail.
WORD = "xqzvjwkyqp"
PIECES = (b"xqzvj", b"wkyqp")


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "QUIET", 0.0)
    monkeypatch.setattr(forgetting, "PAUSE", 0.0)


def never(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "QUIET", 1e6)


def traces(folder: Path) -> list[str]:
    """The files below the folder that have any of the word."""
    files = [file for file in folder.rglob("*") if file.is_file()]
    return sorted(file.name for file in files if any(piece in _bytes(file) for piece in PIECES))


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes().lower()
    except FileNotFoundError:  # gone a moment ago
        return b""


@pytest.mark.gen_test(timeout=30)
async def test_a_deleted_conversation_is_in_no_file_any_more(tmp_path: Path) -> None:
    async with running(f"--data={tmp_path}") as hearth:
        kept = await hearth.conversation()
        await hearth.events((await hearth.ask(kept, "to stay"))["generation"])
        gone = await hearth.conversation(title=f"title {WORD}", system=f"system {WORD}")
        first = await hearth.ask(gone, f"question {WORD}", model="echo")
        assert WORD in "".join(event.get("text", "") for event in await hearth.events(first["generation"]))
        await hearth.events((await hearth.ask(gone, f"branch {WORD}", parent=None))["generation"])
        await hearth.send("PATCH", f"/api/conversations/{gone}", {"title": f"another {WORD}"})
        assert traces(tmp_path)
        assert (await hearth.send("DELETE", f"/api/conversations/{gone}", None)).code == 204
        await eventually(lambda: not traces(tmp_path))
        assert (await hearth.get(f"/api/conversations/{kept}")).code == 200
    assert not traces(tmp_path)


@pytest.mark.gen_test(timeout=30)
async def test_a_title_that_a_person_replaced_is_in_no_file_any_more(tmp_path: Path) -> None:
    async with running(f"--data={tmp_path}") as hearth:
        path = f"/api/conversations/{await hearth.conversation(title=f'title {WORD}')}"
        assert (await hearth.send("PATCH", path, {"title": "another"})).code == 200
        await eventually(lambda: not traces(tmp_path))


@pytest.mark.gen_test
async def test_a_title_that_stays_as_it_is_has_nothing_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never(monkeypatch)
    async with opened_to_all(tmp_path) as store:
        mine = store.of(HOUSE)
        kept = await add(mine, "mine", titled="person")
        for title, is_marked in (("mine", False), ("ours", True)):
            await mine.change_conversation(kept.id, title=title, titled="person")
            assert (await store.settings.get("deleted") is not None) is is_marked


@pytest.mark.gen_test(timeout=30)
async def test_a_deleted_preset_is_in_no_file_any_more(tmp_path: Path) -> None:
    async with running(f"--data={tmp_path}") as hearth:
        made = await hearth.post("/api/presets", {"name": f"preset {WORD}", "system": WORD})
        assert traces(tmp_path)
        number = made.body.decode().split('"id":"')[1].split('"')[0]
        assert (await hearth.send("DELETE", f"/api/presets/{number}", None)).code == 204
        await eventually(lambda: not traces(tmp_path))


@pytest.mark.gen_test(timeout=60)
async def test_the_words_go_from_a_large_index_while_others_write(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        gone = [await add(store, f"{WORD} {number}") for number in range(20)]
        for number in range(400):
            of = gone[number % 20] if number % 3 else await add(store, f"kept {number}")
            text = " ".join(f"w{number}x{place}" for place in range(40))
            await exchange(store, of, f"{text} {WORD if number % 3 else 'kept'}", text)
        for one in gone:
            await store.delete_conversation(one.id)
            await exchange(store, await add(store, "meanwhile"), "kept")
        await eventually(lambda: not traces(tmp_path), 30)
        assert not await titles(store, WORD)
        assert len(await titles(store, "kept")) == 50  # as many as are listed at once
        assert len(await titles(store, "w399x1")) == 1


@pytest.mark.gen_test(timeout=30)
async def test_what_a_stopped_hearth_had_not_forgotten_yet_goes_with_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        never(patched)
        async with opened(tmp_path) as store:
            one = await add(store, WORD)
            await exchange(store, one, WORD)
            await store.delete_conversation(one.id)
    assert traces(tmp_path)  # in the index
    async with opened(tmp_path):
        await eventually(lambda: not traces(tmp_path))


@pytest.mark.gen_test(timeout=30)
async def test_it_is_tried_again_when_another_program_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(forgetting, "AGAIN", 0.05)
    async with opened(tmp_path) as store:
        one = await add(store, WORD)
        with closing(sqlite3.connect(tmp_path / DATABASE, isolation_level=None)) as other:
            other.execute("BEGIN")
            other.execute("SELECT count(*) FROM conversations").fetchone()
            await store.delete_conversation(one.id)
            for _ in range(20):  # everybody else is served meanwhile
                await exchange(store, await add(store))
            assert traces(tmp_path)
            other.execute("COMMIT")
        await eventually(lambda: not traces(tmp_path))


@pytest.mark.gen_test(timeout=30)
async def test_a_backup_has_nothing_of_what_was_deleted_even_a_moment_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    never(monkeypatch)
    (tmp_path / "copies").mkdir()
    async with opened(tmp_path / "data") as store:
        one, other = await add(store, WORD), await add(store, "kept")
        await exchange(store, one, f"{WORD} one", f"{WORD} two")
        await exchange(store, other, "green tea")
        backup(tmp_path / "data", tmp_path / "copies" / "before.db")
        await store.delete_conversation(one.id)
        backup(tmp_path / "data", tmp_path / "copies" / "after.db")
    assert traces(tmp_path / "copies") == ["before.db"]
    assert sorted(os.listdir(tmp_path / "copies")) == ["after.db", "before.db"]
    (tmp_path / "new").mkdir()
    (tmp_path / "copies" / "after.db").rename(tmp_path / "new" / DATABASE)
    async with opened(tmp_path / "new") as store:
        assert await titles(store, "green") == ["kept"]


@pytest.mark.gen_test
async def test_copies_that_hearth_made_of_itself_go_after_two_weeks(tmp_path: Path) -> None:
    database = tmp_path / DATABASE
    old, new = older(database, 1), tmp_path / f"{DATABASE}.before-restore-20260102-030405"
    other = tmp_path / f"{DATABASE}.mine"
    cut = [tmp_path / name for name in (f".{DATABASE}.x1.part", f"..{DATABASE}.restored.part.x1.part")]
    for file, days in ((old, 15), (new, 13), (other, 99), (cut[0], 15), (cut[1], 15)):
        file.write_text("conversations")
        os.utime(file, (time.time() - days * 86400,) * 2)
    async with opened(tmp_path):
        assert not old.exists() and not any(one.exists() for one in cut)
        assert new.exists() and other.exists()


@pytest.mark.gen_test
async def test_where_nothing_was_deleted_nothing_is_done(tmp_path: Path) -> None:
    async with opened(tmp_path) as store:
        await exchange(store, await add(store, "tea"))
        before = (tmp_path / f"{DATABASE}-wal").stat().st_size
        await asyncio.gather(*(titles(store) for _ in range(20)))
        assert before and (tmp_path / f"{DATABASE}-wal").stat().st_size == before


@pytest.mark.gen_test(timeout=30)
async def test_what_a_kill_left_of_a_deletion_goes_with_the_next_start(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        gone, _ = [await hearth.final(await hearth.ask("quick")) for _ in range(2)]
        await hearth.ask_plain("quick")
        file = hearth.journal(gone["generation"])
        words = file.read_bytes()
        assert (await hearth.send("DELETE", f"/api/conversations/{gone['conversation']}")).code == 204
        await hearth.kill()
        others = set(file.parent.iterdir())
        file.write_bytes(words)  # as if the kill had come before this file's turn
        await hearth.start()
        assert set(file.parent.iterdir()) == others and len(others) == 2


@pytest.mark.gen_test
async def test_what_somebody_else_put_beside_the_replies_stops_no_start_and_stays(tmp_path: Path) -> None:
    stray = tmp_path / "generations" / os.fsdecode(b"caf\xe9.events")  # no UTF-8
    stray.parent.mkdir()
    stray.write_bytes(b'{"conversation":"c"}\n')
    async with running(f"--data={tmp_path}") as hearth:
        assert (await hearth.get("/api/status")).code == 200
    assert stray.exists()
