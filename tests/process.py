"""Hearth as its command, in a process of its own."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from tornado.httpclient import AsyncHTTPClient

HOUSE = Path(__file__).parent.parent


@dataclass
class Ended:
    status: int
    out: str
    err: str


@dataclass
class Command:
    process: asyncio.subprocess.Process
    line: str  # the first one on standard output

    @property
    def url(self) -> str:
        return self.line.removeprefix("Hearth is listening on ").strip().removesuffix("/")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def get(self, path: str) -> bytes:
        return (await AsyncHTTPClient().fetch(self.url + path, request_timeout=10)).body

    async def ended(self, seconds: float = 10) -> Ended:
        """What it left behind; everything it said but the first line."""
        async with asyncio.timeout(seconds):
            out, err = await self.process.communicate()
        assert self.process.returncode is not None
        return Ended(self.process.returncode, out.decode(), err.decode())


async def _start(options: tuple[str, ...], home: Path, environ: dict[str, str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(HOUSE / "server.py"),
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=home,
        env={"PATH": os.environ["PATH"], "HOME": str(home), **environ},
    )


async def run(*options: str, home: Path, **environ: str) -> Ended:
    """A command that is expected to end by itself."""
    process = await _start(options, home, environ)
    try:
        return await Command(process, "").ended(20)
    finally:
        _kill(process)


@asynccontextmanager
async def command(*options: str, home: Path, **environ: str) -> AsyncIterator[Command]:
    """Hearth, once it has said where it listens; on a free port, and without an Ollama unless told where it is."""
    process = await _start(("--port=0", *options), home, {"OLLAMA_HOST": "127.0.0.1:1", **environ})
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 20)).decode()
        yield Command(process, line)
    finally:
        _kill(process)
        await process.communicate()


def _kill(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.kill()
