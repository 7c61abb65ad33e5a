"""Who may call: the one place that every request passes, for pages, streams, sockets and static files alike.

A browser lets any page of any site send requests to a server at home, and a name that a stranger controls can be
pointed at it (DNS rebinding). So the Host must be one of ours, and a request must not come from another site's page.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Awaitable, Callable
from typing import cast
from urllib.parse import urlencode, urlsplit

from tornado.http1connection import HTTP1Connection
from tornado.httputil import (
    HTTPConnection,
    HTTPHeaders,
    HTTPMessageDelegate,
    HTTPServerRequest,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.routing import Router
from tornado.web import Application

from people.caller import Caller
from people.errors import NoOwner, PeopleError
from store import StoreError

from .access import SIGN_IN, refusal
from .answers import Elsewhere, Problem, Refused, problem_of
from .doors import Door, Meet
from .routes import BODY, body_limit, is_page
from .visitors import introduce, name_proxied

DEFAULT_PORTS = {"http": "80", "https": "443"}
SLOW_PICTURES = 300.0  # seconds for a body that may hold images, over weak Wi-Fi
OF_STRANGERS = 128 * 1024  # bytes of a body: a name and a password, however they are encoded
DRAINED = 64 * 1024 * 1024  # bytes of a body that is too large, read and dropped so that the answer is seen

FOREIGN = Problem(403, "forbidden", "A page of another site may not ask Hearth; open Hearth itself")
MISDIRECTED = Problem(
    421, "misdirected", "Hearth doesn't answer to this host name; start it with --hosts=NAME if it should"
)


class Gate(Router):
    def __init__(self, application: Application, door: Door, hosts: frozenset[str], proxies: frozenset[str]) -> None:
        self._application = application
        self._door = door
        self._hosts = hosts  # names in lower case
        self._proxies = proxies  # IP addresses

    def find_handler(self, request: HTTPServerRequest, **kwargs: object) -> HTTPMessageDelegate:
        peer = request.remote_ip or ""
        believe_proxy(request, self._proxies)
        problem = self.judge(request)
        # No route reads forms, and a JSON body that curl calls a form must not be parsed as one.
        request.headers.pop("Content-Type", None)
        delegate = self._refused(request, problem) if problem else self._answered(request, peer)
        connection = cast(HTTP1Connection, request.connection)
        # Who is yet to be met comes by a proxy that knows them.
        limit = body_limit(request.path) if request.__dict__.get("caller", delegate) else OF_STRANGERS
        if limit > BODY:
            connection.set_body_timeout(SLOW_PICTURES)
        return Bounded(delegate, connection, limit, request.__dict__.get("refused") or _too_large(limit))

    def _answered(self, request: HTTPServerRequest, peer: str) -> HTTPMessageDelegate:
        try:
            caller = self._door.caller(request, peer)
        except PeopleError as error:
            return self._refused(request, problem_of(error))
        if isinstance(caller, Caller | None):
            return self.admit(request, caller)
        return Introduced(caller, lambda known: self._introduced(request, known))

    def admit(self, request: HTTPServerRequest, caller: Caller | None) -> HTTPMessageDelegate:
        introduce(request, caller)
        problem = refusal(request.method, request.path, caller)
        if problem is None:
            return self._application.find_handler(request)
        if problem is SIGN_IN and self._door.way_in and is_page(request.path):
            request.__dict__["refused"] = problem
            way_back = f"?{urlencode({'next': request.path})}" if request.path != "/" else ""
            to = {"to": self._door.way_in + way_back}
            return self._application.get_handler_delegate(request, Elsewhere, to)
        return self._refused(request, problem)

    def _introduced(self, request: HTTPServerRequest, known: Caller | PeopleError | StoreError) -> HTTPMessageDelegate:
        if isinstance(known, Caller):
            return self.admit(request, known)
        if isinstance(known, NoOwner) and (
            is_page(request.path) or refusal(request.method, request.path, None) is None
        ):
            name_proxied(request, known.name)
            return self.admit(request, None)
        return self._refused(request, problem_of(known))

    def _refused(self, request: HTTPServerRequest, problem: Problem | None) -> HTTPMessageDelegate:
        introduce(request, None)
        request.__dict__["refused"] = problem = problem or FOREIGN
        return self._application.get_handler_delegate(request, Refused, {"problem": problem})

    def judge(self, request: HTTPServerRequest) -> Problem | None:
        if not self._is_ours(_host_name(request.host)):
            return MISDIRECTED
        return FOREIGN if _is_foreign(request) else None

    def _is_ours(self, name: str) -> bool:
        return name in self._hosts or name.endswith(".local") or _is_address(name)


def _is_foreign(request: HTTPServerRequest) -> bool:
    site = request.headers.get("Sec-Fetch-Site", "none")
    is_link = request.method in ("GET", "HEAD") and is_page(request.path)
    is_link = is_link and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    if site in ("cross-site", "same-site") and not is_link:
        return True
    ours = _origin(f"{request.protocol}://{request.host}")
    origin = request.headers.get("Origin")
    if origin is not None:
        return _origin(origin) != ours
    # Over plain http on the home network browsers send no Sec-Fetch-Site, and for an image no Origin.
    referer = request.headers.get("Referer")
    return referer is not None and not is_link and _origin(_without_path(referer)) != ours


def _without_path(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _origin(text: str) -> tuple[str, str, str] | None:
    """Scheme, name and port; None for what is no origin, which nothing equals."""
    try:
        parts = urlsplit(text)
        port = str(parts.port or DEFAULT_PORTS.get(parts.scheme, ""))
    except ValueError:
        return None
    if not parts.hostname or parts.path or parts.query or parts.fragment or "@" in parts.netloc:
        return None
    return parts.scheme, parts.hostname, port


def _host_name(host: str) -> str:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # ValueError where it is none
    except ValueError:
        return ""
    if parts.netloc != host or "@" in host:
        return ""
    return (parts.hostname or "").removesuffix(".")


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def believe_proxy(request: HTTPServerRequest, proxies: frozenset[str]) -> None:
    """Take the caller's address and scheme from the headers of a proxy that is trusted, and of no other."""
    if request.remote_ip not in proxies:
        return
    scheme = request.headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip().lower()
    if scheme in DEFAULT_PORTS:
        request.protocol = scheme
    for hop in reversed(request.headers.get("X-Forwarded-For", "").split(",")):
        if not _is_address(hop.strip()):
            break
        request.remote_ip = hop.strip()
        if request.remote_ip not in proxies:
            break


class Introduced(HTTPMessageDelegate):
    """A request whose caller must be looked up first: nothing of it is read until then."""

    def __init__(
        self,
        meet: Meet,
        then: Callable[[Caller | PeopleError | StoreError], HTTPMessageDelegate],
    ) -> None:
        self._meet = meet
        self._then = then
        self._delegate: HTTPMessageDelegate | None = None

    async def headers_received(self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders) -> None:
        try:
            known: Caller | PeopleError | StoreError = await self._meet()
        except (PeopleError, StoreError) as error:
            known = error
        self._delegate = self._then(known)
        if (pending := self._delegate.headers_received(start_line, headers)) is not None:
            await pending

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        return self._delegate.data_received(chunk) if self._delegate else None

    def finish(self) -> None:
        if self._delegate:
            self._delegate.finish()

    def on_connection_close(self) -> None:
        if self._delegate:
            self._delegate.on_connection_close()


class Bounded(HTTPMessageDelegate):
    """Keeps a body within its limit; beyond it the answer is 413, or why nothing is taken from this one at all.

    Tornado would close the connection with the rest unread, and the reset that follows can cost the client the
    answer. So the answer goes out at once and the rest is read and dropped, up to DRAINED bytes.
    """

    def __init__(self, delegate: HTTPMessageDelegate, connection: HTTPConnection, limit: int, beyond: Problem) -> None:
        self._delegate = delegate
        self._connection = connection
        self._limit = limit
        self._beyond = beyond
        self._size = 0
        self._refused = False

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> Awaitable[None] | None:
        declared = _length(headers.get("Content-Length", ""))
        if declared > self._limit:
            self._refuse()
            if "Expect" in headers or declared > self._limit + DRAINED:
                self._connection.finish()  # it waits for our word before it sends, or would send for too long
            return None
        return self._delegate.headers_received(start_line, headers)

    def data_received(self, chunk: bytes) -> Awaitable[None] | None:
        self._size += len(chunk)
        if self._refused:
            if self._size > self._limit + DRAINED:
                self._connection.finish()
            return None
        if self._size > self._limit:
            self._delegate.on_connection_close()
            self._refuse()
            return None
        return self._delegate.data_received(chunk)

    def finish(self) -> None:
        if self._refused:
            self._connection.finish()
        else:
            self._delegate.finish()

    def on_connection_close(self) -> None:
        if not self._refused:
            self._delegate.on_connection_close()

    def _refuse(self) -> None:
        self._refused = True
        problem = self._beyond
        start_line = ResponseStartLine("HTTP/1.1", problem.status, problem.reason())
        self._connection.write_headers(start_line, HTTPHeaders(problem.headers()), problem.body())


def _too_large(limit: int) -> Problem:
    size = f"{limit >> 20} MiB" if limit >> 20 else f"{limit >> 10} KiB"
    return Problem(413, "too_large", f"The body is larger than {size}: send less")


def _length(text: str) -> int:
    """Of a Content-Length; what is none is left to Tornado to refuse, and nobody needs more than its first digits."""
    return int(text[:18]) if text.isascii() and text.isdigit() else 0
