"""What programs that watch over Hearth ask: is it alive, is it ready."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec
from tornado.iostream import StreamClosedError

from chat.generations import Generations
from chat.status import Readiness

from .answers import JSONHandler

PARTS = ("store", "ollama")
APART = 1.0  # seconds


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


class WayHandler(JSONHandler):
    """What of this very request arrived, and a stream of two pieces a second apart: for who sets up a proxy.

    It tells nobody more than they sent themselves, and needs no sign-in.
    """

    async def get(self) -> None:
        headers = self.request.headers
        told = {
            "host": self.request.host,
            "scheme": self.request.protocol,
            "address": self.request.remote_ip,
            "upgrade": headers.get("Upgrade", ""),
            "forwarded": sorted(name.lower() for name in headers if name.lower().startswith("x-forwarded-")),
        }
        self.set_header("Content-Type", "text/event-stream; charset=utf-8")
        self.set_header("X-Accel-Buffering", "no")
        self.write(b"data: %b\n\n" % msgspec.json.encode(told))
        with suppress(StreamClosedError):
            await self.flush()
            await asyncio.sleep(APART)
            self.write(b"data: {}\n\n")
