"""Everybody, and everything that lets somebody in: read once, kept in memory, and written through.

A home has tens of people, so all of it fits; and who asks is found without waiting for the disk.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import msgspec

from store import HOUSE, AccountRecord, Device, Door, Invitation, Person, Session, StoredAccounts, StoreError, Token

from .caller import Caller
from .errors import Invalid, NameTaken, Unknown
from .keys import new_id
from .names import folded

if TYPE_CHECKING:
    from store import Known

SEEN_EVERY = timedelta(hours=1)  # so seldom is it written that somebody was here

log = logging.getLogger("hearth.people")


def utc_now() -> datetime:
    return datetime.now(UTC)


class Registry:
    def __init__(self, kept: StoredAccounts, known: Known, now: Callable[[], datetime] = utc_now) -> None:
        self._kept = kept
        self.now = now
        self.people: dict[str, Person] = {one.id: one for one in _compared_as_today(known.people)}
        self._by_name = {one.folded: one.id for one in self.people.values()}
        self._by_proxy = {one.proxied: one.id for one in known.people if one.proxied is not None}
        self.sessions: dict[bytes, Session] = {one.hash: one for one in known.sessions}
        self.devices: dict[bytes, Device] = {one.hash: one for one in known.devices}
        self.tokens: dict[bytes, Token] = {one.hash: one for one in known.tokens}
        self.invitations: dict[bytes, Invitation] = {one.hash: one for one in known.invitations}
        self.changing = asyncio.Lock()  # held from looking what is so until what follows from it is kept
        self.on_end: Callable[[str, str | None], None] = _nothing
        self._writing: set[asyncio.Task[None]] = set()

    def __repr__(self) -> str:
        return f"<Registry {len(self.people)} people, {len(self.sessions)} sessions, {len(self.tokens)} tokens>"

    async def close(self) -> None:
        while self._writing:
            await asyncio.wait(self._writing)

    def get(self, person: str) -> Person:
        if person not in self.people:
            raise Unknown("There is nobody of this id")
        return self.people[person]

    def named(self, name: str) -> Person | None:
        person = self._by_name.get(folded(name))
        return None if person is None else self.people[person]

    def named_by_proxy(self, name: str) -> Person | None:
        """Letter by letter, but for capitals: what else a proxy tells apart are two people, however alike they look."""
        person = self._by_proxy.get(name.lower())
        return None if person is None else self.people[person]

    def owners(self) -> list[Person]:
        """Those who can come in."""
        return [one for one in self.people.values() if one.role == "owner" and not one.disabled]

    def check_free(self, name: str, person: str | None = None) -> None:
        """NameTaken, unless it is the name of this very person."""
        other = self.named(name)
        if other is not None and other.id != person:
            raise NameTaken

    def newcomer(self, name: str, encoded: str | None) -> Person:
        """Who is not kept yet; NameTaken."""
        self.check_free(name)
        return Person(new_id(), name, folded(name), encoded, "member", self.now())

    def check_ownerless(self) -> None:
        if self.owners():
            raise Invalid("This Hearth has an owner already: sign in, or ask for an invitation")

    def first_owner(self, name: str, encoded: str | None) -> Person:
        """To whom belongs what was kept when nobody had an account; not kept yet."""
        self.check_ownerless()
        return msgspec.structs.replace(self.newcomer(name, encoded), id=HOUSE, role="owner")

    def caller(self, person: Person, key: Session | Token | None) -> Caller:
        scopes = frozenset(key.scopes) if isinstance(key, Token) else None
        owns = person.role == "owner"
        return Caller(
            person=person.id,
            name=person.name,
            role="owner" if owns else "member",
            key=None if key is None else key.id,
            scopes=scopes,
            manages_models=scopes is None and (owns or person.manages_models),
            manages_people=scopes is None and owns,
        )

    async def commit(self, keep: Sequence[AccountRecord] = (), drop: Sequence[Door] = ()) -> None:
        """On the disk first, then here, and then those are told whose streams are to end."""
        await self._kept.write(keep, drop)
        ended: list[tuple[str, str | None]] = []
        for door in drop:
            if self._table(door).pop(door.hash, None) and isinstance(door, Session | Token):
                ended.append((door.person, door.id))
        for record in keep:
            if isinstance(record, Person):
                ended += self._put(record)
            else:
                self._table(record)[record.hash] = record
        self._tell(ended)

    async def empty(self, person: Person) -> list[str]:
        """Of a person who is to be deleted. It may take long, so nobody is kept waiting for it."""
        return await self._kept.empty(person.id)

    async def delete(self, person: Person) -> list[str]:
        """With everything of theirs; gives the ids of their generations."""
        generations = await self._kept.delete(person.id)
        self._forget_names(self.people.pop(person.id))
        for table in (self.sessions, self.devices, self.tokens, self.invitations):
            for door in [one for one in table.values() if one.person == person.id]:
                self._table(door).pop(door.hash)
        self._tell([(person.id, None)])
        return generations

    async def counts(self) -> dict[str, tuple[int, int]]:
        return await self._kept.counts()

    def saw(self, person: Person, door: Session | Token | None) -> None:
        """That somebody is here now; who is does not wait until it is written."""
        now = self.now()
        last = person.seen_at if door is None else door.seen_at
        if last is not None and now - last < SEEN_EVERY:
            return
        person = self.people[person.id] = msgspec.structs.replace(person, seen_at=now)
        if door is not None:
            door = msgspec.structs.replace(door, seen_at=now)
            self._table(door)[door.hash] = door
        self._later(self._kept.seen(person, door))

    def _put(self, person: Person) -> list[tuple[str, str | None]]:
        """Whose rights change has to come in anew, so that nothing goes on with the old ones."""
        old = self.people.get(person.id)
        if old is not None:
            self._forget_names(old)
        self.people[person.id] = person
        self._by_name[person.folded] = person.id
        if person.proxied is not None:
            self._by_proxy[person.proxied] = person.id
        return [(person.id, None)] if old is not None and _rights(old) != _rights(person) else []

    def _forget_names(self, person: Person) -> None:
        del self._by_name[person.folded]
        if person.proxied is not None:
            del self._by_proxy[person.proxied]

    def _table(self, door: Door) -> dict[bytes, Any]:
        match door:
            case Session():
                return self.sessions
            case Device():
                return self.devices
            case Token():
                return self.tokens
            case Invitation():
                return self.invitations

    def _tell(self, ended: Sequence[tuple[str, str | None]]) -> None:
        for person, key in ended:
            self.on_end(person, key)

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(_done(work))
        self._writing.add(task)
        task.add_done_callback(self._writing.discard)


async def _done(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except StoreError as error:
        log.warning("when somebody was seen is not kept: %s", error)


def _rights(person: Person) -> tuple[str, bool, bool]:
    return person.role, person.disabled, person.manages_models


def _compared_as_today(people: Sequence[Person]) -> Iterator[Person]:
    """An earlier Hearth told more names apart: of two that are one by now, the second is known as it was then."""
    taken = {one.folded for one in people}
    for one in people:
        now = folded(one.name)
        yield one if now in taken else msgspec.structs.replace(one, folded=now)
        taken.add(now)


def _nothing(person: str, key: str | None) -> None:
    """Nobody wants to hear of it."""
