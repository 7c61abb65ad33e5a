"""The data folder: whose it is, who else reads it, and whether there is room."""

from __future__ import annotations

import os
import pwd
import stat
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from settings import Settings
from store.files import DATABASE, LOCK

from .finding import Finding, mend, note, ok, several, size

LITTLE, VERY_LITTLE = 2e9, 2e8  # bytes
FEW_FILES = 1000
DISTANT = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "fuse.davfs", "afs", "ceph"}
STALE = 3 * 86400.0  # seconds; the files of replies go after a day


def look(settings: Settings) -> Iterator[Finding]:
    folder = settings.data
    if not folder.is_dir():
        yield from _none_yet(folder)
        return
    status = folder.stat()
    yield from _ours(folder, status)
    yield from _private(folder, status)
    yield from _room(folder)
    yield from _replies(folder / "generations")


def stats(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Of what is in it; a running Hearth may remove some of it meanwhile."""
    for one in folder.iterdir():
        with suppress(FileNotFoundError):
            yield one, one.lstat()


def _none_yet(folder: Path) -> Iterator[Finding]:
    above = next(one for one in folder.parents if one.exists())
    if folder.exists():
        yield mend(f"{folder} is no folder", "move it away, or name another with --data=")
    elif not os.access(above, os.W_OK | os.X_OK):
        yield mend(f"{folder} is not there, and {above} can't be written", f"make it: sudo mkdir -p {folder}")
    else:
        yield note(f"{folder} is not there: Hearth makes it when it starts")


def _ours(folder: Path, status: os.stat_result) -> Iterator[Finding]:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        remedy = f"run this as that user or with sudo, or: sudo chown -R {_name(os.geteuid())} {folder}"
        yield mend(f"{folder} belongs to {_name(status.st_uid)}, and you can't write it", remedy)
        return
    foreign = sorted(one.name for one, its in stats(folder) if its.st_uid != status.st_uid)
    if foreign:
        remedy = f"sudo chown -R {status.st_uid}:{status.st_gid} {folder}"
        yield mend(f"{', '.join(foreign[:4])} in {folder} belong to another user than the folder", remedy)
    else:
        yield ok(f"{folder} belongs to {_name(status.st_uid)}{_held(folder / LOCK)}")


def _held(lock: Path) -> str:
    """As the kernel lists who holds it; to try would be in the way of a Hearth that starts at this moment."""
    try:
        number = str(lock.stat().st_ino)
        lines = Path("/proc/locks").read_text().splitlines()
    except OSError:
        return ""
    holders = [line.split()[4] for line in lines if " FLOCK " in line and number in line.replace(":", " ").split()]
    return f"; a Hearth uses it (process {holders[0]})" if holders else "; no Hearth uses it now"


def _name(user: int) -> str:
    try:
        return pwd.getpwuid(user).pw_name
    except KeyError:
        return f"user {user}"


def _private(folder: Path, status: os.stat_result) -> Iterator[Finding]:
    open_ones = [folder] if stat.S_IMODE(status.st_mode) & 0o077 else []
    database = folder / DATABASE
    if database.exists() and stat.S_IMODE(database.stat().st_mode) & 0o077:
        open_ones.append(database)
    if folder in open_ones and not database.exists() and any(folder.iterdir()):
        yield note(f"{folder} is shared with other things; Hearth closes its own files only")
    elif open_ones:
        names = " and ".join(map(str, open_ones))
        yield mend(f"other users of this machine can open {names}", f"chmod go= {' '.join(map(str, open_ones))}")
    else:
        yield ok("nobody else on this machine can read it")


def _room(folder: Path) -> Iterator[Finding]:
    system = os.statvfs(folder)
    free = system.f_bavail * system.f_frsize
    kind = _file_system(folder)
    if kind in DISTANT:
        yield mend(f"it lies on another machine ({kind})", "SQLite needs a disk of this one; name it with --data=")
    if system.f_flag & os.ST_RDONLY:
        yield mend("its disk can't be written", "mount it for writing; dmesg may say why it isn't")
    elif free < VERY_LITTLE:
        yield mend(f"{size(free)} are left on its disk", "make room: without any, questions are refused")
    elif free < LITTLE:
        yield note(f"{size(free)} are left on its disk")
    else:
        yield ok(f"{size(free)} are free on its disk")
    if system.f_files and system.f_favail < FEW_FILES:
        yield mend(f"its disk has room for {several(system.f_favail, 'file')} more", "remove small files there")


def _file_system(folder: Path) -> str:
    """Its kind, as Linux tells it."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/self/mounts").read_text().splitlines()]
    except OSError:
        return ""
    real = folder.resolve()
    around = [(Path(point), kind) for point, kind in mounts if real.is_relative_to(point)]
    return max(around, key=lambda one: len(one[0].parts), default=(real, ""))[1]


def _replies(folder: Path) -> Iterator[Finding]:
    if not folder.is_dir():
        return
    files = [its for _, its in stats(folder) if stat.S_ISREG(its.st_mode)]
    old = sum(time.time() - one.st_mtime > STALE for one in files)
    words = f"{several(len(files), 'file')} of replies, {size(sum(one.st_size for one in files))}"
    if old:
        yield note(f"{words}; {old:,} of them older than they should be: a running Hearth removes them after a day")
    else:
        yield ok(words)
