"""Hearth in front of several scripted Ollamas, each of which may be made to die, to hang or to dawdle at any call.

async with fleet(2) as house:
    house.b.loaded.clear()
    house.a.dies_at = "/api/chat"
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from .asked import eventful, kept, read
from .fake_exchange import Behaviour
from .fake_ollama import Exchange, FakeOllama
from .hearth import Hearth, RawStream, eventually, running

ANSWER = "Hello, world!"  # what `quick` says


class Mortal(FakeOllama):
    """Dies as it is asked at `dies_at`: at the first call, or the second where `spares` is one."""

    def __init__(self) -> None:
        super().__init__()
        self.models = ["quick:latest"]
        self.dies_at: str | None = None
        self.spares = 0
        self.hangs = False  # takes connections, and answers nothing
        self.delay = 0.0  # seconds before each answer
        self.says: dict[str, tuple[int, Any]] = {}  # path, or "" for all → status and body in place of the usual
        self.writes: Behaviour | None = None  # what every chat is answered by, whatever its model
        self._death: asyncio.Task[None] | None = None
        self._held: socket.socket | None = None  # its port, while it is dead: another test's server would take it

    @property
    def is_dead(self) -> bool:
        return self._death is not None

    async def stop(self) -> None:
        if self._server is not None:
            for one in self._server.sockets:  # what is accepted while it closes would never be closed itself
                asyncio.get_running_loop().remove_reader(one.fileno())
            for _ in range(5):
                await asyncio.sleep(0)
        await super().stop()

    async def die(self) -> None:
        self._death = self._death or asyncio.create_task(self._die())
        await asyncio.shield(self._death)

    async def _die(self) -> None:
        await self.stop()
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):
            self._held.bind(("127.0.0.1", self.port_once))

    async def end(self) -> None:
        if self._death is not None:
            await self._death
        self.let_go()
        await self.stop()

    def let_go(self) -> None:
        if self._held is not None:
            self._held.close()

    async def revive(self) -> None:
        if self._death is not None:
            await self._death
        port = self.port_once
        self.let_go()
        self._death, self.dies_at, self.hangs, self.delay, self.writes = None, None, False, 0, None
        await self.start(port)

    async def start(self, port: int = 0) -> Mortal:
        await super().start(port)
        self.port_once = self.port
        return self

    @property
    def url(self) -> str:
        """Also when it is dead."""
        return f"http://127.0.0.1:{self.port_once}"

    async def _route(self, exchange: Exchange) -> None:
        if self.is_dead:
            exchange.reset()
            return
        if exchange.path == self.dies_at:
            if self.spares == 0:
                await self.die()
            self.spares -= 1
        if self.hangs:
            await exchange.gone.wait()
        if self.delay:
            await exchange.wait(self.delay)
        for path in (exchange.path, ""):
            if path in self.says:
                self.seen[exchange.path] += 1
                await exchange.answer(*self.says[path])
                return
        await super()._route(exchange)

    async def _chat(self, exchange: Exchange) -> None:
        if self.writes is None:
            await super()._chat(exchange)
        else:
            self.chats.append(exchange)
            await self.writes(exchange)


class House:
    def __init__(self, hearth: Hearth, ollamas: list[Mortal]) -> None:
        self.hearth = hearth
        self.ollamas = ollamas

    @property
    def a(self) -> Mortal:
        return self.ollamas[0]

    @property
    def b(self) -> Mortal:
        return self.ollamas[1]

    async def ask(self, model: str = "quick") -> dict[str, Any]:
        """In a conversation of its own."""
        return await self.hearth.ask(await self.hearth.conversation(model=model), "hi")

    async def reply(self, model: str = "quick") -> dict[str, Any]:
        """Once it has ended."""
        reply = await self.ask(model)
        await self.hearth.events(reply["generation"])
        return await kept(self.hearth, reply)

    async def follow(self, reply: dict[str, Any]) -> RawStream:
        return await eventful(self.hearth, reply)

    async def servers(self) -> dict[str, Any]:
        """By address, as the status tells of them."""
        return {one["url"]: one for one in (await read(self.hearth, "/api/status"))["servers"]}

    async def knows(self, ollama: Mortal, reachable: bool) -> None:
        """Until Hearth does; it asks nobody for it."""
        servers = self.hearth.house.fleet.servers
        one = servers.by_url(ollama.url)
        assert one is not None
        await eventually(lambda: (servers.trouble(one) is None) is reachable)

    def asked(self, question: str) -> int:
        """How often, of any of them."""
        return sum(x.body["messages"][-1]["content"] == question for one in self.ollamas for x in one.chats)

    def chats(self) -> list[int]:
        """How many each was asked for."""
        return [len(one.chats) for one in self.ollamas]


@asynccontextmanager
async def fleet(count: int, *options: str) -> AsyncIterator[House]:
    ollamas = [await Mortal().start() for _ in range(count)]
    where = f"--ollama={','.join(one.url for one in ollamas)}"
    try:
        async with running(where, *options, fake=ollamas[0]) as hearth:
            yield House(hearth, ollamas)
    finally:
        for one in ollamas:
            await one.end()


def phases(events: list[dict[str, Any]]) -> list[str]:
    return [one["phase"] for one in events if one["type"] == "status"]
