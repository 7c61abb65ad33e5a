"""`kill -9` at random moments: what was acknowledged is there."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from store.files import DATABASE
from store.folder import open_folder

HOUSE = Path(__file__).parent.parent
KILLS = 20


def killed_after(folder: Path, lines: int) -> list[str]:
    """All it said, until it was killed some time after so many lines."""
    command = [sys.executable, "-m", "tests.store_asks", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=HOUSE, text=True) as asking:
        assert asking.stdout is not None
        said = [asking.stdout.readline() for _ in range(lines)]
        asking.kill()
        return said + asking.stdout.readlines()


def test_what_was_acknowledged_survives_every_kill(tmp_path: Path) -> None:
    chance = random.Random(7)
    said: list[list[str]] = []
    for _ in range(KILLS):
        lines = killed_after(tmp_path, chance.randrange(1, 600))
        said += [line.split() for line in lines if line.endswith("\n")]
        with closing(sqlite3.connect(f"{(tmp_path / DATABASE).as_uri()}?mode=ro", uri=True)) as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            check(db, said)
    opened = open_folder(tmp_path)
    opened.db.execute("INSERT INTO search (search) VALUES ('integrity-check')")
    opened.close()
    assert len(said) > 1000


def check(db: sqlite3.Connection, said: list[list[str]]) -> None:
    """A message is there, as it was when it was acknowledged, unless its conversation has been deleted."""
    contents = dict(db.execute("SELECT id, state || length(content) FROM messages WHERE role = 'assistant'").fetchall())
    questions = {one for (one,) in db.execute("SELECT id FROM messages WHERE role = 'user'").fetchall()}
    conversations = {one for (one,) in db.execute("SELECT id FROM conversations").fetchall()}
    may_be_gone = {one[1] for one in said if one[0] == "deleting"}
    for event, conversation, *rest in said:
        if event == "deleted":
            assert conversation not in conversations
        elif conversation not in may_be_gone and event == "asked":
            assert rest[0] in questions
            assert rest[1] in contents
        elif conversation not in may_be_gone and event == "answered":
            assert contents[rest[0]] == f"done{rest[1]}"
    found = {one for (one,) in db.execute("SELECT DISTINCT conversation FROM messages").fetchall()}
    assert found <= conversations
