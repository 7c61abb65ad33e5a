"""Tornado's WebSocket protocol, stricter where RFC 6455 is."""

from __future__ import annotations

import asyncio
import struct

from tornado.iostream import StreamClosedError
from tornado.websocket import WebSocketProtocol13

from .stream import Stream

TEXT, CLOSE = 0x1, 0x8
PING = b"\x89\x00"

PROTOCOL_ERROR, NOT_UTF8 = 1002, 1007


class StrictProtocol13(WebSocketProtocol13):
    """Text that is not UTF-8 is answered by 1007 (Tornado 6.6 just drops the connection), and a close frame that may
    not be sent by 1002 (Tornado echoes it). After our own close frame nothing but the answer to it is heard.
    """

    stream: Stream

    def push(self, frames: bytes) -> asyncio.Future[None] | None:
        """Whole frames; see Stream.push. Raises StreamClosedError, also where the socket is being closed."""
        if self.server_terminated:
            raise StreamClosedError
        return self.stream.push(frames)

    def _handle_message(self, opcode: int, data: bytes) -> asyncio.Future[None] | None:
        if opcode == CLOSE and (code := _complaint(data)) is not None:
            self.client_terminated = True
            self.close(code)
            return None
        if self.server_terminated and opcode != CLOSE:
            return None
        if opcode == TEXT and not self._frame_compressed and not _is_utf8(data):
            self.close(NOT_UTF8, "text that is not UTF-8")
            return None
        return super()._handle_message(opcode, data)


def text_frame(data: bytes) -> bytes:
    """A whole text message, as a server sends it."""
    size = len(data)
    if size < 126:
        return b"\x81%c%b" % (size, data)
    return b"\x81%b%b" % (struct.pack(">BH", 126, size) if size < 65536 else struct.pack(">BQ", 127, size), data)


def _complaint(data: bytes) -> int | None:
    """The code that answers the body of a close frame, where it is one that nobody may send."""
    if not data:
        return None
    if len(data) == 1 or not _may_be_sent(struct.unpack(">H", data[:2])[0]):
        return PROTOCOL_ERROR
    return None if _is_utf8(data[2:]) else NOT_UTF8


def _may_be_sent(code: int) -> bool:
    return 1000 <= code <= 1003 or 1007 <= code <= 1014 or 3000 <= code <= 4999


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True
