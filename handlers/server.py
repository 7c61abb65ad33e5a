"""Tornado's HTTP server with the bounds that it leaves open: how many connections, how long a request's head."""

from __future__ import annotations

import asyncio
import logging
import socket
from contextlib import closing, suppress
from typing import Any

from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPInputError
from tornado.iostream import IOStream
from tornado.log import app_log

from .absence import notice
from .answers import Problem
from .connections import Connections
from .gate import Gate
from .stream import BUFFER, Stream

HEAD = 64 * 1024  # bytes of a request's first line and headers
SLOW = 30.0  # seconds for the head of a request, and as many for its body
LINGER = 2.0  # seconds for which what a client still sends is read and dropped, so that it sees the answer

LOOK = 0.02  # seconds between two looks whether all is answered

PARTING = 64  # connections at once that are given time to read why they are closed

LONG_HEAD = Problem(413, "too_large", "The address and headers are longer than 64 KiB: shorten the question")
FULL = Problem(503, "busy", "Hearth has as many connections as it can take; try again in a moment")


class Server(HTTPServer):
    """Answers connections beyond the most with a 503, so that it never runs out of file descriptors."""

    _open: Connections
    _parting: set[asyncio.Task[None]]

    def initialize(self, gate: Gate, connections: Connections, **kwargs: Any) -> None:  # type: ignore[override]
        super().initialize(
            gate,
            max_header_size=HEAD,
            max_body_size=2**62,  # the gate bounds bodies, with an answer
            idle_connection_timeout=SLOW,
            body_timeout=SLOW,
            max_buffer_size=BUFFER,
            **kwargs,
        )
        self._open = connections
        self._parting = set()
        app_log.addFilter(_is_ours)

    def __repr__(self) -> str:
        return f"<Server {self._open.count} of at most {self._open.most} connections>"

    def handle_stream(self, stream: IOStream, address: tuple[Any, ...]) -> None:
        if self._open.is_full:
            self.part(stream.socket, FULL)
            return
        notice(stream.socket)
        bounded = Stream(stream.socket, self._refuse_head, self._open.closing)
        self._open.add(bounded)
        super().handle_stream(bounded, (plain_address(address[0]), *address[1:]))

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

    async def drained(self, seconds: float) -> None:
        """Until nobody waits for an answer, or for so long."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while any(one.is_busy for one in self._open):  # noqa: ASYNC110
                    await asyncio.sleep(LOOK)

    def _refuse_head(self, stream: Stream) -> None:
        self.part(stream.socket.dup(), LONG_HEAD)


def _is_ours(record: logging.LogRecord) -> bool:
    """Tornado logs with a traceback what a body holds that becomes unreadable in the moment its time is over."""
    return not (record.exc_info and isinstance(record.exc_info[1], HTTPInputError))


def plain_address(address: str) -> str:
    """Of a caller, without the prefix that IPv4 has on a socket which takes both."""
    return address.removeprefix("::ffff:") if "." in address else address


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
