"""The names of Hearth's files, and how one is written so that it is whole or not there."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path

DATABASE = "hearth.db"
LOCK = "hearth.lock"


def copy(
    db: sqlite3.Connection,
    target: Path,
    *,
    replace: bool = False,
    finish: Callable[[sqlite3.Connection], object] | None = None,
) -> None:
    """Until it is complete and on the disk, the copy has another name; `finish` is done to it before."""
    if not replace and os.path.lexists(target):
        raise FileExistsError
    descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", suffix=".part", dir=target.parent)  # mode 0600
    try:
        db.execute("VACUUM INTO ?", (name,))
        if finish is not None:
            _finish(name, finish)
        os.fsync(descriptor)
        if not replace and os.path.lexists(target):
            raise FileExistsError
        os.replace(name, target)
        sync_folder(target.parent)
    except BaseException:
        for left in (name, f"{name}-journal"):
            with suppress(FileNotFoundError):
                os.unlink(left)
        raise
    finally:
        os.close(descriptor)


def _finish(name: str, finish: Callable[[sqlite3.Connection], object]) -> None:
    with closing(sqlite3.connect(name, isolation_level=None)) as db:
        finish(db)


def sync_folder(folder: Path) -> None:
    """So that a new name is still there after the power went."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some file systems can't
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
