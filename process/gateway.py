"""The way out of this machine: on a home network the router, in a container the machine that it runs on."""

from __future__ import annotations

import socket
import struct
from pathlib import Path

ROUTES = Path("/proc/net/route")
EVERYWHERE = "00000000"
USED = 0x1 | 0x2  # flags of a route that is up and leads to a gateway


def gateway(routes: Path = ROUTES) -> str | None:
    """Its IPv4 address; None where there is none, or where the system doesn't tell."""
    try:
        lines = routes.read_text("ascii", "replace").splitlines()[1:]
    except OSError:
        return None
    for line in lines:
        fields = line.split()
        if len(fields) > 7 and fields[1] == fields[7] == EVERYWHERE and int(fields[3], 16) & USED == USED:
            return socket.inet_ntoa(struct.pack("=I", int(fields[2], 16)))
    return None
