"""The log on standard error: lines of text, or a JSON object a line. Never a question, a reply or a secret.

What goes wrong in a library may be told with the very bytes that were sent, so of an exception only the kind is told
where its words could hold some.
"""

from __future__ import annotations

import json
import logging
import os
import sqlite3
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

TELLS_NOTHING = (OSError, sqlite3.Error, RuntimeError, TypeError, AttributeError, NameError, ImportError, MemoryError)
CONTROLS = {number: f"\\x{number:02x}" for number in (*range(32), *range(127, 160))}
PRIORITIES = ((logging.ERROR, 3), (logging.WARNING, 4), (logging.INFO, 6), (logging.NOTSET, 7))  # syslog's


def set_up(stream: TextIO, level: str, form: str, environ: Mapping[str, str]) -> None:
    handler = logging.StreamHandler(stream)
    formatter = JSONLines() if form == "json" else TextLines()
    handler.setFormatter(Prioritized(formatter) if _is_journal(stream, environ) else formatter)
    logging.basicConfig(handlers=[handler], level=level.upper())


def close() -> None:
    """At the end: what can't be written, on a full disk, would turn the exit status into Python's 120."""
    try:
        sys.stderr.flush()
    except OSError:
        sys.stderr = None  # as Python itself has it where there is none


class TextLines(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        line = f"{record.levelname} {record.name}: {_message(record)}".translate(CONTROLS)
        return f"{line}\n{told}" if (told := _told(record)) else line


class JSONLines(logging.Formatter):
    """What a record brings as `fields` becomes fields of the object."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": _message(record),
            **getattr(record, "fields", {}),
        }
        if told := _told(record):
            line["exception"] = told
        return json.dumps(line)


class Prioritized(logging.Formatter):
    """Lines with their priority in front, as systemd's journal reads it; see sd-daemon(3)."""

    def __init__(self, lines: logging.Formatter) -> None:
        super().__init__()
        self._lines = lines

    def format(self, record: logging.LogRecord) -> str:
        priority = next(number for level, number in PRIORITIES if record.levelno >= level)
        return "\n".join(f"<{priority}>{line}" for line in self._lines.format(record).split("\n"))


def _message(record: logging.LogRecord) -> str:
    if isinstance(record.args, tuple):
        record.args = tuple(_words(one) if isinstance(one, BaseException) else one for one in record.args)
    message = record.getMessage()
    if record.name == "asyncio" and record.exc_info:  # what follows quotes the error and the arguments of a call
        message = message.partition("\n")[0].partition("(")[0]
    return message


def _told(record: logging.LogRecord) -> str:
    error = record.exc_info[1] if record.exc_info else None
    return "" if error is None else "\n".join(_chain(error))


def _chain(error: BaseException) -> list[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    lines = [*_chain(before), "which led to"] if before is not None else []
    lines += "".join(traceback.format_tb(error.__traceback__)).splitlines()
    return [*lines, _words(error)]


def _words(error: BaseException) -> str:
    kind = type(error)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    if isinstance(error, TELLS_NOTHING) or kind.__module__.split(".")[0] in ("ollama", "store", "chat"):
        return f"{name}: {error}".translate(CONTROLS)
    return name


def _is_journal(stream: TextIO, environ: Mapping[str, str]) -> bool:
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return False
    return environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
