"""The pulls of models in the database."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from . import rows
from .thread import DatabaseThread

_COLUMNS = "id, person, model, server, state, error, total, completed, created_at, updated_at"  # as the fields
_ALL = f"SELECT {_COLUMNS} FROM pulls ORDER BY created_at, id"
_ADD = f"INSERT INTO pulls ({_COLUMNS}) VALUES ({rows.marks(_COLUMNS)})"
_CHANGE = f"UPDATE pulls SET ({_COLUMNS}) = ({rows.marks(_COLUMNS)}) WHERE id = ?"
_DELETE = "DELETE FROM pulls WHERE id = ?"


class PullRecord(msgspec.Struct, frozen=True):
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


class KeptPulls:
    """A part of the SQLiteStore: each call is whole or not at all, and is kept when it returns."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    def __repr__(self) -> str:
        return f"<KeptPulls {self._thread}>"

    async def all(self) -> list[PullRecord]:
        """The oldest first."""
        return await self._thread.read(lambda db: [_record(row) for row in db.execute(_ALL).fetchall()])

    async def add(self, pull: PullRecord) -> None:
        await self._thread.write(lambda db: db.execute(_ADD, _row(pull)))

    async def change(self, pull: PullRecord) -> None:
        """Does nothing where it has been deleted."""
        await self._thread.write(lambda db: db.execute(_CHANGE, (*_row(pull), pull.id)))

    async def delete(self, pull_id: str) -> None:
        await self._thread.write(lambda db: db.execute(_DELETE, (pull_id,)))


def _row(pull: PullRecord) -> rows.Row:
    return tuple(rows.column(name, getattr(pull, name)) for name in rows.names(_COLUMNS))


def _record(row: rows.Row) -> PullRecord:
    id_, person, model, server, state, error, total, completed, created_at, updated_at = row
    return PullRecord(
        id=id_,
        person=person,
        model=model,
        server=server,
        state=state,
        error=None if error is None else msgspec.json.decode(error),
        total=total,
        completed=completed,
        created_at=rows.time(created_at),
        updated_at=rows.time(updated_at),
    )
