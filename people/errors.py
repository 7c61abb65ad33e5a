"""What people/ refuses, each as one line that a person can act on.

PeopleError
├── Unknown         no person, session, token or invitation of that id
├── WrongPassword   one sentence for a wrong password and for a name that nobody has
├── Disabled        the right password, of an account that the owner closed
├── TooMany         too many tries, or too many at once: again after so many seconds
├── NoOwner         nobody is let in before there is an owner
├── LinkUsed        an invitation that was used, ended, is too old, or never was
├── CodeWrong       not the owner's one-time code; some tries are left
├── CodeGone        it was used, tried too often, is too old: ask for a new one
└── Invalid         what was asked for can't be done
    ├── BadName
    ├── NameTaken
    ├── BadPassword
    ├── LastOwner   somebody has to own the house
    └── Full        as many as there may be
"""

from __future__ import annotations

from typing import Literal

NameFault = Literal["empty", "long", "characters"]
PasswordFault = Literal["short", "long", "name", "common", "characters"]


class PeopleError(Exception):
    """`code` names it for those who have words of their own for it."""

    code = "forbidden"


class Unknown(PeopleError):
    code = "not_found"


class WrongPassword(PeopleError):
    code = "wrong_password"

    def __init__(self) -> None:
        super().__init__("This name and password don't go together: try again, or ask the owner for a new password")


class Disabled(PeopleError):
    code = "disabled"

    def __init__(self) -> None:
        super().__init__("This account is closed: ask the owner of this Hearth to open it again")


class TooMany(PeopleError):
    code = "too_many"

    def __init__(self, retry_after: int) -> None:
        self.retry_after = retry_after
        unit = "second" if retry_after == 1 else "seconds"
        super().__init__(f"Too many tries: wait {retry_after} {unit}, then try again")


class NoOwner(PeopleError):
    code = "no_owner"

    def __init__(self, name: str) -> None:
        self.name = name  # whom a proxy would have let in
        super().__init__("This Hearth has no owner yet: open /setup, and type the code that its log shows")


class LinkUsed(PeopleError):
    code = "link_used"

    def __init__(self) -> None:
        super().__init__("This link was used already, or is too old: ask the owner for a new one")


class CodeWrong(PeopleError):
    code = "code_wrong"

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(
            f"This is not the code that Hearth's log shows ({left} {'try' if left == 1 else 'tries'} left)"
        )


class CodeGone(PeopleError):
    code = "code_gone"

    def __init__(self) -> None:
        super().__init__("This code is too old, or was tried too often: ask for a new one")


class Invalid(PeopleError):
    code = "bad_request"


class BadName(Invalid):
    code = "bad_name"

    def __init__(self, fault: NameFault) -> None:
        self.fault = fault
        super().__init__(NAME_FAULTS[fault])


class NameTaken(Invalid):
    code = "name_taken"

    def __init__(self) -> None:
        super().__init__("Somebody here has this name already: choose another")


class BadPassword(Invalid):
    code = "bad_password"

    def __init__(self, fault: PasswordFault) -> None:
        self.fault = fault
        super().__init__(PASSWORD_FAULTS[fault])


class LastOwner(Invalid):
    code = "last_owner"

    def __init__(self) -> None:
        super().__init__("This is the only owner: make somebody else an owner first")


class Full(Invalid):
    code = "full"


NAME_FAULTS: dict[NameFault, str] = {
    "empty": "A name is needed",
    "long": "A name has at most 64 characters",
    "characters": "A name can't have characters that nobody sees: type it anew",
}
PASSWORD_FAULTS: dict[PasswordFault, str] = {
    "short": "A password has at least 8 characters",
    "long": "A password has at most 1,000 characters",
    "name": "A password can't be the name itself",
    "common": "This password is one of those that are tried first: choose another",
    "characters": "This password can't be read as Unicode text: type it anew",
}
