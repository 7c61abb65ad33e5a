"""What people set for the whole house on the page."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec

from .thread import DatabaseThread

_GET = "SELECT value FROM settings WHERE name = ?"
_KEEP = "INSERT OR REPLACE INTO settings (name, value) VALUES (?, ?)"


class HouseSettings:
    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    def __repr__(self) -> str:
        return f"<HouseSettings {self._thread}>"

    async def get(self, name: str) -> Any:
        """As it was kept; None where nobody set it."""
        return await self._thread.read(lambda db: _get(db, name))

    async def keep(self, name: str, value: Any) -> None:
        """Anything that JSON can hold."""
        text = msgspec.json.encode(value).decode()
        await self._thread.write(lambda db: db.execute(_KEEP, (name, text)))


def _get(db: sqlite3.Connection, name: str) -> Any:
    row = db.execute(_GET, (name,)).fetchone()
    return None if row is None else msgspec.json.decode(row[0])
