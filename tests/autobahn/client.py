"""The other end of one case: a client that sends what the case says, however wrong, and takes note of what comes."""

from __future__ import annotations

import asyncio
import os
import struct
from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .cases import OPEN

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GOING_AWAY = 1001
PATIENCE = 1.0  # seconds in which a server closes the connection after both have said goodbye
MERCY = 10  # times the time that a case gives the server, which may be slow without being wrong

HANDSHAKE = (
    "GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)


async def run(case_class: Any, port: int, path: str) -> tuple[str, str, str]:
    """How the peer behaved, how it closed, and why that is so, in the suite's words."""
    loop = asyncio.get_running_loop()
    client = Client()
    case = client.case = case_class(client)
    await loop.create_connection(lambda: client, "127.0.0.1", port)
    client.write(HANDSHAKE.format(port=port, path=path).encode())
    await client.over
    case.onClose(client.wasClean, client.remoteCloseCode, None)
    case.onConnectionLost(client.failedByMe)
    return case.behavior, case.behaviorClose, f"{case.result} {case.resultClose} Received: {str(case.received)[:200]}"


class Client(asyncio.Protocol):
    """What a case calls `self.p`; the names are the suite's."""

    # ruff: noqa: N802, N803

    CLOSE_STATUS_CODE_NORMAL = 1000
    CLOSE_STATUS_CODE_PROTOCOL_ERROR = 1002
    CLOSE_STATUS_CODE_INVALID_PAYLOAD = 1007

    def __init__(self) -> None:
        self.case: Any = None
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.factory = SimpleNamespace(isServer=False)
        self.state = "connecting"
        self.connectionWasOpen = False
        self.closedByMe = self.failedByMe = self.droppedByMe = self.wasClean = False
        self.remoteCloseCode: int | None = None
        self.localCloseReason: str | None = None
        self.createWirelog = True
        self.txFrameStats: Counter[int] = Counter()
        self.autoFragmentSize = 0
        self._loop = asyncio.get_running_loop()
        self._data = bytearray()
        self._message: tuple[int, list[bytes]] = (0, [])

    # -- sending

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def write(self, data: bytes) -> None:
        self._transport.write(data)

    def sendFrame(
        self,
        opcode: int,
        payload: str = "",
        fin: bool = True,
        rsv: int = 0,
        payload_len: int | None = None,
        chopsize: int | None = None,
        sync: bool = False,
    ) -> None:
        data = payload.encode("latin-1")
        if payload_len is not None:
            data = (data * (payload_len // len(data) + 1))[:payload_len] if data else b""
        self.txFrameStats[opcode] += 1
        frame = _head(opcode | rsv << 4 | fin << 7, len(data)) + _masked(data)
        for start in range(0, len(frame), chopsize or len(frame)):
            self.write(frame[start : start + (chopsize or len(frame))])

    def sendMessage(self, payload: str, isBinary: bool = False, fragmentSize: int = 0) -> None:
        size = fragmentSize or self.autoFragmentSize or len(payload) or 1
        opcode = BINARY if isBinary else TEXT
        for start in range(0, len(payload) or 1, size):
            self.sendFrame(opcode, payload[start : start + size], fin=start + size >= len(payload))
            opcode = CONTINUATION

    def beginMessage(self) -> None:
        pass

    def beginMessageFrame(self, length: int) -> None:
        self.write(_head(TEXT | 0x80, length) + b"\0\0\0\0")

    def sendMessageFrameData(self, payload: str) -> None:
        self.write(payload.encode("latin-1"))

    def endMessage(self) -> None:
        self.sendFrame(CONTINUATION)

    # -- closing

    def sendClose(self, code: int | None = None, reason: str = "") -> None:
        self.sendCloseFrame(code, reason.encode().decode("latin-1"))

    def sendCloseFrame(self, code: int | None = None, reasonUtf8: str = "", isReply: bool = False) -> None:
        if self.state == OPEN:
            self.state, self.closedByMe, self.localCloseReason = "closing", not isReply, reasonUtf8
            self.sendFrame(CLOSE, (struct.pack("!H", code).decode("latin-1") if code is not None else "") + reasonUtf8)

    def _drop(self) -> None:
        if not self.over.done():
            self.droppedByMe = True
            self._transport.abort()

    def _fail(self) -> None:
        if self.state == OPEN:
            self.failedByMe = True
            self.sendCloseFrame(GOING_AWAY)
            self._loop.call_later(PATIENCE, self._drop)
        else:
            self._drop()

    # -- timing

    def continueLater(self, delay: float, call: Callable[[], None], tag: str | None = None) -> None:
        self._loop.call_later(delay, self._unless_over, call)

    def closeAfter(self, delay: float) -> None:
        self._loop.call_later(delay, self._unless_over, self.sendClose)

    def killAfter(self, delay: float) -> None:
        self._loop.call_later(MERCY * delay, self._unless_over, self._fail)

    def _unless_over(self, call: Callable[[], None]) -> None:
        if not self.over.done():
            call()

    def enableWirelog(self, enable: bool) -> None:
        pass

    # -- hearing

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self.connectionWasOpen:
            head, found, rest = bytes(self._data).partition(b"\r\n\r\n")
            if not found:
                return
            assert head.startswith(b"HTTP/1.1 101 "), head
            self._data, self.state, self.connectionWasOpen = bytearray(rest), OPEN, True
            self.case.onOpen()
        while (frame := self._frame()) is not None:
            self._hear(*frame)

    def _frame(self) -> tuple[bool, int, bytes] | None:
        """The next one of the server's, which are never masked, once it is whole."""
        if len(self._data) < 2:
            return None
        length, place = self._data[1] & 0x7F, 2
        if length > 125:
            place = 4 if length == 126 else 10
            if len(self._data) < place:
                return None
            length = int.from_bytes(self._data[2:place], "big")
        if len(self._data) < place + length:
            return None
        first, payload = self._data[0], bytes(self._data[place : place + length])
        del self._data[: place + length]
        return bool(first & 0x80), first & 0x0F, payload

    def _hear(self, final: bool, opcode: int, payload: bytes) -> None:
        if opcode in (TEXT, BINARY, CONTINUATION):
            if opcode != CONTINUATION:
                self._message = (opcode, [])
            self._message[1].append(payload)
            if final:
                self.case.onMessage(b"".join(self._message[1]).decode("latin-1"), self._message[0] == BINARY)
        elif opcode == PONG:
            self.case.onPong(payload.decode("latin-1"))
        elif opcode == PING:
            self.case.onPing(payload.decode("latin-1"))
        elif opcode == CLOSE:
            self.remoteCloseCode = int.from_bytes(payload[:2], "big") if payload else None
            self.wasClean = True
            self.sendCloseFrame(self.remoteCloseCode, isReply=True)
            self._loop.call_later(PATIENCE, self._drop)

    def connection_lost(self, exc: Exception | None) -> None:
        self.state = "closed"
        self.over.set_result(None)


def _head(first: int, length: int) -> bytes:
    if length < 126:
        return struct.pack("!BB", first, length | 0x80)
    return struct.pack("!BBH", first, 0xFE, length) if length < 65536 else struct.pack("!BBQ", first, 0xFF, length)


def _masked(data: bytes) -> bytes:
    mask, size = os.urandom(4), len(data)
    key = int.from_bytes((mask * (size // 4 + 1))[:size], "big")
    return mask + (int.from_bytes(data, "big") ^ key).to_bytes(size, "big")
