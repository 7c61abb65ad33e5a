"""Readers whose line is dead although nobody closed it. Runs in a network of its own, where it may do as it likes:

unshare --user --map-root-user --net python -m tests.vanishing

Prints, as JSON, how many connections there were with the readers, how many once they were gone, and what was logged.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from asyncio.subprocess import PIPE
from io import StringIO

from tornado.netutil import bind_sockets

import handlers.absence
import handlers.sse
import handlers.talk_events
import handlers.talk_plain

from .hearth import Hearth, eventually, running

HERE, THERE = "10.9.0.1", "10.9.0.2"

READERS = r"""
import socket, sys, time
port, generation = sys.argv[1:]
upgrade = "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
upgrade += "Sec-WebSocket-Key: MTIzNDU2Nzg5MDEyMzQ1Ng==\r\n"
lines = []
for request in (
    f"GET /api/generations/{generation}/events HTTP/1.1\r\n",
    "GET /chat?model=slow&question=hi HTTP/1.1\r\n",
    "GET /chat?model=mute&question=hi HTTP/1.1\r\n",
    "GET /ws HTTP/1.1\r\nSec-WebSocket-Protocol: hearth.v1\r\n" + upgrade,
    "GET /ws HTTP/1.1\r\n" + upgrade,
):
    lines.append(socket.create_connection(("10.9.0.1", int(port))))
    lines[-1].sendall(f"{request}Host: 10.9.0.1\r\n\r\n".encode())
    assert b"HTTP/1.1 " in lines[-1].recv(65536)
print("reading", flush=True)
time.sleep(60)
"""


async def do(*words: str) -> None:
    process = await asyncio.create_subprocess_exec(*words)
    assert await process.wait() == 0, words


async def main() -> None:
    log = StringIO()
    logging.basicConfig(stream=log, level=logging.WARNING)
    handlers.absence.UNANSWERED, handlers.absence.IDLE, handlers.absence.AGAIN = 1.5, 2, 1
    for module in (handlers.sse, handlers.talk_events, handlers.talk_plain):
        vars(module)["HEARTBEAT"] = 1.0
    await do("ip", "link", "set", "lo", "up")
    there = await asyncio.create_subprocess_exec("unshare", "--net", "sleep", "60")
    await eventually(lambda: _is_apart(there.pid))
    await do("ip", "link", "add", "here", "type", "veth", "peer", "name", "there", "netns", str(there.pid))
    await do("ip", "addr", "add", f"{HERE}/24", "dev", "here")
    await do("ip", "link", "set", "here", "up")
    inside = ["nsenter", f"--net=/proc/{there.pid}/ns/net"]
    for words in (f"addr add {THERE}/24 dev there", "link set there up"):
        await do(*inside, "ip", *words.split())
    try:
        async with running() as hearth:
            print(json.dumps(await _lose(hearth, inside) | {"log": log.getvalue()}))
    finally:
        there.kill()


def _is_apart(pid: int) -> bool:
    return os.readlink(f"/proc/{pid}/ns/net") != os.readlink("/proc/self/ns/net")


async def _lose(hearth: Hearth, inside: list[str]) -> dict[str, int]:
    listening = bind_sockets(0, HERE)
    hearth.server.add_sockets(listening)
    reply = await hearth.ask(await hearth.conversation(model="slow"), "hi")
    arguments = (str(listening[0].getsockname()[1]), reply["generation"])
    readers = await asyncio.create_subprocess_exec(*inside, sys.executable, "-c", READERS, *arguments, stdout=PIPE)
    assert readers.stdout is not None
    assert await readers.stdout.readline() == b"reading\n"
    before = hearth.server._open.count
    await do(*inside, "ip", "addr", "del", f"{THERE}/24", "dev", "there")
    await eventually(lambda: not hearth.server._open.count, seconds=10)
    readers.kill()
    await readers.wait()
    return {"before": before, "after": hearth.server._open.count}


if __name__ == "__main__":
    asyncio.run(main())
