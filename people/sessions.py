"""Sessions: one for each browser that somebody signed in on, and the mark that it keeps when they sign out."""

from __future__ import annotations

from datetime import timedelta
from typing import NamedTuple

from store import AccountRecord, Device, Door, Person, Session

from . import keys
from .caller import Caller, Entry, Visit
from .errors import Unknown
from .registry import Registry
from .views import SessionView

LASTS = timedelta(days=90)  # since it was seen last
DEVICE_LASTS = timedelta(days=365)
MOST = 50  # for one person; beyond, the one that was not seen for the longest goes
MOST_DEVICES = 50
AGENT = 300  # characters of what a browser says of itself


class Opening(NamedTuple):
    """A session that begins when what it consists of is committed."""

    entry: Entry
    keep: list[AccountRecord]
    drop: list[Door]


class Sessions:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __repr__(self) -> str:
        return f"<Sessions {len(self._registry.sessions)}>"

    def caller(self, secret: str) -> Caller | None:
        session = self._registry.sessions.get(keys.hashed(secret)) if keys.may_be_one(secret) else None
        if session is None or self._is_over(session):
            return None
        person = self._registry.people[session.person]
        if person.disabled:
            return None
        self._registry.saw(person, session)
        return self._registry.caller(person, session)

    def open(self, person: Person, visit: Visit, drop: list[Session] | None = None) -> Opening:
        """`drop`: those that end with it, where a new password ends all."""
        gone = drop if drop is not None else self._oldest(person.id)
        now, secret = self._registry.now(), keys.new_secret()
        address, agent = visit.address[:64], visit.agent[:AGENT]
        session = Session(keys.hashed(secret), keys.new_id(), person.id, agent, address, now, now)
        device_secret, device, old = self._device(person.id, visit.device)
        entry = Entry(self._registry.caller(person, session), secret, device_secret)
        return Opening(entry, [session, device], [*gone, *old])

    def known(self, person: str, device: str | None) -> Device | None:
        """The browser, if this person has signed in on it before."""
        if device is None or not keys.may_be_one(device):
            return None
        found = self._registry.devices.get(keys.hashed(device))
        if found is None or found.person != person or self._registry.now() - found.seen_at > DEVICE_LASTS:
            return None
        return found

    def all_of(self, person: str, current: str | None) -> list[SessionView]:
        """The one seen last is the first."""
        return [
            SessionView(one.id, one.agent, one.address, one.created_at, one.seen_at, one.id == current)
            for one in sorted(self.of(person), key=lambda one: one.seen_at, reverse=True)
            if not self._is_over(one)
        ]

    async def end(self, person: str, session_id: str) -> None:
        async with self._registry.changing:
            ended = [one for one in self.of(person) if one.id == session_id]
            if not ended:
                raise Unknown("There is no session of this id: it may have ended already")
            await self._registry.commit(drop=ended)

    async def end_others(self, person: str, current: str | None) -> None:
        async with self._registry.changing:
            await self._registry.commit(drop=[one for one in self.of(person) if one.id != current])

    def of(self, person: str) -> list[Session]:
        """Also those that are over: a clock that is set back must not bring them to life."""
        return [one for one in self._registry.sessions.values() if one.person == person]

    def over(self) -> list[Door]:
        """What has outlived its time."""
        now = self._registry.now()
        devices = [one for one in self._registry.devices.values() if now - one.seen_at > DEVICE_LASTS]
        return [*filter(self._is_over, self._registry.sessions.values()), *devices]

    def _is_over(self, session: Session) -> bool:
        return self._registry.now() - session.seen_at > LASTS

    def _oldest(self, person: str) -> list[Session]:
        return sorted(self.of(person), key=lambda one: one.seen_at, reverse=True)[MOST - 1 :]

    def _device(self, person: str, secret: str | None) -> tuple[str, Device, list[Device]]:
        """Its secret, how it is kept, and those that are one too many."""
        if secret is None or self.known(person, secret) is None:
            secret = keys.new_secret()
        device = Device(keys.hashed(secret), person, self._registry.now())
        others = [one for one in self._registry.devices.values() if one.person == person and one.hash != device.hash]
        return secret, device, sorted(others, key=lambda one: one.seen_at, reverse=True)[MOST_DEVICES - 1 :]
