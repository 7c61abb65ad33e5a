"""One HTTP request, by the standard library's own client: bounded, and with one kind of error."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any
from urllib.parse import urlsplit

import msgspec

from .finding import words_of

PATIENCE = 5.0  # seconds for each step
LONGEST = 10.0  # and for a whole answer
MOST = 4 << 20  # bytes


class NoAnswer(Exception):
    """Why there is none, in a few words."""


class Untrusted(NoAnswer):
    """Its certificate is none that this machine trusts."""


class Answer(msgspec.Struct, frozen=True):
    status: int
    headers: dict[str, str]  # names in lower case
    pieces: list[tuple[float, bytes]]  # each with the seconds at which it came
    seconds: float  # until the head was there

    @property
    def body(self) -> bytes:
        return b"".join(piece for _, piece in self.pieces)

    def json(self) -> dict[str, Any]:
        """Empty where it is no object."""
        try:
            return msgspec.json.decode(self.body, type=dict[str, Any])
        except msgspec.DecodeError:
            return {}


def ask(url: str, body: object = None, headers: Mapping[str, str] | None = None, trusting: bool = False) -> Answer:
    """GET, or POST with a JSON body. Follows nothing."""
    parts = urlsplit(url)
    with _told(), closing(_connection(parts.scheme, parts.netloc, trusting)) as connection:
        began = time.monotonic()
        data = None if body is None else msgspec.json.encode(body)
        connection.request("GET" if data is None else "POST", parts.path or "/", data, dict(headers or {}))
        with closing(_head(connection)) as response:
            head = time.monotonic() - began
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, list(_pieces(response, began)), head)


def _connection(scheme: str, netloc: str, trusting: bool) -> HTTPConnection:
    if scheme != "https":
        return HTTPConnection(netloc, timeout=PATIENCE)
    context = ssl.create_default_context()
    if trusting:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return HTTPSConnection(netloc, timeout=PATIENCE, context=context)


def _head(connection: HTTPConnection) -> HTTPResponse:
    """Each byte of it may take its time, but not all of them together."""
    over = threading.Event()

    def cut(line: socket.socket) -> None:
        over.set()
        with suppress(OSError):
            line.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(LONGEST, cut, [connection.sock])
    timer.start()
    try:
        return connection.getresponse()
    finally:
        timer.cancel()
        if over.is_set():  # whatever came of it
            raise NoAnswer("its answer has no end")


def _pieces(response: HTTPResponse, began: float) -> Iterator[tuple[float, bytes]]:
    if response.status < 200:
        return
    count = 0
    while piece := response.read1(65536):
        now = time.monotonic() - began
        yield now, piece
        count += len(piece)
        if count > MOST or now > LONGEST:
            raise NoAnswer("its answer has no end")


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise Untrusted(error.verify_message) from error
    except TimeoutError as error:
        raise NoAnswer(f"no answer within {PATIENCE:.0f} seconds") from error
    except (OSError, ValueError) as error:  # a ValueError: a name that can't be one
        raise NoAnswer(words_of(error).lower()) from error
    except HTTPException as error:
        raise NoAnswer(f"what answers there speaks no HTTP ({type(error).__name__})") from error
