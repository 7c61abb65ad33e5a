"""A name with several addresses: the first that answers is taken, and none that is silent holds it up for long."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from ollama import connecting
from ollama.connecting import connect

KIND = socket.SOCK_STREAM, socket.IPPROTO_TCP, ""


def named(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> None:
    def found(_: Any, port: int, *__: Any, **___: Any) -> list[Any]:
        return [(socket.AF_INET, *KIND, (address, port)) for address in addresses]

    monkeypatch.setattr(socket, "getaddrinfo", found)


@pytest.mark.gen_test
async def test_an_address_that_refuses_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        named(monkeypatch, "127.0.0.2", "127.0.0.1")
        with await connect("ollama.test", server.getsockname()[1]) as line:
            assert line.getpeername()[0] == "127.0.0.1"


@pytest.mark.gen_test
async def test_an_address_that_stays_silent_holds_nobody_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "NEXT_ADDRESS", 0.02)
    loop = asyncio.get_running_loop()
    real = loop.sock_connect

    async def as_if_filtered(line: socket.socket, address: Any) -> None:
        if address[0] == "127.0.0.2":
            await asyncio.Event().wait()
        await real(line, address)

    monkeypatch.setattr(loop, "sock_connect", as_if_filtered)
    with socket.create_server(("127.0.0.1", 0)) as server:
        named(monkeypatch, "127.0.0.2", "127.0.0.1")
        with await asyncio.wait_for(connect("ollama.test", server.getsockname()[1]), 5) as line:
            assert line.getpeername()[0] == "127.0.0.1"


@pytest.mark.gen_test
async def test_where_none_answers_it_is_the_first_ones_error(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]
    named(monkeypatch, "127.0.0.2", "127.0.0.1")
    with pytest.raises(ConnectionRefusedError):
        await connect("ollama.test", port)


def test_the_families_take_turns() -> None:
    six, four = (socket.AF_INET6, *KIND, ("::1", 1, 0, 0)), (socket.AF_INET, *KIND, ("127.0.0.1", 1))
    assert connecting._mixed([six, six, six, four]) == [six, four, six, six]
    assert connecting._mixed([four, six]) == [four, six]
