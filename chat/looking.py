"""Where home servers usually have their Ollama, and which of these places have one now."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress

import msgspec

from ollama.address import Address, parse
from ollama.client import Ollama
from ollama.errors import OllamaError
from ollama.servers import Servers
from store.house_settings import HouseSettings

from .errors import Invalid

PATIENCE = 1.0  # seconds for a place to answer
RESOLVING = 1.5  # seconds to find out where they are; a name of a home network is asked for by multicast
SETTING = "ollama"
# The nearest first: this machine, the one that a container runs on, a container beside this one; then names that
# routers and multicast know: those that people give, and those that home servers come with.
HERE = ("127.0.0.1", "host.docker.internal", "host.containers.internal")
NAMES = (
    "ollama",
    "ollama.local",
    "nas.local",
    "server.local",
    "homeserver.local",
    "tower.local",
    "truenas.local",
    "umbrel.local",
)


class Found(msgspec.Struct, frozen=True):
    url: str
    version: str
    models: int  # how many it has


class Looking:
    """Looks when it is asked to, nowhere but at these places, and keeps what it found for the next start.

    Which places those are nobody who asks can say: else Hearth would be a way into the network that it is in.
    """

    def __init__(
        self,
        servers: Servers,
        settings: HouseSettings,
        open_ollama: Callable[[Address], Ollama],
        places: Sequence[Address] | None,
    ) -> None:
        self._servers = servers
        self._settings = settings
        self._open = open_ollama
        self._places = places  # None: Hearth was told where Ollama is
        self._running: asyncio.Task[list[Found]] | None = None

    def __repr__(self) -> str:
        state = "told where" if self._places is None else f"{len(self._places)} places"
        return f"<Looking {state}{', at it' if self._running else ''}>"

    @property
    def is_wanted(self) -> bool:
        return self._places is not None

    async def look(self) -> list[Found]:
        """What answers as Ollama does, the one that is used from now on first. Who asks meanwhile waits with us."""
        if self._places is None:
            raise Invalid("Hearth was told where Ollama is, by --ollama or OLLAMA_HOST, and looks nowhere else")
        if self._running is None:
            self._running = asyncio.ensure_future(self._look(self._places))
            self._running.add_done_callback(self._looked)
        return await asyncio.shield(self._running)

    async def recall(self) -> None:
        """Use what was found before this start."""
        url = await self._settings.get(SETTING) if self.is_wanted else None
        if isinstance(url, str):
            with suppress(ValueError):  # a database that somebody wrote in
                self._servers.add(self._open(parse(url)))

    def _looked(self, done: asyncio.Task[list[Found]]) -> None:
        self._running = None
        if not done.cancelled():
            done.exception()  # is told to those who wait, if there still are any

    async def _look(self, places: Sequence[Address]) -> list[Found]:
        there = await _resolved(places)
        found = [one for one in await asyncio.gather(*map(self._ask, there)) if one is not None]
        found.sort(key=lambda one: one.models == 0)  # else the nearest
        if found:
            self._servers.add(self._open(parse(found[0].url)))
            await self._settings.keep(SETTING, found[0].url)
        return found

    async def _ask(self, place: Address) -> Found | None:
        ollama = self._open(place)
        ollama.on_error = lambda _: None  # that nobody is there is no failure of Ollama's
        try:
            async with asyncio.timeout(PATIENCE):
                version, models = await asyncio.gather(ollama.version(), ollama.models())
        except (OllamaError, TimeoutError):
            return None
        return Found(str(place), version, len(models))


def places(gateway: str | None) -> list[Address]:
    hosts = [*HERE, *([gateway] if gateway else []), *NAMES]
    return [parse(host) for host in hosts]


async def _resolved(places: Sequence[Address]) -> list[Address]:
    """Those that have an address, each machine once.

    A name that nobody knows can keep the system's resolver for many seconds: in threads of their own nobody else waits
    for that, nor does the end of Hearth.
    """
    asked = [_resolving(place) for place in places]
    await asyncio.wait(asked, timeout=RESOLVING)
    known: dict[str, Address] = {}
    for place, answer in zip(places, asked, strict=True):
        if answer.done() and (where := answer.result()) is not None:
            known.setdefault(where, place)
    return list(known.values())


def _resolving(place: Address) -> asyncio.Future[str | None]:
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[str | None] = loop.create_future()

    def resolve() -> None:
        where = _resolve(place)
        with suppress(RuntimeError):  # the loop has ended meanwhile
            loop.call_soon_threadsafe(answer.set_result, where)

    threading.Thread(target=resolve, name="looking", daemon=True).start()
    return answer


def _resolve(place: Address) -> str | None:
    try:
        found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return None
    return f"{found[0][4][0]}:{place.port}" if found else None
