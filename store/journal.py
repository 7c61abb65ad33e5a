"""A file for each generation: what its readers were told, before they were told it.

A plain write puts it into the kernel's hands, which keeps it through a kill of the process, at the cost of
microseconds; a power cut may cost the last seconds of a reply that is being written, and nothing else.

The first line says what the generation is; each further line is one event, in order, so that its number is its place.
A line with ``resumed`` is no event: true says that the model began to go on with it after a restart, false that Hearth
was told to stop in the midst of it, which is no crash.
"""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from .records import HOUSE

log = logging.getLogger("hearth.journal")

SUFFIX = ".events"


class Head(msgspec.Struct, omit_defaults=True):
    conversation: str | None = None
    message: str | None = None
    person: str = HOUSE
    choice: dict[str, Any] | None = None  # with what it is written, where it is not what the conversation says


class Resumed(msgspec.Struct):
    resumed: bool


class Recorded(msgspec.Struct):
    """A generation as its file tells it."""

    id: str
    head: Head
    events: list[bytes]  # JSON, in order
    resumed: int  # how often it was gone on with since Hearth was last told to stop
    age: float  # seconds since the latest line; never negative, whatever the clock did
    damaged: bool = False  # there was more, which can't be read


class Journal:
    """One generation's file, open for appending."""

    __slots__ = ("_failed", "_file", "_flags", "_path", "_unwritten", "_written")

    def __init__(self, path: Path, flags: int = 0) -> None:
        self._path = path
        self._flags = os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC | flags
        self._file: int | None = None
        self._unwritten = b""
        self._written = 0
        self._failed = False

    def __repr__(self) -> str:
        return f"<Journal {self._path.name}, {len(self._unwritten)} bytes unwritten>"

    @property
    def is_behind(self) -> bool:
        return bool(self._unwritten)

    def append(self, lines: bytes) -> None:
        """Never raises: on a full disk the lines wait in memory for the next append, and the log says so once."""
        data = self._unwritten + lines if self._unwritten else lines
        written = 0
        try:
            if self._file is None:
                self._file = os.open(self._path, self._flags, 0o600)
            written = os.write(self._file, data)
            if written == len(data):
                self._unwritten = b""
                self._written += written
                return
        except OSError as error:
            if self._written and not self._failed:  # where there was no room from the start, the question is refused
                log.error("a reply can't be kept on disk (%s); it goes on in memory", (error.strerror or "").lower())
            self._failed = True
        self._written += written
        self._unwritten = data[written:]

    def note(self, resumed: bool) -> None:
        self.append(line(Resumed(resumed)))

    def close(self) -> None:
        if self._unwritten:
            self.append(b"")
        if self._file is not None:
            os.close(self._file)


class Journals:
    """The folder of them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)

    def __repr__(self) -> str:
        return f"<Journals in {self._folder}>"

    def begin(self, generation_id: str, head: Head, events: bytes = b"") -> Journal:
        """With the lines of what its message holds already, at once: a kill leaves none of it or all."""
        journal = Journal(self._path(generation_id), os.O_CREAT)
        journal.append(line(head) + events)
        return journal

    def resume(self, generation_id: str) -> Journal:
        """Go on with one that a kill may have left with half a line, which no reader has seen. Raises OSError."""
        path = self._path(generation_id)
        data = path.read_bytes()
        os.truncate(path, data.rfind(b"\n") + 1)
        return Journal(path)

    def rewrite(self, recorded: Recorded) -> None:
        """Leave of a damaged one what could be read. Raises OSError."""
        path = self._path(recorded.id)
        whole = path.with_suffix(".whole")
        whole.write_bytes(b"".join([line(recorded.head), *(event + b"\n" for event in recorded.events)]))
        whole.chmod(0o600)
        whole.replace(path)

    def read(self, generation_id: str) -> Recorded | None:
        """None where there is no such file, or none that can be read."""
        path = self._path(generation_id)
        try:
            data, changed = path.read_bytes(), path.stat().st_mtime
        except OSError:
            return None
        return _recorded(generation_id, data, max(0.0, time.time() - changed))

    def all(self) -> Iterator[str]:
        for path in self._folder.glob(f"*{SUFFIX}"):
            yield path.name.removesuffix(SUFFIX)

    def of(self, person: str) -> list[str]:
        """Those of a person."""
        return [one for one in self.all() if (head := self._head(one)) is not None and head.person == person]

    def remove_kept(self, generation_ids: Iterable[str]) -> None:
        """Of these only those of a conversation: a plain question has nothing but its file."""
        heads = ((one, self._head(one)) for one in generation_ids)
        self.remove(one for one, head in heads if head is not None and head.conversation is not None)

    def _head(self, generation_id: str) -> Head | None:
        try:
            with self._path(generation_id).open("rb") as file:
                return msgspec.json.decode(file.readline(), type=Head)
        except (OSError, msgspec.DecodeError):
            return None

    def age(self, generation_id: str) -> float:
        try:
            return max(0.0, time.time() - self._path(generation_id).stat().st_mtime)
        except OSError:
            return 0.0

    def touch(self, generation_id: str) -> None:
        os.utime(self._path(generation_id))

    def remove(self, generation_ids: Iterable[str]) -> None:
        for generation_id in generation_ids:
            self._path(generation_id).unlink(missing_ok=True)

    def _path(self, generation_id: str) -> Path:
        return self._folder / f"{generation_id}{SUFFIX}"


def line(value: Any) -> bytes:
    return msgspec.json.encode(value) + b"\n"


def _recorded(generation_id: str, data: bytes, age: float) -> Recorded | None:
    first, *rest = data.split(b"\n")[:-1] or [b""]
    try:
        head = msgspec.json.decode(first, type=Head)
    except msgspec.DecodeError:
        return None
    resumed = 0
    events: list[bytes] = []
    for one in rest:
        if one == line(Resumed(True))[:-1]:
            resumed += 1
        elif one == line(Resumed(False))[:-1]:
            resumed = 0
        else:
            events.append(one)
    return Recorded(generation_id, head, events, resumed, age)
