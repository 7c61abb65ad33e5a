"""One request and its answer, on a connection of their own."""

from __future__ import annotations

import asyncio
import io
import ipaddress
import os
import re
import socket
import ssl
import string
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import quote, urlsplit

import httptools
from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders, HTTPInputError

from .connecting import connect
from .errors import BrokenStream, NoAnswer, Unreachable

MAX_HEADERS = 64 * 1024
MAX_BUFFERED_BODY = 16 * 1024 * 1024
PRINTABLE = string.punctuation  # of an address that may be written in its own script, nothing that is quoted already


@dataclass(frozen=True)
class Limits:
    """How long each phase of an exchange may take; seconds of a monotonic clock."""

    connect: float = 5.0
    first_byte: float = 600.0  # Ollama sends nothing, not even headers, while it loads a model
    idle: float = 120.0


class PatientRequest(HTTPRequest):
    """A request that may be given more time than others."""

    patience = 1.0  # times the limit for the first byte
    quiet = 1.0  # times the limit for silence behind it


class Exchange(asyncio.Protocol):
    """One request and its answer on a connection of their own; `callback` is called once, unless aborted."""

    def __init__(
        self,
        request: HTTPRequest,
        limits: Limits,
        tls: Callable[[], ssl.SSLContext],
        callback: Callable[[HTTPResponse], None],
    ) -> None:
        self._request = request
        self._stream = request.streaming_callback
        self._limits = limits
        self._patience: float = getattr(request, "patience", 1.0)
        self._idle: float = limits.idle * getattr(request, "quiet", 1.0)
        self._tls = tls
        self._callback = callback
        self.awaited: asyncio.Future[HTTPResponse] | None = None
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._heard: float | None = None  # when the latest bytes came
        self._transport: asyncio.Transport | None = None
        self._connecting: asyncio.Task[None] | None = None
        self._holding: asyncio.Future[None] | None = None
        self._timers: dict[Callable[[], None], asyncio.TimerHandle] = {}
        self._reason = ""
        self._headers = HTTPHeaders()
        self._header_bytes = 0
        self._in_body = False
        self._complete = False
        self._ended = False
        self._pieces: list[bytes] = []  # of the body, as the parser found them in the latest read
        self.on_body = self._pieces.append
        self._parser = httptools.HttpResponseParser(self)
        self._feed = self._parser.feed_data
        self._streams = False  # to the callback: not the body of an error
        self._body = bytearray()  # where nobody streams

    def begin(self) -> None:
        self._connecting = self._loop.create_task(self._connect())
        self._after(self._request.connect_timeout or 0, self._connect_timed_out)
        self._after(self._request.request_timeout or 0, self._request_timed_out)

    def abort(self) -> None:
        """Close the connection, or give up connecting, now. Nothing is called back."""
        self._ended = True
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()
        for pending in (self._connecting, self._holding):
            if pending is not None:
                pending.cancel()
        if self._transport is not None:
            self._transport.abort()

    def __repr__(self) -> str:
        if self._ended:
            state = "ended"
        elif self._transport is None:
            state = "connecting"
        else:
            state = "waiting for the first byte" if self._heard is None else "reading"
        return f"<Exchange {self._request.method} {self._request.url} {state}>"

    # -- connecting

    async def _connect(self) -> None:
        parts = urlsplit(self._request.url)
        host, secure = parts.hostname or "", parts.scheme == "https"
        port = parts.port or (443 if secure else 80)
        tls: dict[str, Any] = {"ssl": self._tls(), "server_hostname": host} if secure else {}
        try:
            if _is_address(host):
                await self._loop.create_connection(lambda: self, host, port, **tls)
            else:
                await self._loop.create_connection(lambda: self, sock=await connect(host, port), **tls)
        except (OSError, UnicodeError) as error:  # a host name that can't be encoded is a UnicodeError
            self._fail(Unreachable(_words(error)))

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport = cast(asyncio.Transport, transport)  # uvloop's is none of that class
        if self._ended:
            transport.abort()
            return
        _keep_alive(transport.get_extra_info("socket"))
        self._began = self._loop.time()
        transport.write(_head(self._request) + (self._request.body or b""))
        self._after(self._limits.first_byte * self._patience, self._first_byte_timed_out)

    # -- limits

    def _after(self, seconds: float, callback: Callable[[], None]) -> None:
        if seconds > 0:
            self._timers[callback] = self._loop.call_later(seconds, callback)

    def _connect_timed_out(self) -> None:
        if self._transport is None:
            self._fail(Unreachable(f"no connection within {self._request.connect_timeout:g} s"))

    def _request_timed_out(self) -> None:
        self._fail(self._broken(f"no whole answer within {self._request.request_timeout:g} s"))

    def _first_byte_timed_out(self) -> None:
        if self._heard is None:
            self._fail(NoAnswer(f"Ollama sent nothing for {self._limits.first_byte * self._patience:g} s"))

    def _watch_silence(self) -> None:
        """One timer for all reads: it looks when the latest was, instead of being set anew at each."""
        assert self._heard is not None
        if self._holding is not None:  # the silence is ours
            self._heard = self._loop.time()
        left = self._heard + self._idle - self._loop.time()
        if left <= 0:
            self._fail(BrokenStream(f"Ollama fell silent for {self._idle:g} s"))
        else:
            self._after(left, self._watch_silence)

    # -- reading

    def data_received(self, data: bytes) -> None:
        if self._ended:
            return
        if self._heard is None:
            self._after(self._idle, self._watch_silence)
        self._heard = self._loop.time()
        try:
            try:
                self._feed(data)
            except httptools.HttpParserError as error:
                raise BrokenStream(f"what answers is no HTTP server, or a broken one ({error})") from None
            finally:  # what came before an error, in the same read, is still part of the answer
                if self._pieces:
                    self._deliver()
            if not self._in_body:
                self._bound_head(data)
            elif self._complete:
                self._finish_if_complete()
        except Exception as error:  # the streaming callback's own is raised to the one who awaits the fetch
            self._fail(error)

    def _bound_head(self, data: bytes) -> None:
        self._header_bytes += len(data)
        if self._header_bytes > MAX_HEADERS:
            raise BrokenStream(f"headers of more than {MAX_HEADERS} bytes")

    # httptools calls these while it is fed; they only take note, because it would hide what they raise

    def on_status(self, status: bytes) -> None:
        self._reason += status.decode("latin-1")

    def on_header(self, name: bytes, value: bytes) -> None:
        with suppress(HTTPInputError):  # a header that Tornado finds malformed is one that nobody here reads
            self._headers.add(name.decode("latin-1"), value.decode("latin-1").strip(" \t"))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        self._in_body = status >= 200
        self._streams = self._stream is not None and 200 <= status < 300

    def on_message_complete(self) -> None:
        self._complete = self._in_body

    def _deliver(self) -> None:
        data = self._pieces[0] if len(self._pieces) == 1 else b"".join(self._pieces)
        self._pieces.clear()
        if self._streams:
            assert self._stream is not None
            pending = self._stream(data)
            if pending is not None and not self._ended:
                self._hold(pending)
        else:
            self._body += data
            if len(self._body) > MAX_BUFFERED_BODY:
                raise BrokenStream(f"an answer of more than {MAX_BUFFERED_BODY} bytes")

    def _hold(self, pending: Awaitable[None]) -> None:
        assert self._transport is not None
        self._holding = asyncio.ensure_future(pending)
        self._holding.add_done_callback(self._release)
        self._transport.pause_reading()

    def _release(self, held: asyncio.Future[None]) -> None:
        self._holding = None
        self._heard = self._loop.time()  # the silence was ours
        if self._ended or self._transport is None:
            return
        if held.cancelled() or (error := held.exception()) is None:
            self._transport.resume_reading()
            self._finish_if_complete()
        else:
            self._fail(error)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._ended:
            return
        ends_with_connection = not ("Content-Length" in self._headers or "Transfer-Encoding" in self._headers)
        if self._complete or (self._in_body and ends_with_connection and exc is None):
            self._complete = True
            self._finish_if_complete()
        else:
            self._fail(self._broken(f"the connection to Ollama broke: {_words(exc)}"))

    # -- ending

    def _finish_if_complete(self) -> None:
        if self._complete and self._holding is None and not self._ended:
            self._end(
                HTTPResponse(
                    self._request,
                    self._parser.get_status_code(),
                    headers=self._headers,
                    buffer=io.BytesIO(bytes(self._body)),
                    reason=self._reason or None,
                    request_time=self._loop.time() - self._began,
                )
            )

    def _broken(self, words: str) -> BrokenStream:
        return NoAnswer(words) if self._heard is None else BrokenStream(words)

    def _fail(self, error: BaseException) -> None:
        if not self._ended:
            self._end(HTTPResponse(self._request, 599, error=error))

    def _end(self, response: HTTPResponse) -> None:
        self.abort()
        if self.awaited is None or not self.awaited.cancelled():  # of which abort() hears a moment later
            self._callback(response)


def _head(request: HTTPRequest) -> bytes:
    parts = urlsplit(request.url)
    target = quote(parts.path or "/", PRINTABLE)
    if parts.query:
        target += f"?{quote(parts.query, PRINTABLE)}"
    headers = HTTPHeaders(request.headers)
    # As in the Host of a browser; one that can't be encoded was not found in the first place.
    host = parts.netloc if parts.netloc.isascii() else parts.netloc.encode("idna").decode("ascii")
    headers["Host"] = host  # Ollama refuses a Host that is not its own, and any Origin it doesn't know
    headers["Connection"] = "close"
    if request.body is not None:
        headers["Content-Length"] = str(len(request.body))
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in headers.get_all()), "", ""]
    return "\r\n".join(lines).encode("latin-1")


def _is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _keep_alive(connection: socket.socket | None) -> None:
    """Notice a peer that vanished without a word, also while a model loads and silence is no sign."""
    if connection is None or connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in (("TCP_KEEPIDLE", 20), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3)):
        if hasattr(socket, name):
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def _words(error: Exception | None) -> str:
    """What the system calls it, without its numbers and addresses."""
    match error:
        case None:
            return "it was closed before the answer was whole"
        case ssl.SSLError():
            return f"TLS failed ({error.reason or error})"
        case socket.gaierror():
            return "its name was not found"
        case OSError(errno=int() as number):
            return os.strerror(number).lower()
        case OSError() if found := re.search(r"\[Errno (\d+)\]", str(error)):
            return os.strerror(int(found[1])).lower()  # asyncio's, of a name with several addresses: the first one's
        case _:
            return str(error) or type(error).__name__
