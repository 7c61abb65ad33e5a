"""Tokens for scripts: named, for some things only, ending some day, and shown once."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from store import Door, Token

from . import keys
from .caller import Caller
from .errors import Full, Unknown
from .names import checked
from .registry import Registry
from .requests import NewToken
from .views import TokenView

PREFIX = "hearth_"  # by which a person, and a program that looks for secrets, knows what it is
MOST = 50  # for one person


class Tokens:
    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def __repr__(self) -> str:
        return f"<Tokens {len(self._registry.tokens)}>"

    def caller(self, secret: str) -> Caller | None:
        """With its scopes, and without what its person may do beyond them."""
        token = self._registry.tokens.get(keys.hashed(secret)) if keys.may_be_one(secret, PREFIX) else None
        if token is None or self._is_over(token):
            return None
        person = self._registry.people[token.person]
        if person.disabled:
            return None
        self._registry.saw(person, token)
        return self._registry.caller(person, token)

    async def create(self, person: str, wanted: NewToken) -> tuple[TokenView, str]:
        """And the token itself, which nobody can be told again."""
        name, now, secret = checked(wanted.name), self._registry.now(), keys.new_secret(PREFIX)
        expires_at = None if wanted.days is None else now + timedelta(days=wanted.days)
        scopes: list[str] = sorted(set(wanted.scopes))
        token = Token(keys.hashed(secret), keys.new_id(), person, name, scopes, now, expires_at)
        async with self._registry.changing:
            self._registry.get(person)
            if len(self._of(person)) >= MOST:
                raise Full(f"There are {MOST} tokens already: end one that nothing uses any more")
            await self._registry.commit(keep=[token])
        return _view(token), secret

    def all_of(self, person: str) -> list[TokenView]:
        """The newest first."""
        return [_view(one) for one in sorted(self._of(person), key=lambda one: one.created_at, reverse=True)]

    async def end(self, person: str, token_id: str) -> None:
        async with self._registry.changing:
            ended = [one for one in self._of(person) if one.id == token_id]
            if not ended:
                raise Unknown("There is no token of this id: it may have ended already")
            await self._registry.commit(drop=ended)

    def over(self) -> list[Door]:
        return [one for one in self._registry.tokens.values() if self._is_over(one)]

    def _of(self, person: str) -> list[Token]:
        return [one for one in self._registry.tokens.values() if one.person == person and not self._is_over(one)]

    def _is_over(self, token: Token) -> bool:
        return token.expires_at is not None and token.expires_at <= self._registry.now()


def _view(token: Token) -> TokenView:
    fields = msgspec.structs.asdict(token)
    return TokenView(**{name: fields[name] for name in TokenView.__struct_fields__})
