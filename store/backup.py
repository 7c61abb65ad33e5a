"""A copy of all conversations, also while a Hearth runs."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from .errors import DAMAGED, FULL, CannotBackUp, kind
from .files import DATABASE, copy
from .forgetting import remove_words
from .schema import APPLICATION

BUSY_SECONDS = 5.0


def backup(folder: Path, target: Path) -> None:
    """Write the database of `folder`, as it is at this moment, into a new file. Blocks.

    The connection is read-only: it never checkpoints (SQLite 3.40 can't bear two that do), and keeps no writer waiting.
    """
    source, target = folder.absolute() / DATABASE, target.absolute()
    if not source.is_file():
        raise CannotBackUp(f"There is no {source}: nothing to back up (--data names the folder)")
    if not target.parent.is_dir():
        raise CannotBackUp(f"There is no folder {target.parent}: make it, or choose another name for the backup")
    try:
        with closing(sqlite3.connect(f"{source.as_uri()}?mode=ro", uri=True, timeout=BUSY_SECONDS)) as db:
            if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION:
                raise CannotBackUp(f"{source} is not a database of Hearth's: nothing to back up")
            copy(db, target, finish=remove_words)  # of what was deleted, the words too
    except FileExistsError:
        raise CannotBackUp(f"{target} is there already: choose another name for the backup") from None
    except OSError as error:
        raise CannotBackUp(f"{target} can't be written ({error.strerror or error}): choose another place") from error
    except sqlite3.Error as error:
        code, name = kind(error)
        if name in FULL:
            raise CannotBackUp(f"{target} can't be written, the disk is full: choose another place") from error
        what = "is damaged" if code in DAMAGED else "can't be read"
        raise CannotBackUp(f"{source} {what} ({error}): no backup was made") from error
