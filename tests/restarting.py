"""Hearth as a process that is killed, stopped and started again at the same address, and readers who come back.

async with restarting(tmp_path) as hearth:
    reply = await hearth.ask("steady")
    reader = hearth.follow(reply["generation"])
    await hearth.kill()
    await hearth.start()
    await reader.ended()
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPError, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketClosedError, websocket_connect

from .fake_ollama import FakeOllama
from .hearth import eventually, frames

ROOT = Path(__file__).parent.parent
AGAIN = 0.02  # seconds between two tries to reach a Hearth that is not there
FINAL = ("done", "stopped", "interrupted", "failed")


class Restarting:
    def __init__(self, fake: FakeOllama, data: Path, log: Path, *options: str) -> None:
        self.fake = fake
        self.data = data
        self.port = 0
        self.readers: list[Reader] = []
        self._options = (f"--ollama={fake.url}", f"--data={data}", "--titles=false", *options)
        self._log = log
        self._process: asyncio.subprocess.Process | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        """All that it ever said on standard error."""
        return self._log.read_text()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def journal(self, generation: str) -> Path:
        return self.data / "generations" / f"{generation}.events"

    # -- its life

    async def start(self, *options: str, **kwargs: Any) -> None:
        command = [sys.executable, str(ROOT / "server.py"), f"--port={self.port}", *self._options, *options]
        with self._log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *command, stdout=asyncio.subprocess.PIPE, stderr=log, **kwargs
            )
        assert self._process.stdout is not None
        line = await asyncio.wait_for(self._process.stdout.readline(), 20)
        assert line.startswith(b"Hearth is listening on "), self.log
        self.port = int(line.rstrip(b"/\n").rpartition(b":")[2])

    async def kill(self) -> None:
        assert self._process is not None
        with suppress(ProcessLookupError):
            self._process.kill()
        await self._process.communicate()

    async def terminate(self, seconds: float = 10) -> int:
        """Its exit status after SIGTERM."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(seconds):
            await self._process.communicate()
        assert self._process.returncode is not None
        return self._process.returncode

    async def restart(self) -> None:
        await self.kill()
        await self.start()

    def close(self) -> None:
        for reader in self.readers:
            reader.leave()

    # -- talking to it

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        request = HTTPRequest(
            self.url + path,
            method=method,
            headers=HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()}),
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,
            request_timeout=20,
        )
        return await AsyncHTTPClient().fetch(request, raise_error=False)

    async def get(self, path: str, **headers: str) -> Any:
        answer = await self.send("GET", path, None, **headers)
        assert answer.code == 200, answer.body
        return json.loads(answer.body)

    async def conversation(self, model: str) -> str:
        answer = await self.send("POST", "/api/conversations", {"model": model})
        assert answer.code == 201, answer.body
        return str(json.loads(answer.body)["id"])

    async def ask(self, model: str, content: str = "hi", conversation: str = "", **fields: Any) -> dict[str, Any]:
        """The assistant message that is being written, in a conversation of its own unless one is given."""
        conversation = conversation or await self.conversation(model)
        answer = await self.send("POST", f"/api/conversations/{conversation}/messages", {"content": content} | fields)
        assert answer.code == 202, answer.body
        reply: dict[str, Any] = json.loads(answer.body)["reply"]
        return reply

    async def ask_plain(self, model: str) -> str:
        """All that it says to a question that is not kept."""
        answer = await self.send("GET", f"/chat?model={model}&question=hi")
        return "".join(one.data for one in frames(answer.body.decode()) if one.type == "message")

    async def message(self, reply: dict[str, Any]) -> dict[str, Any]:
        """As it is now."""
        messages = (await self.get(f"/api/conversations/{reply['conversation']}"))["messages"]
        found: dict[str, Any] = next(one for one in messages if one["id"] == reply["id"])
        return found

    async def final(self, reply: dict[str, Any]) -> dict[str, Any]:
        """As it is once it has ended."""

        async def ended() -> dict[str, Any] | None:
            message = await self.message(reply)
            return message if message["state"] in FINAL else None

        found: dict[str, Any] = await eventually(ended, seconds=15)
        return found

    async def events(self, generation: str, after: int = 0, **headers: str) -> list[dict[str, Any]]:
        """All behind that number, to the end; none where nothing is left."""
        answer = await self.send("GET", f"/api/generations/{generation}/events?after={after}", None, **headers)
        assert answer.code in (200, 204), answer.body
        return [json.loads(one.data) | {"id": int(one.id)} for one in frames(answer.body.decode()) if one.data]

    def follow(self, generation: str, transport: str = "sse") -> Reader:
        reader = Reader(self, generation, transport)
        self.readers.append(reader)
        return reader


class Reader:
    """Follows one generation to its end, and comes back with the last number it had whenever the line breaks."""

    def __init__(self, hearth: Restarting, generation: str, transport: str) -> None:
        self._hearth = hearth
        self.generation = generation
        self.heard: list[dict[str, Any]] = []
        self.lines = 0  # how often it had one
        self._task = asyncio.ensure_future(self._run(self._read_sse if transport == "sse" else self._read_socket))

    def __repr__(self) -> str:
        return f"<Reader of {self.generation}, {len(self.heard)} events over {self.lines} lines>"

    @property
    def last(self) -> int:
        return int(self.heard[-1]["id"]) if self.heard else 0

    @property
    def is_over(self) -> bool:
        return bool(self.heard) and self.heard[-1]["type"] in ("done", "error")

    @property
    def content(self) -> str:
        return joined(self.heard)

    async def has(self, text: str) -> None:
        await eventually(lambda: self._task.done() or text in self.content)
        assert text in self.content, self.heard

    async def ended(self, seconds: float = 20) -> list[dict[str, Any]]:
        """All that it heard."""
        async with asyncio.timeout(seconds):
            await asyncio.shield(self._task)
        return self.heard

    def leave(self) -> None:
        self._task.cancel()

    async def _run(self, read: Callable[[], Any]) -> None:
        while not self.is_over:
            with suppress(OSError, EOFError, ValueError, HTTPError, WebSocketClosedError):
                await read()
            if not self.is_over:
                await asyncio.sleep(AGAIN)

    def _hear(self, event: dict[str, Any]) -> None:
        assert event["id"] > self.last, (event, self.heard[-3:])
        self.heard.append(event)

    async def _read_sse(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._hearth.port)
        self.lines += 1
        try:
            last = f"Last-Event-ID: {self.last}\r\n" if self.heard else ""
            path = f"/api/generations/{self.generation}/events"
            writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{last}\r\n".encode())
            status = int((await reader.readuntil(b"\r\n\r\n")).split(b" ")[1])
            assert status in (200, 503), f"{status} for who had {self.last}"
            text = b""
            while status == 200 and (length := int(await reader.readline(), 16)):
                text += (await reader.readexactly(length + 2))[:-2]
                whole, _, text = text.rpartition(b"\n\n")
                for one in frames(whole.decode() + "\n\n"):
                    if one.data:
                        self._hear(json.loads(one.data) | {"id": int(one.id)})
        finally:
            writer.transport.abort()

    async def _read_socket(self) -> None:
        line = await websocket_connect(f"ws://127.0.0.1:{self._hearth.port}/ws", subprotocols=["hearth.v1"])
        self.lines += 1
        try:
            follow = {"type": "follow", "generation": self.generation, "after": self.last}
            await line.write_message(json.dumps(follow))
            while not self.is_over and (frame := await line.read_message()) is not None:
                event = json.loads(frame)
                if event["type"] != "conversation":
                    assert event.pop("generation") == self.generation and event["type"] != "end", event
                    self._hear(event)
        finally:
            line.close()


@asynccontextmanager
async def restarting(folder: Path, *options: str, log: Path | None = None) -> AsyncIterator[Restarting]:
    """Hearth, started, in front of a scripted Ollama that outlives it."""
    fake = await FakeOllama().start()
    fake.pace = 0.02
    hearth = Restarting(fake, folder / "data", log or folder / "log", *options)
    try:
        await hearth.start()
        yield hearth
    finally:
        hearth.close()
        await hearth.kill()
        await fake.stop()


def joined(events: list[dict[str, Any]], kind: str = "content") -> str:
    return "".join(one["text"] for one in events if one["type"] == kind)


def merged(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Texts of one kind that follow each other as one, under the last one's number: what every reader must have."""
    found: list[dict[str, Any]] = []
    for event in events:
        if "text" in event and found and found[-1]["type"] == event["type"]:
            event = event | {"text": found.pop()["text"] + event["text"]}
        found.append(event)
    return found


def set_back(path: Path, seconds: float) -> None:
    """As if it was written that long ago; or, below zero, as if the clock had been ahead."""
    then = time.time() - seconds
    os.utime(path, (then, then))
