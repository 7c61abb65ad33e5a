"""How a request's caller is known: nobody signs in, by a session's cookie or a token, or by a proxy in front."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import Any, Protocol

from tornado.httputil import HTTPServerRequest

from people.accounts import Accounts
from people.caller import Caller

SESSION, DEVICE = "hearth", "hearth_device"  # cookies
BEARER = "bearer "

Meet = Callable[[], Coroutine[Any, Any, Caller]]


class Door(Protocol):
    auth: str  # as /api/status tells it

    def caller(self, request: HTTPServerRequest, peer: str) -> Caller | Meet | None:
        """None where nobody is signed in; `peer` is who holds the connection's other end, a proxy perhaps.

        Who is new here is to be met first. PeopleError, now or then, where they may not come in.
        """
        ...

    @property
    def way_in(self) -> str | None:
        """The page where one signs in, if it is here that one does."""
        ...


class OpenDoor:
    auth = "none"
    way_in = None

    def __init__(self, person: str) -> None:
        self._caller = Caller(person, None, "owner", manages_models=True)

    def __repr__(self) -> str:
        return f"<OpenDoor to {self._caller.person}>"

    def caller(self, request: HTTPServerRequest, peer: str) -> Caller | None:
        return self._caller


class PasswordDoor:
    auth = "required"

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def __repr__(self) -> str:
        return f"<PasswordDoor {self._accounts!r}>"

    def caller(self, request: HTTPServerRequest, peer: str) -> Caller | None:
        """A token counts before a cookie, and a wrong one is nobody: whoever sends it means it."""
        token = bearer(request)
        if token is not None:
            return self._accounts.caller_by_token(token)
        session = cookie(request, SESSION)
        return None if session is None else self._accounts.caller_by_session(session)

    @property
    def way_in(self) -> str | None:
        return "/sign-in" if self._accounts.has_owner else "/setup"


class ProxyDoor:
    auth = "proxy"

    def __init__(self, accounts: Accounts, header: str, proxies: frozenset[str]) -> None:
        self._accounts = accounts
        self._header = header
        self._proxies = proxies

    def __repr__(self) -> str:
        return f"<ProxyDoor {self._header} of {', '.join(sorted(self._proxies))}>"

    def caller(self, request: HTTPServerRequest, peer: str) -> Caller | Meet | None:
        token = bearer(request)
        if token is not None and token.startswith("hearth_"):  # else it is one between the proxy and its own
            return self._accounts.caller_by_token(token)
        name = self._name(request) if peer in self._proxies else ""
        if not name:
            return None
        return self._accounts.known_by_proxy(name) or partial(self._accounts.caller_of_proxy, name)

    @property
    def way_in(self) -> str | None:
        return None if self._accounts.has_owner else "/setup"

    def _name(self, request: HTTPServerRequest) -> str:
        """Proxies send UTF-8, which Tornado reads as Latin-1. Of two that were sent none is believed."""
        names = request.headers.get_list(self._header)
        if len(names) != 1:
            return ""
        try:
            return names[0].encode("latin-1").decode().strip()
        except UnicodeError:
            return names[0].strip()


def bearer(request: HTTPServerRequest) -> str | None:
    """The token of ``Authorization: Bearer``; None where there is no such header."""
    header = request.headers.get("Authorization", "")
    return header[len(BEARER) :].strip() if header[: len(BEARER)].lower() == BEARER else None


def cookie(request: HTTPServerRequest, name: str) -> str | None:
    found = request.cookies.get(cookie_name(request, name))
    return found.value if found else None


def cookie_name(request: HTTPServerRequest, name: str) -> str:
    """Over TLS one that no page of another host, and none over plain http, can have set."""
    return f"__Host-{name}" if request.protocol == "https" else name
