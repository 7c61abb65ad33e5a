"""Clients that know nothing but bytes, for what no well-behaved client would send."""

from __future__ import annotations

import asyncio
import base64
import os
import struct
from dataclasses import dataclass

from tornado.httputil import HTTPHeaders

from .hearth import Hearth, error_of


@dataclass
class RawAnswer:
    """An answer of HTTP as it came; status 0 where the connection was closed without one."""

    status: int
    headers: HTTPHeaders
    body: bytes

    @classmethod
    async def read(cls, reader: asyncio.StreamReader) -> RawAnswer:
        async with asyncio.timeout(15):
            try:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            except (asyncio.IncompleteReadError, ConnectionResetError):
                return cls(0, HTTPHeaders(), b"")
            first, _, rest = head.partition("\r\n")
            headers = HTTPHeaders.parse(rest.rstrip("\r\n"))
            body = await reader.readexactly(int(headers.get("Content-Length", "0")))
            return cls(int(first.split(" ")[1]), headers, body)

    def error(self) -> str:
        """The code of an error in the contract's shape, which this answer must be."""
        return error_of(self.headers, self.body)


CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


@dataclass
class RawSocket:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    def send(self, opcode: int, payload: bytes = b"", *, final: bool = True, declared: int | None = None) -> None:
        """One masked frame; `opcode` may hold reserved bits, `declared` is a length that is not the payload's."""
        length = len(payload) if declared is None else declared
        short = length if length < 126 else 126 if length < 65536 else 127
        head = struct.pack("!BB", opcode | (0x80 if final else 0), short | 0x80)
        head += struct.pack("!H", length) if short == 126 else struct.pack("!Q", length) if short == 127 else b""
        self.writer.write(head + b"\0\0\0\0" + payload)

    async def frame(self) -> tuple[int, bytes]:
        """Opcode and payload; (-1, b"") once the connection is closed."""
        async with asyncio.timeout(15):
            try:
                first, short = await self.reader.readexactly(2)
                length = short
                if short > 125:
                    code, size = ("!H", 2) if short == 126 else ("!Q", 8)
                    length = struct.unpack(code, await self.reader.readexactly(size))[0]
                return first & 0x0F, await self.reader.readexactly(length)
            except (asyncio.IncompleteReadError, ConnectionResetError):
                return -1, b""

    async def of(self, *opcodes: int) -> tuple[int, bytes]:
        """The next frame of these kinds, or the connection's end."""
        while True:
            opcode, payload = await self.frame()
            if opcode in (*opcodes, -1):
                return opcode, payload

    async def close_code(self) -> int:
        """What the server closes it with; 0 where it is cut without a word."""
        opcode, payload = await self.of(CLOSE)
        return int(struct.unpack("!H", payload[:2])[0]) if opcode == CLOSE and payload else 0

    def cut(self) -> None:
        self.writer.transport.abort()


async def raw(hearth: Hearth, data: bytes) -> RawAnswer:
    """The answer to these very bytes."""
    reader, writer = await hearth.connect()
    writer.write(data)
    try:
        return await RawAnswer.read(reader)
    finally:
        writer.transport.abort()


async def raw_socket(hearth: Hearth, subprotocol: str | None = None) -> RawSocket:
    reader, writer = await hearth.connect()
    lines = [
        "GET /ws HTTP/1.1",
        f"Host: 127.0.0.1:{hearth.port}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}",
        *([f"Sec-WebSocket-Protocol: {subprotocol}"] if subprotocol else []),
    ]
    writer.write("\r\n".join([*lines, "", ""]).encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 101 "), head
    return RawSocket(reader, writer)
