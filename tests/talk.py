"""A client of hearth.v1, frame by frame."""

from __future__ import annotations

import json
from typing import Any

from .hearth import Hearth
from .wire import TEXT, RawSocket, raw_socket


class Line:
    """A client of hearth.v1."""

    def __init__(self, socket: RawSocket) -> None:
        self.socket = socket

    def say(self, kind: str, **fields: Any) -> None:
        self.socket.send(TEXT, json.dumps({"type": kind} | fields).encode())

    async def hear(self) -> dict[str, Any]:
        opcode, payload = await self.socket.of(TEXT)
        assert opcode == TEXT, "the socket was closed"
        return dict(json.loads(payload))

    async def hear_to_the_end(self, generation: str) -> list[dict[str, Any]]:
        """Its events up to the last one; those of others are dropped."""
        heard: list[dict[str, Any]] = []
        while not heard or heard[-1]["type"] not in ("done", "error", "end"):
            frame = await self.hear()
            if frame.get("generation") == generation:
                heard.append(frame)
        return heard


async def talk(hearth: Hearth) -> Line:
    return Line(await raw_socket(hearth, "hearth.v1"))
