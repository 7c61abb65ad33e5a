"""Ollama's API, as far as Hearth uses it. Every failure is an OllamaError."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from http.client import responses
from typing import Any, TypeVar

import msgspec
from tornado.httpclient import HTTPResponse

from .address import Address
from .chunks import Chunk, Delta, Model, Processes, Running, Show, Tags, Version, read, read_chunk
from .errors import BrokenStream, Busy, ModelFailed, ModelNotFound, OllamaError, Refused, TooLong, Unreachable
from .http import HTTPClient, Limits, PatientRequest
from .lines import Lines, LineTooLong

T = TypeVar("T")
Receive = Callable[[list[Chunk]], None]

SHORT_CALL = 15.0  # seconds for a call that runs no model
SOON = 1.0  # seconds within which such a call must have failed to be made once more
AGAIN = 0.25  # seconds until then
PART = 64 * 1024  # characters of a chunk at most: a larger one is taken as several, so that no reader holds it whole
MAX_REPLY = 128 * 1024 * 1024  # bytes of one reply as Ollama sends it: a million tokens
WAITING = 10  # times the limit for the first byte, where others are before one at Ollama
DEPTH = 8  # objects within each other around the words of an error
WORDS = 1000  # characters of them


class Ollama:
    """One model server. Calls don't wait for each other: each has a connection of its own."""

    def __init__(self, address: Address, limits: Limits, max_line: int) -> None:
        self.address = address
        self._http = HTTPClient(force_instance=True, limits=limits)
        self._max_line = max_line  # bytes
        self.on_error: Callable[[OllamaError], None] = lambda _: None
        self.last_version: str | None = None  # as it told the last time
        self.has_answered = False  # any call, ever

    def __repr__(self) -> str:
        return f"<Ollama {self.address}>"

    async def version(self) -> str:
        self.last_version = (await self._ask("GET", "/api/version", Version)).version
        return self.last_version

    async def models(self) -> list[Model]:
        return (await self._ask("GET", "/api/tags", Tags)).models or []

    async def running(self) -> list[Running]:
        return (await self._ask("GET", "/api/ps", Processes)).models or []

    async def show(self, model: str) -> Show:
        """What it knows of a model; ModelNotFound where there is none of that name."""
        return await self._ask("POST", "/api/show", Show, {"model": model})

    async def chat(self, body: dict[str, Any], receive: Receive, waits: bool = False) -> Chunk:
        """Have a reply written. `receive` is called with the chunks of each read, the last one among them.

        With `waits`, others are before it at Ollama, and the first byte may take WAITING times as long.
        Returns the last chunk, the one that says ``done``; nothing else is success. Cancelling closes the
        connection at once, whereupon Ollama stops.
        """
        chunks = Chunks(self._max_line, receive)
        request = self._request("POST", "/api/chat", body, streaming_callback=chunks.feed)
        request.patience = WAITING if waits else 1
        with self._heeded():
            try:
                response = await self._fetch(request)
            except ReplyDone as done:
                return done.chunk
            _check(response)
            return chunks.end()

    async def say(self, body: dict[str, Any]) -> str:
        """The whole content of a reply that is not streamed."""
        with self._heeded():
            response = await self._fetch(self._request("POST", "/api/chat", body))
            _check(response)
            message = read(response.body, Chunk).message
        return (message.content if message else None) or ""

    async def load(self, body: dict[str, Any]) -> None:
        """Have the model of `body`, a request without a prompt, brought into memory; returns when it is there."""
        await self.call("POST", "/api/generate", body)

    async def call(
        self, method: str, path: str, body: dict[str, Any] | None = None, quiet: float = 1.0, **kwargs: Any
    ) -> HTTPResponse:
        """The answer of a call made once, where it is one of success. With `quiet` it may fall silent for longer."""
        request = self._request(method, path, body, **kwargs)
        request.quiet = quiet
        with self._heeded():
            response = await self._fetch(request)
            _check(response)
            return response

    async def _ask(self, method: str, path: str, shape: type[T], body: dict[str, Any] | None = None) -> T:
        with self._heeded():
            response = await self._fetch_again(self._request(method, path, body, request_timeout=SHORT_CALL))
            _check(response)
            return read(response.body, shape)

    async def _fetch_again(self, request: PatientRequest) -> HTTPResponse:
        """Once more, where it broke: a moment ago it was there, and such is a restart of Ollama's, or of a proxy's."""
        began = time.monotonic()
        try:
            return await self._fetch(request)
        except BrokenStream:
            if time.monotonic() > began + SOON:
                raise
        await asyncio.sleep(AGAIN)
        return await self._fetch(request)

    @contextmanager
    def _heeded(self) -> Iterator[None]:
        try:
            yield
            self.has_answered = True
        except OllamaError as error:
            self.on_error(error)
            raise

    def _request(self, method: str, path: str, body: dict[str, Any] | None, **kwargs: Any) -> PatientRequest:
        return PatientRequest(
            self.address.url(path),
            method=method,
            headers={"Content-Type": "application/json"} if body is not None else None,
            body=msgspec.json.encode(body) if body is not None else None,
            **kwargs,
        )

    async def _fetch(self, request: PatientRequest) -> HTTPResponse:
        try:
            return await self._http.fetch(request, raise_error=False)
        except Unreachable as error:
            raise Unreachable(f"Ollama isn't reachable at {self.address}: {error}") from None


class ReplyDone(Exception):
    """The reply is done: whatever the connection does afterwards, nobody waits for it."""

    def __init__(self, chunk: Chunk) -> None:
        self.chunk = chunk


class Chunks:
    """Bytes into chunks for `receive`. Raises ReplyDone at the one that says so, OllamaError at what can't be read."""

    __slots__ = ("_lines", "_receive", "_short", "_size")

    def __init__(self, max_line: int, receive: Receive) -> None:
        self._lines = Lines(max_line)
        self._short = min(max_line, PART)
        self._receive = receive
        self._size = 0

    def feed(self, data: bytes) -> None:
        self._size += len(data)
        if self._size > MAX_REPLY:
            raise BrokenStream(f"it doesn't end, and is larger than {MAX_REPLY >> 20} MiB as Ollama sends it")
        if self._is_line(data):
            chunk = read_chunk(data)
            if not chunk.done and chunk.error is None:
                self._receive([chunk])
                return
        try:
            self._take(self._lines.feed(data))
        except LineTooLong as error:
            raise BrokenStream(f"Ollama sent {error}") from None

    def _is_line(self, data: bytes) -> bool:
        """Whether a read brought one whole short line, as nearly always, and so needs no splitting."""
        size = len(data)
        return self._lines.is_empty and data.find(b"\n") == size - 1 <= self._short and data.startswith(b"{")

    def end(self) -> Chunk:
        """The last chunk of an answer that ended; its line need not have a line end."""
        try:
            self._take([rest] if (rest := self._lines.rest().strip()) else [])
        except ReplyDone as done:
            return done.chunk
        raise BrokenStream("Ollama's answer ended before the reply was done")

    def _take(self, lines: Iterable[bytes]) -> None:
        chunks: list[Chunk] = []
        try:
            for line in lines:
                chunks += _parts(self._one(line)) if len(line) > PART else (self._one(line),)
                if chunks[-1].done:
                    raise ReplyDone(chunks[-1])
        finally:  # what came before an error, in the same read, is still part of the reply
            if chunks:
                self._receive(chunks)

    def _one(self, line: bytes) -> Chunk:
        chunk = read_chunk(line)
        if chunk.error is not None:
            raise ModelFailed(words_of(chunk.error))
        return chunk


def _parts(chunk: Chunk) -> list[Chunk]:
    """What it thinks, then what it says, in parts; itself, with what else it tells, as the last."""
    delta, chunk.message = chunk.message or Delta(), Delta()
    thinking, content = delta.thinking or "", delta.content or ""
    thoughts = [Delta(thinking=thinking[place : place + PART]) for place in range(0, len(thinking), PART)]
    words = [Delta(content=content[place : place + PART]) for place in range(0, len(content), PART)]
    return [*(Chunk(part) for part in [*thoughts, *words]), chunk]


def _check(response: HTTPResponse) -> None:
    """Raise what an answer that is no success means."""
    status = response.code
    if 200 <= status < 300:
        return
    if 300 <= status < 400:
        where = response.headers.get("Location", "another address")
        raise BrokenStream(f"Ollama's address redirects to {where}: give the final address to --ollama")
    words = _error_text(response.body) or f"{status} {responses.get(status, '')}".strip()
    if (status == 404 and "model" in words) or "invalid model name" in words:
        raise ModelNotFound(words)
    if status == 503:
        raise Busy(words)
    if "exceed_context_size" in words or "exceeds the available context size" in words:
        counts = [int(count) for count in re.findall(r"\((\d{1,9}) tokens\)", words)]
        raise TooLong(words, *counts[:2])
    if status >= 500:
        raise ModelFailed(words)
    raise Refused(f"Ollama refused: {words}")


def _error_text(body: bytes) -> str:
    """Ollama's own words in the body of an error; some come as JSON within JSON, some as plain text."""
    text = body.decode("utf-8", "replace").strip()
    return "" if text.startswith("<") else words_of(text)


def words_of(error: Any) -> str:
    """The innermost words of an error: text, an object that holds it, or text that is such an object."""
    for _ in range(DEPTH):
        if isinstance(error, dict) and (inner := error.get("error", error.get("message"))) is not None:
            error = inner
        elif isinstance(error, str) and error.startswith("{"):
            try:
                error = json.loads(error)
            except (ValueError, RecursionError):
                break
        else:
            break
    try:
        words = error if isinstance(error, str) else json.dumps(error)
    except RecursionError:
        words = "an error without words"
    # JSON can hold half of a surrogate pair, which no answer of ours could carry on
    return words[:WORDS].encode("utf-16", "surrogatepass").decode("utf-16", "replace")
