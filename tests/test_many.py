"""Many readers: who never read, who only wait, who all come back at once, and more than there is room for."""

from __future__ import annotations

import asyncio
import json
import re
import resource
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, closing
from pathlib import Path

import pytest

from .hearth import RawStream, eventually, frames
from .restarting import Restarting, joined, restarting

KIB = 1024
UPGRADE = (
    "GET /ws HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: hearth.v1\r\n\r\n"
)


def memory(hearth: Restarting) -> int:
    """What the process holds, in KiB."""
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{hearth.pid}/status").read_text())
    assert found is not None
    return int(found[1])


def get(path: str, last: int = 0) -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nLast-Event-ID: {last}\r\n\r\n".encode()


@asynccontextmanager
async def connected(hearth: Restarting, count: int) -> AsyncIterator[list[RawStream]]:
    lines = [RawStream(*await asyncio.open_connection("127.0.0.1", hearth.port)) for _ in range(count)]
    try:
        yield lines
    finally:
        for line in lines:
            line.cut()


@pytest.mark.gen_test(timeout=60)
async def test_who_never_reads_costs_little_and_the_others_nothing(tmp_path: Path) -> None:
    many = 30
    async with restarting(tmp_path) as hearth, AsyncExitStack() as stack:
        reply = await hearth.ask("long")  # ten million letters
        path = f"/api/generations/{reply['generation']}/events"
        assert len(joined(await hearth.events(reply["generation"]))) == 10 * KIB * KIB
        before = memory(hearth)
        deaf = [stack.enter_context(closing(socket.socket())) for _ in range(many)]
        for one in deaf:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            one.connect(("127.0.0.1", hearth.port))
        for one in deaf[1::2]:
            one.sendall(get(path))
        for one in deaf[::2]:
            one.sendall(UPGRADE.encode())
            said = json.dumps({"type": "follow", "generation": reply["generation"]}).encode()
            one.sendall(bytes([0x81, 0x80 | len(said)]) + bytes(4) + said)
        assert len(joined(await hearth.events(reply["generation"]))) == 10 * KIB * KIB
        assert memory(hearth) - before < many * KIB
        assert hearth.log == ""


@pytest.mark.gen_test(timeout=60)
async def test_who_only_waits_costs_little(tmp_path: Path) -> None:
    many = 2000
    _room_for(500 + many)
    # What the first ones cost is not theirs: tables that grow once, code that is read when first needed.
    async with restarting(tmp_path) as hearth, connected(hearth, 500) as first:
        await asyncio.gather(*(_upgrade(line) for line in first))
        before = memory(hearth)
        async with connected(hearth, many) as lines:
            await asyncio.gather(*(_upgrade(line) for line in lines))
            assert (await hearth.get("/api/status"))["version"]
            # 17 KiB with CPython as it comes, 20.5 with Debian's build of it
            assert (memory(hearth) - before) / many < 24


async def _upgrade(line: RawStream) -> None:
    line.writer.write(UPGRADE.encode())
    await line.until(b"\r\n\r\n")


def _room_for(connections: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < connections + 500:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, connections + 500), hard))


@pytest.mark.gen_test(timeout=90)
async def test_a_thousand_who_come_back_at_once_after_a_restart_all_hear_the_rest(tmp_path: Path) -> None:
    many = 1000
    _room_for(many)
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("slow")
        reader = hearth.follow(reply["generation"])
        await reader.has("word9 ")
        async with connected(hearth, many) as lines:
            for line in lines:
                line.writer.write(get(f"/api/generations/{reply['generation']}/events", reader.last))
            await asyncio.gather(*(line.until(b"\r\n\r\n") for line in lines))
            last = reader.last
            await hearth.restart()
        hearth.fake.pace = 0.005
        async with connected(hearth, many) as lines:
            for line in lines:
                line.writer.write(get(f"/api/generations/{reply['generation']}/events", last))
            rests = [await line.rest() for line in lines]
        behind = joined([one for one in await reader.ended() if one["id"] > last])
        for rest in rests:
            heard = [json.loads(one.data) for one in frames(rest.decode()) if one.data]
            assert joined(heard) == behind and heard[-1]["type"] == "done"


@pytest.mark.gen_test(timeout=60)
async def test_more_connections_than_there_are_file_descriptors_harm_nobody(tmp_path: Path) -> None:
    def limited() -> None:
        resource.setrlimit(resource.RLIMIT_NOFILE, (128, 512))

    async with restarting(tmp_path) as hearth:
        await hearth.kill()
        await hearth.start(preexec_fn=limited)
        reply = await hearth.ask("slow")
        reader = hearth.follow(reply["generation"])
        await reader.has("word3 ")
        async with connected(hearth, 700) as lines:
            answers = await asyncio.gather(*(line.reader.read(12) for line in lines[300:]), return_exceptions=True)
            assert b"HTTP/1.1 503" in answers
            await reader.ended()
        await eventually(lambda: _is_well(hearth))
        assert reader.lines == 1 and hearth.log == ""


async def _is_well(hearth: Restarting) -> bool:
    return (await hearth.send("GET", "/api/status")).code == 200
