"""An Ollama client in front of a scripted Ollama, for tests of the way between the two.

async with asking() as (ollama, fake):
    assert (await collect(ollama, "quick")).text == "Hello, world!"
"""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import settings

from ollama.address import parse
from ollama.chunks import Chunk
from ollama.client import Ollama
from ollama.http import Limits

from .fake_ollama import FakeOllama
from .hearth import eventually

MIB = 1024 * 1024

unhurried = settings(deadline=None)  # on a busy machine, one example may take any time


@asynccontextmanager
async def asking(limits: Limits | None = None, max_line: int = 16 * MIB) -> AsyncIterator[tuple[Ollama, FakeOllama]]:
    """Behind the block, no connection and no task may be left."""
    async with nothing_left():
        fake = await FakeOllama().start()
        try:
            yield Ollama(parse(fake.url), limits or Limits(), max_line), fake
            await eventually(lambda: not fake.at_work)
        finally:
            await fake.stop()


@asynccontextmanager
async def nothing_left() -> AsyncIterator[None]:
    sockets, tasks = open_sockets(), asyncio.all_tasks()
    yield
    await eventually(lambda: open_sockets() == sockets)
    await eventually(lambda: asyncio.all_tasks() <= tasks)


def open_sockets() -> int:
    """Of this process: both ends of every connection in these tests, and whoever listens."""
    count = 0
    for one in Path("/proc/self/fd").iterdir():
        try:
            count += str(one.readlink()).startswith("socket:")
        except OSError:  # the one that lists them
            continue
    return count


@dataclass
class Reply:
    """What came of one chat, as far as it came."""

    chunks: list[Chunk] = field(default_factory=list)
    last: Chunk | None = None

    @property
    def text(self) -> str:
        return "".join(one.message.content or "" for one in self.chunks if one.message)

    @property
    def thinking(self) -> str:
        return "".join(one.message.thinking or "" for one in self.chunks if one.message)


async def collect(ollama: Ollama, model: str, into: Reply | None = None) -> Reply:
    reply = Reply() if into is None else into
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    reply.last = await ollama.chat(body, reply.chunks.extend)
    return reply


@pytest.fixture(scope="session")
def frozen() -> None:
    """What is there before all tests needs no looking through behind each of them."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def silence(frozen: None, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing is logged, not even about what only the garbage collector finds."""
    yield
    gc.collect()
    assert [record.getMessage() for record in caplog.get_records("call") + caplog.records] == []
