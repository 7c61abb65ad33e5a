"""Records as rows, and back."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from .records import Conversation, Message, Preset, PullRecord, Run, Share

Row = tuple[Any, ...]

# in the order of the records' fields
CONVERSATION = "id, title, model, system, options, think, keep_alive, pinned, leaf, created_at, updated_at, titled"
MESSAGE = """id, conversation, parent, role, content, created_at, thinking, images, model, state, generation,
    error, stats, context, seams"""
PRESET = "id, name, model, system, options, think, keep_alive, created_at, updated_at"
PULL = "id, person, model, server, state, error, total, completed, created_at, updated_at"
RUN = "id, conversation, message, state, last, ended_at"

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def names(columns: str) -> list[str]:
    return [name.strip() for name in columns.split(",")]


def marks(columns: str) -> str:
    return ", ".join("?" * (columns.count(",") + 1))


def assignments(columns: str) -> str:
    return ", ".join(f"{name} = ?" for name in names(columns))


def excluded(columns: str) -> str:
    """The assignments of an upsert that replaces all of them."""
    return ", ".join(f"{name} = excluded.{name}" for name in names(columns))


def moment(time: datetime) -> int:
    """Microseconds, UTC."""
    return (time - _EPOCH) // _MICROSECOND


def conversation_row(one: Conversation) -> Row:
    return tuple(column(name, getattr(one, name)) for name in names(CONVERSATION))


def message_row(one: Message) -> Row:
    return tuple(column(name, getattr(one, name)) for name in names(MESSAGE))


def preset_row(one: Preset) -> Row:
    return tuple(column(name, getattr(one, name)) for name in names(PRESET))


def pull_row(one: PullRecord) -> Row:
    return tuple(column(name, getattr(one, name)) for name in names(PULL))


def run_row(one: Run) -> Row:
    return tuple(column(name, getattr(one, name)) for name in names(RUN))


def column(name: str, value: Any) -> Any:
    """One field of a record as it is kept."""
    if value is None:
        return None
    if name in _JSON:
        return msgspec.json.encode(value).decode() if value != [] else None
    return moment(value) if isinstance(value, datetime) else value


_JSON = {"options", "think", "keep_alive", "images", "error", "stats", "context", "seams"}


def conversation(row: Row) -> Conversation:
    id_, title, model, system, options, think, keep_alive, pinned, leaf, created_at, updated_at, titled = row
    return Conversation(
        id=id_,
        title=title,
        model=model,
        system=system,
        options=_parsed(options),
        think=_parsed(think),
        keep_alive=_parsed(keep_alive),
        pinned=bool(pinned),
        leaf=leaf,
        created_at=_time(created_at),
        updated_at=_time(updated_at),
        titled=titled,
    )


def message(row: Row) -> Message:
    id_, conversation_id, parent, role, content, created_at, thinking, images, model, state, generation, *json = row
    error, stats, context, seams = map(_parsed, json)
    return Message(
        id=id_,
        conversation=conversation_id,
        parent=parent,
        role=role,
        content=content,
        created_at=_time(created_at),
        thinking=thinking,
        images=_parsed(images) or [],
        model=model,
        state=state,
        generation=generation,
        error=error,
        stats=stats,
        context=context,
        seams=seams or [],
    )


def preset(row: Row) -> Preset:
    id_, name, model, system, options, think, keep_alive, created_at, updated_at = row
    return Preset(
        id=id_,
        name=name,
        model=model,
        system=system,
        options=_parsed(options),
        think=_parsed(think),
        keep_alive=_parsed(keep_alive),
        created_at=_time(created_at),
        updated_at=_time(updated_at),
    )


def pull(row: Row) -> PullRecord:
    id_, person, model, server, state, error, total, completed, created_at, updated_at = row
    return PullRecord(
        id=id_,
        person=person,
        model=model,
        server=server,
        state=state,
        error=_parsed(error),
        total=total,
        completed=completed,
        created_at=_time(created_at),
        updated_at=_time(updated_at),
    )


def share(row: Row) -> Share:
    id_, conversation_id, message_id, sign_in, created_at = row
    return Share(id_, conversation_id, message_id, bool(sign_in), _time(created_at))


def run(row: Row) -> Run:
    id_, conversation_id, message_id, state, last, ended_at = row
    return Run(id_, conversation_id, message_id, state, last, None if ended_at is None else _time(ended_at))


def _parsed(value: str | None) -> Any:
    return None if value is None else msgspec.json.decode(value)


def _time(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
