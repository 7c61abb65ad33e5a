"""What the options mean: who can reach Hearth, and who is let in."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

from settings import Settings

from .finding import Finding, mend, note, ok


def look(settings: Settings) -> Iterator[Finding]:
    alone = is_alone(settings.address)
    names = sorted(settings.hosts - {"localhost", settings.address.lower(), *_own_names()})
    where = f"{settings.address}:{settings.port}"
    yield ok(f"only this machine reaches {where}" if alone else f"everyone on its networks reaches {where}")
    yield _signing_in(settings, alone and not names and not settings.proxies)
    yield from _names(names)
    yield from _proxies(settings, alone, names)


def is_alone(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def _own_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, name.partition(".")[0]}


def _signing_in(settings: Settings, alone: bool) -> Finding:
    match settings.auth:
        case "required":
            return ok("who comes signs in")
        case "proxy":
            return ok("who comes was signed in by the proxy, which says who it is")
        case _ if alone:
            return ok("nobody signs in: whoever uses this machine may do everything")
    return note("--auth=none: whoever can reach it reads and writes everything that is not an account's")


def _names(names: list[str]) -> Iterator[Finding]:
    for name in names:
        try:
            socket.getaddrinfo(name, None)
        except (OSError, UnicodeError):
            yield note(f"{name}, given in --hosts, is known to no name server that this machine asks")
    if names:
        yield ok(f"it answers to {', '.join(names)}, *.local, and its addresses")


def _proxies(settings: Settings, alone: bool, names: list[str]) -> Iterator[Finding]:
    proxies = ", ".join(sorted(settings.proxies))
    if proxies and not names:
        yield mend(f"{proxies} is trusted, but no name is answered to", "give the proxy's name with --hosts=NAME")
    if names and not proxies:
        yield note("--hosts without --trusted-proxies: a proxy would not be believed that a browser came over https")
    if proxies:
        yield ok(f"{proxies} is believed who the callers are, and that they came over https")
    elif not alone and settings.auth == "required":
        yield note("over plain http passwords can be read on the way; deploy/ has proxies that speak https")
