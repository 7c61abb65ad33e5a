"""The data folder: Hearth's alone, one Hearth at a time, and closed to other users of the machine."""

from __future__ import annotations

import fcntl
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .errors import CannotOpen, InUse
from .files import DATABASE, LOCK, sync_folder
from .forgetting import remove_old_copies
from .schema import MIGRATIONS, Migration, prepare

BUSY_SECONDS = 1.0
OLDEST_SQLITE = (3, 37)  # STRICT tables


@dataclass
class OpenFolder:
    db: sqlite3.Connection
    lock: int  # held for as long as this file descriptor is open

    def close(self) -> None:
        try:
            self.db.close()
        finally:
            os.close(self.lock)


def open_folder(folder: Path, migrations: Sequence[Migration] = MIGRATIONS) -> OpenFolder:
    folder = folder.absolute()
    lock = _take(folder)
    try:
        remove_old_copies(folder / DATABASE)
        return OpenFolder(_open_database(folder / DATABASE, migrations), lock)
    except BaseException:
        os.close(lock)
        raise


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """As long as no other Hearth uses it, and so that none begins to."""
    lock = _take(folder)
    try:
        yield
    finally:
        os.close(lock)


def _take(folder: Path) -> int:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise CannotOpen(f"This Python comes with SQLite {sqlite3.sqlite_version}: Hearth needs 3.37 or newer")
    try:
        _make_private(folder)
        return _lock(folder)
    except OSError as error:
        reason = error.strerror or error
        raise CannotOpen(
            f"{folder} can't be written ({reason}): make it writable, or choose another folder with --data"
        ) from error


def _make_private(folder: Path) -> None:
    made = not folder.is_dir()
    if made:
        folder.mkdir(0o700, parents=True)
        sync_folder(folder.parent)
    # a folder that is shared with other things (--data=/tmp) is not ours to close: only our files in it are
    if made or not any(folder.iterdir()) or (folder / DATABASE).exists() or (folder / LOCK).exists():
        with suppress(PermissionError):  # writable, but another user's
            folder.chmod(0o700)


def _lock(folder: Path) -> int:
    lock = os.open(folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        os.fchmod(lock, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        os.truncate(lock, 0)
        with suppress(OSError):  # a full disk: the lock holds without the number
            os.write(lock, f"{os.getpid()}\n".encode())
    except BlockingIOError:
        pid = os.read(lock, 32).decode("ascii", "replace").strip()
        os.close(lock)
        who = f"Another Hearth (process {pid})" if pid.isdigit() else "Another Hearth"
        raise InUse(f"{who} uses {folder}: stop it, or choose another folder with --data") from None
    except BaseException:
        os.close(lock)
        raise
    return lock


def _open_database(path: Path, migrations: Sequence[Migration]) -> sqlite3.Connection:
    try:
        for suffix in ("", "-wal", "-shm"):  # those that SQLite makes get the mode of the first
            file = path.with_name(path.name + suffix)
            if not suffix or file.exists():
                _close_to_others(file)
        db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, cached_statements=256)
    except (OSError, sqlite3.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise CannotOpen(
            f"{path} can't be opened ({reason}): see to it, or choose another folder with --data"
        ) from error
    try:
        prepare(db, path, migrations)
    except BaseException:
        db.close()
        raise
    return db


def _close_to_others(file: Path) -> None:
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        with suppress(PermissionError):
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
