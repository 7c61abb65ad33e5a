"""The accounts of the house and everything that lets their people in: the one object that the rest of Hearth holds."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Self

from store import StoredAccounts

from .caller import Caller, Entry, Visit
from .views import PersonView


class Accounts:
    def __init__(self) -> None:
        self.on_end: Callable[[str, str | None], None] = lambda person, key: None

    @classmethod
    async def open(cls, kept: StoredAccounts) -> Self:
        raise NotImplementedError

    async def close(self) -> None:
        """What is still to be written is."""

    @property
    def has_owner(self) -> bool:
        raise NotImplementedError

    def caller_by_session(self, secret: str) -> Caller | None:
        raise NotImplementedError

    def caller_by_token(self, secret: str) -> Caller | None:
        raise NotImplementedError

    def known_by_proxy(self, name: str) -> Caller | None:
        """Without waiting, where the person is known; Disabled where the account is closed."""
        raise NotImplementedError

    async def caller_of_proxy(self, name: str) -> Caller:
        """The person of that name, made if there is none. NoOwner, Disabled, BadName."""
        raise NotImplementedError

    def allowance(self, person: str) -> tuple[frozenset[str] | None, int | None]:
        """Which models, and how many replies at once; None: all, and no limit."""
        raise NotImplementedError

    async def sign_in(self, name: str, password: str, visit: Visit) -> Entry:
        """WrongPassword, Disabled, TooMany."""
        raise NotImplementedError

    async def claim(self, code: str, name: str, password: str | None, visit: Visit) -> Entry:
        """The owner's account. CodeWrong, CodeGone, BadName, BadPassword. No password: a proxy signs the owner in."""
        raise NotImplementedError

    async def accept(self, secret: str, name: str, password: str, visit: Visit) -> Entry:
        """LinkUsed, BadName, NameTaken, BadPassword. Of an invitation for a person the name is not looked at."""
        raise NotImplementedError

    async def sign_out(self, caller: Caller) -> None:
        raise NotImplementedError

    async def rename(self, person: str, name: str) -> None:
        raise NotImplementedError

    async def change_password(self, person: str, old: str, new: str, visit: Visit) -> Entry:
        raise NotImplementedError

    async def leave(self, person: str, password: str) -> list[str]:
        """Deletes one's own account; gives the generations whose files are to go too."""
        raise NotImplementedError

    async def people(self) -> list[PersonView]:
        raise NotImplementedError

    async def change(
        self,
        person: str,
        *,
        name: str | None = None,
        role: str | None = None,
        disabled: bool | None = None,
        manages_models: bool | None = None,
        models: Collection[str] | None = None,
        at_once: int | None = None,
    ) -> PersonView:
        raise NotImplementedError

    async def delete(self, person: str) -> Sequence[str]:
        raise NotImplementedError
