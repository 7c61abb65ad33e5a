"""One request to the scripted Ollama, and the pen for its answer."""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .fake_ollama import FakeOllama

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
)
COUNTS = {
    "total_duration": 466713230,
    "load_duration": 800227,
    "prompt_eval_count": 16,
    "prompt_eval_duration": 136990000,
    "eval_count": 4,
    "eval_duration": 326118000,
}


class Exchange:
    """One request, and the pen for its answer."""

    def __init__(self, fake: FakeOllama, writer: asyncio.StreamWriter, path: str, headers: str, body: bytes) -> None:
        self.fake = fake
        self.writer = writer
        self.path = path
        self.headers = headers
        self.body: dict[str, Any] = json.loads(body) if body else {}
        self.gone = asyncio.Event()  # the caller closed the connection

    @property
    def model(self) -> str:
        return str(self.body.get("model", "")).partition(":")[0]

    async def raw(self, data: bytes) -> None:
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError:
            self.gone.set()
            raise

    async def head(self) -> None:
        await self.raw(HEAD)

    async def line(self, value: Any) -> None:
        await self.piece(json.dumps(value, ensure_ascii=False).encode() + b"\n")

    async def piece(self, data: bytes) -> None:
        await self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    async def say(self, *contents: str, **message: str) -> None:
        for content in contents or ("",):
            await self.line(
                {
                    "model": self.body.get("model"),
                    "created_at": "2026-11-22T13:44:54.014778349Z",
                    "message": {"role": "assistant", "content": content} | message,
                    "done": False,
                }
            )

    async def done(self, reason: str = "stop") -> None:
        await self.line(
            {
                "model": self.body.get("model"),
                "created_at": "2026-11-22T13:44:54.176954304Z",
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": reason,
            }
            | COUNTS
        )
        await self.raw(b"0\r\n\r\n")

    async def answer(self, status: int, body: Any, extra: str = "") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n{extra}"
        await self.raw(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)

    async def wait(self, seconds: float) -> None:
        """The pace of a model; ends early, and with the exchange, when the caller goes."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self.gone.wait(), seconds)
            if self.gone.is_set():
                raise ConnectionResetError
            if not self.fake.held:
                return
            seconds = 0.005

    def reset(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


async def play(x: Exchange, data: bytes) -> None:
    for start in range(0, len(data), x.fake.cut):
        await x.raw(data[start : start + x.fake.cut])
        await asyncio.sleep(0)
