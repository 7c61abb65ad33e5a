"""A house's accounts on a real store, and a clock that the test can turn."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from people.accounts import Accounts
from people.caller import Caller, Entry, Visit
from people.errors import PeopleError
from people.first_owner import FirstOwner
from people.passwords import Passwords
from people.requests import NewInvitation
from store import SQLiteStore

PASSWORD = "a horse that no stable holds"
NEW_PASSWORD = "another horse, of another colour"
HOME, PHONE = Visit("192.168.1.20", "Firefox"), Visit("192.168.1.30", "Phone")


class Clock:
    def __init__(self) -> None:
        self.time = datetime(2026, 5, 1, 12, tzinfo=UTC)
        self.seconds = 1000.0  # since the machine was started, which no setting of the time changes

    def __call__(self) -> datetime:
        return self.time

    def passes(self, **time: float) -> None:
        self.is_set(**time)
        self.seconds += timedelta(**time).total_seconds()

    def is_set(self, **time: float) -> None:
        self.time += timedelta(**time)


@asynccontextmanager
async def opened(folder: Path, clock: Clock | None = None) -> AsyncIterator[Accounts]:
    async with opened_with_store(folder, clock) as (accounts, _):
        yield accounts


@asynccontextmanager
async def opened_with_store(folder: Path, clock: Clock | None = None) -> AsyncIterator[tuple[Accounts, SQLiteStore]]:
    store = await SQLiteStore.open(folder)
    clock = clock or Clock()
    accounts = await Accounts.open(store.accounts, clock)
    accounts.entrance.first_owner = FirstOwner(lambda: clock.seconds)
    accounts.entrance.passwords = Passwords(memory=64, passes=1)  # the same, but for what it costs
    try:
        yield accounts, store
    finally:
        await accounts.close()
        await store.close()


async def owner(accounts: Accounts, name: str = "Olga") -> Caller:
    await accounts.add(name, PASSWORD)
    return (await accounts.entrance.sign_in(name, PASSWORD, HOME)).caller


async def member(accounts: Accounts, name: str = "Mia", visit: Visit = HOME) -> Entry:
    """By an invitation, as people come in."""
    if not accounts.has_owner:
        await accounts.add("Olga", PASSWORD)
    _, secret = await accounts.invitations.create(NewInvitation())
    return await accounts.entrance.accept(secret, name, PASSWORD, visit)


async def refused(work: object, kind: type[PeopleError]) -> PeopleError:
    with pytest.raises(kind) as caught:
        await work  # type: ignore[misc]
    assert len(str(caught.value)) > 10
    return caught.value


def everything_in(folder: Path) -> bytes:
    return b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
