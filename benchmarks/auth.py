"""What it costs that people sign in: a request beside one of an open Hearth, and signing in beside one hash.

    python benchmarks/auth.py [--requests=300] [--rounds=31] [--sign_ins=20]

Two Hearths on loopback, one open and one with --auth=required, are asked for the same in turn, on one connection each
that is kept; what differs is finding out who asks. Then somebody signs in by the page's form, in turn with one Argon2id
hash made in this process by OWASP's parameters (19 MiB, two passes). CPU is what the kernel counts for all threads of
Hearth (/proc/PID/task/*/schedstat), wall what this process waits; medians, also of what is between the two in a round.
"""

from __future__ import annotations

import re
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from argon2 import PasswordHasher
from tornado.options import OptionParser

ROOT = Path(__file__).parent.parent
PATH = "/api/generations/unknown"  # which is for somebody to ask, and answered from memory and an index
NAME = "ann"
FORM = "Content-Type: application/x-www-form-urlencoded\r\n"


class Cost(NamedTuple):
    """Microseconds."""

    cpu: float
    wall: float


class Answer(NamedTuple):
    status: int
    head: str


class Hearth:
    """One that runs, and a connection to it."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout is not None
        found = re.search(r":(\d+)/$", process.stdout.readline().strip())
        assert found is not None, "Hearth did not start"
        self._process = process
        self._port = int(found[1])
        self._connection = socket.create_connection(("127.0.0.1", self._port))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def request(self, method: str, path: str, headers: str = "", body: str = "") -> bytes:
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        return f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n{headers}{length}\r\n{body}".encode()

    def ask(self, request: bytes) -> Answer:
        self._connection.sendall(request)
        answer = b""
        while b"\r\n\r\n" not in answer:
            answer += self._receive()
        head, _, body = answer.partition(b"\r\n\r\n")
        length = re.search(rb"\r\nContent-Length: (\d+)", head)
        missing = (int(length[1]) if length else 0) - len(body)
        while missing > 0:
            missing -= len(self._receive())
        return Answer(int(head.split()[1]), head.decode("latin-1"))

    def _receive(self) -> bytes:
        data = self._connection.recv(65536)
        assert data, "Hearth closed the connection"
        return data

    def cost(self, work: Callable[[], object], times: int = 1) -> Cost:
        cpu, began = self._cpu(), time.perf_counter()
        for _ in range(times):
            work()
        wall = time.perf_counter() - began
        return Cost((self._cpu() - cpu) / 1e3 / times, 1e6 * wall / times)

    def _cpu(self) -> int:
        """Nanoseconds."""
        tasks = Path(f"/proc/{self._process.pid}/task").glob("*/schedstat")
        return sum(int(one.read_text().split()[0]) for one in tasks)


@contextmanager
def running(folder: Path, *options: str) -> Iterator[Hearth]:
    command = [sys.executable, str(ROOT / "server.py"), "--port=0", f"--data={folder}", "--log_level=error", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield Hearth(process)
        finally:
            process.terminate()


def add_user(folder: Path, password: str) -> None:
    command = [sys.executable, str(ROOT / "server.py"), f"--add-user={NAME}", f"--data={folder}"]
    subprocess.run(command, input=f"{password}\n", text=True, stdout=subprocess.DEVNULL, check=True)


def sign_in(hearth: Hearth, password: str) -> str:
    """The cookies with which a browser goes on: the session, and that somebody signed in on it before."""
    # The same form again within three seconds would be a double click, which costs nothing.
    body = urlencode({"name": NAME, "password": password, "again": secrets.token_hex(4)})
    answer = hearth.ask(hearth.request("POST", "/sign-in", FORM, body))
    cookies = re.findall(r"\r\nSet-Cookie: ([^;]+)", answer.head)
    assert answer.status == 303 and any(one.startswith("hearth=") for one in cookies), answer.status
    return "; ".join(cookies)


def compare(opened: Hearth, closed: Hearth, cookie: str, requests: int, rounds: int) -> None:
    figures: dict[str, list[Cost]] = {"open": [], "signed in": []}
    asked = {
        "open": (opened, opened.request("GET", PATH)),
        "signed in": (closed, closed.request("GET", PATH, f"Cookie: {cookie}\r\n")),
    }
    for hearth, request in asked.values():
        hearth.cost(partial(expect, hearth, request), requests)  # to be warm
    for turn in range(rounds):
        for name in sorted(asked, reverse=turn % 2 == 1):
            hearth, request = asked[name]
            figures[name].append(hearth.cost(partial(hearth.ask, request), requests))
    report("µs a request", "signed in", "open", figures)


def expect(hearth: Hearth, request: bytes) -> None:
    answer = hearth.ask(request)
    assert answer.status == 404, answer


def compare_sign_in(hearth: Hearth, password: str, times: int) -> None:
    hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
    figures: dict[str, list[Cost]] = {"hash": [], "sign-in": []}
    for turn in range(times + 2):
        signed_in, hashed = hearth.cost(lambda: sign_in(hearth, password)), cost_here(lambda: hasher.hash(password))
        if turn >= 2:  # until both are warm
            figures["sign-in"].append(signed_in)
            figures["hash"].append(hashed)
    report("µs a sign-in", "sign-in", "hash", figures)


def cost_here(work: Callable[[], object]) -> Cost:
    cpu, began = time.process_time(), time.perf_counter()
    work()
    return Cost(1e6 * (time.process_time() - cpu), 1e6 * (time.perf_counter() - began))


def report(title: str, name: str, base: str, figures: dict[str, list[Cost]]) -> None:
    print(f"{title:14}{name:>11}{base:>10}{'above it':>10}{'ratio':>7}")
    for what in Cost._fields:
        ours, bare = ([getattr(cost, what) for cost in figures[one]] for one in (name, base))
        pairs = list(zip(ours, bare, strict=True))
        above, ratio = statistics.median(a - b for a, b in pairs), statistics.median(a / b for a, b in pairs)
        columns = f"{statistics.median(ours):11,.0f}{statistics.median(bare):10,.0f}{above:10,.1f}{ratio:7.2f}"
        print(f"{what:14}{columns}")


def main() -> None:
    options = OptionParser()
    options.define("requests", 300)
    options.define("rounds", 31)
    options.define("sign_ins", 20)
    options.parse_command_line()
    password = secrets.token_urlsafe(16)
    with tempfile.TemporaryDirectory() as name:
        add_user(Path(name, "closed"), password)
        with (
            running(Path(name, "open"), "--auth=none") as opened,
            running(Path(name, "closed"), "--auth=required") as closed,
        ):
            compare(opened, closed, sign_in(closed, password), options.requests, options.rounds)
            compare_sign_in(closed, password, options.sign_ins)


if __name__ == "__main__":
    main()
