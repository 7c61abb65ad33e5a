"""Hearth under a service manager, as far as that can be played: it reads deploy/hearth.service, holds the listening
socket, starts the command with it, and is told by the command how it is.

async with managed(tmp_path) as hearth:
    await hearth.terminate()
    await hearth.start()  # behind the same socket
"""

from __future__ import annotations

import asyncio
import os
import shlex
import socket
import sys
from collections.abc import AsyncIterator
from configparser import ConfigParser
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from .fake_ollama import FakeOllama
from .hearth import eventually
from .restarting import ROOT, Restarting

UNIT = ROOT / "deploy" / "hearth.service"
# What systemd does between fork and exec: the socket becomes descriptor 3, and only this process is told so.
LAUNCH = """
import os, sys
held = int(sys.argv[1])
if held != 3:
    os.dup2(held, 3)
    os.close(held)
os.environ["LISTEN_PID"] = os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execv(sys.argv[2], sys.argv[2:])
"""


class Unit(ConfigParser):
    """A unit file; of a name that is there several times, all values."""

    def __init__(self, path: Path) -> None:
        super().__init__(strict=False, interpolation=None, dict_type=dict)
        self.optionxform = str  # type: ignore[assignment, method-assign]
        self.read(path)

    def command(self, options: tuple[str, ...]) -> list[str]:
        words = shlex.split(self["Service"]["ExecStart"])
        assert words.pop() == "$HEARTH_OPTIONS"
        python, server, *rest = words
        assert (python, server) == ("/opt/hearth/.venv/bin/python", "/opt/hearth/server.py")
        return [sys.executable, str(ROOT / "server.py"), *rest, *options]


class Managed(Restarting):
    def __init__(self, fake: FakeOllama, folder: Path, address: str, *options: str) -> None:
        super().__init__(fake, folder / "data", folder / "log")
        self.unit = Unit(UNIT)
        self.words: list[str] = []  # all that the manager was told
        self.patience = 0.4  # seconds; instead of the unit's WatchdogSec, for which no test can wait
        self._extra = (*options, "--titles=false")
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._held = socket.create_server((address, 0), family=family, dualstack_ipv6=address == "::")
        self._held.setblocking(True)  # as systemd hands it over
        self.port = self._held.getsockname()[1]
        self._ear = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._ear.setblocking(False)
        self._ear.bind(str(folder / "notify"))
        asyncio.get_running_loop().add_reader(self._ear, self._hear)

    def _hear(self) -> None:
        self.words += self._ear.recv(4096).decode().split("\n")

    async def start(self, *options: str, **kwargs: Any) -> None:
        """Returns when it says that it is ready."""
        before = self.words.count("READY=1")
        environ = {
            "PATH": os.environ["PATH"],
            "STATE_DIRECTORY": str(self.data),
            "OLLAMA_HOST": self.fake.url,
            "LISTEN_FDS": "1",
            "NOTIFY_SOCKET": self._ear.getsockname(),
            "WATCHDOG_USEC": str(int(self.patience * 1e6)),
        }
        held = self._held.fileno()
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-c", LAUNCH, str(held), *self.unit.command((*self._extra, *options))),
                stdout=log,
                stderr=log,
                env=environ,
                pass_fds=(held,),
            )
        process = self._process
        await eventually(lambda: self.words.count("READY=1") > before or process.returncode is not None, seconds=20)
        assert process.returncode is None, self.log

    def close(self) -> None:
        super().close()
        asyncio.get_running_loop().remove_reader(self._ear)
        self._ear.close()
        self._held.close()


@asynccontextmanager
async def managed(folder: Path, *options: str, address: str = "127.0.0.1") -> AsyncIterator[Managed]:
    fake = await FakeOllama().start()
    fake.pace = 0.02
    hearth = Managed(fake, folder, address, *options)
    try:
        await hearth.start()
        yield hearth
    finally:
        await hearth.kill()
        hearth.close()
        await fake.stop()
