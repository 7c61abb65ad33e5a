"""Who is asking."""

from __future__ import annotations

from typing import Literal

import msgspec

Role = Literal["owner", "member"]
Scope = Literal["ask", "read"]


class Caller(msgspec.Struct, frozen=True):
    person: str  # an id
    name: str | None  # None: nobody signed in, this is whoever sits there
    role: Role
    key: str | None = None  # the id of the session or of the token it came with
    scopes: frozenset[str] | None = None  # of a token; None: everything
    manages_models: bool = False
    manages_people: bool = False

    def may(self, scope: Scope) -> bool:
        return self.scopes is None or scope in self.scopes


class Visit(msgspec.Struct, frozen=True):
    """From where somebody comes who wants to be let in."""

    address: str
    agent: str = ""  # what the browser says of itself
    device: str | None = None  # the secret that a browser was given when this person signed in before


class Entry(msgspec.Struct, frozen=True):
    """What a browser is given when it was let in: two secrets, each for a cookie."""

    caller: Caller
    session: str
    device: str
