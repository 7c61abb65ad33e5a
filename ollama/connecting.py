"""A connection to a name that has several addresses, on any event loop: uvloop knows no happy eyeballs (RFC 8305)."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Sequence
from itertools import chain, zip_longest
from typing import Any

NEXT_ADDRESS = 0.25  # seconds for one of a name's addresses before the next is tried beside it

Address = tuple[int, int, int, str, Any]


async def connect(host: str, port: int) -> socket.socket:
    """To the first of its addresses that answers. Raises what the first one that failed did."""
    loop = asyncio.get_running_loop()
    left = _mixed(await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    trying: set[asyncio.Task[socket.socket]] = set()
    errors: list[BaseException] = []
    try:
        while left or trying:
            if left:
                trying.add(loop.create_task(_connect(left.pop(0))))
            patience = NEXT_ADDRESS if left else None
            done, trying = await asyncio.wait(trying, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            errors += [error for one in done if (error := one.exception())]
            if found := [one.result() for one in done if one.exception() is None]:
                for spare in found[1:]:
                    spare.close()
                return found[0]
    finally:
        for one in trying:
            one.cancel()
    raise errors[0] if errors else OSError(f"{host} has no address")


async def _connect(address: Address) -> socket.socket:
    family, kind, protocol, _, where = address
    connection = socket.socket(family, kind, protocol)
    try:
        connection.setblocking(False)
        await asyncio.get_running_loop().sock_connect(connection, where)
    except BaseException:
        connection.close()
        raise
    return connection


def _mixed(addresses: Sequence[Address]) -> list[Address]:
    """The families in turn, that of the first address first."""
    first = [one for one in addresses if one[0] == addresses[0][0]]
    others = [one for one in addresses if one[0] != addresses[0][0]]
    return [one for one in chain.from_iterable(zip_longest(first, others)) if one is not None]
