"""Links that work once: for somebody new, or for somebody here who needs a new password."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from store import Door, Invitation

from . import keys
from .errors import Full, LinkUsed, NameTaken, Unknown
from .names import checked
from .registry import Registry
from .requests import NewInvitation
from .views import InvitationView

LASTS = timedelta(days=7)
MOST = 50  # open at once


class Invitations:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __repr__(self) -> str:
        return f"<Invitations {len(self._registry.invitations)}>"

    async def create(self, wanted: NewInvitation) -> tuple[InvitationView, str]:
        """And the secret of its link. One that renews a password takes the place of an earlier one."""
        now, secret = self._registry.now(), keys.new_secret()
        name = None if wanted.name is None else checked(wanted.name)
        made = Invitation(keys.hashed(secret), keys.new_id(), wanted.person, name, now, now + LASTS)
        async with self._registry.changing:
            earlier = self._earlier(wanted, name)
            if len(self._open()) - len(earlier) >= MOST:
                raise Full(f"There are {MOST} open invitations already: end one that nobody waits for")
            await self._registry.commit(keep=[made], drop=earlier)
        return _view(made), secret

    def find(self, secret: str) -> Invitation:
        """The one that is still good; LinkUsed."""
        found = self._registry.invitations.get(keys.hashed(secret)) if keys.may_be_one(secret) else None
        if found is None or self._is_over(found):
            raise LinkUsed
        return found

    def look(self, secret: str) -> InvitationView:
        """What its page has to say; the name is that of the person where there is one. LinkUsed."""
        found = self.find(secret)
        if found.person is not None:
            found = msgspec.structs.replace(found, name=self._registry.get(found.person).name)
        return _view(found)

    def all(self) -> list[InvitationView]:
        """The newest first."""
        return [_view(one) for one in sorted(self._open(), key=lambda one: one.created_at, reverse=True)]

    async def end(self, invitation_id: str) -> None:
        async with self._registry.changing:
            ended = [one for one in self._open() if one.id == invitation_id]
            if not ended:
                raise Unknown("There is no invitation of this id: it may have been used already")
            await self._registry.commit(drop=ended)

    def of(self, person: str) -> list[Invitation]:
        """Those that renew this person's password."""
        return [one for one in self._registry.invitations.values() if one.person == person]

    def over(self) -> list[Door]:
        return [one for one in self._registry.invitations.values() if self._is_over(one)]

    def _earlier(self, wanted: NewInvitation, name: str | None) -> list[Invitation]:
        if wanted.person is not None:
            self._registry.get(wanted.person)
            return self.of(wanted.person)
        if name is not None and self._registry.named(name) is not None:
            raise NameTaken
        return []

    def _open(self) -> list[Invitation]:
        return [one for one in self._registry.invitations.values() if not self._is_over(one)]

    def _is_over(self, invitation: Invitation) -> bool:
        return invitation.expires_at <= self._registry.now()


def _view(one: Invitation) -> InvitationView:
    return InvitationView(one.id, one.name, one.person, one.created_at, one.expires_at)
