"""The part of Hearth that looks after models, before scripted Ollamas: real sockets, and a caller who is given."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPResponse
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPMessageDelegate, HTTPServerRequest
from tornado.netutil import bind_sockets
from tornado.routing import Router
from tornado.web import Application

from chat.fleet import Fleet
from chat.installed import Installed
from chat.models import Models
from chat.pulls import KEPT, Pulls
from chat.shelf import Shelf
from handlers.manage_models import model_routes
from handlers.visitors import introduce
from ollama.address import parse
from ollama.client import Ollama
from ollama.http import Limits
from ollama.servers import Servers
from people.caller import Caller
from store import SQLiteStore

from .fake_ollama import FakeOllama
from .hearth import eventually

OWNER = Caller("house", None, "owner", manages_models=True)
MEMBER = Caller("ben", "Ben", "member")
SOON = (0.01, 0.01, 0.01)  # seconds before another try


class Introduced(Router):
    def __init__(self, application: Application) -> None:
        self._application = application
        self.caller = OWNER

    def find_handler(self, request: HTTPServerRequest, **kwargs: Any) -> HTTPMessageDelegate:
        introduce(request, self.caller)
        return self._application.find_handler(request)


@dataclass
class Library:
    fake: FakeOllama
    store: SQLiteStore
    pulls: Pulls
    installed: Installed
    shelf: Shelf
    door: Introduced
    port: int

    async def get(self, path: str) -> HTTPResponse:
        return await self.send("GET", path)

    async def post(self, path: str, body: Any = None) -> HTTPResponse:
        return await self.send("POST", path, {} if body is None else body)

    async def delete(self, path: str) -> HTTPResponse:
        return await self.send("DELETE", path)

    async def send(self, method: str, path: str, body: Any = None) -> HTTPResponse:
        url = f"http://127.0.0.1:{self.port}{path}"
        data = None if body is None else json.dumps(body)
        return await AsyncHTTPClient().fetch(
            url, raise_error=False, method=method, body=data, allow_nonstandard_methods=True
        )

    async def list(self) -> Sequence[dict[str, Any]]:
        pulls: Sequence[dict[str, Any]] = json.loads((await self.get("/api/pulls")).body)["pulls"]
        return pulls

    async def pull(self, model: str, **fields: Any) -> str:
        """The id of the pull that began."""
        answer = await self.post("/api/pulls", {"model": model} | fields)
        assert answer.code == 202, answer.body
        return str(json.loads(answer.body)["pulls"][0]["id"])

    async def one(self, pull_id: str) -> dict[str, Any]:
        return next(one for one in await self.list() if one["id"] == pull_id)

    async def until(self, pull_id: str, **fields: Any) -> dict[str, Any]:
        """The pull, once it has these fields."""

        async def found() -> dict[str, Any] | None:
            one = await self.one(pull_id)
            return one if fields.items() <= one.items() else None

        one: dict[str, Any] = await eventually(found)
        return one


@asynccontextmanager
async def library(
    *others: FakeOllama,
    fake: FakeOllama | None = None,
    folder: Path | None = None,
    delays: Sequence[float] = SOON,
    limits: Limits | None = None,
    keep_every: float = KEPT,
) -> AsyncIterator[Library]:
    """Over `folder`, where it is given, and in front of `fake`, both of which outlive it then."""
    own = fake or await FakeOllama().start()
    temporary = TemporaryDirectory()
    store = await SQLiteStore.open(folder or Path(temporary.name))
    servers = Servers([Ollama(parse(one.url), limits or Limits(), 1 << 24) for one in (own, *others)])
    shelf = Shelf()
    pulls = Pulls(store.pulls, servers, shelf, delays, keep_every)
    installed = Installed(servers, pulls, shelf)
    await pulls.recover()
    door = Introduced(Application(model_routes(Models(Fleet(servers), None, lambda _: None), installed, pulls)))
    server, listening = HTTPServer(door), bind_sockets(0, "127.0.0.1")
    server.add_sockets(listening)
    try:
        yield Library(own, store, pulls, installed, shelf, door, listening[0].getsockname()[1])
    finally:
        await pulls.close()
        server.stop()
        await server.close_all_connections()
        await servers.close()
        await store.close()
        if fake is None:
            await own.stop()
        temporary.cleanup()
