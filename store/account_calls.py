"""The store's calls on people and what lets them in."""

from __future__ import annotations

from collections.abc import Sequence

from . import accounts
from .account_records import AccountRecord, Door, Known, Person, Session, Token
from .thread import DatabaseThread

AT_ONCE = 10  # conversations that are deleted in one transaction


class StoredAccounts:
    """Each call is whole or not at all, and is kept when it returns."""

    def __init__(self, thread: DatabaseThread) -> None:
        self._thread = thread

    def __repr__(self) -> str:
        return f"<StoredAccounts {self._thread}>"

    async def load(self) -> Known:
        return await self._thread.read(accounts.load)

    async def write(self, keep: Sequence[AccountRecord] = (), drop: Sequence[Door] = ()) -> None:
        await self._thread.write(lambda db: accounts.write(db, keep, drop))

    async def seen(self, who: Person, how: Session | Token | None) -> None:
        await self._thread.write(lambda db: accounts.seen(db, who, how))

    async def counts(self) -> dict[str, tuple[int, int]]:
        return await self._thread.read(accounts.counts)

    async def empty(self, person: str) -> list[str]:
        """Deletes their conversations, a few at a time: others are served meanwhile. Gives what `delete` does."""
        generations, more = list[str](), True
        while more:
            some, more = await self._thread.write(lambda db: accounts.empty(db, person, AT_ONCE))
            generations += some
        return generations

    async def delete(self, person: str) -> list[str]:
        """With everything of theirs; gives the ids of their generations, whose files are to go too."""
        return await self._thread.write(lambda db: accounts.delete(db, person))
