"""Hearth and a scripted Ollama, both real servers in the test's own loop, and clients to talk to them.

@pytest.mark.gen_test
async def test_something():
    async with running() as hearth:
        answer = await hearth.get("/api/status")
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.netutil import bind_sockets
from tornado.websocket import WebSocketClientConnection, websocket_connect

from handlers.routes import House
from handlers.server import Server
from people.accounts import Accounts
from server import build
from settings import read
from store import SQLiteStore

from .fake_ollama import FakeOllama

ROOT = Path(__file__).parent.parent


@dataclass
class Hearth:
    fake: FakeOllama
    house: House
    server: Server
    accounts: Accounts
    port: int
    lines: list[asyncio.StreamWriter] = field(default_factory=list)  # cut when the test is over

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def get(self, path: str, **headers: str) -> HTTPResponse:
        return await self.send("GET", path, None, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        return await self.send("POST", path, {} if body is None else body, **headers)

    async def send(self, method: str, path: str, body: Any, **headers: str) -> HTTPResponse:
        """`body` as JSON, or as it is when it is bytes; header names with _ for -. Error statuses are answers too."""
        data = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        request = HTTPRequest(
            self.url + path,
            method=method,
            headers=HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()}),
            body=data,
            allow_nonstandard_methods=True,
            follow_redirects=False,
            request_timeout=30,
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def conversation(self, **fields: Any) -> str:
        return str(json.loads((await self.post("/api/conversations", fields)).body)["id"])

    async def ask(self, conversation: str, content: str, **fields: Any) -> dict[str, Any]:
        """The assistant message that is being written."""
        answer = await self.post(f"/api/conversations/{conversation}/messages", {"content": content} | fields)
        assert answer.code == 202, answer.body
        reply: dict[str, Any] = json.loads(answer.body)["reply"]
        return reply

    async def events(self, generation: str, after: int = 0) -> list[dict[str, Any]]:
        """All events to the end, each with its number as `id`."""
        answer = await self.get(f"/api/generations/{generation}/events?after={after}")
        assert answer.code == 200, answer.body
        return [json.loads(one.data) | {"id": int(one.id)} for one in frames(answer.body.decode()) if one.data]

    async def socket(self, subprotocol: str | None = "hearth.v1") -> WebSocketClientConnection:
        return await websocket_connect(
            f"ws://127.0.0.1:{self.port}/ws", subprotocols=[subprotocol] if subprotocol else None
        )

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        self.lines.append(writer)
        return reader, writer

    async def stream(self, path: str, **headers: str) -> RawStream:
        """A GET whose answer is read as it comes, on a connection that the test can cut."""
        reader, writer = await self.connect()
        lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n{lines}\r\n".encode())
        return RawStream(reader, writer)


@dataclass
class RawStream:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    seen: bytes = b""

    async def until(self, text: bytes) -> bytes:
        """Everything that came so far, once `text` is in it."""
        async with asyncio.timeout(15):
            while text not in self.seen:
                data = await self.reader.read(65536)
                assert data, f"it ended without {text!r}: {self.seen!r}"
                self.seen += data
        return self.seen

    async def rest(self) -> bytes:
        """The whole body, once the answer ended as it should."""
        await self.until(b"\r\n0\r\n\r\n")
        self.writer.close()
        return self.body()

    def body(self) -> bytes:
        """The body as far as it came in whole chunks of the transfer."""
        body, place = [], self.seen.index(b"\r\n\r\n") + 4
        while (end := self.seen.find(b"\r\n", place)) > 0:
            length = int(self.seen[place:end], 16)
            place = end + length + 4
            if length == 0 or place > len(self.seen):
                break
            body.append(self.seen[end + 2 : place - 2])
        return b"".join(body)

    def cut(self) -> None:
        self.writer.transport.abort()


@dataclass
class Frame:
    """One block of an event stream, as a browser would take it apart."""

    id: str = ""
    type: str = "message"
    data: str = ""
    retry: str = ""
    comments: int = 0


def frames(text: str) -> list[Frame]:
    """Blocks of an event stream, also those that dispatch nothing; by the rules of the HTML standard."""
    found: list[Frame] = []
    for block in text.split("\n\n")[:-1]:
        frame, data = Frame(), []
        for line in block.split("\n"):
            name, _, value = line.partition(":")
            value = value.removeprefix(" ")
            match name:
                case "":
                    frame.comments += 1
                case "data":
                    data.append(value)
                case "id":
                    frame.id = value
                case "event":
                    frame.type = value
                case "retry":
                    frame.retry = value
        frame.data = "\n".join(data)
        found.append(frame)
    return found


@asynccontextmanager
async def running(*options: str, fake: FakeOllama | None = None) -> AsyncIterator[Hearth]:
    """Hearth with these options in front of a scripted Ollama, both gone behind the block."""
    fake = fake or await FakeOllama().start()
    folder = TemporaryDirectory()
    settings = read([f"--ollama={fake.url}", f"--data={folder.name}", "--titles=false", *options], {})
    store = await SQLiteStore.open(settings.data)
    accounts = await Accounts.open(store.accounts)
    house, server = build(settings, store, accounts, settings.ollama)
    await house.conversations.recover()
    await house.pulls.recover()
    listening = bind_sockets(0, "127.0.0.1")
    server.add_sockets(listening)
    hearth = Hearth(fake, house, server, accounts, listening[0].getsockname()[1])
    try:
        yield hearth
    finally:
        for line in hearth.lines:
            line.transport.abort()
        await house.generations.close(0, 1)
        await house.sockets.close()
        server.stop()
        await server.close_all_connections()
        await house.pulls.close()
        await house.fleet.close()
        await accounts.close()
        await store.close()
        await fake.stop()
        folder.cleanup()


async def eventually(condition: Callable[[], Any | Awaitable[Any]], seconds: float = 10) -> Any:
    """What `condition` gives once it is true; waits for it, bounded."""
    async with asyncio.timeout(seconds):
        while True:
            value = condition()
            if isinstance(value, Awaitable):
                value = await value
            if value:
                return value
            await asyncio.sleep(0.01)


def error_code(answer: HTTPResponse) -> str:
    return error_of(answer.headers, answer.body)


def error_of(headers: HTTPHeaders, body: bytes) -> str:
    """The code of an error, which this must be, in the contract's shape."""
    assert headers["Content-Type"].startswith("application/json"), headers
    answer = json.loads(body)
    assert set(answer) == {"error"} and set(answer["error"]) == {"code", "message"}, answer
    message = answer["error"]["message"]
    assert len(message) > 10 and "%s" not in message and "Traceback" not in message and str(ROOT) not in message
    return str(answer["error"]["code"])
