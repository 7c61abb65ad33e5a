"""The disk is full: nothing is half kept, reading goes on, and it works again by itself."""

from __future__ import annotations

import asyncio
import resource
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from store.errors import CannotOpen, DiskFull
from store.files import DATABASE
from store.personal import PersonalSQLiteStore
from store.records import Conversation, Message

from .store_records import add, exchange, opened, question, reply, search

MEGABYTE = 1 << 20


@dataclass
class SmallDisk:
    folder: Path
    fill_up: Callable[[], object]
    make_room: Callable[[], object]


@contextmanager
def small_disk(folder: Path) -> Iterator[SmallDisk]:
    """A disk of its own, two megabytes of it taken by something else."""
    try:
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=6m", "hearth-test", folder], check=True, capture_output=True
        )
    except (OSError, subprocess.CalledProcessError) as error:
        pytest.skip(f"this user can't mount a small disk ({error}); the limit on files is tested all the same")
    other = folder / "other"

    def fill_up() -> None:
        with suppress(OSError), other.open("ab", buffering=0) as file:
            while file.write(bytes(4096)):
                pass

    try:
        other.write_bytes(bytes(2 * MEGABYTE))
        yield SmallDisk(folder, fill_up, other.unlink)
    finally:
        subprocess.run(["umount", folder], check=True)


@contextmanager
def small_files(folder: Path) -> Iterator[SmallDisk]:
    """No file may be larger than two megabytes, as with a quota: the kernel refuses to write on."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def limit(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))

    limit(2 * MEGABYTE)
    try:
        yield SmallDisk(folder, lambda: limit(0), lambda: limit(before[0]))
    finally:
        limit(before[0])


@pytest.fixture(params=[small_disk, small_files])
def disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SmallDisk]:
    with request.param(tmp_path) as disk:
        yield disk


async def fill(store: PersonalSQLiteStore, one: Conversation) -> list[Message]:
    """Exchanges until the disk refuses one; those that were kept."""
    kept: list[Message] = []
    with pytest.raises(DiskFull, match="disk is full"):
        for number in range(1000):
            kept += await exchange(store, one, f"question {number} " + "x" * 20_000)
    return kept


@pytest.mark.gen_test
async def test_on_a_full_disk_reading_goes_on_and_with_room_writing_too(disk: SmallDisk) -> None:
    async with opened(disk.folder) as store:
        one = await add(store, "title")
        kept = await fill(store, one)
        assert len(kept) > 20
        for _ in range(5):
            with pytest.raises(DiskFull):
                await exchange(store, one, "y" * 200_000)
        there = await store.messages(one.id)
        assert [message.id for message in there][: len(kept)] == [message.id for message in kept]
        assert len(there) <= len(kept) + 2  # the question that fitted, whose answer did not
        assert len(await search(store, "question")) == 1
        assert await store.branch(kept[-1].id)
        disk.make_room()
        first, second = await exchange(store, one, "there is room again", "z" * 200_000)
    async with opened(disk.folder) as store:
        assert await store.message(first.id) == first
        assert await store.message(second.id) == second
        assert len(await search(store, "room again")) == 1
    with closing(sqlite3.connect(disk.folder / DATABASE)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        db.execute("INSERT INTO search (search) VALUES ('integrity-check')")


@pytest.mark.gen_test
async def test_one_that_is_too_large_for_the_disk_fails_alone(disk: SmallDisk) -> None:
    async with opened(disk.folder) as store:
        one = await add(store)
        small = [question(one, str(number)) for number in range(6)]
        large = question(one, "large " * MEGABYTE)
        asked = [*small[:3], large, *small[3:]]
        answers = await asyncio.gather(
            *(store.add_exchange(one, message, reply(message), message.id) for message in asked), return_exceptions=True
        )
        assert isinstance(answers.pop(3), DiskFull)
        assert [answer[0].id for answer in answers if isinstance(answer, tuple)] == [message.id for message in small]
        assert len(await store.messages(one.id)) == 12


@pytest.mark.gen_test
async def test_hearth_says_so_when_it_cannot_start_on_a_full_disk_and_starts_when_there_is_room(
    disk: SmallDisk,
) -> None:
    disk.fill_up()
    with pytest.raises(CannotOpen, match=r"hearth\.db .*disk is full: make room"):
        async with opened(disk.folder):
            pass
    disk.make_room()
    async with opened(disk.folder) as store:
        await add(store)
