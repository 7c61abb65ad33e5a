"""The one-time code that makes the owner's account: only who reads Hearth's log, or its terminal, can have it.

Nobody becomes the owner of a house by being there first.
"""

from __future__ import annotations

import hmac
import math
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from .errors import CodeGone, CodeWrong, TooMany
from .registry import utc_now

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none of them is taken for another
READ_AS = str.maketrans("OIL", "011")
LENGTH = 8  # of 5 bits each
LASTS = timedelta(minutes=30)
TRIES = 5
EVERY = timedelta(minutes=1)  # so seldom is a new one made


@dataclass
class Code:
    letters: str
    made_at: datetime
    tries: int = TRIES

    def __repr__(self) -> str:
        return f"<Code of {self.made_at}, {self.tries} tries left>"


class FirstOwner:
    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._code: Code | None = None
        self._asked_at: datetime | None = None
        self.tell: Callable[[str], None] = _nobody

    def __repr__(self) -> str:
        return f"<FirstOwner {self._code}>"

    def ask(self) -> None:
        """Whoever prints it is told the code, and nobody else. One that is still good stays: asking spoils nothing."""
        now = self._now()
        if self._asked_at is not None and now - self._asked_at < EVERY:
            raise TooMany(math.ceil((EVERY - (now - self._asked_at)).total_seconds()))
        self._asked_at = now
        if self._good() is None:
            self._code = Code("".join(secrets.choice(LETTERS) for _ in range(LENGTH)), now)
        assert self._code is not None
        self.tell(shown(self._code.letters))

    def take(self, typed: str) -> Code:
        """The code, which is used up by this; CodeWrong, CodeGone."""
        code = self._good()
        if code is None:
            raise CodeGone
        code.tries -= 1
        if not hmac.compare_digest(code.letters.encode(), read(typed).encode("utf-8", "replace")):
            raise CodeWrong(code.tries) if code.tries else CodeGone
        self._code = None
        return code

    def _good(self) -> Code | None:
        code = self._code
        return None if code is None or self._now() - code.made_at > LASTS or code.tries < 1 else code

    def give_back(self, code: Code) -> None:
        """What it was taken for could not be kept."""
        if self._code is None:
            code.tries += 1
            self._code = code


def shown(letters: str) -> str:
    return f"{letters[:4]}-{letters[4:]}"


def read(typed: str) -> str:
    """However it is typed: case, dashes and spaces don't matter."""
    return "".join(typed[:40].upper().translate(READ_AS).replace("-", " ").split())


def _nobody(code: str) -> None:
    """Nobody prints it."""
