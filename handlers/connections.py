"""The connections that are open, and how much went out over all there ever were."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Iterator

from people.caller import Caller

from .stream import Stream

# Of the kernel's struct tcp_info: what is not sent yet, what was sent, and how much of that a second time. Asking for
# it when somebody wants to know, and at the end, costs nothing for each token.
UNSENT, SENT = struct.Struct("=I"), struct.Struct("=QQ")
UNSENT_AT, SENT_AT = 144, 200
SIZE = SENT_AT + SENT.size
PARTING = 0.25  # seconds


class Connections:
    def __init__(self, most: int) -> None:
        self.most = most
        self._open: set[Stream] = set()
        self._sent_before = 0  # over those that are closed

    def __repr__(self) -> str:
        return f"<Connections {self.count} of at most {self.most}>"

    def __iter__(self) -> Iterator[Stream]:
        return iter(self._open)

    @property
    def count(self) -> int:
        return len(self._open)

    @property
    def is_full(self) -> bool:
        return self.count >= self.most

    def add(self, connection: Stream) -> None:
        self._open.add(connection)

    def closing(self, connection: Stream) -> None:
        """To be called while its socket can still be asked."""
        if connection in self._open:
            self._open.discard(connection)
            self._sent_before += _sent(connection.socket)

    def end(self, person: str, key: str | None) -> None:
        """Of a person whose session or token of this `key` has ended, or all of them: their streams and sockets, too.

        In a moment: the one that asked for it is still to hear that it is done.
        """
        ended = [(one, one.visitor) for one in self._open if _is_of(one.visitor, person, key)]
        if ended:
            asyncio.get_running_loop().call_later(PARTING, _close, ended)

    def sent(self) -> int:
        """Bytes, headers and all; 0 where the kernel doesn't tell."""
        return self._sent_before + sum(_sent(one.socket) for one in self._open)


def _is_of(visitor: Caller | None, person: str, key: str | None) -> bool:
    return visitor is not None and visitor.person == person and key in (None, visitor.key)


def _close(ended: list[tuple[Stream, Caller | None]]) -> None:
    for connection, visitor in ended:
        if connection.visitor is visitor:  # else somebody else asks over it now
            connection.close()


def _sent(connection: socket.socket) -> int:
    try:
        told = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, SIZE)
    except (AttributeError, OSError):
        return 0
    if len(told) < SIZE:
        return 0
    (unsent,), (sent, again) = UNSENT.unpack_from(told, UNSENT_AT), SENT.unpack_from(told, SENT_AT)
    return int(unsent + sent - again)
