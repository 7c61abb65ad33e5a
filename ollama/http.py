"""Tornado's `AsyncHTTPClient`, implemented so that a request can really be stopped.

The stock implementation can't be aborted, may never return after a reset, and costs several awaits a chunk; the
class is an interface that is made to be implemented, so this is another implementation of it: one connection a
request, an `asyncio.Protocol` that httptools reads, no redirects, no gzip, no pool.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from functools import cache

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse

from .exchange import Exchange, Limits, PatientRequest

__all__ = ["HTTPClient", "Limits", "PatientRequest"]


class HTTPClient(AsyncHTTPClient):
    """`fetch` as Tornado documents it, with three differences.

    - Cancelling the future that `fetch` returns closes the connection at once, in every phase.
    - `streaming_callback` gets the body of a 2xx answer only; any other body is in ``response.body``.
      What it raises fails the fetch; while an awaitable that it returned is pending, nothing is read.
    - A request without ``request_timeout`` has no limit on its whole length; `Limits` bound its phases.

    Raises Unreachable or BrokenStream where no whole answer came.
    """

    limits: Limits
    _tls: Callable[[], ssl.SSLContext]
    _begun: Exchange

    def initialize(self, limits: Limits) -> None:  # type: ignore[override]
        super().initialize(defaults={"request_timeout": 0.0, "connect_timeout": limits.connect})
        self.limits = limits
        self._tls = cache(ssl.create_default_context)  # which takes 30 ms

    def fetch(
        self, request: str | HTTPRequest, raise_error: bool = True, **kwargs: object
    ) -> asyncio.Future[HTTPResponse]:
        future = super().fetch(request, raise_error, **kwargs)
        exchange = self._begun  # fetch_impl ran within the line above
        exchange.awaited = future
        future.add_done_callback(lambda done: exchange.abort() if done.cancelled() else None)
        return future

    def fetch_impl(self, request: HTTPRequest, callback: Callable[[HTTPResponse], None]) -> None:
        self._begun = Exchange(request, self.limits, self._tls, callback)
        self._begun.begin()
