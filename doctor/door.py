"""What the options mean: who can reach Hearth, and who is let in."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator

from settings import Settings

from .asking import NoAnswer, ask
from .finding import Finding, mend, note, ok
from .port import address_of

SIGN_IN = {
    "required": "who comes signs in",
    "proxy": "who comes was signed in by the proxy, which says who it is",
    "none": "nobody signs in",
}


def look(settings: Settings) -> Iterator[Finding]:
    there = _of_the_one_there(settings)
    if there is not None and there != settings.auth:
        yield ok(f"of the Hearth that runs there: {SIGN_IN[there]}")
        yield note("it was started with other options than these: give --doctor the same to hear what they mean")
        return
    alone = is_alone(settings.address)
    names = sorted(settings.hosts - {"localhost", settings.address.lower(), *_own_names()})
    where = f"{settings.address}:{settings.port}"
    yield ok(f"only this machine reaches {where}" if alone else f"everyone on its networks reaches {where}")
    yield _signing_in(settings, alone and not names and not settings.proxies)
    yield from _names(names)
    yield from _proxies(settings, alone, names)


def _of_the_one_there(settings: Settings) -> str | None:
    """How people come in, as a Hearth tells that runs at this address; None where none does."""
    try:
        auth = ask(f"{address_of(settings)}/api/status").json().get("auth") if settings.port else None
    except NoAnswer:
        return None
    return auth if isinstance(auth, str) and auth in SIGN_IN else None


def is_alone(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return address.lower() == "localhost"


def _own_names() -> set[str]:
    name = socket.gethostname().lower()
    return {name, name.partition(".")[0]}


def _signing_in(settings: Settings, alone: bool) -> Finding:
    if settings.auth != "none":
        return ok(SIGN_IN[settings.auth])
    if alone:
        return ok(f"{SIGN_IN['none']}: whoever uses this machine may do everything")
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
