"""`git pull && make run`: what an earlier Hearth kept is there, a copy of it too, and what is missing is installed.

`old/version-2.db.xz` is a database that the Hearth of version 2 wrote (before there were people): two conversations, of
which one has a reply that was being written, and a preset.
"""

from __future__ import annotations

import json
import lzma
import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

import pytest

from store.errors import CannotOpen
from store.files import DATABASE
from store.records import HOUSE
from store.schema import MIGRATIONS, older

from .hearth import eventually, running
from .process import run
from .store_records import opened

ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """As version 2 left it."""
    data = tmp_path / "data"
    data.mkdir(0o700)
    (data / DATABASE).write_bytes(lzma.decompress((ROOT / "tests" / "old" / "version-2.db.xz").read_bytes()))
    return data


def column(file: Path, query: str) -> list[object]:
    with closing(sqlite3.connect(file)) as db:
        return [value for (value,) in db.execute(query).fetchall()]


@pytest.mark.gen_test
async def test_what_was_kept_before_there_were_people_belongs_to_the_house(folder: Path) -> None:
    async with opened(folder):
        pass
    for table, count in (("conversations", 2), ("presets", 1), ("runs", 2)):
        assert column(folder / DATABASE, f"SELECT person FROM {table}") == [HOUSE] * count
    assert column(folder / DATABASE, "PRAGMA user_version") == [len(MIGRATIONS)]
    assert column(folder / DATABASE, "SELECT count(*) FROM people") == [0]


@pytest.mark.gen_test
async def test_before_anything_is_changed_a_copy_is_kept(folder: Path) -> None:
    before = column(folder / DATABASE, "SELECT content FROM messages ORDER BY number")
    async with opened(folder):
        pass
    copy = older(folder / DATABASE, 2)
    assert column(copy, "PRAGMA user_version") == [2]
    assert column(copy, "SELECT content FROM messages ORDER BY number") == before
    assert len(before) == 4
    copy.replace(folder / DATABASE)  # and it can be upgraded as well
    async with opened(folder):
        assert column(folder / DATABASE, "PRAGMA user_version") == [len(MIGRATIONS)]


@pytest.mark.gen_test
async def test_an_earlier_hearth_refuses_what_a_later_one_wrote(folder: Path) -> None:
    async with opened(folder):
        pass
    before = (folder / DATABASE).read_bytes()
    with pytest.raises(CannotOpen, match=r"newer Hearth \(version 3, this one knows 2\): start the newer one"):
        async with opened(folder, migrations=MIGRATIONS[:2]):
            pass
    assert (folder / DATABASE).read_bytes() == before


@pytest.mark.gen_test(timeout=30)
async def test_old_conversations_are_listed_read_found_and_their_cut_reply_is_told(folder: Path) -> None:
    async with running(f"--data={folder}") as hearth:
        listed = json.loads((await hearth.get("/api/conversations")).body)["conversations"]
        assert [(one["title"], one["pinned"]) for one in listed] == [(None, False), ("Which tea?", True)]
        tea = json.loads((await hearth.get("/api/conversations/tea0")).body)
        assert [one["content"] for one in tea["messages"]] == ["Which tea in the morning?", "Assam, with milk."]
        assert (tea["system"], tea["options"], tea["keep_alive"]) == ("Be brief.", {"temperature": 0.2}, "5m")
        for query in ("morning", "%E8%93%9D"):  # 蓝
            found = json.loads((await hearth.get(f"/api/conversations?query={query}")).body)["conversations"]
            assert len(found) == 1

        async def cut() -> bool:
            sky = json.loads((await hearth.get("/api/conversations/sky0")).body)["messages"][-1]
            return (sky["content"], sky["state"]) == ("Rayl", "interrupted")

        await eventually(cut)
        presets = json.loads((await hearth.get("/api/presets")).body)["presets"]
        assert [one["name"] for one in presets] == ["Teacher"]


@pytest.mark.gen_test(timeout=30)
async def test_the_command_refuses_a_newer_database_in_one_line(folder: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as db:
        db.execute("PRAGMA user_version = 99")
    ended = await run("--port=0", f"--data={folder}", home=tmp_path)
    assert (ended.status, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "newer Hearth" in ended.err


def make(folder: Path, *words: str) -> str:
    """What `make` would do."""
    made = subprocess.run(["make", "-n", *words], cwd=folder, capture_output=True, text=True, check=True)
    return made.stdout


def test_make_run_installs_what_a_pull_has_changed_and_nothing_twice(tmp_path: Path) -> None:
    shutil.copy(ROOT / "Makefile", tmp_path)
    stamps = [tmp_path / ".venv" / name for name in ("python", "hearth", "demo")]
    wants = [tmp_path / name for name in ("requirements.txt", "requirements-demo.txt")]
    stamps[0].parent.mkdir()
    for age, file in enumerate(reversed([*wants, *stamps])):
        file.touch()
        os.utime(file, (1e9 - age, 1e9 - age))
    assert "pip install" not in make(tmp_path, "run")
    assert make(tmp_path, "-q", ".venv/demo") == ""
    wants[0].touch()
    assert "pip install" in make(tmp_path, "run") and "-r requirements.txt" in make(tmp_path, "run")
    os.utime(wants[0], (1e9 - 99, 1e9 - 99))
    wants[1].touch()
    assert "pip install" not in make(tmp_path, "run")
    assert "demo.sh" in make(tmp_path, ".venv/demo")
