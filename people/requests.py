"""What is asked for, as types: the bodies of the JSON API. An unknown field is an error."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from .caller import Role, Scope

Days = Annotated[int, Meta(ge=1, le=3650)]
AtOnce = Annotated[int, Meta(ge=1, le=1000)]
Models = Annotated[list[Annotated[str, Meta(min_length=1, max_length=300)]], Meta(max_length=1000)]


class NewName(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str


class NewPassword(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    old: str
    new: str


class Leaving(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    password: str = ""


class NewToken(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str
    scopes: Annotated[list[Scope], Meta(min_length=1, max_length=10)]
    days: Days | None = None


class NewInvitation(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    name: str | None = None
    person: str | None = None  # who is to have a new password

    def __post_init__(self) -> None:
        if self.name is not None and self.person is not None:
            raise ValueError("`name` is for somebody new, `person` for somebody here: give one of them")


class ChangedPerson(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """What is not named stays."""

    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET
    manages_models: bool | UnsetType = UNSET
    models: Models | UnsetType | None = UNSET
    at_once: AtOnce | UnsetType | None = UNSET

    def fields(self) -> dict[str, Any]:
        named = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: value for name, value in named.items() if value is not UNSET}
