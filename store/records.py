"""What is kept. The names are those of the JSON API; times are in UTC."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

import msgspec

Think = bool | Literal["low", "medium", "high", "max"] | None
Role = Literal["system", "user", "assistant", "tool"]
Titled = Literal["question", "model", "person"] | None

HOUSE = "house"  # the person who sits at the machine; the owner, once there is one
GUEST = "guest"  # everybody, where nobody signs in although there are accounts


class Conversation(msgspec.Struct, frozen=True):
    id: str
    title: str | None
    model: str | None
    system: str | None
    options: dict[str, Any] | None
    think: Think
    keep_alive: str | int | None
    pinned: bool
    leaf: str | None  # the id of the message shown last
    created_at: datetime
    updated_at: datetime
    titled: Titled = None  # where the title comes from; not shown outside


class Message(msgspec.Struct, frozen=True):
    id: str
    conversation: str
    parent: str | None
    role: Role
    content: str
    created_at: datetime
    thinking: str = ""
    images: list[str] = []  # base64
    model: str | None = None
    state: str | None = None  # of an assistant message: a value of chat.generation.State
    generation: str | None = None
    error: dict[str, Any] | None = None
    stats: dict[str, int | str] | None = None
    context: dict[str, Any] | None = None
    seams: list[int] = []  # places in the content where a continued reply may not join what was there


class Preset(msgspec.Struct, frozen=True):
    """Settings under a name, for conversations to be begun with."""

    id: str
    name: str
    model: str | None
    system: str | None
    options: dict[str, Any] | None
    think: Think
    keep_alive: str | int | None
    created_at: datetime
    updated_at: datetime


class PullRecord(msgspec.Struct, frozen=True):
    """How far an Ollama is with fetching a model."""

    id: str
    person: str  # who began it
    model: str
    server: str  # the URL of its Ollama
    state: str  # a value of chat.pulling.State
    error: dict[str, Any] | None
    total: int  # bytes, as far as known; as the next
    completed: int
    created_at: datetime
    updated_at: datetime


class Share(msgspec.Struct, frozen=True):
    id: str  # the secret in the link
    conversation: str
    message: str | None  # down to which it shows; None: down to the leaf, as it is then
    sign_in: bool  # whether it is shown only to who signed in
    created_at: datetime


class Run(msgspec.Struct, frozen=True):
    """What is known of a generation when its log is gone."""

    id: str
    conversation: str | None  # a question asked by GET /chat belongs to none
    message: str | None
    state: str
    last: int = 0  # the number of its last event
    ended_at: datetime | None = None


class Found(msgspec.Struct, frozen=True):
    conversation: Conversation
    snippet: str | None = None  # plain text around what was searched for; None where only the title has it
