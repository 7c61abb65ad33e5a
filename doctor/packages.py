"""Python, and what requirements.txt names."""

from __future__ import annotations

import platform
import re
import sqlite3
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from settings import Settings

from .finding import Finding, mend, note, ok

ROOT = Path(__file__).parent.parent
OLDEST_PYTHON = (3, 11)
OLDEST_SQLITE = (3, 37)
INSTALL = "'make run' does it, or: {python} -m pip install {rest}"
SPARE = {"uvloop"}  # it works without, and takes twice the processor


def look(settings: Settings) -> Iterator[Finding]:
    yield _python()
    yield from _wanted(ROOT / "requirements.txt", "-r")
    if settings.demo:
        yield from _wanted(ROOT / "requirements-demo.txt", "--no-deps -r")


def _python() -> Finding:
    words = f"Python {platform.python_version()} with SQLite {sqlite3.sqlite_version}, {sys.executable}"
    if sys.version_info < OLDEST_PYTHON:
        return mend(words, "Hearth needs Python 3.11 or newer")
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        return mend(words, "Hearth needs SQLite 3.37 or newer")
    return ok(words)


def _wanted(file: Path, how: str) -> Iterator[Finding]:
    """Of all that are as they should be, one line."""
    pairs = list(pinned(file.read_text()))
    install = INSTALL.format(python=sys.executable, rest=f"{how} {file}")
    faults = [finding for name, wanted in pairs if (finding := _fault(name, wanted, install))]
    right = len(pairs) - len(faults)
    if right:
        yield ok(f"{right} of {len(pairs)} packages are as {file.name} wants them")
    yield from faults


def pinned(text: str) -> Iterator[tuple[str, str]]:
    """Names with their versions; what else such a file may hold is passed over."""
    for line in text.splitlines():
        if found := re.match(r"([A-Za-z0-9._-]+)==([^\s;#]+)", line):
            yield found[1], found[2]


def _fault(name: str, wanted: str, install: str) -> Finding | None:
    try:
        there = version(name)
    except PackageNotFoundError:
        if name in SPARE:
            return note(f"{name} is missing: it works without, at twice the processor's time")
        return mend(f"the package {name} is missing", install)
    return None if there == wanted else mend(f"{name} is {there}, tried with {wanted}", install)
