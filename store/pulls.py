"""The pulls of models in the database."""

from __future__ import annotations

from . import rows
from .records import PullRecord
from .thread import DatabaseThread

_ALL = f"SELECT {rows.PULL} FROM pulls ORDER BY created_at, id"
_ADD = f"INSERT INTO pulls ({rows.PULL}) VALUES ({rows.marks(rows.PULL)})"
_CHANGE = f"UPDATE pulls SET ({rows.PULL}) = ({rows.marks(rows.PULL)}) WHERE id = ?"
_DELETE = "DELETE FROM pulls WHERE id = ?"


class KeptPulls:
    """A part of the SQLiteStore: each call is whole or not at all, and is kept when it returns."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    def __repr__(self) -> str:
        return f"<KeptPulls {self._thread}>"

    async def all(self) -> list[PullRecord]:
        """The oldest first."""
        return await self._thread.read(lambda db: [rows.pull(row) for row in db.execute(_ALL).fetchall()])

    async def add(self, pull: PullRecord) -> None:
        await self._thread.write(lambda db: db.execute(_ADD, rows.pull_row(pull)))

    async def change(self, pull: PullRecord) -> None:
        """Does nothing where it has been deleted."""
        await self._thread.write(lambda db: db.execute(_CHANGE, (*rows.pull_row(pull), pull.id)))

    async def delete(self, pull_id: str) -> None:
        await self._thread.write(lambda db: db.execute(_DELETE, (pull_id,)))
