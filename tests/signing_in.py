"""People with browsers of their own, before a Hearth where one signs in."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

from tornado.httpclient import HTTPResponse

from people.caller import Entry
from people.passwords import Passwords
from people.requests import NewInvitation

from .accounts import HOME, PASSWORD
from .hearth import Hearth, running


class Browser:
    """Keeps cookies, as browsers do."""

    def __init__(self, hearth: Hearth, **headers: str) -> None:
        self.hearth = hearth
        self.cookies: dict[str, str] = {}
        self.headers = headers
        self.told: list[str] = []  # each Set-Cookie as it came

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> HTTPResponse:
        kept = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())} if self.cookies else {}
        answer = await self.hearth.send(method, path, body, **(kept | self.headers | headers))
        for line in answer.headers.get_list("Set-Cookie"):
            self.told.append(line)
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = morsel.value
                if not morsel.value:
                    del self.cookies[name]
        return answer

    async def get(self, path: str, **headers: str) -> HTTPResponse:
        return await self.send("GET", path, None, **headers)

    async def json(self, path: str) -> Any:
        answer = await self.get(path)
        assert answer.code == 200, answer.body
        return json.loads(answer.body)

    async def fill(self, path: str, form: str = "page", **typed: str) -> HTTPResponse:
        """form: what tells the page it was sent from; '' for a script's, which has none."""
        hidden = {"form": form} if form else {}
        return await self.send("POST", path, urlencode(hidden | typed).encode())

    async def signs_in(self, name: str, password: str = PASSWORD) -> HTTPResponse:
        return await self.fill("/sign-in", name=name, password=password)

    def has(self, entry: Entry) -> Browser:
        self.cookies |= {"hearth": entry.session, "hearth_device": entry.device}
        return self


@asynccontextmanager
async def guarded(*options: str, owned: bool = True) -> AsyncIterator[Hearth]:
    """A Hearth where people sign in; with an owner, Olga."""
    async with running("--auth=required", *options) as hearth:
        hearth.accounts.entrance.passwords = Passwords(memory=64, passes=1)
        if owned:
            await hearth.accounts.add("Olga", PASSWORD)
        yield hearth


async def olga(hearth: Hearth) -> Browser:
    return Browser(hearth).has(await hearth.accounts.entrance.sign_in("Olga", PASSWORD, HOME))


async def mia(hearth: Hearth, name: str = "Mia") -> Browser:
    _, secret = await hearth.accounts.invitations.create(NewInvitation())
    return Browser(hearth).has(await hearth.accounts.entrance.accept(secret, name, PASSWORD, HOME))


def code_of(hearth: Hearth) -> str:
    told: list[str] = []
    hearth.accounts.entrance.first_owner.tell = told.append
    hearth.accounts.entrance.first_owner.ask()
    return told[0]
