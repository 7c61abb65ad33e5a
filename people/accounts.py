"""The accounts of the house: who comes in, and what becomes of whom."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from itertools import chain, count
from typing import Self

import msgspec

from store import GUEST, HOUSE, Door, Person, StoredAccounts, StoreError

from . import passwords
from .caller import Caller
from .entrance import Entrance
from .errors import Disabled, LastOwner, NoOwner
from .invitations import Invitations
from .names import checked, folded
from .registry import Registry, utc_now
from .requests import ChangedPerson
from .sessions import Sessions
from .tokens import Tokens
from .views import PersonView

SWEEP_EVERY = 60.0  # seconds
LONGEST_BASE = 58  # characters of a name that a number is put behind

log = logging.getLogger("hearth.people")


class Accounts:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self.sessions = Sessions(registry)
        self.tokens = Tokens(registry)
        self.invitations = Invitations(registry)
        self.entrance = Entrance(registry, self.sessions, self.invitations)
        self.on_allowance: Callable[[], None] = lambda: None  # called when somebody may do more, or less, than before

    def __repr__(self) -> str:
        return f"<Accounts {self._registry} {self.entrance}>"

    @classmethod
    async def open(cls, kept: StoredAccounts, now: Callable[[], datetime] = utc_now) -> Self:
        return cls(Registry(kept, await kept.load(), now))

    async def close(self) -> None:
        """Behind what is still to be written."""
        await self._registry.close()

    async def sweep(self) -> None:
        """For as long as Hearth runs: what has outlived its time ends, and whatever it has open."""
        while True:
            await asyncio.sleep(SWEEP_EVERY)
            try:
                await self.end_what_is_over()
            except StoreError as error:
                log.warning("what has outlived its time is still kept: %s", error)

    async def end_what_is_over(self) -> None:
        async with self._registry.changing:
            over = [*self.sessions.over(), *self.tokens.over(), *self.invitations.over()]
            if over:
                await self._registry.commit(drop=over)

    # -- who is asking

    @property
    def on_end(self) -> Callable[[str, str | None], None]:
        """Called with a person, and with the id of the session or token that ended; None: everything of theirs."""
        return self._registry.on_end

    @on_end.setter
    def on_end(self, tell: Callable[[str, str | None], None]) -> None:
        self._registry.on_end = tell

    @property
    def has_people(self) -> bool:
        return bool(self._registry.people)

    @property
    def has_owner(self) -> bool:
        return bool(self._registry.owners())

    def caller_by_session(self, secret: str) -> Caller | None:
        return self.sessions.caller(secret)

    def caller_by_token(self, secret: str) -> Caller | None:
        return self.tokens.caller(secret)

    def known_by_proxy(self, name: str) -> Caller | None:
        """Without waiting, where this proxy's person is known; Disabled."""
        person = self._registry.named_by_proxy(name)
        if person is None:
            return None
        if person.disabled:
            raise Disabled
        self._registry.saw(person, None)
        return self._registry.caller(person, None)

    async def caller_of_proxy(self, name: str) -> Caller:
        """Whom a proxy has signed in; somebody new gets an account. NoOwner, Disabled, BadName.

        Who had an account of exactly this name before there was the proxy keeps it.
        """
        async with self._registry.changing:
            caller = self.known_by_proxy(name)
            if caller is not None:
                return caller
            if not self.has_owner:
                raise NoOwner(name)
            person = self._before_the_proxy(name) or self._registry.newcomer(self._free(checked(name)), None)
            await self._registry.commit(keep=[msgspec.structs.replace(person, proxied=name.lower())])
            met = self.known_by_proxy(name)
            assert met is not None
            return met

    def _before_the_proxy(self, name: str) -> Person | None:
        person = self._registry.named(name)
        is_same = person is not None and person.name.lower() == name.lower()
        return person if is_same and person is not None and person.proxied is None else None

    def _free(self, name: str) -> str:
        """By which somebody new is shown, where others have this name or one that looks like it."""
        others = (f"{name[:LONGEST_BASE]} {number}" for number in count(2))
        return next(one for one in chain([name], others) if self._registry.named(one) is None)

    def is_closed(self, person: str) -> bool:
        """To those who were let in a moment ago: an account that was closed, or that is gone."""
        one = self._registry.people.get(person)
        return person not in (HOUSE, GUEST) if one is None else one.disabled

    def allowance(self, person: str) -> tuple[frozenset[str] | None, int | None]:
        """Which models, and how many replies at once; None: all, and no limit. So it is for who has no account, too."""
        one = self._registry.people.get(person)
        if one is None:
            return None, None
        return None if one.models is None else frozenset(one.models), one.at_once

    # -- one's own account

    def view(self, person: str) -> Person:
        """What is kept; Unknown where nobody signed in."""
        return self._registry.get(person)

    async def rename(self, person: str, name: str) -> None:
        """BadName, NameTaken."""
        await self.change(person, ChangedPerson(name=name))

    async def leave(self, person: str, password: str) -> list[str]:
        """Deletes one's own account with everything in it; gives the generations whose files are to go too."""
        self._check_owner_stays(person)
        if self._registry.get(person).password is not None:  # else a proxy says who it is, each time
            await self.entrance.confirm(person, password)
        return await self.delete(person)

    # -- other people's accounts

    async def people(self) -> list[PersonView]:
        """By name. How much they have, never what."""
        counts = await self._registry.counts()
        people = sorted(self._registry.people.values(), key=lambda one: one.folded)
        return [_person_view(one, *counts.get(one.id, (0, 0))) for one in people]

    async def change(self, person: str, wanted: ChangedPerson) -> PersonView:
        """BadName, NameTaken, LastOwner. Who is closed out is out at once: sessions end, tokens stop."""
        async with self._registry.changing:
            changes = wanted.fields()
            if "name" in changes:
                changes["name"] = checked(changes["name"])
                changes["folded"] = folded(changes["name"])
                self._registry.check_free(changes["name"], person)
            if changes.get("role") == "member" or changes.get("disabled"):
                self._check_owner_stays(person)
            changed = msgspec.structs.replace(self._registry.get(person), **changes)
            drop: list[Door] = [*self.sessions.of(person)] if changed.disabled else []
            await self._registry.commit(keep=[changed], drop=drop)
        self.on_allowance()
        counts = await self._registry.counts()
        return _person_view(changed, *counts.get(person, (0, 0)))

    async def delete(self, person: str) -> list[str]:
        """With everything of theirs; gives the generations whose files are to go too. LastOwner."""
        async with self._registry.changing:  # from here on nobody makes anything more for them, whatever happens
            self._check_owner_stays(person)
            closed = msgspec.structs.replace(self._registry.get(person), disabled=True, role="member")
            await self._registry.commit(keep=[closed], drop=[*self.sessions.of(person)])
        gone = await self._registry.empty(self._registry.get(person))
        async with self._registry.changing:
            return gone + await self._registry.delete(self._registry.get(person))

    async def add(self, name: str, password: str) -> tuple[PersonView, bool]:
        """By who sits at the machine: the owner where there is none, else a member; a new password for who is here.

        And whether it is somebody new.
        """
        name = checked(name)
        passwords.check(password, name)
        encoded = await self.entrance.passwords.hash(password)
        async with self._registry.changing:
            person = self._registry.named(name)
            if person is None:
                made = self._newcomer(name, encoded)
                await self._registry.commit(keep=[made])
            else:
                made = msgspec.structs.replace(person, password=encoded)
                ended: list[Door] = [*self.sessions.of(person.id), *self.invitations.of(person.id)]
                await self._registry.commit(keep=[made], drop=ended)
        return _person_view(made, 0, 0), person is None

    def _newcomer(self, name: str, encoded: str) -> Person:
        registry = self._registry
        return registry.newcomer(name, encoded) if self.has_owner else registry.first_owner(name, encoded)

    def _check_owner_stays(self, person: str) -> None:
        if self._registry.get(person) in self._registry.owners() and len(self._registry.owners()) == 1:
            raise LastOwner


def _person_view(person: Person, conversations: int, messages: int) -> PersonView:
    return PersonView(
        id=person.id,
        name=person.name,
        role="owner" if person.role == "owner" else "member",
        disabled=person.disabled,
        manages_models=person.manages_models,
        models=person.models,
        at_once=person.at_once,
        has_password=person.password is not None,
        created_at=person.created_at,
        seen_at=person.seen_at,
        conversations=conversations,
        messages=messages,
    )
