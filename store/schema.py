"""The tables, and how an older database becomes one of today."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence
from pathlib import Path

from .errors import CannotOpen, cannot_open, damaged
from .files import copy

APPLICATION = 0x48727468  # "Hrth", in the file's header
CHECK_SECONDS = 0.25  # of a large database, what can be checked in this time is checked at the start
SETTINGS = ("synchronous = FULL", "fullfsync = ON", "foreign_keys = ON", "temp_store = MEMORY", "secure_delete = ON")

Migration = tuple[str, ...]

# A message's number is its conversation's number × 2²⁰ + its place in it: so a conversation lies side by side on
# the disk, in the order of its making, and a hit of the search tells its conversation. Place 0 is the title's.
MESSAGE_BITS = 20

FIRST: Migration = (
    """CREATE TABLE conversations (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        title TEXT,
        titled TEXT CHECK (titled IN ('question', 'model', 'person')),
        model TEXT,
        system TEXT,
        options TEXT, -- JSON, as think and keep_alive
        think TEXT,
        keep_alive TEXT,
        pinned INTEGER NOT NULL,
        leaf TEXT,
        created_at INTEGER NOT NULL, -- microseconds, UTC, as all times
        updated_at INTEGER NOT NULL
    ) STRICT""",
    "CREATE INDEX conversations_by_time ON conversations (updated_at, id)",
    # no key to `conversations`: that would need an index; messages go as a range of numbers, with their conversation
    """CREATE TABLE messages (
        number INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        conversation TEXT NOT NULL,
        parent TEXT,
        role TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        model TEXT,
        state TEXT,
        generation TEXT,
        error TEXT, -- JSON, as stats, context, seams and images
        stats TEXT,
        context TEXT,
        seams TEXT,
        thinking TEXT NOT NULL,
        content TEXT NOT NULL,
        images TEXT
    ) STRICT""",
    "CREATE INDEX messages_unfinished ON messages (state) WHERE state IN ('queued', 'running')",
    """CREATE TABLE requests (
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        question TEXT NOT NULL,
        reply TEXT NOT NULL,
        PRIMARY KEY (conversation, id)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE runs (
        id TEXT PRIMARY KEY,
        conversation TEXT REFERENCES conversations (id) ON DELETE CASCADE,
        message TEXT,
        state TEXT NOT NULL,
        last INTEGER NOT NULL,
        ended_at INTEGER
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX runs_of_conversation ON runs (conversation, ended_at)",
    # what goes in is made by words.py: no text is kept here, only which messages have which words
    """CREATE VIRTUAL TABLE search USING fts5 (
        words, content = '', detail = 'none', columnsize = 0, tokenize = "ascii tokenchars '+#'"
    )""",
    f"PRAGMA application_id = {APPLICATION}",
)

SECOND: Migration = (
    """CREATE TABLE presets (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        model TEXT,
        system TEXT,
        options TEXT,
        think TEXT,
        keep_alive TEXT,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX conversations_pinned ON conversations (updated_at, id) WHERE pinned = 1",
)

# Whose something is: HOUSE (records.py) before there were people, and later for who needs no sign-in on this machine.
THIRD: Migration = (
    "ALTER TABLE conversations ADD COLUMN person TEXT NOT NULL DEFAULT 'house'",
    "ALTER TABLE presets ADD COLUMN person TEXT NOT NULL DEFAULT 'house'",
    "ALTER TABLE runs ADD COLUMN person TEXT NOT NULL DEFAULT 'house'",
    "DROP INDEX conversations_by_time",
    "DROP INDEX conversations_pinned",
    "CREATE INDEX conversations_by_time ON conversations (person, updated_at, id)",
    "CREATE INDEX conversations_pinned ON conversations (person, updated_at, id) WHERE pinned = 1",
    "CREATE INDEX presets_of_person ON presets (person)",
    """CREATE TABLE people (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        folded TEXT NOT NULL UNIQUE, -- the name as names are compared
        password TEXT, -- Argon2's own encoding; null: none opens it
        proxied TEXT UNIQUE, -- as a proxy names them, in lower case; nobody can change it
        role TEXT NOT NULL CHECK (role IN ('owner', 'member')),
        disabled INTEGER NOT NULL DEFAULT 0,
        manages_models INTEGER NOT NULL DEFAULT 0,
        models TEXT, -- JSON: the names of those that may be used; null: all
        at_once INTEGER, -- replies; null: no limit
        created_at INTEGER NOT NULL,
        seen_at INTEGER
    ) STRICT, WITHOUT ROWID""",
    # Of what opens a door only a hash is kept.
    """CREATE TABLE sessions (
        hash BLOB PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        agent TEXT NOT NULL,
        address TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        seen_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE devices (
        hash BLOB PRIMARY KEY, -- on which this person has signed in before: its guesses are counted by themselves
        person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        seen_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE tokens (
        hash BLOB PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        person TEXT NOT NULL REFERENCES people (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        scopes TEXT NOT NULL, -- JSON
        created_at INTEGER NOT NULL,
        expires_at INTEGER,
        seen_at INTEGER
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE invitations (
        hash BLOB PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        person TEXT REFERENCES people (id) ON DELETE CASCADE, -- whose password it renews; null: for somebody new
        name TEXT,
        created_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE shares (
        id TEXT PRIMARY KEY, -- the secret in the link
        person TEXT NOT NULL,
        conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
        message TEXT, -- down to which it shows; null: live, down to the leaf
        sign_in INTEGER NOT NULL,
        created_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX shares_of_conversation ON shares (conversation)",
    """CREATE TABLE pulls (
        id TEXT PRIMARY KEY,
        person TEXT NOT NULL,
        model TEXT NOT NULL,
        server TEXT NOT NULL, -- the URL of the Ollama that pulls
        state TEXT NOT NULL,
        error TEXT, -- JSON
        total INTEGER NOT NULL, -- bytes, as the next
        completed INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        updated_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID""",
    # What people set for the whole house on the page, JSON.
    "CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID",
)

MIGRATIONS: tuple[Migration, ...] = (FIRST, SECOND, THIRD)


def prepare(db: sqlite3.Connection, path: Path, migrations: Sequence[Migration] = MIGRATIONS) -> None:
    """Make it a database of today, or raise CannotOpen with nothing changed."""
    try:
        version = _version(db, path, len(migrations))
        db.execute("PRAGMA journal_mode = WAL")
        for setting in SETTINGS:
            db.execute(f"PRAGMA {setting}")
        db.execute("PRAGMA journal_size_limit = 67108864")  # what an image of many megabytes made of it is given back
        db.execute("BEGIN IMMEDIATE")  # can it be written?
        db.execute("COMMIT")
        if version:
            _check(db, path)
        if 0 < version < len(migrations):
            copy(db, older(path, version), replace=True)
        for number in range(version, len(migrations)):
            _migrate(db, migrations[number], number + 1)
    except sqlite3.Error as error:
        raise cannot_open(error, path) from error
    except OSError as error:
        reason = error.strerror or error
        raise CannotOpen(f"{older(path, version)} can't be written ({reason}): make room for a copy first") from error


def older(path: Path, version: int) -> Path:
    """Where the copy lies that is made before a database of this version is changed."""
    return path.with_name(f"{path.name}.version-{version}")


def tables(db: sqlite3.Connection) -> set[tuple[str, str]]:
    """Each column with its table."""
    return set(
        db.execute(
            "SELECT tables.name, columns.name FROM sqlite_schema AS tables, pragma_table_info(tables.name) AS columns"
            " WHERE tables.type = 'table'"
        ).fetchall()
    )


def _version(db: sqlite3.Connection, path: Path, newest: int) -> int:
    application, version = (
        int(db.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("application_id", "user_version")
    )
    empty = db.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0] == 0
    if application != APPLICATION and not (empty and version == application == 0):
        raise CannotOpen(f"{path} is not a database of Hearth's: move it away, or choose another folder with --data")
    if version > newest:
        raise CannotOpen(
            f"{path} was written by a newer Hearth (version {version}, this one knows {newest}):"
            " start the newer one, or choose another folder with --data"
        )
    return version


def _check(db: sqlite3.Connection, path: Path) -> None:
    timer = threading.Timer(CHECK_SECONDS, db.interrupt)  # a progress handler isn't asked while a table is checked
    timer.start()
    try:
        faults = [fault for (fault,) in db.execute("PRAGMA quick_check(1)") if fault != "ok"]
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
            raise
        return
    finally:
        timer.cancel()
        timer.join()  # so that it interrupts nothing else
    if faults:
        raise damaged(path, " ".join(faults[0].split()))


def _migrate(db: sqlite3.Connection, migration: Migration, version: int) -> None:
    db.execute("BEGIN IMMEDIATE")
    try:
        for statement in migration:
            db.execute(statement)
        db.execute(f"PRAGMA user_version = {version}")
        db.execute("COMMIT")
    except BaseException:
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise
