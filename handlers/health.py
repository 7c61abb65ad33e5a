"""What programs that watch over Hearth ask: is it alive, is it ready."""

from __future__ import annotations

from chat.generations import Generations
from chat.status import Readiness

from .answers import JSONHandler

PARTS = ("store", "ollama")


class HealthHandler(JSONHandler):
    """That it answers is the answer."""

    def get(self) -> None:
        self.send({"status": "ok"})

    head = get


class ReadyHandler(JSONHandler):
    def initialize(self, readiness: Readiness, generations: Generations) -> None:
        self._readiness = readiness
        self._generations = generations

    async def get(self) -> None:
        missing = await self._readiness.missing()
        status = "stopping" if self._generations.is_closing else "unavailable" if missing else "ok"
        parts = {part: "missing" if part in missing else "ok" for part in PARTS}
        self.send({"status": status, **parts}, 200 if status == "ok" else 503)

    head = get
