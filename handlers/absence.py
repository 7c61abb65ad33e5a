"""Readers who vanished without a word: out of Wi-Fi, asleep, unplugged. TCP alone would wait a quarter of an hour."""

from __future__ import annotations

import socket

UNANSWERED = 12.0  # seconds for which what was sent may stay without an answer; a heartbeat comes before it
IDLE = 15  # seconds of silence after which the system asks by itself, where nobody sends heartbeats
AGAIN = 5  # seconds between its questions


def notice(connection: socket.socket) -> None:
    """Have the system end this connection when the other side is gone, or takes nothing for as long."""
    if connection.family not in (socket.AF_INET, socket.AF_INET6):
        return
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    options = {"TCP_KEEPIDLE": IDLE, "TCP_KEEPINTVL": AGAIN, "TCP_USER_TIMEOUT": round(UNANSWERED * 1000)}
    for name, value in options.items():
        if hasattr(socket, name):  # which is Linux
            connection.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)
