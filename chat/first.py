"""The first minutes: what is missing to chat on this machine, and how to get it."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from ollama.servers import Servers

from .install import Place, command
from .looking import Looking
from .suggestions import suggestions

FRESH = 60.0  # seconds for which what was found out about the machine holds
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Graphics(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def memory(self) -> int | None: ...

    @property
    def brand(self) -> str: ...


class Machine(Place, Protocol):
    @property
    def memory(self) -> int: ...

    @property
    def available(self) -> int: ...

    @property
    def gpu(self) -> Graphics | None: ...


class First:
    def __init__(self, servers: Servers, looking: Looking, look_at_machine: Callable[[], Awaitable[Machine]]) -> None:
        self._servers = servers
        self._looking = looking
        self._look_at_machine = look_at_machine
        self._machine: Machine | None = None
        self._seen_at = float("-inf")

    def __repr__(self) -> str:
        return f"<First {self._machine} {self._looking}>"

    async def view(self) -> dict[str, Any]:
        machine = await self._seen()
        gpu = machine.gpu
        here = all(one.address.host in LOOPBACK for one in self._servers)
        known = machine.memory if here else 0  # else it is another machine that models run on
        return {
            "system": machine.system,
            "command": command(machine, gpu.brand if gpu else None),
            "installed": machine.ollama is not None,
            "container": machine.in_container,
            "looks": self._looking.is_wanted,
            "here": here,
            "memory": machine.memory,
            "gpu": {"name": gpu.name, "memory": gpu.memory} if gpu else None,
            "suggestions": suggestions(known, machine.available, gpu.memory if gpu and here else None),
        }

    async def _seen(self) -> Machine:
        """Installed a minute ago, Ollama is to be started and not to be installed again."""
        now = time.monotonic()
        if self._machine is None or now > self._seen_at + FRESH:
            self._machine, self._seen_at = await self._look_at_machine(), now
        return self._machine
