"""Conversations from elsewhere, whole: Hearth's own export, or what was made into its form.

The trees come back as they were, with new ids. What can't be kept is refused with the place where it stands, and then
nothing is kept.

What is read is made of tuples and of structs that the garbage collector does not look at: it would walk through all
there is so far, again and again, while millions are made, and everybody else would wait for it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from heapq import heapify, heappop, heappush
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType

from store import Conversation, Message

from .errors import Invalid, TooLarge
from .generation import State
from .ids import new_id
from .messages import now
from .presets import MOST as MAX_PRESETS
from .requests import Name, NewPreset, Setup, check_images, plain_options
from .titles import title_of

MAX_CONVERSATIONS = 2000
MAX_MESSAGES = 10_000  # of one conversation
MAX_MESSAGES_IN_ALL = 50_000
MAX_TEXT = 4 * 1024 * 1024  # characters

Text = Annotated[str, Meta(max_length=MAX_TEXT)]
Time = Annotated[datetime, Meta(tz=True)]
Key = Annotated[str, Meta(min_length=1, max_length=200)]

_FIRST = datetime(1, 1, 1, tzinfo=UTC)  # in other zones there are earlier ones


class Context(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    size: int | None = None
    used: int | None = None
    left_out: tuple[str, ...] = ()


class ImportedError(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    code: str
    message: str
    retryable: bool


class ImportedMessage(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    """All that a message is told with; `conversation` and `generation` are those of another house."""

    role: Literal["user", "assistant"]
    content: Text
    id: Key | None = None
    parent: Key | UnsetType | None = UNSET  # below the message before it; None: a beginning
    thinking: Text = ""
    images: tuple[str, ...] = ()
    model: Name | None = None
    created_at: Time | None = None
    state: State | None = None
    error: ImportedError | None = None
    stats: dict[str, int | str] | None = None
    context: Context | None = None
    seams: tuple[Annotated[int, Meta(ge=0)], ...] = ()
    conversation: str | None = None
    generation: str | None = None


class ImportedConversation(Setup, forbid_unknown_fields=True, kw_only=True, gc=False):
    messages: tuple[ImportedMessage, ...]
    title: Text | None = None
    system: Text | None = None
    pinned: bool = False
    leaf: Key | UnsetType | None = UNSET  # the last message
    created_at: Time | None = None
    updated_at: Time | None = None
    id: str | None = None
    running: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        self.title = (self.title or "").strip() or None


class ImportedPreset(NewPreset, forbid_unknown_fields=True, kw_only=True, gc=False):
    id: str | None = None
    created_at: Time | None = None
    updated_at: Time | None = None


class Import(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    conversations: tuple[ImportedConversation, ...]
    hearth: Literal[1] = 1  # the form of the export
    presets: tuple[ImportedPreset, ...] = ()
    # What an export of everything holds besides, and what only says something about another house.
    account: dict[str, Any] | None = None
    shares: list[Any] | None = None
    exported_at: str | None = None


def read_import(wanted: Import) -> list[tuple[Conversation, list[Message]]]:
    """Those that have messages. Raises Invalid; takes its time."""
    _check_size(wanted)
    named = [(f"conversations[{place}]", one) for place, one in enumerate(wanted.conversations)]
    return [_conversation(one, where) for where, one in named if one.messages]


def _check_size(wanted: Import) -> None:
    if not (wanted.conversations or wanted.presets):
        raise Invalid("`conversations` is empty: there is nothing to import")
    if len(wanted.conversations) > MAX_CONVERSATIONS:
        raise TooLarge(f"`conversations` holds more than {MAX_CONVERSATIONS}: import them in several parts")
    if len(wanted.presets) > MAX_PRESETS:
        raise TooLarge(f"`presets` holds more than {MAX_PRESETS}, which is as many as one can have")
    sizes = [len(one.messages) for one in wanted.conversations]
    for place, size in enumerate(sizes):
        if size > MAX_MESSAGES:
            raise TooLarge(f"`conversations[{place}].messages` holds more than {MAX_MESSAGES}")
    if sum(sizes) > MAX_MESSAGES_IN_ALL:
        raise TooLarge(f"These are more than {MAX_MESSAGES_IN_ALL} messages: import them in several parts")


def _conversation(one: ImportedConversation, where: str) -> tuple[Conversation, list[Message]]:
    conversation_id, moment = new_id(), now()
    keys = _keys(one.messages, where)
    parents = _parents(one.messages, keys, where)
    ids = [new_id() for _ in one.messages]
    began = _past(one.created_at or _earliest(one.messages), moment)
    messages = [
        Message(
            id=ids[place],
            conversation=conversation_id,
            parent=None if (parent := parents[place]) is None else ids[parent],
            role=message.role,
            content=message.content,
            created_at=_past(message.created_at or began, moment),
            **_rest(message, {key: ids[at] for key, at in keys.items()} if message.context else {}),
        )
        for place, message in enumerate(one.messages)
    ]
    _check_images(one.messages, where)
    order = _parents_first(parents, where)
    title = one.title or title_of(message.content for message in one.messages if message.role == "user")
    conversation = Conversation(
        id=conversation_id,
        title=title,
        titled="person" if one.title else "question" if title else None,
        model=one.model,
        system=one.system,
        options=plain_options(one.options),
        think=one.think,
        keep_alive=one.keep_alive,
        pinned=one.pinned,
        leaf=_leaf(one, keys, ids, where),
        created_at=began,
        updated_at=_past(one.updated_at or max(message.created_at for message in messages), moment),
    )
    return conversation, [messages[place] for place in order]


def _rest(message: ImportedMessage, ids: dict[str, str]) -> dict[str, Any]:
    """What only some messages have."""
    context = msgspec.to_builtins(message.context)
    if context is not None:
        context["left_out"] = [ids[key] for key in context["left_out"] if key in ids]
    rest = {"images": list(message.images), "model": message.model, "stats": message.stats, "context": context}
    if message.role == "user":
        return rest
    return rest | {
        "thinking": message.thinking,
        "state": _state(message),
        "error": msgspec.to_builtins(message.error),
        "seams": list(message.seams),
    }


def _state(message: ImportedMessage) -> State:
    """What was being written there is written no more here."""
    if message.state in (State.QUEUED, State.RUNNING):
        return State.INTERRUPTED
    return message.state or State.DONE


def _keys(messages: Iterable[ImportedMessage], where: str) -> dict[str, int]:
    """The ids there, and the places of their messages."""
    keys: dict[str, int] = {}
    for place, message in enumerate(messages):
        if message.id is None:
            continue
        if message.id in keys:
            raise Invalid(f"`{where}.messages[{place}].id` is that of another message of this conversation")
        keys[message.id] = place
    return keys


def _parents(messages: Sequence[ImportedMessage], keys: dict[str, int], where: str) -> list[int | None]:
    parents: list[int | None] = []
    for place, message in enumerate(messages):
        if message.parent is UNSET:
            parents.append(place - 1 if place else None)
        elif message.parent is None:
            parents.append(None)
        elif (parent := keys.get(message.parent)) is not None:
            parents.append(parent)
        else:
            raise Invalid(f"`{where}.messages[{place}].parent` is no message of this conversation")
    return parents


def _parents_first(parents: list[int | None], where: str) -> list[int]:
    """The places, in the order of the list as far as that lets parents come before their children."""
    children: dict[int | None, list[int]] = {}
    for place, parent in enumerate(parents):
        children.setdefault(parent, []).append(place)
    ready, order = children.get(None, []), []
    heapify(ready)
    while ready:
        place = heappop(ready)
        order.append(place)
        for child in children.get(place, []):
            heappush(ready, child)
    if len(order) < len(parents):
        lost = min(set(range(len(parents))) - set(order))
        raise Invalid(f"`{where}.messages[{lost}].parent` leads round in a circle")
    return order


def _leaf(one: ImportedConversation, keys: dict[str, int], ids: list[str], where: str) -> str | None:
    if one.leaf is UNSET:
        return ids[-1]
    if one.leaf is not None and one.leaf not in keys:
        raise Invalid(f"`{where}.leaf` is no message of this conversation")
    return None if one.leaf is None else ids[keys[one.leaf]]


def _check_images(messages: Iterable[ImportedMessage], where: str) -> None:
    for place, message in enumerate(messages):
        if message.images:
            check_images(message.images, f"{where}.messages[{place}].images")


def _earliest(messages: Iterable[ImportedMessage]) -> datetime:
    return min((one.created_at for one in messages if one.created_at), default=now())


def _past(time: datetime, moment: datetime) -> datetime:
    """In UTC. A clock that is fast there must not keep a conversation on top here."""
    return moment if time > moment else max(time, _FIRST).astimezone(UTC)
