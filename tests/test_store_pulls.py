"""What the store keeps of the pulls of models."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from store import PullRecord, SQLiteStore

MOMENT = datetime(2026, 11, 22, 13, 44, 54, 14778, tzinfo=UTC)
PULL = PullRecord("a", "house", "qwen3:8b", "http://127.0.0.1:11434", "running", None, 2**50, 7, MOMENT, MOMENT)
FAILED = replace(PULL, state="failed", error={"code": "no_space", "message": "Full: “ü”"}, completed=2**49)


@pytest.mark.gen_test
async def test_pulls_come_back_as_they_were_also_after_a_restart(tmp_path: Path) -> None:
    later = replace(FAILED, id="0", created_at=MOMENT + timedelta(microseconds=1))
    store = await SQLiteStore.open(tmp_path)
    await store.pulls.add(later)
    await store.pulls.add(PULL)
    assert await store.pulls.all() == [PULL, later]
    await store.close()
    store = await SQLiteStore.open(tmp_path)
    assert await store.pulls.all() == [PULL, later]
    await store.close()


@pytest.mark.gen_test
async def test_a_change_of_one_that_was_dismissed_does_not_bring_it_back(tmp_path: Path) -> None:
    store = await SQLiteStore.open(tmp_path)
    await store.pulls.add(PULL)
    await store.pulls.change(FAILED)
    assert await store.pulls.all() == [FAILED]
    await store.pulls.delete("a")
    await store.pulls.change(PULL)
    await store.pulls.delete("a")
    assert await store.pulls.all() == []
    await store.close()
