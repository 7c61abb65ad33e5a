"""A small real server that speaks Ollama's API and misbehaves on command: see fake_models.py for what it can do.

The same server serves every test and, as a process of its own (``python -m tests.fake_ollama``, which prints its
address), the page in a real browser.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from .fake_exchange import HEAD as HEAD
from .fake_exchange import Exchange as Exchange
from .fake_exchange import play
from .fake_library import CALLS, FakeLibrary
from .fake_models import BEHAVIOURS as BEHAVIOURS
from .fake_models import quick


class FakeOllama:
    def __init__(self) -> None:
        self.chats: list[Exchange] = []
        self.loads: list[Exchange] = []  # requests without a prompt, which bring a model into memory
        self.seen: Counter[str] = Counter()  # requests by path
        self.titles: list[Exchange] = []  # chats that are not streamed, which is how a title is asked for
        self.title = "What a model calls it"
        self.titling = asyncio.Event()  # cleared: titles are thought about, and not yet told
        self.titling.set()
        self.parallel: int | None = None  # chats of one model that run at once; the others wait, and are told nothing
        self.context_length = 2048  # tokens, as allocated unless `num_ctx` asks for another size
        self.contexts: dict[str, int] = {}  # of models that were loaded with `num_ctx`
        self.room = 1000  # what `narrow` takes
        self.shows: dict[str, dict[str, Any]] = {}  # what is told of some models besides
        self.loaded: set[str] = {"quick:latest"}
        self.models: list[str] = [f"{name}:latest" for name in BEHAVIOURS]
        self.pace = 0.05
        self.held = False  # whoever has begun goes on only when it is over, however long the test takes
        self.load = 0.5
        self.recording = b""
        self.pieces: list[str] = []  # what `reciter` says
        self.thoughts: list[str] = []
        self.answers: dict[str, bytes] = {}  # path → the bytes of a whole answer, sent in place of the usual one
        self.cut = 1 << 16
        self.library = FakeLibrary()
        self._here: list[Exchange] = []  # what loads, writes, or waits to
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def at_work(self) -> set[str]:
        """Models that load, write, or have somebody waiting, right now."""
        return {exchange.model for exchange in self._here}

    async def start(self, port: int = 0) -> FakeOllama:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port, limit=1 << 26)
        return self

    async def stop(self) -> None:
        """As if it was never there: nobody listens, and every connection is cut."""
        if self._server is not None:
            for listening in self._server.sockets:
                asyncio.get_running_loop().remove_reader(listening)
            await _turns()  # what was accepted a moment ago begins: a server that is closed leaves its socket open
            self._server.close()
        while self._tasks:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            await _turns()  # and what is closed gives its socket back

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
            case "/api/show" if self.name_of(exchange) in self.models:
                capabilities = self._tag(self.name_of(exchange))["capabilities"]
                shown = {"capabilities": capabilities, "model_info": {}} | self.shows.get(self.name_of(exchange), {})
                await exchange.answer(200, shown)
            case "/api/chat" if self.name_of(exchange) in self.models:
                with self._at_work(exchange):
                    await self._chat(exchange)
            case "/api/generate" if self.name_of(exchange) in self.models:
                with self._at_work(exchange):
                    await self._load(exchange)
            case "/api/show" | "/api/chat" | "/api/generate":
                await exchange.answer(404, {"error": f"model '{exchange.body.get('model')}' not found"})
            case path if path in CALLS:
                await CALLS[path](exchange)
            case _:
                await exchange.answer(404, b"404 page not found")

    @contextmanager
    def _at_work(self, exchange: Exchange) -> Iterator[None]:
        self._here.append(exchange)
        try:
            yield
        finally:
            self._here.remove(exchange)

    async def _chat(self, exchange: Exchange) -> None:
        (self.chats if exchange.body.get("stream", True) else self.titles).append(exchange)
        while self.parallel and self._before(exchange) >= self.parallel:
            await exchange.wait(0.002)
        if exchange.body.get("stream", True):
            await BEHAVIOURS.get(exchange.model, quick)(exchange)
        else:
            while not self.titling.is_set():
                await exchange.wait(0.002)
            await exchange.answer(200, {"message": {"role": "assistant", "content": self.title}, "done": True})

    def _before(self, exchange: Exchange) -> int:
        """How many chats with this model came before and are still here."""
        chats = [one for one in self._here if one.model == exchange.model and one.path == "/api/chat"]
        return chats.index(exchange)

    async def _load(self, exchange: Exchange) -> None:
        self.loads.append(exchange)
        if exchange.body.get("keep_alive") == 0:
            self.loaded.discard(self.name_of(exchange))
            await exchange.answer(200, {"model": exchange.body["model"], "done": True, "done_reason": "unload"})
            return
        if self._tag(self.name_of(exchange))["capabilities"] == ["embedding"]:
            await exchange.answer(400, {"error": f'"{exchange.body["model"]}" does not support generate'})
            return
        if exchange.model == "cold":
            await exchange.wait(self.load)
        self.loaded.add(self.name_of(exchange))
        if size := (exchange.body.get("options") or {}).get("num_ctx"):
            self.contexts[self.name_of(exchange)] = size
        await exchange.answer(200, {"model": exchange.body["model"], "done": True, "done_reason": "load"})

    def name_of(self, exchange: Exchange) -> str:
        name = str(exchange.body.get("model"))
        return name if ":" in name else f"{name}:latest"

    def _tag(self, name: str) -> dict[str, Any]:
        embeds = name.startswith("embed")
        capabilities = ["embedding"] if embeds else ["completion"]
        if name.startswith(("thinker", "tagged")):
            capabilities.append("thinking")
        if name.startswith("seeing"):
            capabilities.append("vision")
        details = {"family": "llama", "parameter_size": "134.52M", "quantization_level": "Q4_1", "context_length": 8192}
        return {
            "name": name,
            "size": self.library.sizes.get(name, 98362760),
            "digest": name,
            "details": details,
            "capabilities": capabilities,
        }

    def _running(self, name: str) -> dict[str, Any]:
        size = self.contexts.get(name, self.context_length)
        return {"name": name, "size_vram": 0, "expires_at": "2026-11-22T13:49:53.7Z", "context_length": size}


async def _main() -> None:
    fake = await FakeOllama().start()
    fake.models.insert(0, "embed:latest")
    print(fake.url, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    with suppress(KeyboardInterrupt):
        asyncio.run(_main())


async def _turns() -> None:
    """A few turns of the loop: what asyncio does about a connection takes several."""
    for _ in range(5):
        await asyncio.sleep(0)
