"""How Hearth and its Ollama are."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from ollama.client import Ollama
from ollama.errors import OllamaError
from ollama.servers import Servers, answers
from store import Store, StoreError

from .models import server_view

PATIENCE = 3.0  # seconds in which a part must answer who asks whether all is ready


class Status:
    def __init__(self, version: str, servers: Servers, auth: str, demo: bool) -> None:
        self._version = version
        self._servers = servers
        self._auth = auth
        self._demo = demo  # that Ollama is Hearth's own demo model

    async def view(self, user: dict[str, Any] | None) -> dict[str, Any]:
        """`ollama` is the first that can be reached, else the first."""
        said = await self._servers.ask(Ollama.version)
        servers = [server_view(one, answer) for one, answer in said.items()]
        ollama = next((one for one in servers if one.reachable), servers[0])
        return {
            "version": self._version,
            "ollama": ollama,
            "servers": servers,
            "user": user,
            "auth": self._auth,
            "demo": self._demo,
        }

    def outside(self) -> dict[str, Any]:
        """What those are told who did not sign in: how they can."""
        ollama = dict.fromkeys(("url", "reachable", "version", "error"))
        return {"version": self._version, "ollama": ollama, "user": None, "auth": self._auth, "demo": self._demo}


class Readiness:
    """Whether a question would be answered."""

    def __init__(self, store: Store, servers: Servers) -> None:
        self._store = store
        self._servers = servers

    async def missing(self) -> list[str]:
        parts: dict[str, Awaitable[object]] = {"store": self._store.answers(), "ollama": self._any_version()}
        answers = await asyncio.gather(*map(_answers, parts.values()))
        return [part for part, answered in zip(parts, answers, strict=True) if not answered]

    async def _any_version(self) -> None:
        answers(await self._servers.ask(Ollama.version))


async def _answers(asked: Awaitable[object]) -> bool:
    try:
        async with asyncio.timeout(PATIENCE):
            await asked
    except (OllamaError, StoreError, TimeoutError):
        return False
    return True
