"""WebSocket conformance: the cases of the Autobahn test suite against an echo made of Hearth's own handler."""

from __future__ import annotations

import asyncio

import pytest
from tornado.netutil import bind_sockets
from tornado.web import Application

from handlers.connections import Connections
from handlers.doors import OpenDoor
from handlers.gate import Gate
from handlers.routes import BODY_WITH_IMAGES
from handlers.server import Server
from handlers.websocket import SocketHandler
from store import HOUSE

from .autobahn import cases, client

CASES = cases.load()
GROUPS = sorted({name.split(".")[0] for name in CASES}, key=int)
AT_ONCE = 16
PASSED = {"OK", "NON-STRICT", "INFORMATIONAL"}


class Echo(SocketHandler):
    """Everything of Hearth's socket but what is said over it."""

    def initialize(self) -> None:  # type: ignore[override]
        pass

    def open(self, *args: str, **kwargs: str) -> None:
        self.set_nodelay(True)

    async def on_message(self, message: str | bytes) -> None:
        await self.write_message(message, isinstance(message, bytes))

    def on_close(self) -> None:
        pass


def test_no_case_is_left_out() -> None:
    assert len(CASES) == 301


@pytest.mark.gen_test(timeout=120)
@pytest.mark.usefixtures("clean_log")
@pytest.mark.parametrize("group", GROUPS)
async def test_no_case_fails(group: str) -> None:
    echo = Application([("/echo", Echo)], websocket_max_message_size=BODY_WITH_IMAGES, log_function=lambda _: None)
    server = Server(Gate(echo, OpenDoor(HOUSE), frozenset(), frozenset()), Connections(AT_ONCE + 1))
    listening = bind_sockets(0, "127.0.0.1")
    server.add_sockets(listening)
    some = asyncio.Semaphore(AT_ONCE if group != "9" else 1)  # those are large

    async def run(name: str) -> str | None:
        async with some:
            behavior, close, why = await client.run(CASES[name], listening[0].getsockname()[1], "/echo")
        return None if behavior in PASSED and close in PASSED else f"{name}: {behavior}, {close}. {why}"

    found = await asyncio.gather(*(run(name) for name in CASES if name.split(".")[0] == group))
    server.stop()
    await server.close_all_connections()
    assert [one for one in found if one] == []
