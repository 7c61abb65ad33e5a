"""What the service manager is told: a few words to a socket of its own; see sd_notify(3)."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import Mapping
from contextlib import closing, suppress


class Notify:
    """Says nothing where nobody asked to be told."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._address = environ.get("NOTIFY_SOCKET", "")
        self._patience = _patience(environ) if self._address else None

    def __repr__(self) -> str:
        return f"<Notify {self._address or 'nobody'}, patience {self._patience}>"

    def tell(self, *words: str) -> None:
        """Each of the form ``NAME=value``."""
        if not self._address:
            return
        address = "\0" + self._address[1:] if self._address.startswith("@") else self._address
        with suppress(OSError), closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)) as line:
            line.setblocking(False)  # the loop must not wait for a manager that doesn't read
            line.sendto("\n".join(words).encode(), address)

    async def keep_alive(self) -> None:
        """As long as the loop turns; a process whose loop doesn't is started anew."""
        while self._patience is not None:
            self.tell("WATCHDOG=1")
            await asyncio.sleep(self._patience / 2)


def _patience(environ: Mapping[str, str]) -> float | None:
    """Seconds without a word after which the manager takes us for stuck; None where it doesn't look."""
    microseconds = environ.get("WATCHDOG_USEC", "")
    is_ours = environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    if not (is_ours and microseconds.isascii() and microseconds.isdigit() and int(microseconds)):
        return None
    return int(microseconds) / 1e6
