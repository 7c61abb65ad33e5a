"""Tornado's HTTP server with the bounds that it leaves open: how many connections, how long a request's head."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable
from contextlib import closing, suppress
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream, UnsatisfiableReadError

from .absence import notice
from .answers import Problem
from .gate import Gate

HEAD = 64 * 1024  # bytes of a request's first line and headers
SLOW = 30.0  # seconds for the head of a request, and as many for its body
LINGER = 2.0  # seconds for which what a client still sends is read and dropped, so that it sees the answer
BUFFER = 100 * 1024 * 1024  # bytes; a whole WebSocket frame must fit

PARTING = 64  # connections at once that are given time to read why they are closed

LONG_HEAD = Problem(413, "too_large", "The address and headers are longer than 64 KiB: shorten the question")
FULL = Problem(503, "busy", "Hearth has as many connections as it can take; try again in a moment")


class Server(HTTPServer):
    """Closes connections beyond `most` with a 503, so that it never runs out of file descriptors."""

    _most: int
    _open: set[Stream]
    _parting: set[asyncio.Task[None]]

    def initialize(self, gate: Gate, most: int, **kwargs: Any) -> None:  # type: ignore[override]
        super().initialize(
            gate,
            max_header_size=HEAD,
            max_body_size=2**62,  # the gate bounds bodies, with an answer
            idle_connection_timeout=SLOW,
            body_timeout=SLOW,
            max_buffer_size=BUFFER,
            **kwargs,
        )
        self._most = most
        self._open = set()
        self._parting = set()

    def __repr__(self) -> str:
        return f"<Server {len(self._open)} of at most {self._most} connections>"

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if len(self._open) >= self._most:
            self.part(stream.socket, FULL)
            return
        notice(stream.socket)
        bounded = Stream(stream.socket, self)
        self._open.add(bounded)
        super().handle_stream(bounded, address)

    def part(self, connection: socket.socket, problem: Problem) -> None:
        """Answer and close, without reading the request."""
        if len(self._parting) >= PARTING:
            connection.close()
            return
        task = asyncio.get_running_loop().create_task(_part(connection, problem))
        self._parting.add(task)
        task.add_done_callback(self._parting.discard)

    async def close_all_connections(self) -> None:
        await super().close_all_connections()
        for task in self._parting:
            task.cancel()
        if self._parting:
            await asyncio.wait(self._parting)

    def closed(self, stream: Stream) -> None:
        self._open.discard(stream)


class Stream(IOStream):
    """A connection whose head is answered where it is too long, instead of being dropped."""

    def __init__(self, connection: socket.socket, server: Server) -> None:
        super().__init__(connection, max_buffer_size=BUFFER)
        self._server = server
        self._in_head = False

    def read_until_regex(self, regex: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        self._in_head = True  # Tornado reads nothing else this way
        return super().read_until_regex(regex, max_bytes)

    def read_until(self, delimiter: bytes, max_bytes: int | None = None) -> Awaitable[bytes]:
        self._in_head = False
        return super().read_until(delimiter, max_bytes)

    def close(self, exc_info: Any = False) -> None:
        if isinstance(exc_info, UnsatisfiableReadError) and self._in_head and not self.closed():
            self._server.part(self.socket.dup(), LONG_HEAD)
        super().close(exc_info)
        self._server.closed(self)


async def _part(connection: socket.socket, problem: Problem) -> None:
    """Closed with data unread, a connection is reset, and the answer may be lost with it."""
    loop = asyncio.get_running_loop()
    body = problem.body()
    lines = [f"{name}: {value}" for name, value in problem.headers().items()]
    head = "\r\n".join([f"HTTP/1.1 {problem.status} {problem.reason()}", *lines, "", ""])
    with closing(connection), suppress(OSError, TimeoutError):
        async with asyncio.timeout(LINGER):
            await loop.sock_sendall(connection, head.encode() + body)
            connection.shutdown(socket.SHUT_WR)
            while await loop.sock_recv(connection, 65536):
                pass
