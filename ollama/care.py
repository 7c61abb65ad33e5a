"""What is asked of an Ollama about its models themselves. Every failure is an OllamaError.

Source of the shapes: Ollama's api/types.go, server/download.go and the recordings of 0.33 in tests/recordings.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from .chunks import Show, read, reader
from .client import SHORT_CALL, Ollama, words_of
from .errors import BrokenStream, Refused
from .lines import Lines, LineTooLong

KeepAlive = str | int

LINE = 1 << 20  # bytes of a line of progress
QUIET = 30  # times the limit for silence: Ollama says nothing while it checks what it got, which takes minutes
MOST = 2**50  # bytes in one layer; above it a number is none


class Step(msgspec.Struct, frozen=True):
    """One line of progress. A `digest` says which layer the numbers are about; what makes no sense is None."""

    status: str
    digest: str | None = None
    total: int | None = None  # bytes, as the next
    completed: int | None = None


class About(msgspec.Struct):
    families: list[str] | None = None
    quantization_level: str | None = None
    parent_model: str | None = None  # the one, or the file, that it was made of


class Shown(Show):
    """``/api/show`` with what only those read who look after a model."""

    license: Any = None  # text; several, from other servers
    modelfile: str | None = None
    template: str | None = None
    system: str | None = None
    details: About | None = None
    modified_at: str | None = None


class Care:
    """The calls that change which models an Ollama has, and which it holds in memory."""

    def __init__(self, ollama: Ollama) -> None:
        self._ollama = ollama

    def __repr__(self) -> str:
        return f"<Care of {self._ollama!r}>"

    async def pull(self, model: str, receive: Callable[[Step], None]) -> None:
        """Returns when the model is there. Cancelling closes the connection at once, whereupon Ollama stops.

        Refused holds Ollama's words where it gave up. What was downloaded stays there for the next pull.
        """
        await self._progress("/api/pull", {"model": model}, receive)

    async def create(self, body: dict[str, Any]) -> None:
        await self._progress("/api/create", body, lambda _: None)

    async def delete(self, model: str) -> None:
        await self._ollama.call("DELETE", "/api/delete", {"model": model}, request_timeout=SHORT_CALL)

    async def show(self, model: str) -> Shown:
        answer = await self._ollama.call("POST", "/api/show", {"model": model}, request_timeout=SHORT_CALL)
        return read(answer.body, Shown)

    async def load(self, model: str, keep_alive: KeepAlive | None, embeds: bool) -> None:
        """Bring it into memory; returns when it is there. One that only embeds refuses to generate."""
        body: dict[str, Any] = {"model": model} | ({} if keep_alive is None else {"keep_alive": keep_alive})
        if embeds:
            await self._ollama.call("POST", "/api/embed", body | {"input": []})
        else:
            await self._ollama.load(body)

    async def unload(self, model: str) -> None:
        """As soon as nobody uses it any more."""
        await self._ollama.load({"model": model, "keep_alive": 0})

    async def _progress(self, path: str, body: dict[str, Any], receive: Callable[[Step], None]) -> None:
        steps = Steps(receive)
        try:
            await self._ollama.call("POST", path, body | {"stream": True}, QUIET, streaming_callback=steps.feed)
        except Succeeded:
            return
        steps.end()


class Succeeded(Exception):
    """Whatever the connection does afterwards, nobody waits for it."""


class Steps:
    """Bytes into steps for `receive`. Raises Succeeded at the line that says so, OllamaError at one that says no."""

    def __init__(self, receive: Callable[[Step], None]) -> None:
        self._lines = Lines(LINE)
        self._receive = receive

    def __repr__(self) -> str:
        return f"<Steps {self._lines!r}>"

    def feed(self, data: bytes) -> None:
        try:
            self._take(self._lines.feed(data))
        except LineTooLong as error:
            raise BrokenStream(f"Ollama sent {error}") from None

    def end(self) -> None:
        """Of an answer that ended; its last line need not have a line end."""
        try:
            self._take([rest] if (rest := self._lines.rest().strip()) else [])
        except Succeeded:
            return
        raise BrokenStream("Ollama's answer ended before its work was done")

    def _take(self, lines: Iterable[bytes]) -> None:
        for line in lines:
            told = _read_line(line)
            if told.error is not None:
                raise Refused(" ".join(words_of(told.error).split()) or "an error without words")
            if told.status == "success":
                raise Succeeded
            self._receive(_step(told))


class _Line(msgspec.Struct):
    status: Any = None
    digest: Any = None
    total: Any = None
    completed: Any = None
    error: Any = None


_read_line = reader(_Line)


def _step(line: _Line) -> Step:
    status = line.status if isinstance(line.status, str) else ""
    digest = line.digest if isinstance(line.digest, str) and 0 < len(line.digest) <= 200 else None
    return Step(status, digest, _bytes(line.total), _bytes(line.completed))


def _bytes(number: Any) -> int | None:
    return number if isinstance(number, int) and not isinstance(number, bool) and 0 <= number <= MOST else None
