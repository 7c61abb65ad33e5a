"""WebSocket frames that no browser sends: closed by the rules of RFC 6455, with nothing in the log."""

import struct

import pytest

from .hearth import Hearth, running
from .wire import BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, RawSocket, raw_socket

pytestmark = pytest.mark.usefixtures("clean_log")

both = pytest.mark.parametrize("subprotocol", [None, "hearth.v1"])


async def is_alive(hearth: Hearth) -> bool:
    socket = await raw_socket(hearth)
    socket.send(TEXT, b"hi")
    return (await socket.of(TEXT))[0] == TEXT


async def is_cut(socket: RawSocket) -> bool:
    """Closed, with or without a word, and without the rest being heard."""
    while (opcode := (await socket.frame())[0]) != -1:
        if opcode == CLOSE:
            return True
    return True


@both
@pytest.mark.gen_test
async def test_a_goodbye_is_answered_by_the_same(subprotocol: str | None) -> None:
    async with running() as hearth:
        for code in (1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(CLOSE, struct.pack("!H", code) + "tschüß".encode())
            assert await socket.close_code() == code
        socket = await raw_socket(hearth, subprotocol)
        socket.send(CLOSE)
        assert (await socket.of(CLOSE))[0] == CLOSE


@both
@pytest.mark.gen_test
async def test_a_goodbye_that_nobody_may_send_is_answered_by_1002(subprotocol: str | None) -> None:
    async with running() as hearth:
        for code in (0, 999, 1004, 1005, 1006, 1015, 1016, 2000, 2999, 5000, 65535):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(CLOSE, struct.pack("!H", code))
            assert await socket.close_code() == 1002, code
        for body, expected in ((b"\x03", 1002), (b"\x03\xe8\xff\xfe", 1007)):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(CLOSE, body)
            assert await socket.close_code() == expected
        assert await is_alive(hearth)


@both
@pytest.mark.gen_test
async def test_text_that_is_not_utf_8_is_answered_by_1007(subprotocol: str | None) -> None:
    async with running() as hearth:
        socket = await raw_socket(hearth, subprotocol)
        socket.send(TEXT, b'{"type":"follow","generation":"\xff"}')
        assert await socket.close_code() == 1007


@both
@pytest.mark.gen_test
async def test_frames_that_break_the_rules_end_the_connection_and_nothing_else(subprotocol: str | None) -> None:
    async with running() as hearth:
        for opcode in (3, 4, 5, 6, 7, 11, 12, 13, 14, 15):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(opcode, b"hi")
            assert await is_cut(socket), opcode
        for reserved in (0x40, 0x20, 0x10):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(TEXT | reserved, b"hi")
            assert await is_cut(socket), reserved
        for opcode in (PING, PONG, CLOSE):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(opcode, b"x" * 126)
            assert await is_cut(socket), opcode
            socket = await raw_socket(hearth, subprotocol)
            socket.send(opcode, b"x", final=False)
            assert await is_cut(socket), opcode
        socket = await raw_socket(hearth, subprotocol)
        socket.send(CONTINUATION, b"of nothing")
        assert await is_cut(socket)
        socket = await raw_socket(hearth, subprotocol)
        socket.send(TEXT, b"one", final=False)
        socket.send(TEXT, b"two")
        assert await is_cut(socket)
        assert await is_alive(hearth)


@both
@pytest.mark.gen_test
async def test_a_frame_larger_than_anything_there_is_to_say_is_refused_unread(subprotocol: str | None) -> None:
    async with running() as hearth:
        for length in (65 * 1024 * 1024, 2**40, 2**63 - 1):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(TEXT, b"x", declared=length)
            assert await is_cut(socket)
        assert await is_alive(hearth)


@both
@pytest.mark.gen_test
async def test_a_line_that_breaks_within_a_frame_is_no_trouble(subprotocol: str | None) -> None:
    async with running() as hearth:
        for opcode in (TEXT, BINARY, PING):
            socket = await raw_socket(hearth, subprotocol)
            socket.send(opcode, b"half", declared=100)
            await socket.writer.drain()
            socket.cut()
        assert await is_alive(hearth)
