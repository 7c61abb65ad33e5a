"""The ways in: a name and a password, an invitation, and the owner's one-time code."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from store import Door, Person

from . import passwords
from .caller import Caller, Entry, Visit
from .errors import Disabled, Invalid, WrongPassword
from .first_owner import FirstOwner
from .invitations import Invitations
from .names import checked, folded
from .passwords import Passwords
from .registry import Registry
from .sessions import Sessions
from .throttle import Throttle


class Entrance:
    """Gives an Entry, or says why not. No lock is held while a password is computed: then all is looked at again."""

    def __init__(self, registry: Registry, sessions: Sessions, invitations: Invitations) -> None:
        self._registry = registry
        self._sessions = sessions
        self._invitations = invitations
        self.passwords = Passwords()
        self.throttle = Throttle()
        self.first_owner = FirstOwner()

    def __repr__(self) -> str:
        return f"<Entrance {self.passwords} {self.throttle} {self.first_owner}>"

    async def sign_in(self, name: str, password: str, visit: Visit) -> Entry:
        """WrongPassword, Disabled, TooMany."""
        person = self._registry.named(name)
        known = None if person is None else self._sessions.known(person.id, visit.device)
        with self.throttle.enter(folded(name), visit.address, None if known is None else known.hash.hex()):
            return await self._sign_in(name, password, visit)

    async def claim(self, code: str, name: str, password: str | None, visit: Visit) -> Entry:
        """The owner's account. CodeWrong, CodeGone, BadName, BadPassword. No password: a proxy signs the owner in."""
        name = checked(name)
        if password is not None:
            passwords.check(password, name)
        self._registry.check_ownerless()
        taken = self.first_owner.take(code)
        try:
            encoded = None if password is None else await self.passwords.hash(password)
            async with self._registry.changing:
                owner = self._registry.first_owner(name, encoded)
                return await self._enter(
                    msgspec.structs.replace(owner, proxied=name.lower() if password is None else None), visit
                )
        except BaseException:
            self.first_owner.give_back(taken)
            raise

    async def accept(self, secret: str, name: str, password: str, visit: Visit) -> Entry:
        """LinkUsed, BadName, NameTaken, BadPassword, Disabled. An invitation for a person doesn't look at the name."""
        invitation = self._invitations.find(secret)
        name = checked(name) if invitation.person is None else self._registry.get(invitation.person).name
        passwords.check(password, name)
        if invitation.person is None:
            self._registry.check_free(name)
        encoded = await self.passwords.hash(password)
        async with self._registry.changing:
            invitation = self._invitations.find(secret)
            if invitation.person is None:
                return await self._enter(self._registry.newcomer(name, encoded), visit, [invitation])
            person = self._registry.get(invitation.person)
            if person.disabled:
                raise Disabled
            return await self._enter_anew(person, encoded, visit)

    async def sign_out(self, caller: Caller) -> None:
        """Nothing is wrong if it had ended before."""
        async with self._registry.changing:
            ended = [one for one in self._sessions.of(caller.person) if one.id == caller.key]
            await self._registry.commit(drop=ended)

    async def change_password(self, person: str, old: str, new: str, visit: Visit) -> Entry:
        """Ends all sessions; the one who asks gets a new one. WrongPassword, BadPassword, TooMany."""
        passwords.check(new, self._registry.get(person).name)
        await self.confirm(person, old)
        encoded = await self.passwords.hash(new)
        async with self._registry.changing:
            return await self._enter_anew(self._registry.get(person), encoded, visit)

    async def confirm(self, person: str, password: str) -> None:
        """That it is still the one who signed in. They are slowed down by themselves, whoever tries elsewhere."""
        encoded = self._registry.get(person).password
        if encoded is None:
            raise Invalid("This account has no password: its person is signed in by a proxy")
        with self.throttle.enter("", "", f"person {person}"):
            right = (await self.passwords.verify(encoded, password)).right
            if not right or self._registry.get(person).password != encoded:  # it was changed meanwhile
                raise WrongPassword

    async def _sign_in(self, name: str, password: str, visit: Visit) -> Entry:
        while True:
            person = self._registry.named(name)
            verdict = await self.passwords.verify(None if person is None else person.password, password)
            if person is None or not verdict.right:
                raise WrongPassword
            async with self._registry.changing:
                now = self._registry.people.get(person.id)
                if now is None or now.password != person.password:
                    continue  # it was changed meanwhile: is it right still?
                if now.disabled:
                    raise Disabled
                changed = msgspec.structs.replace(now, password=verdict.renewed or now.password)
                return await self._enter(changed, visit)

    async def _enter(self, person: Person, visit: Visit, used: Sequence[Door] = ()) -> Entry:
        person = msgspec.structs.replace(person, seen_at=self._registry.now())
        opening = self._sessions.open(person, visit)
        await self._registry.commit([person, *opening.keep], [*opening.drop, *used])
        return opening.entry

    async def _enter_anew(self, person: Person, encoded: str, visit: Visit) -> Entry:
        """With a new password, which ends what the old one opened, and the links that would have renewed it."""
        person = msgspec.structs.replace(person, password=encoded, seen_at=self._registry.now())
        opening = self._sessions.open(person, visit, drop=self._sessions.of(person.id))
        await self._registry.commit([person, *opening.keep], [*opening.drop, *self._invitations.of(person.id)])
        return opening.entry
