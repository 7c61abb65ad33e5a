"""Who asks: told by the gate, once for each request, to all that answer it."""

from __future__ import annotations

from typing import cast

from tornado.http1connection import HTTP1Connection
from tornado.httputil import HTTPServerRequest

from people.caller import Caller

from .stream import Stream


def introduce(request: HTTPServerRequest, caller: Caller | None) -> None:
    """Also to its connection, which is closed when the caller's session ends."""
    request.__dict__["caller"] = caller
    stream_of(request).visitor = caller


def visitor_of(request: HTTPServerRequest) -> Caller | None:
    """None where nobody signed in; only what is public is asked for by such."""
    return cast(Caller | None, request.__dict__["caller"])


def name_proxied(request: HTTPServerRequest, name: str) -> None:
    """Whom a proxy has signed in, and who has no account yet."""
    request.__dict__["proxied"] = name


def proxied_name(request: HTTPServerRequest) -> str | None:
    return cast(str | None, request.__dict__.get("proxied"))


def caller_of(request: HTTPServerRequest) -> Caller:
    caller = visitor_of(request)
    assert caller is not None, "the gate lets nobody else pass"
    return caller


def stream_of(request: HTTPServerRequest) -> Stream:
    return cast(Stream, cast(HTTP1Connection, request.connection).stream)
