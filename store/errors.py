"""What can go wrong with the disk, each as one line that a person can act on.

StoreError
├── CannotOpen     the folder or the database can't be used; says which file, and what to do
│   └── InUse      another Hearth has it
├── CannotBackUp   no copy was made
├── CannotRestore  no backup was put in place, and nothing was changed
├── DiskFull       nothing was kept, reading goes on, and it works again once there is room
└── Gone           what was to be changed, or counted from, is not there (any more)
"""

from __future__ import annotations

import sqlite3
from pathlib import Path


class StoreError(Exception):
    pass


class CannotOpen(StoreError):
    pass


class InUse(CannotOpen):
    pass


class CannotBackUp(StoreError):
    pass


class CannotRestore(StoreError):
    pass


class DiskFull(StoreError):
    pass


class Gone(StoreError):
    pass


FULL = {"SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE"}  # no room; too large a file, or a quota; no room
DAMAGED = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}
LOCKED = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def told(error: Exception) -> Exception:
    """An error of SQLite's in Hearth's words; others as they are."""
    if isinstance(error, UnicodeEncodeError):
        return StoreError("Text that is not Unicode (half of a surrogate pair) can't be kept")
    if not isinstance(error, sqlite3.Error):
        return error
    code, name = kind(error)
    if name in FULL:
        return DiskFull("The disk is full: nothing was kept. Make room, then try again")
    if name == "SQLITE_CONSTRAINT_FOREIGNKEY":
        return Gone("The conversation is gone")
    if code in LOCKED:
        return StoreError("The database is locked by another program: nothing was kept. Close it, then try again")
    if code in DAMAGED:
        return StoreError(f"The database is damaged ({error}): stop Hearth, and put a backup in its place")
    return StoreError(f"The database says: {error}")


def cannot_open(error: sqlite3.Error, path: Path) -> CannotOpen:
    code, name = kind(error)
    if code in LOCKED:
        return CannotOpen(f"{path} is locked by another program: close that program, then start Hearth again")
    if code in DAMAGED:
        return damaged(path, str(error))
    if name in FULL:
        return CannotOpen(f"{path} can't be written, the disk is full: make room, then start Hearth again")
    return CannotOpen(f"{path} can't be used ({error}): see to it, or choose another folder with --data")


def damaged(path: Path, reason: str) -> CannotOpen:
    return CannotOpen(f"{path} is damaged ({reason}): put a backup in its place, or move it away to start anew")


def kind(error: sqlite3.Error) -> tuple[int, str]:
    """SQLite's primary code, and the name of the extended one."""
    return getattr(error, "sqlite_errorcode", 0) & 0xFF, getattr(error, "sqlite_errorname", "")
