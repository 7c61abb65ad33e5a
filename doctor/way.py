"""The way by which browsers come, through a proxy: `--url`. Hearth tells what of a request arrived, at /healthz/way."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import msgspec

from settings import Settings

from .asking import Answer, NoAnswer, Untrusted, ask
from .finding import Finding, mend, note, ok
from .port import is_hearth

APART = 0.4  # seconds between the two pieces that Hearth sends a second apart, unless they are held back
UPGRADE = {"Connection": "Upgrade", "Upgrade": "websocket"}
AWAY = "see that Hearth runs, and that the proxy asks it at its address"
EXAMPLES = "deploy/ has examples"
PASS_HOST = f"have the proxy pass Host on, in nginx: proxy_set_header Host $http_host; {EXAMPLES}"


class Arrived(msgspec.Struct):
    """Of a request, at Hearth."""

    host: str
    scheme: str
    upgrade: str
    forwarded: list[str]


def look(settings: Settings) -> Iterator[Finding]:
    if not settings.url:
        return
    trusting = False
    try:
        alive = ask(f"{settings.url}/healthz")
    except Untrusted as error:
        yield note(f"this machine doesn't trust the certificate of {settings.url} ({error}); each device must")
        trusting, alive = True, ask(f"{settings.url}/healthz", trusting=True)
    except NoAnswer as error:
        yield mend(f"{settings.url} doesn't answer ({error})", "see that the name leads to the proxy, and that it runs")
        return
    if not is_hearth(alive):
        yield _in_between(settings, alive)
        return
    yield ok(f"a Hearth answers at {settings.url}")
    try:
        yield from _through(settings.url, trusting)
    except NoAnswer as error:
        yield mend(f"a stream doesn't come through ({error})", f"have the proxy pass replies on; {EXAMPLES}")


def _in_between(settings: Settings, answer: Answer) -> Finding:
    """What answers in Hearth's place."""
    url, name = settings.url, urlsplit(settings.url).hostname
    match answer.status:
        case 421 if name in settings.hosts:
            return mend("the name that browsers ask for doesn't arrive", PASS_HOST)
        case 421:
            return mend(f"Hearth doesn't answer to the name {name}", f"start it with --hosts={name}; {PASS_HOST}")
        case 502 | 503 | 504:
            return mend(f"the proxy doesn't reach Hearth ({answer.status})", AWAY)
        case 301 | 302 | 303 | 307 | 308:
            where = answer.headers.get("location", "somewhere else")
            return mend(f"{url} leads to {where}", "give that as --url; if it is a sign-in, let /healthz pass it")
    return mend(f"{url} answers {answer.status}, and not as Hearth does", AWAY)


def _through(url: str, trusting: bool) -> Iterator[Finding]:
    answer = ask(f"{url}/healthz/way", trusting=trusting)
    arrived = _arrived(answer)
    if arrived is None:
        yield note(f"that Hearth doesn't tell what arrives ({answer.status}): it is older than this one")
        return
    yield _host(urlsplit(url).netloc, arrived)
    yield _scheme(urlsplit(url).scheme, arrived)
    yield _pace(answer)
    yield _sockets(_arrived(ask(f"{url}/healthz/way", headers=UPGRADE, trusting=trusting)))


def _arrived(answer: Answer) -> Arrived | None:
    first = answer.body.partition(b"\n")[0].removeprefix(b"data: ")
    try:
        return msgspec.json.decode(first, type=Arrived) if answer.status == 200 else None
    except msgspec.DecodeError:
        return None


def _host(wanted: str, arrived: Arrived) -> Finding:
    if arrived.host.lower() == wanted.lower():
        return ok("the name that browsers ask for arrives")
    return mend(f"browsers ask for {wanted}, and {arrived.host} arrives", PASS_HOST)


def _scheme(wanted: str, arrived: Arrived) -> Finding:
    if arrived.scheme == wanted:
        return ok(f"that it is {wanted} arrives")
    if "x-forwarded-proto" in arrived.forwarded:
        return mend("X-Forwarded-Proto arrives, and isn't believed", "name the proxy's address in --trusted-proxies=")
    remedy = f"in nginx: proxy_set_header X-Forwarded-Proto $scheme; {EXAMPLES}"
    return mend(f"that browsers come by {wanted} doesn't arrive", remedy)


def _pace(answer: Answer) -> Finding:
    moments: list[Any] = [moment for moment, _ in answer.pieces]
    if len(moments) > 1 and moments[-1] - moments[0] > APART:
        return ok("a stream arrives as it is written")
    return mend("a stream is held back, so replies come all at once", f"in nginx: proxy_buffering off; {EXAMPLES}")


def _sockets(arrived: Arrived | None) -> Finding:
    if arrived is not None and arrived.upgrade.lower() == "websocket":
        return ok("WebSockets come through")
    remedy = f"have the proxy pass Upgrade and Connection on; {EXAMPLES}"
    return mend("WebSockets don't come through; the page works without, by more requests", remedy)
