"""The store on the disk: one SQLite database, one thread that touches it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Self

from . import messages, shares
from .account_calls import StoredAccounts
from .folder import open_folder
from .house_settings import HouseSettings
from .personal import PersonalSQLiteStore
from .pulls import KeptPulls
from .records import Message, Share
from .schema import MIGRATIONS, Migration
from .thread import DatabaseThread


class SQLiteStore:
    """A `Store` that also can be opened and closed."""

    def __init__(self, folder: Path, thread: DatabaseThread) -> None:
        self._folder = folder
        self._thread = thread
        self.pulls = KeptPulls(thread)
        self.accounts = StoredAccounts(thread)
        self.settings = HouseSettings(thread)

    def __repr__(self) -> str:
        return f"<SQLiteStore {self._folder} {self._thread}>"

    @classmethod
    async def open(cls, folder: Path, migrations: Sequence[Migration] = MIGRATIONS) -> Self:
        thread = DatabaseThread()
        await thread.open(partial(open_folder, folder, migrations))
        return cls(folder, thread)

    async def close(self) -> None:
        await self._thread.close()

    def of(self, person: str) -> PersonalSQLiteStore:
        return PersonalSQLiteStore(self._thread, person)

    async def share(self, share_id: str) -> tuple[str, Share] | None:
        return await self._thread.read(lambda db: shares.get(db, share_id))

    async def unfinished(self) -> list[tuple[str, Message]]:
        return await self._thread.read(messages.unfinished)

    async def without_run(self, ids: Sequence[str]) -> list[str]:
        return await self._thread.read(lambda db: messages.without_run(db, ids))

    async def answers(self) -> None:
        await self._thread.read(lambda db: db.execute("SELECT 1 FROM conversations LIMIT 1").fetchall())
