"""Tornado's connection, with a head that is answered where it is too long, and a write that costs little."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.iostream import IOStream, UnsatisfiableReadError

from people.caller import Caller

BUFFER = 100 * 1024 * 1024  # bytes; a whole WebSocket frame must fit
NEW = 0.3  # seconds in which the first request must come, where Hearth is being stopped


class Stream(IOStream):
    # With these among its other attributes, each stream would have a dict of its own, which is 1 KiB.
    __slots__ = ("_asked", "_in_head", "_on_closing", "_on_long_head", "_since", "_waits", "visitor")

    def __init__(
        self,
        connection: socket.socket,
        on_long_head: Callable[[Stream], None],
        on_closing: Callable[[Stream], None],
    ) -> None:
        super().__init__(connection, max_buffer_size=BUFFER)
        self._on_long_head = on_long_head
        self._on_closing = on_closing  # called while the socket can still be asked
        self._in_head = False
        self._since = asyncio.get_running_loop().time()  # nobody asked anything on it
        self._asked = False
        self.visitor: Caller | None = None  # who asked last
        self._waits = False  # something may be left of what was written before

    @property
    def is_busy(self) -> bool:
        """A request is being read or answered, or could be on its way on a new connection."""
        return self._asked or asyncio.get_running_loop().time() < self._since + NEW

    def push(self, data: bytes) -> asyncio.Future[None] | None:
        """Write at once what the kernel takes; None where that was all, else await it before there is more to put.

        Costs a small part of `write`, to which it is equal in all else. Raises StreamClosedError.
        """
        sent = 0
        if self._waits:
            self._waits = self.writing()
        if not self._waits and self.socket is not None:  # None once it is closed
            try:
                sent = self.socket.send(data)
                if sent == len(data):
                    return None
            except BlockingIOError:
                pass
            except OSError as error:
                self.close(error)
        return self.write(data[sent:])

    def write(self, data: bytes | memoryview) -> asyncio.Future[None]:
        self._waits = True
        return super().write(data)

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        self._in_head = True  # Tornado reads nothing else this way, and nothing of the next request before an answer
        self._asked = False
        head = super().read_until_regex(regex, max_bytes)
        asyncio.ensure_future(head).add_done_callback(self._begin)
        return head

    def _begin(self, _: object) -> None:
        self._asked = True

    def read_until(self, delimiter: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        self._in_head = False
        return super().read_until(delimiter, max_bytes)

    def close(self, exc_info: Any = False) -> None:
        if isinstance(exc_info, UnsatisfiableReadError) and self._in_head and not self.closed():
            self._on_long_head(self)
        super().close(exc_info)

    def close_fd(self) -> None:
        self._on_closing(self)
        super().close_fd()
