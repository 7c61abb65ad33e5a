"""What is told of accounts: never a hash, never a content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from .caller import Role


class PersonView(msgspec.Struct, frozen=True):
    id: str
    name: str
    role: Role
    disabled: bool
    manages_models: bool
    models: Sequence[str] | None  # None: all
    at_once: int | None  # None: no limit
    has_password: bool
    created_at: datetime
    seen_at: datetime | None
    conversations: int
    messages: int


class SessionView(msgspec.Struct, frozen=True):
    id: str
    agent: str
    address: str
    created_at: datetime
    seen_at: datetime
    current: bool


class TokenView(msgspec.Struct, frozen=True):
    id: str
    name: str
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime | None
    seen_at: datetime | None


class InvitationView(msgspec.Struct, frozen=True):
    id: str
    name: str | None
    person: str | None  # whose password it renews; None: it is for somebody new
    created_at: datetime
    expires_at: datetime
