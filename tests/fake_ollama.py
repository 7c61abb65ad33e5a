"""A small real server that speaks Ollama's API and misbehaves on command.

The model named in a chat decides what happens, so that the same server serves every test and, as a process of its
own (``python -m tests.fake_ollama``, which prints its address), the page in a real browser:

=============  =======================================================================================
quick          "Hello", ",", " world", "!"
slow           word0 word1 … word199, one each 50 ms (`pace` seconds)
endless        "on and on " as fast as it is read, for ever
thinker        thinks in three pieces, then answers in three, 50 ms each
tagged         the same, but thinks between ``<think>`` tags in its content
echo           says how many messages it was given, and the last one
cold           is in memory only after `load` seconds, then as quick
length         stops for its length limit
empty          nothing but done
lines          "a\\rb", "\\r", "\\nc", "\\n\\n d ", "é", "\\u2028"
recorded       the bytes of `recording`, in pieces of `cut` bytes
failing        four words, then an error line
cut            four words, then the clean end of the answer without ``done``
halfline       two words, then half a line
reset          two words, then a reset
resetfirst     a reset before the first byte
mute           nothing, while the connection stays open
hushed         two words, then nothing
nojson         a line that is no JSON          list      a line that is a list
types          a line with wrong types          deep      a line nested 100,000 deep
notutf8        a byte that is no UTF-8 within its content
long           one line of 10 MiB               toolong   one line of 17 MiB without an end
html           a web page under status 200      redirect  status 302
busy           status 503                       refused   status 400        forbidden  status 403, no body
dribble        as quick, byte by byte           burst     200 lines in one write
lingering      as quick, but the connection stays open behind ``done``
tls            bytes that are no HTTP           overflow  status 400, the prompt does not fit
=============  =======================================================================================
"""

from __future__ import annotations

import asyncio
import json
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
)
COUNTS = {
    "total_duration": 466713230,
    "load_duration": 800227,
    "prompt_eval_count": 16,
    "prompt_eval_duration": 136990000,
    "eval_count": 4,
    "eval_duration": 326118000,
}


class Exchange:
    """One request, and the pen for its answer."""

    def __init__(self, fake: FakeOllama, writer: asyncio.StreamWriter, path: str, headers: str, body: bytes) -> None:
        self.fake = fake
        self.writer = writer
        self.path = path
        self.headers = headers
        self.body: dict[str, Any] = json.loads(body) if body else {}
        self.gone = asyncio.Event()  # the caller closed the connection

    @property
    def model(self) -> str:
        return str(self.body.get("model", "")).partition(":")[0]

    async def raw(self, data: bytes) -> None:
        try:
            self.writer.write(data)
            await self.writer.drain()
        except OSError:
            self.gone.set()
            raise

    async def head(self) -> None:
        await self.raw(HEAD)

    async def line(self, value: Any) -> None:
        await self.piece(json.dumps(value, ensure_ascii=False).encode() + b"\n")

    async def piece(self, data: bytes) -> None:
        await self.raw(b"%x\r\n%b\r\n" % (len(data), data))

    async def say(self, *contents: str, **message: str) -> None:
        for content in contents or ("",):
            await self.line(
                {
                    "model": self.body.get("model"),
                    "created_at": "2026-11-22T13:44:54.014778349Z",
                    "message": {"role": "assistant", "content": content} | message,
                    "done": False,
                }
            )

    async def done(self, reason: str = "stop") -> None:
        await self.line(
            {
                "model": self.body.get("model"),
                "created_at": "2026-11-22T13:44:54.176954304Z",
                "message": {"role": "assistant", "content": ""},
                "done": True,
                "done_reason": reason,
            }
            | COUNTS
        )
        await self.raw(b"0\r\n\r\n")

    async def answer(self, status: int, body: Any, extra: str = "") -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nConnection: close\r\n{extra}"
        await self.raw(f"{head}Content-Length: {len(data)}\r\n\r\n".encode() + data)

    async def wait(self, seconds: float) -> None:
        """The pace of a model; ends early, and with the exchange, when the caller goes."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self.gone.wait(), seconds)
        if self.gone.is_set():
            raise ConnectionResetError

    def reset(self) -> None:
        connection = self.writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Behaviour = Callable[[Exchange], Awaitable[None]]


class FakeOllama:
    def __init__(self) -> None:
        self.chats: list[Exchange] = []
        self.seen: Counter[str] = Counter()  # requests by path
        self.at_work: set[str] = set()  # models that write right now
        self.loaded: set[str] = {"quick:latest"}
        self.models: list[str] = [f"{name}:latest" for name in BEHAVIOURS]
        self.pace = 0.05
        self.load = 0.5
        self.recording = b""
        self.answers: dict[str, bytes] = {}  # path → the bytes of a whole answer, sent in place of the usual one
        self.cut = 1 << 16
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def start(self, port: int = 0) -> FakeOllama:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=1 << 26)
        return self

    async def stop(self) -> None:
        """As if it was never there: nobody listens, and every connection is cut."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            exchange = await self._read(reader, writer)
            watch = asyncio.ensure_future(self._watch(reader, exchange))
            try:
                await self._route(exchange)
            finally:
                watch.cancel()
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the caller went, or this server does
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Exchange:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = next((int(line[15:]) for line in head.split("\r\n") if line.lower().startswith("content-length")), 0)
        return Exchange(self, writer, head.split(" ")[1], head, await reader.readexactly(length))

    async def _watch(self, reader: asyncio.StreamReader, exchange: Exchange) -> None:
        with suppress(OSError):
            await reader.read(1)
        exchange.gone.set()

    async def _route(self, exchange: Exchange) -> None:
        self.seen[exchange.path] += 1
        match exchange.path:
            case path if path in self.answers:
                await play(exchange, self.answers[path])
            case "/api/version":
                await exchange.answer(200, {"version": "0.33.0-fake"})
            case "/api/tags":
                await exchange.answer(200, {"models": [self._tag(name) for name in self.models]})
            case "/api/ps":
                await exchange.answer(200, {"models": [self._running(name) for name in sorted(self.loaded)]})
            case "/api/show" if self._name(exchange) in self.models:
                await exchange.answer(200, {"capabilities": ["completion"], "model_info": {}})
            case "/api/chat" if self._name(exchange) in self.models:
                self.chats.append(exchange)
                self.at_work.add(exchange.model)
                try:
                    await BEHAVIOURS[exchange.model](exchange)
                finally:
                    self.at_work.discard(exchange.model)
            case "/api/show" | "/api/chat":
                await exchange.answer(404, {"error": f"model '{exchange.body.get('model')}' not found"})
            case _:
                await exchange.answer(404, b"404 page not found")

    def _name(self, exchange: Exchange) -> str:
        name = str(exchange.body.get("model"))
        return name if ":" in name else f"{name}:latest"

    def _tag(self, name: str) -> dict[str, Any]:
        embeds = name.startswith("embed")
        capabilities = ["embedding"] if embeds else ["completion"]
        if name.startswith(("thinker", "tagged")):
            capabilities.append("thinking")
        details = {"family": "llama", "parameter_size": "134.52M", "quantization_level": "Q4_1", "context_length": 8192}
        return {"name": name, "size": 98362760, "digest": name, "details": details, "capabilities": capabilities}

    def _running(self, name: str) -> dict[str, Any]:
        return {"name": name, "size_vram": 0, "expires_at": "2026-11-22T13:49:53.7Z", "context_length": 2048}


async def quick(x: Exchange) -> None:
    await x.head()
    await x.say("Hello", ",", " world", "!")
    await x.done()


async def slow(x: Exchange) -> None:
    await x.head()
    for n in range(200):
        await x.say(f"word{n} ")
        await x.wait(x.fake.pace)
    await x.done()


async def endless(x: Exchange) -> None:
    await x.head()
    while not x.gone.is_set():
        await x.say(*["on and on "] * 50)
        await asyncio.sleep(0)


async def thinker(x: Exchange) -> None:
    await x.head()
    for thought in ("Let me", " think", " about it."):
        await x.say(thinking=thought)
        await x.wait(x.fake.pace)
    for content in ("The answer", " is", " 42."):
        await x.say(content)
        await x.wait(x.fake.pace)
    await x.done()


async def tagged(x: Exchange) -> None:
    await x.head()
    for content in ("<th", "ink>\nLet me", " think.\n</thi", "nk>\n\nThe answer", " is 42."):
        await x.say(content)
        await x.wait(x.fake.pace)
    await x.done()


async def echo(x: Exchange) -> None:
    messages = x.body["messages"]
    await x.head()
    await x.say(f"{len(messages)} messages; the last: {messages[-1]['content']}")
    await x.done()


async def cold(x: Exchange) -> None:
    await x.wait(x.fake.load)
    x.fake.loaded.add("cold:latest")
    await x.wait(1)
    await quick(x)


async def length(x: Exchange) -> None:
    await x.head()
    await x.say("And then")
    await x.done("length")


async def empty(x: Exchange) -> None:
    await x.head()
    await x.done()


async def lines(x: Exchange) -> None:
    await x.head()
    for content in ("a\rb", "\r", "\nc", "\n\n d ", "é", "\u2028"):
        await x.say(content)
        await x.wait(0.01)
    await x.done()


async def play(x: Exchange, data: bytes) -> None:
    for start in range(0, len(data), x.fake.cut):
        await x.raw(data[start : start + x.fake.cut])
        await asyncio.sleep(0)


async def recorded(x: Exchange) -> None:
    await play(x, x.fake.recording)


async def failing(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two", " three", " four")
    await x.line({"error": "an error was encountered while running the model: unexpected EOF"})
    await x.raw(b"0\r\n\r\n")


async def cut(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two", " three", " four")
    await x.raw(b"0\r\n\r\n")


async def halfline(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two")
    await x.piece(b'{"model":"halfline","message":{"role":"assi')
    await x.raw(b"0\r\n\r\n")


async def reset(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two")
    await x.wait(0.05)
    x.reset()


async def resetfirst(x: Exchange) -> None:
    x.reset()


async def mute(x: Exchange) -> None:
    await x.gone.wait()


async def hushed(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two")
    await x.gone.wait()


def one_line(data: bytes) -> Behaviour:
    async def behave(x: Exchange) -> None:
        await x.head()
        await x.say("One")
        await x.piece(data)
        await x.done()

    return behave


def one_answer(status: int, body: Any, extra: str = "") -> Behaviour:
    async def behave(x: Exchange) -> None:
        await x.answer(status, body, extra)

    return behave


async def long(x: Exchange) -> None:
    await x.head()
    await x.say("x" * 10 * 1024 * 1024)
    await x.done()


async def toolong(x: Exchange) -> None:
    await x.head()
    await x.say("One")
    for _ in range(17):
        await x.piece(b"x" * 1024 * 1024)
    await x.gone.wait()


async def dribble(x: Exchange) -> None:
    x.fake.recording = HEAD + b"".join(
        b"%x\r\n%b\r\n" % (len(one), one)
        for one in (
            '{"message":{"content":"Hé"},"done":false}\n'.encode(),
            b'{"message":{"content":"llo"},"done":false}\n',
            b'{"message":{"content":""},"done":true,"done_reason":"stop"}\n',
        )
    )
    x.fake.cut = 1
    await recorded(x)


async def burst(x: Exchange) -> None:
    await x.head()
    word = b'{"message":{"content":"w "},"done":false}\n'
    await x.piece(word * 200)
    await x.done()


async def lingering(x: Exchange) -> None:
    await x.head()
    await x.say("Hello", ",", " world", "!")
    await x.line({"message": {"content": ""}, "done": True, "done_reason": "stop"})
    await x.gone.wait()


async def tls(x: Exchange) -> None:
    await x.raw(b"\x15\x03\x01\x00\x02\x02\x16")


OVERFLOW = json.dumps(
    {
        "error": {
            "code": 400,
            "message": "request (6010 tokens) exceeds the available context size (2048 tokens), try increasing it",
            "type": "exceed_context_size_error",
        }
    }
)

BEHAVIOURS: dict[str, Behaviour] = {
    "quick": quick,
    "slow": slow,
    "endless": endless,
    "thinker": thinker,
    "tagged": tagged,
    "echo": echo,
    "cold": cold,
    "length": length,
    "empty": empty,
    "lines": lines,
    "recorded": recorded,
    "failing": failing,
    "cut": cut,
    "halfline": halfline,
    "reset": reset,
    "resetfirst": resetfirst,
    "mute": mute,
    "hushed": hushed,
    "nojson": one_line(b"this is no JSON\n"),
    "list": one_line(b"[1, 2]\n"),
    "types": one_line(b'{"message":{"content":5},"done":"x"}\n'),
    "deep": one_line(b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"),
    "notutf8": one_line(b'{"message":{"content":"a\xff\xfeb"},"done":false}\n'),
    "long": long,
    "toolong": toolong,
    "html": one_answer(200, b"<html><body>Welcome to nginx!</body></html>"),
    "redirect": one_answer(302, b"", "Location: http://127.0.0.1:1/\r\n"),
    "busy": one_answer(503, {"error": "server busy, please try again.  maximum pending requests exceeded"}),
    "refused": one_answer(400, {"error": '"refused" does not support thinking'}),
    "forbidden": one_answer(403, b""),
    "dribble": dribble,
    "burst": burst,
    "lingering": lingering,
    "tls": tls,
    "overflow": one_answer(400, {"error": OVERFLOW}),
}


async def _main() -> None:
    fake = await FakeOllama().start()
    fake.models.insert(0, "embed:latest")
    print(fake.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_main())
