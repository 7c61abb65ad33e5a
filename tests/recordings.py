"""What a real Ollama 0.33 said, byte by byte, and what the standard library reads in it."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPResponse
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "recordings"


@dataclass(frozen=True)
class Recording:
    name: str
    raw: bytes  # headers and chunk framing included

    def __str__(self) -> str:
        return self.name

    @cached_property
    def _read(self) -> tuple[int, bytes]:
        response = HTTPResponse(_Received(self.raw))  # type: ignore[arg-type]
        response.begin()
        return response.status, response.read()

    @property
    def status(self) -> int:
        return self._read[0]

    @property
    def body(self) -> bytes:
        return self._read[1]

    @property
    def lines(self) -> list[Any]:
        return [json.loads(line) for line in self.body.decode().split("\n") if line]

    def text(self, field: str = "content") -> str:
        return "".join(line.get("message", {}).get(field, "") for line in self.lines)


class _Received:
    """As much of a socket as http.client needs to read an answer from memory."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def makefile(self, _: str) -> io.BytesIO:
        return io.BytesIO(self._data)


def recording(name: str) -> Recording:
    """One with its headers; those that were kept without get the headers that Ollama sends."""
    whole = FOLDER / f"{name}.response"
    if whole.exists():
        return Recording(name, whole.read_bytes())
    body = next(FOLDER.glob(f"{name}.body.*")).read_bytes()
    half = len(body) // 2
    framed = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in (body[:half], body[half:]))
    return Recording(name, b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + framed + b"0\r\n\r\n")


def every() -> list[Recording]:
    files = [*FOLDER.glob("*.response"), *FOLDER.glob("*.body.*")]
    return [recording(name) for name in sorted({file.name.partition(".")[0] for file in files})]
