"""The database: is it Hearth's, of which version, whole, and does it have an owner."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import msgspec

from settings import Settings
from store.files import DATABASE
from store.schema import APPLICATION, MIGRATIONS

from .finding import Finding, mend, note, ok, several, size, words_of

LONGEST = 20.0  # seconds of looking through it
LARGE_LOG = 80e6  # bytes; Hearth gives back what is above 64 MiB
BACKUP = "put a backup in its place: --restore=FILE"


def look(settings: Settings) -> Iterator[Finding]:
    path = settings.data / DATABASE
    try:
        if not path.exists():
            yield note(f"there is no {path} yet")
            return
        with reading(path) as db:
            yield from _look(db, path, settings)
    except (sqlite3.Error, OSError) as error:
        yield mend(f"{path} can't be read ({words_of(error)})", f"run this as the user whose it is; else {BACKUP}")


@contextmanager
def reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Without a log beside it nobody uses it, and nothing is made there."""
    mode = "mode=ro" if os.path.exists(f"{path}-wal") else "mode=ro&immutable=1"
    uri = f"{path.absolute().as_uri()}?{mode}"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False)) as db:
        yield db


def kept(folder: Path, name: str) -> object:
    """What Hearth noted of the house under this name; None where there is nothing that can be read."""
    with suppress(sqlite3.Error, OSError, msgspec.DecodeError), reading(folder / DATABASE) as db:
        row = db.execute("SELECT value FROM settings WHERE name = ?", (name,)).fetchone()
        return None if row is None else msgspec.json.decode(row[0])
    return None


def _look(db: sqlite3.Connection, path: Path, settings: Settings) -> Iterator[Finding]:
    if _number(db, "PRAGMA application_id") != APPLICATION:
        yield mend(f"{path} is not a database of Hearth's", "move it away, or name another folder with --data=")
        return
    version, newest = _number(db, "PRAGMA user_version"), len(MIGRATIONS)
    length = sum(one.stat().st_size for one in (path, Path(f"{path}-wal")) if one.exists())
    yield _version(path, version, newest, length)
    if version > newest:
        return
    whole = _whole(db)
    yield whole
    if whole.verdict == "mend":
        return
    yield from _log(path)
    conversations, messages = (_number(db, f"SELECT count(*) FROM {one}") for one in ("conversations", "messages"))
    yield ok(f"{several(conversations, 'conversation')}, {several(messages, 'message')}, {size(length)}")
    if version == newest:
        yield from _people(db, settings)


def _number(db: sqlite3.Connection, query: str) -> int:
    return int(db.execute(query).fetchone()[0])


def _version(path: Path, version: int, newest: int, length: int) -> Finding:
    if version > newest:
        remedy = "start the newer Hearth ('git pull && make run'), or restore a backup of this one's time"
        return mend(f"{path} was written by a newer Hearth (version {version}, this one knows {newest})", remedy)
    if version == newest:
        return ok(f"{path}, version {version}")
    system = os.statvfs(path.parent)
    if system.f_bavail * system.f_frsize < 2 * length:
        return mend(f"version {version} becomes {newest} at the next start", f"make room for a copy ({size(length)})")
    return note(f"version {version} becomes {newest} at the next start, which keeps a copy for two weeks")


def _whole(db: sqlite3.Connection) -> Finding:
    timer = threading.Timer(LONGEST, db.interrupt)
    timer.start()
    try:
        faults = [fault for (fault,) in db.execute("PRAGMA quick_check(3)") if fault != "ok"]
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) != sqlite3.SQLITE_INTERRUPT:
            raise
        return note(f"it is too large to be looked through in {LONGEST:.0f} seconds")
    finally:
        timer.cancel()
        timer.join()
    return mend(f"it is damaged ({'; '.join(faults)})", BACKUP) if faults else ok("it is whole")


def _log(path: Path) -> Iterator[Finding]:
    log = Path(f"{path}-wal")
    length = log.stat().st_size if log.exists() else 0
    if length > LARGE_LOG:
        yield note(f"its log has {size(length)}: another program may keep the database open; close that")


def _people(db: sqlite3.Connection, settings: Settings) -> Iterator[Finding]:
    people = _number(db, "SELECT count(*) FROM people")
    owners = _number(db, "SELECT count(*) FROM people WHERE role = 'owner' AND disabled = 0")
    if owners:
        yield ok(several(people, "account"))
    elif people:
        yield mend("no account may manage the others", "make an owner: --add-user=NAME")
    elif settings.auth != "none":
        yield note("nobody has an account yet: the code for the first is in Hearth's log when it starts")
