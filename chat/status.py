"""How Hearth and its Ollama are."""

from __future__ import annotations

from typing import Any

from ollama.client import Ollama
from ollama.errors import OllamaError


class Status:
    def __init__(self, version: str, ollama: Ollama, auth: str, demo: bool) -> None:
        self._version = version
        self._ollama = ollama
        self._auth = auth
        self._demo = demo  # that Ollama is Hearth's own demo model

    async def view(self) -> dict[str, Any]:
        ollama: dict[str, Any] = {"url": str(self._ollama.address), "reachable": True, "version": None, "error": None}
        try:
            ollama["version"] = await self._ollama.version()
        except OllamaError as error:
            ollama |= {"reachable": False, "error": str(error)}
        return {"version": self._version, "ollama": ollama, "user": None, "auth": self._auth, "demo": self._demo}
