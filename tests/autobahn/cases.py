"""The suite's own case files, which are Python 2, as classes that Python 3 can run.

A string of theirs is a string of bytes; here each of its characters is one byte (Latin-1).
"""

from __future__ import annotations

import re
from importlib.util import find_spec
from pathlib import Path
from types import SimpleNamespace
from typing import Any

OPEN = "open"  # the state of a connection in which a case goes on
LATER = ("case12", "case9_9")  # compression, which Hearth doesn't offer; and what the suite itself leaves out

PYTHON_3 = [
    (r"^(\s*)print\b.*$", r"\1pass"),
    (r"^(from case\w* import|from autobahn\.|import binascii).*$", ""),
    (r"\(object, Case, \)", "(Case, )"),
    (r"\bxrange\b", "range"),
    (r" / ", " // "),
]


def load() -> dict[str, Any]:
    """Every case by its name, such as ``6.4.1``."""
    house: dict[str, Any] = {
        "WebSocketProtocol": SimpleNamespace(STATE_OPEN=OPEN),
        "Utf8Validator": Validator,
        "binascii": SimpleNamespace(b2a_hex=lambda text: text.encode("latin-1").hex()),
    }
    for file in sorted(_folder().glob("case*.py"), key=_place):
        if not file.stem.startswith(LATER):
            exec(compile(_python_3(file.read_text("latin-1")), file.name, "exec"), house)
    house["Case"].compare = lambda _, one, other: one == other  # pickled, equals may differ
    named = {name[4:].replace("_", "."): one for name, one in house.items() if re.fullmatch(r"Case\d+(_\d+)+", name)}
    listed = [one for name, some in house.items() if re.fullmatch(r"Case\d+(_\d+)*(_X)+", name) for one in some]
    return named | {one.__name__[4:].replace("_", "."): one for one in listed}


def _folder() -> Path:
    found = find_spec("autobahntestsuite")
    assert found is not None and found.origin is not None, "make test installs it"
    return Path(found.origin).parent / "case"


def _place(file: Path) -> list[tuple[bool, int]]:
    """A case comes behind what it may be derived from, `case.py` itself first of all."""
    parts = re.findall(r"\d+|[xX]", file.stem)
    return [(not part.isdigit(), int(part) if part.isdigit() else 0) for part in parts]


def _python_3(source: str) -> str:
    for pattern, replacement in PYTHON_3:
        source = re.sub(pattern, replacement, source, flags=re.MULTILINE)
    return source


class Validator:
    """As far as the cases ask it: whether bytes begin well, and whether they end at the end of a character."""

    def reset(self) -> None:
        pass

    def validate(self, text: str) -> tuple[bool, bool]:
        try:
            text.encode("latin-1").decode()
        except UnicodeDecodeError as error:
            return "unexpected end" in error.reason, False
        return True, True
