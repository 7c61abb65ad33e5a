"""The clock, against whatever else knows the time."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path

from settings import Settings
from store.files import DATABASE

from .asking import NoAnswer, ask
from .database import reading
from .finding import Finding, mend, note, ok
from .folder import stats
from .ollamas import urls

SINCE = datetime(2026, 1, 1, tzinfo=UTC)  # no clock is right that says less
TOLERATED = 120.0  # seconds
SET = "set it: sudo timedatectl set-ntp true"


def look(settings: Settings) -> Iterator[Finding]:
    now = datetime.now(UTC)
    if now < SINCE:
        yield mend(f"it says {now:%Y-%m-%d %H:%M}", SET)
        return
    ahead = [(source, latest - now.timestamp()) for source, latest in _written(settings.data)]
    late = [(source, seconds) for source, seconds in ahead if seconds > TOLERATED]
    for source, seconds in late:
        yield mend(f"it is {_span(seconds)} behind {source}", SET)
    differing = list(_others(settings))
    yield from differing
    if not late and not differing:
        yield ok(f"it says {now:%Y-%m-%d %H:%M:%S} UTC, and nothing speaks against it")


def _written(folder: Path) -> Iterator[tuple[str, float]]:
    """What bears a time that has passed, and that time."""
    with suppress(sqlite3.Error, OSError), reading(folder / DATABASE) as db:  # another check tells of these
        latest = db.execute("SELECT max(updated_at) FROM conversations").fetchone()[0]
        yield "the latest conversation", (latest or 0) / 1e6
    with suppress(OSError):
        times = [its.st_mtime for part in (folder, folder / "generations") if part.is_dir() for _, its in stats(part)]
        yield "the files in the data folder", max(times, default=0.0)


def _others(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        return
    for url in urls(settings):
        try:
            told = parsedate_to_datetime(ask(f"{url}/api/version").headers["date"])
        except (NoAnswer, KeyError, ValueError, TypeError):
            continue
        differs = told.replace(tzinfo=UTC).timestamp() - time.time()
        if abs(differs) > TOLERATED:
            order = "behind" if differs > 0 else "before"
            yield note(f"it is {_span(abs(differs))} {order} that of {url}: see which of the two is wrong")


def _span(seconds: float) -> str:
    for unit, of in (("days", 86400), ("hours", 3600), ("minutes", 60)):
        if seconds >= 2 * of:
            return f"{seconds / of:.0f} {unit}"
    return f"{seconds:.0f} seconds"
