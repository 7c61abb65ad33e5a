"""The sockets to listen on: our own, or those that systemd holds for us, also while we are being restarted."""

from __future__ import annotations

import errno
import os
import resource
import socket
from collections.abc import Mapping
from typing import NamedTuple, Self

from tornado.netutil import bind_sockets

FIRST = 3  # the descriptor of the first that is passed; see sd_listen_fds(3)
SPARE = 256  # file descriptors that are no browser's: Ollama, files, and connections that are being refused
MOST = 65536
ANY = ("0.0.0.0", "::")


class CannotListen(Exception):
    """One line that says what is in the way and what to do."""


class Listening(NamedTuple):
    sockets: list[socket.socket]
    host: str
    are_kept: bool  # by the service manager, for the one that comes after this one

    @classmethod
    def of(cls, passed: list[socket.socket], address: str, port: int) -> Self:
        """The sockets that were passed, else one of our own. Raises CannotListen."""
        if passed:
            return cls(passed, passed[0].getsockname()[0], are_kept=True)
        return cls(bound(address, port), address, are_kept=False)

    @property
    def url(self) -> str:
        return self._url(f"[{self.host}]" if ":" in self.host else self.host)

    @property
    def named_url(self) -> str:
        """One that another machine can use, too."""
        return self._url(socket.gethostname()) if self.host in ANY else self.url

    def _url(self, host: str) -> str:
        return f"http://{host}:{self.sockets[0].getsockname()[1]}/"


def inherited(environ: Mapping[str, str]) -> list[socket.socket]:
    """Those that we were started with; none where it was not so."""
    count = environ.get("LISTEN_FDS", "")
    if environ.get("LISTEN_PID") != str(os.getpid()) or not (count.isascii() and count.isdigit()):
        return []
    return [_taken(number) for number in range(FIRST, FIRST + int(count))]


def _taken(number: int) -> socket.socket:
    try:
        os.set_inheritable(number, False)  # the demo model must not hold it
        taken = socket.socket(fileno=number)
        listens = taken.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
    except OSError as error:
        raise CannotListen(f"file descriptor {number} was passed, and is no socket ({_words(error)})") from None
    if taken.family not in (socket.AF_INET, socket.AF_INET6) or not listens:
        taken.close()
        raise CannotListen(f"file descriptor {number} was passed, and does not listen on TCP; see hearth.socket")
    taken.setblocking(False)
    return taken


def bound(address: str, port: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, address)
    except UnicodeError:
        raise CannotListen(f"{address} is no host name; give another with --address=") from None
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                what = f"port {port} is in use; stop what uses it, or give another with --port="
            case errno.EACCES:
                what = f"port {port} needs root's rights; give one above 1023 with --port="
            case errno.EADDRNOTAVAIL | socket.EAI_NONAME | socket.EAI_AGAIN:
                what = f"{address} is no address of this machine; give another with --address="
            case _:
                what = f"can't listen on {address}:{port} ({error.strerror or error})"
        raise CannotListen(what) from None


def most_connections() -> int:
    """How many at once, below the limit on file descriptors, which is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(MOST, hard) if hard != resource.RLIM_INFINITY else MOST
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = _raised(soft, wanted, hard)
    return max(soft - SPARE, soft // 2) if soft != resource.RLIM_INFINITY else wanted


def _raised(soft: int, wanted: int, hard: int) -> int:
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    except (OSError, ValueError):  # it may be forbidden
        return soft
    return wanted


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
