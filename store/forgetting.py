"""What was deleted goes from the disk as well: from the index of words, and from the log.

SQLite overwrites a deleted row at once (`secure_delete`). But FTS5 only notes that a row's words don't count any more:
the words stay in its segments until these are merged. So a deletion leaves a mark, in its own transaction, and so does
a new title in the place of one that a person gave. When nobody asks for anything, all segments are merged into one, in
small steps; then the log, which has the pages as they were, is emptied. The mark goes last: after a kill it begins
anew.
"""

from __future__ import annotations

import logging
import secrets
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

QUIET = 5.0  # seconds after a deletion; more may follow
PAUSE = 0.05  # between two steps, so that a large index keeps neither the processor nor the disk busy
AGAIN = 30.0  # where the disk is full, or another program reads the log
PAGES = 64  # of the index in one step: some 10 ms
OLD = 14 * 86400.0  # seconds for which a copy is kept that Hearth made of itself

_MARK = "INSERT OR REPLACE INTO settings (name, value) VALUES ('deleted', ?)"
_MARKED = "SELECT value FROM settings WHERE name = 'deleted'"
_UNMARK = "DELETE FROM settings WHERE name = 'deleted' AND value = ?"
_MERGE = "INSERT INTO search (search, rank) VALUES ('merge', ?)"  # negative: with all segments, whatever their size

log = logging.getLogger("hearth.store")


def mark(db: sqlite3.Connection) -> None:
    """Something goes within this transaction. Each mark is another one, so that none is lost."""
    db.execute(_MARK, (f'"{secrets.token_hex(4)}"',))


class Forgetting:
    """Lives in the thread of the database, which asks it what to do whenever nobody else does."""

    def __init__(self) -> None:
        self._mark: str | None = None  # of the deletion that is being forgotten
        self._due = 0.0
        self._began = False
        self._merged = False
        self._told = False
        self._changes = -1  # as SQLite counts them: without any there is no new mark either

    def __repr__(self) -> str:
        state = "nothing" if self._mark is None else "the log" if self._merged else "words"
        return f"<Forgetting {state}>"

    def wait(self, db: sqlite3.Connection) -> float | None:
        """Seconds until `step` is wanted; None: not before the database is changed."""
        try:
            self._look(db)
        except sqlite3.Error:
            return AGAIN
        return None if self._mark is None else max(0.0, self._due - time.monotonic())

    def step(self, db: sqlite3.Connection) -> None:
        """Some milliseconds' work. Never raises."""
        if self._mark is None or time.monotonic() < self._due:
            return
        self._due = time.monotonic() + PAUSE
        try:
            if not self._merged:
                self._merge(db)
            elif _empty_log(db):
                self._end(db)
            else:
                self._due = time.monotonic() + AGAIN
        except sqlite3.Error as error:
            if not self._told:  # once for each deletion
                log.warning("what was deleted can't be taken off the disk yet: %s", error)
            self._told = True
            self._due = time.monotonic() + AGAIN

    def _look(self, db: sqlite3.Connection) -> None:
        if self._changes == db.total_changes:
            return
        self._changes = db.total_changes
        row = db.execute(_MARKED).fetchone()
        mark = None if row is None else str(row[0])
        if mark != self._mark:
            self._mark, self._due = mark, time.monotonic() + QUIET
            self._began = self._merged = self._told = False

    def _merge(self, db: sqlite3.Connection) -> None:
        before = db.total_changes
        db.execute(_MERGE, (PAGES if self._began else -PAGES,))
        self._merged = self._began and db.total_changes - before < 2  # as FTS5 tells that nothing was left to do
        self._began = True

    def _end(self, db: sqlite3.Connection) -> None:
        db.execute(_UNMARK, (self._mark,))
        self._mark = None


@contextmanager
def _impatient(db: sqlite3.Connection) -> Iterator[None]:
    """Waits for no other program meanwhile: others wait for this thread."""
    patience = db.execute("PRAGMA busy_timeout").fetchone()[0]
    db.execute("PRAGMA busy_timeout = 0")
    try:
        yield
    finally:
        db.execute(f"PRAGMA busy_timeout = {patience}")


def _empty_log(db: sqlite3.Connection) -> bool:
    """False while another program (a backup) reads it."""
    with _impatient(db):
        busy, _, _ = db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def remove_words(db: sqlite3.Connection) -> None:
    """All at once, in a copy that nobody uses yet."""
    for setting in ("journal_mode = MEMORY", "secure_delete = ON"):
        db.execute(f"PRAGMA {setting}")
    if db.execute("SELECT count(*) FROM sqlite_schema WHERE name = 'search'").fetchone()[0]:
        db.execute("INSERT INTO search (search) VALUES ('optimize')")


def remove_old_copies(database: Path) -> None:
    """Copies that Hearth made before it changed or replaced the database: they hold what was deleted since."""
    name = database.name
    by_a_power_cut = (f".{name}.*.part", f"..{name}.*.part")
    for pattern in (f"{name}.version-*", f"{name}.before-restore-*", *by_a_power_cut):
        for copy in database.parent.glob(pattern):
            with suppress(OSError):
                if time.time() - copy.stat().st_mtime > OLD:
                    copy.unlink()
