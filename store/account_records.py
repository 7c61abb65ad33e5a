"""What is kept of people and of what lets them in. Of every secret only a hash is here."""

from __future__ import annotations

from datetime import datetime

import msgspec


class Person(msgspec.Struct, frozen=True):
    id: str
    name: str
    folded: str  # the name as names are compared
    password: str | None  # Argon2's own encoding; None: no password lets this person in
    role: str  # 'owner' or 'member'
    created_at: datetime
    disabled: bool = False
    manages_models: bool = False
    models: list[str] | None = None  # that may be used; None: all
    at_once: int | None = None  # replies; None: no limit
    seen_at: datetime | None = None
    proxied: str | None = None  # as a proxy names this person, in lower case; never changed


class Session(msgspec.Struct, frozen=True):
    hash: bytes
    id: str
    person: str
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime


class Device(msgspec.Struct, frozen=True):
    """A browser that this person has signed in on before."""

    hash: bytes
    person: str
    seen_at: datetime


class Token(msgspec.Struct, frozen=True):
    hash: bytes
    id: str
    person: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None = None
    seen_at: datetime | None = None


class Invitation(msgspec.Struct, frozen=True):
    hash: bytes
    id: str
    person: str | None  # whose password it renews; None: for somebody new
    name: str | None
    created_at: datetime
    expires_at: datetime


Door = Session | Device | Token | Invitation  # what opens one
AccountRecord = Person | Door


class Known(msgspec.Struct, frozen=True):
    """Everything, as it is read at the start."""

    people: list[Person]
    sessions: list[Session]
    devices: list[Device]
    tokens: list[Token]
    invitations: list[Invitation]
