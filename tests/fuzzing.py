"""Requests and frames that no program means to send, the same ones for the same seed."""

from __future__ import annotations

import json
import random
import struct
from collections.abc import Callable

SOCKET = b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
WHOLE = [
    b"GET /api/status HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
    b"GET /chat?model=quick&question=hi HTTP/1.1\r\nHost: localhost\r\nLast-Event-ID: abc-5\r\n\r\n",
    b'POST /api/conversations HTTP/1.1\r\nHost: localhost\r\nContent-Length: 17\r\n\r\n{"model":"quick"}',
    b"POST /api/conversations HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    b"GET /api/generations/abc/events?after=3 HTTP/1.1\r\nHost: localhost\r\nCookie: a=b\r\n\r\n",
    b"GET /api/conversations?query=word&limit=5 HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n",
    b"GET /static/app.js HTTP/1.1\r\nHost: localhost\r\nRange: bytes=0-10\r\nAccept-Encoding: gzip, br\r\n\r\n",
    b"GET /ws HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" + SOCKET + b"\r\n",
    b"POST /c/abc/plain HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Length: 9\r\n\r\nquestion=",
]
INSERTED = [
    *(b"\0", b"\r", b"\n", b"\r\n", b"\r\n\r\n", b" ", b"\t", b":", b"%", b"%ff%00", b"/../", b"//", b"?", b"\xff\xfe"),
    *(b"\r\nHost: evil.com", b"\r\nHost: \x00", b"\r\nHost: [::1", b"\r\nContent-Length: -1", b"\r\n folded: x"),
    *(b"\r\nContent-Length: 18446744073709551616", b"\r\nContent-Length: 5, 5", b"\r\nContent-Length: 0x10"),
    *(
        b"\r\nTransfer-Encoding: chunked",
        b"\r\nTransfer-Encoding: gzip, chunked",
        b"\r\nTransfer-Encoding: \x0bchunked",
    ),
    *(b"\r\nExpect: 100-continue", b"\r\nUpgrade: h2c", b"\r\nConnection: close, , \x7f", b"\r\nRange: bytes=9-1,-,5"),
    *(
        b"\r\nContent-Type: multipart/form-data; boundary=\xff",
        b"\r\nCookie: \xff=\xfe; ;;=",
        b"\r\nX-Forwarded-For: x",
    ),
    *(b"\r\nSec-WebSocket-Extensions: permessage-deflate; x=\x01", b"\r\nIf-Modified-Since: yesterday"),
    *(b"\r\nLast-Event-ID: \xe9-99999999999999999999", b"\r\nAccept-Language: \xff,;q=x", b"ffffffffffffffff\r\n"),
    *(
        b"HTTP/9.9",
        b"HTTP/1.1 HTTP/1.1",
        b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00",
        b"x" * 70_000,
    ),
]


def request(chance: random.Random) -> bytes:
    """One of the whole requests, damaged in one to four places; or no request at all."""
    if chance.random() < 0.05:
        return chance.randbytes(chance.randrange(1, 200))
    data = chance.choice(WHOLE)
    for _ in range(chance.randrange(1, 5)):
        data = chance.choice(DAMAGES)(data, chance)
    return data if chance.random() < 0.1 else data + b"\r\n\r\n"


def _flip(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) or 1)
    return data[:place] + bytes([chance.randrange(256)]) + data[place + 1 :]


def _drop(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) or 1)
    return data[:place] + data[place + chance.randrange(1, 20) :]


def _insert(data: bytes, chance: random.Random) -> bytes:
    place = chance.randrange(len(data) or 1)
    return data[:place] + chance.choice(INSERTED) + data[place:]


def _insert_at_line_end(data: bytes, chance: random.Random) -> bytes:
    head, end, rest = data.partition(b"\r\n")
    return head + chance.choice(INSERTED) + end + rest


def _repeat(data: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(data) or 1)
    return data[:start] + data[start : start + chance.randrange(1, 60)] * chance.randrange(2, 30) + data[start:]


def _cut(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data) + 1)]


DAMAGES: list[Callable[[bytes, random.Random], bytes]] = [_flip, _drop, _insert, _insert_at_line_end, _repeat, _cut]

SAID: list[dict[str, object]] = [
    {"type": "ask", "conversation": "abc", "content": "hi", "request_id": "1"},
    {"type": "follow", "generation": "abc", "after": 3},
    {"type": "unfollow", "generation": "abc"},
    {"type": "stop", "generation": "abc"},
]
ODD: list[object] = [None, True, -1, 1e308, 2**70, "", "\0", "x" * 5000, "\ud800", [], [[[]]], {}, {"type": "ask"}]


def frame(chance: random.Random) -> bytes:
    """A frame with something wrong about its head, its mask, its length, or what it says."""
    payload = _said(chance) if chance.random() < 0.7 else chance.randbytes(chance.randrange(200))
    opcode = 1 if chance.random() < 0.8 else chance.randrange(16)
    final, reserved = chance.random() < 0.95, chance.randrange(8) << 4 if chance.random() < 0.02 else 0
    masked = chance.random() < 0.98
    length = (
        len(payload)
        if chance.random() < 0.97
        else chance.choice([0, 1, 125, 126, 65535, 2**16, 2**31, 2**63, 2**64 - 1])
    )
    short = length if length < 126 else 126 if length < 65536 else 127
    if length < 126 and chance.random() < 0.01:
        short = chance.choice([126, 127])  # longer than it need be
    head = struct.pack("!BB", opcode | final << 7 | reserved, short | masked << 7)
    head += struct.pack("!H", length) if short == 126 else struct.pack("!Q", length) if short == 127 else b""
    return head + (b"\0\0\0\0" if masked else b"") + payload


def _said(chance: random.Random) -> bytes:
    said = dict(chance.choice(SAID))
    said[chance.choice(["type", "generation", "content", "after", "x"])] = chance.choice(ODD)
    data = json.dumps(said).encode()
    return data if chance.random() < 0.5 else chance.choice(DAMAGES)(data, chance)
