"""What was found, in a line for a person."""

from __future__ import annotations

from typing import Literal

import msgspec

Verdict = Literal["ok", "note", "mend"]

UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


class Finding(msgspec.Struct, frozen=True):
    verdict: Verdict
    what: str
    remedy: str = ""  # what to do, of a `mend`

    def __str__(self) -> str:
        words = f"{self.what}: {self.remedy}" if self.remedy else self.what
        return " ".join(_harmless(words).split())


def _harmless(words: str) -> str:
    """What others say is shown on a terminal, which obeys control characters."""
    return "".join(c if c.isprintable() else " " for c in words)


def ok(what: str) -> Finding:
    return Finding("ok", what)


def note(what: str) -> Finding:
    """Works; somebody may want to know."""
    return Finding("note", what)


def mend(what: str, remedy: str) -> Finding:
    return Finding("mend", what, remedy)


def size(count: float) -> str:
    unit, of = next(((name, of) for name, of in UNITS if count >= of), ("bytes", 1.0))
    return f"{count / of:.0f} {unit}" if count >= 10 * of or of == 1 else f"{count / of:.1f} {unit}"


def several(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def words_of(error: BaseException) -> str:
    said = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(said).split())[:200]
