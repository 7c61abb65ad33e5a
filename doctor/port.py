"""The port: free for Hearth, or a Hearth's already."""

from __future__ import annotations

import errno
import ipaddress
import socket
from collections.abc import Iterator
from contextlib import closing

from settings import Settings

from .asking import Answer, NoAnswer, ask
from .finding import Finding, mend, note, ok, words_of


def look(settings: Settings) -> Iterator[Finding]:
    if settings.port == 0:
        yield note("--port=0: another one at every start")
        return
    try:
        fault = _taken(settings.address, settings.port)
    except (OSError, UnicodeError) as error:
        yield mend(f"{settings.address} is no address of this machine ({words_of(error)})", "name one with --address=")
        return
    where = f"{settings.address}:{settings.port}"
    match fault:
        case None:
            yield ok(f"{where} is free, so no Hearth listens there")
        case errno.EADDRINUSE:
            yield from _who(settings, where)
        case errno.EACCES:
            yield mend(f"{where} needs root's rights", "give one above 1023 with --port=")
        case errno.EADDRNOTAVAIL:
            yield mend(f"{settings.address} is no address of this machine", "name one with --address=")
        case _:
            yield mend(f"{where} can't be listened on ({errno.errorcode.get(fault, fault)})", "name another")


def _taken(address: str, port: int) -> int | None:
    """The error that listening would meet. Nobody is accepted meanwhile."""
    family, kind, protocol, _, name = socket.getaddrinfo(address, port, type=socket.SOCK_STREAM)[0]
    with closing(socket.socket(family, kind, protocol)) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(name)
        except OSError as error:
            return error.errno
    return None


def _who(settings: Settings, where: str) -> Iterator[Finding]:
    url = address_of(settings)
    try:
        alive = ask(f"{url}/healthz")
    except NoAnswer as error:
        yield mend(f"{where} is another program's ({error})", "stop that one, or name another with --port=")
        return
    if not is_hearth(alive):
        yield mend(f"{where} is another program's", "stop that one, or name another with --port=")
        return
    yield ok(f"a Hearth answers at {where}")
    yield from _ready(url)


def is_hearth(answer: Answer) -> bool:
    return answer.status == 200 and answer.json() == {"status": "ok"}


def _ready(url: str) -> Iterator[Finding]:
    try:
        parts = ask(f"{url}/readyz").json()
    except NoAnswer as error:
        yield mend(f"it doesn't say whether it is ready ({error})", "see its log")
        return
    missing = [name for name in ("store", "ollama") if parts.get(name) != "ok"]
    if missing:
        yield mend(f"it could answer no question, for want of its {' and '.join(missing)}", "see above, and its log")
    else:
        yield ok("it would answer a question")


def address_of(settings: Settings) -> str:
    return f"http://{reachable(settings.address)}:{settings.port}"


def reachable(address: str) -> str:
    """By which this machine itself comes there."""
    try:
        one = ipaddress.ip_address(address)
    except ValueError:
        return address
    if one.is_unspecified:
        return "127.0.0.1" if one.version == 4 else "[::1]"
    return f"[{one}]" if one.version == 6 else str(one)
