"""A Hearth where people sign in: an owner, Anna and Ben, each in a browser of their own."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from tornado.httpclient import HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders
from tornado.websocket import WebSocketClientConnection, websocket_connect

from people.caller import Caller, Visit
from people.passwords import Passwords
from people.requests import NewToken

from .fake_ollama import FakeOllama
from .hearth import Hearth, RawStream, running

PASSWORD = "correct horse of {}"


@dataclass
class Visitor:
    """Who asks with what their browser, or their script, was given."""

    hearth: Hearth
    caller: Caller
    headers: dict[str, str]

    @property
    def id(self) -> str:
        return self.caller.person

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        if body is None and method in ("POST", "PATCH", "PUT"):
            body = {}
        return await self.hearth.send(method, path, body, **self.headers | headers)

    async def get(self, path: str, **headers: str) -> HTTPResponse:
        return await self.send("GET", path, **headers)

    async def post(self, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        return await self.send("POST", path, body, **headers)

    async def json(self, method: str, path: str, body: Any = None) -> Any:
        answer = await self.send(method, path, body)
        assert answer.code < 300, (answer.code, answer.body)
        return json.loads(answer.body) if answer.body else None

    async def conversation(self, **fields: Any) -> str:
        return str((await self.json("POST", "/api/conversations", fields))["id"])

    async def ask(self, conversation: str, content: str, **fields: Any) -> dict[str, Any]:
        """The question and its reply."""
        path = f"/api/conversations/{conversation}/messages"
        asked: dict[str, Any] = await self.json("POST", path, {"content": content} | fields)
        return asked

    async def stream(self, path: str, **headers: str) -> RawStream:
        return await self.hearth.stream(path, **self.headers | headers)

    async def socket(self, subprotocol: str | None = "hearth.v1") -> WebSocketClientConnection:
        request = HTTPRequest(f"ws://127.0.0.1:{self.hearth.port}/ws", headers=HTTPHeaders(self.headers))
        return await websocket_connect(request, subprotocols=[subprotocol] if subprotocol else None)


@dataclass
class Home:
    hearth: Hearth
    owner: Visitor
    anna: Visitor
    ben: Visitor

    async def enter(self, name: str, device: str | None = None, address: str = "127.0.0.1") -> Visitor:
        return await enter(self.hearth, name, device, address)

    def stranger(self) -> Visitor:
        return Visitor(self.hearth, self.owner.caller, {})

    async def script_of(self, visitor: Visitor, *scopes: Any) -> Visitor:
        tokens = self.hearth.accounts.tokens
        _, secret = await tokens.create(visitor.id, NewToken(name="script", scopes=list(scopes)))
        caller = tokens.caller(secret)
        assert caller is not None
        return Visitor(self.hearth, caller, {"Authorization": f"Bearer {secret}"})


async def enter(hearth: Hearth, name: str, device: str | None = None, address: str = "127.0.0.1") -> Visitor:
    visit = Visit(address, "Firefox/140", device)
    entry = await hearth.accounts.entrance.sign_in(name, PASSWORD.format(name), visit)
    return Visitor(hearth, entry.caller, {"Cookie": f"hearth={entry.session}"})


@asynccontextmanager
async def at_home(*options: str, fake: FakeOllama | None = None) -> AsyncIterator[Home]:
    async with running("--auth=required", *options, fake=fake) as hearth:
        hearth.accounts.entrance.passwords = Passwords(memory=64, passes=1)  # the same, but for what it costs
        for name in ("owner", "anna", "ben"):
            await hearth.accounts.add(name, PASSWORD.format(name))
        yield Home(hearth, *[await enter(hearth, name) for name in ("owner", "anna", "ben")])
