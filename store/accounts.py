"""People and what lets them in, in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any, Generic, NamedTuple, TypeVar

import msgspec

from . import conversations, rows
from .account_records import AccountRecord, Device, Door, Invitation, Known, Person, Session, Token
from .forgetting import mark
from .schema import MESSAGE_BITS

R = TypeVar("R", bound=msgspec.Struct)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIMES = {"created_at", "expires_at", "seen_at"}
_JSON = {"models", "scopes"}
_FLAGS = {"disabled", "manages_models"}


class Table(NamedTuple, Generic[R]):
    name: str
    key: str
    shape: type[R]

    @property
    def fields(self) -> tuple[str, ...]:
        return self.shape.__struct_fields__


PEOPLE = Table("people", "id", Person)
SESSIONS = Table("sessions", "hash", Session)
DEVICES = Table("devices", "hash", Device)
TOKENS = Table("tokens", "hash", Token)
INVITATIONS = Table("invitations", "hash", Invitation)
_TABLES: dict[type[AccountRecord], Table[Any]] = {
    one.shape: one for one in (PEOPLE, SESSIONS, DEVICES, TOKENS, INVITATIONS)
}

_CONVERSATIONS = "SELECT person, count(*) FROM conversations GROUP BY person"
# Its last message's place is how many a conversation has: none is ever taken out. So no content is read.
_MESSAGES = f"""SELECT person, sum(coalesce((
        SELECT max(number) FROM messages
        WHERE number BETWEEN one.number << {MESSAGE_BITS} AND ((one.number + 1) << {MESSAGE_BITS}) - 1
    ) - (one.number << {MESSAGE_BITS}), 0)) FROM conversations AS one GROUP BY person"""
_THEIRS = "SELECT id FROM conversations WHERE person = ? LIMIT ?"
_RUNS = "SELECT id FROM runs WHERE person = ?"
_LEFT = ("shares", "presets", "runs")  # sessions, devices, tokens and invitations go with the person's row


def load(db: sqlite3.Connection) -> Known:
    return Known(_all(db, PEOPLE), _all(db, SESSIONS), _all(db, DEVICES), _all(db, TOKENS), _all(db, INVITATIONS))


def write(db: sqlite3.Connection, keep: Sequence[AccountRecord], drop: Sequence[Door]) -> None:
    """All of it or nothing. What is kept replaces the one of the same key."""
    for door in drop:
        db.execute(f"DELETE FROM {_TABLES[type(door)].name} WHERE hash = ?", (door.hash,))
    for record in keep:
        _keep(db, _TABLES[type(record)], record)


def seen(db: sqlite3.Connection, who: Person, how: Session | Token | None) -> None:
    """Only the times, and only where they are still there: they may have ended meanwhile."""
    time = _column("seen_at", who.seen_at)
    db.execute("UPDATE people SET seen_at = ? WHERE id = ?", (time, who.id))
    if how is not None:
        db.execute(f"UPDATE {_TABLES[type(how)].name} SET seen_at = ? WHERE hash = ?", (time, how.hash))


def counts(db: sqlite3.Connection) -> dict[str, tuple[int, int]]:
    """Of each person: how many conversations, and how many messages in them."""
    messages = dict(db.execute(_MESSAGES).fetchall())
    return {person: (count, messages[person]) for person, count in db.execute(_CONVERSATIONS).fetchall()}


def empty(db: sqlite3.Connection, person: str, most: int) -> tuple[list[str], bool]:
    """As many of their conversations: the ids of the generations in them, and whether there may be more."""
    found = db.execute(_THEIRS, (person, most)).fetchall()
    gone = [conversations.delete(db, person, conversation) or [] for (conversation,) in found]
    return list(chain.from_iterable(gone)), len(found) == most


def delete(db: sqlite3.Connection, person: str) -> list[str]:
    """Everything of theirs. Gives the ids of their generations."""
    generations, _ = empty(db, person, -1)
    generations += [run for (run,) in db.execute(_RUNS, (person,)).fetchall()]
    for table in _LEFT:
        db.execute(f"DELETE FROM {table} WHERE person = ?", (person,))
    db.execute("DELETE FROM people WHERE id = ?", (person,))
    mark(db)
    return generations


def _all(db: sqlite3.Connection, table: Table[R]) -> list[R]:
    found = db.execute(f"SELECT {', '.join(table.fields)} FROM {table.name}").fetchall()
    return [table.shape(*map(_value, table.fields, row)) for row in found]


def _keep(db: sqlite3.Connection, table: Table[R], record: R) -> None:
    """Not INSERT OR REPLACE: that deletes the old row first, and what hangs on it along."""
    columns = ", ".join(table.fields)
    changes = ", ".join(f"{name} = excluded.{name}" for name in table.fields if name != table.key)
    statement = f"INSERT INTO {table.name} ({columns}) VALUES ({rows.marks(columns)})"
    db.execute(f"{statement} ON CONFLICT ({table.key}) DO UPDATE SET {changes}", _row(table.fields, record))


def _row(fields: Iterable[str], record: msgspec.Struct) -> tuple[Any, ...]:
    return tuple(_column(name, getattr(record, name)) for name in fields)


def _column(name: str, value: Any) -> Any:
    if value is None:
        return None
    if name in _JSON:
        return msgspec.json.encode(value).decode()
    return rows.moment(value) if name in _TIMES else value


def _value(name: str, column: Any) -> Any:
    if column is None:
        return None
    if name in _JSON:
        return msgspec.json.decode(column)
    if name in _FLAGS:
        return bool(column)
    return _EPOCH + timedelta(microseconds=column) if name in _TIMES else column
