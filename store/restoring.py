"""A backup in the place of the database, which is kept beside it; only while no Hearth runs.

What opened a door when the backup was made (sessions, devices, tokens, invitations, shared links) may have been ended
since, so none of it comes back, and no download that has ended long ago begins again.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path

from .errors import DAMAGED, FULL, CannotRestore, kind
from .files import DATABASE, LOCK, copy, sync_folder
from .folder import held
from .schema import APPLICATION, MIGRATIONS, tables

ENDED = ("sessions", "devices", "tokens", "invitations", "shares", "pulls")
LOGS = ("-wal", "-shm")


def restore(folder: Path, source: Path) -> Path | None:
    """Where the database that was there is kept; None where there was none. Blocks."""
    folder, source = folder.absolute(), source.absolute()
    target = folder / DATABASE
    if not source.is_file():
        raise CannotRestore(f"There is no file {source}: nothing was changed")
    if target.exists() and target.samefile(source):
        raise CannotRestore(f"{source} is the database itself, no backup of it: nothing was changed")
    with _told(source), _read_only(source) as backup:
        _check(backup, source)
        with held(folder):
            return _replace(backup, target)


@contextmanager
def _told(source: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        where, reason = error.filename or source.name, error.strerror or error
        raise CannotRestore(f"{where} can't be written ({reason}): nothing was changed") from error
    except sqlite3.Error as error:
        code, name = kind(error)
        if name in FULL:
            raise CannotRestore("The disk is full: nothing was changed. Make room, then try again") from error
        what = "is damaged or no database" if code in DAMAGED else "can't be read"
        raise CannotRestore(f"{source} {what} ({error}): nothing was changed") from error


@contextmanager
def _read_only(path: Path) -> Iterator[sqlite3.Connection]:
    """Also on a medium that can't be written: without a log beside it nothing else is made there either."""
    mode = "mode=ro" if os.path.exists(f"{path}-wal") else "mode=ro&immutable=1"
    with closing(sqlite3.connect(f"{path.as_uri()}?{mode}", uri=True, isolation_level=None)) as db:
        yield db


def _check(db: sqlite3.Connection, source: Path) -> None:
    version = int(db.execute("PRAGMA user_version").fetchone()[0])
    if db.execute("PRAGMA application_id").fetchone()[0] != APPLICATION or not version:
        raise CannotRestore(f"{source} is not a backup of Hearth's: nothing was changed")
    if version > len(MIGRATIONS):
        newest = f"version {version}, this one knows {len(MIGRATIONS)}"
        raise CannotRestore(f"{source} was written by a newer Hearth ({newest}): restore it with that one")
    faults = [fault for (fault,) in db.execute("PRAGMA integrity_check(1)") if fault != "ok"]
    if faults:
        raise CannotRestore(f"{source} is damaged ({' '.join(faults[0].split())}): nothing was changed")
    if not _as_ours(db, version):
        raise CannotRestore(f"{source} has other tables than a Hearth of its version: nothing was changed")


def _as_ours(db: sqlite3.Connection, version: int) -> bool:
    """With every table that there should be, and nothing that acts by itself."""
    acting = db.execute("SELECT count(*) FROM sqlite_schema WHERE type IN ('trigger', 'view')").fetchone()[0]
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as fresh:
        for statement in (one for migration in MIGRATIONS[:version] for one in migration):
            fresh.execute(statement)
        return not acting and tables(fresh) <= tables(db)


def _replace(backup: sqlite3.Connection, target: Path) -> Path | None:
    """The old one has its name until the new one has it; a crash leaves one of the two."""
    fresh = target.with_name(f".{target.name}.restored.part")
    try:
        copy(backup, fresh, replace=True, finish=_close_doors)
        _give_to_owner(target.parent, fresh, target.with_name(LOCK))
        kept = _kept(target) if target.exists() else None
        os.replace(fresh, target)
        sync_folder(target.parent)
    finally:
        fresh.unlink(missing_ok=True)
    return kept


def _close_doors(db: sqlite3.Connection) -> None:
    for setting in ("journal_mode = MEMORY", "secure_delete = ON"):
        db.execute(f"PRAGMA {setting}")
    there = {name for name, _ in tables(db)}
    for table in ENDED:
        if table in there:
            db.execute(f"DELETE FROM {table}")


def _kept(target: Path) -> Path:
    """Another name for it. A log beside it belongs to it, and would be taken for the new one's."""
    kept = _free_name(f"{target}.before-restore-{datetime.now():%Y%m%d-%H%M%S}")
    with suppress(sqlite3.Error):  # a damaged one is kept as it is
        _empty_log(target)
    try:
        os.link(target, kept)
    except OSError:  # a file system without links
        shutil.copyfile(target, kept)
        kept.chmod(0o600)
    os.utime(kept)  # from now on it is kept for two weeks
    for log in LOGS:
        with suppress(FileNotFoundError):
            os.rename(f"{target}{log}", f"{kept}{log}")
    return kept


def _free_name(name: str) -> Path:
    return next(
        path for path in map(Path, (name, *(f"{name}-{number}" for number in range(2, 99)))) if not path.exists()
    )


def _empty_log(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _give_to_owner(folder: Path, *files: Path) -> None:
    """Root restores for the user whose folder it is."""
    owner = folder.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        for file in files:
            os.chown(file, owner.st_uid, owner.st_gid)
