"""The one-time code that makes the owner's account: only who reads Hearth's log, or its terminal, can have it.

Nobody becomes the owner of a house by being there first.
"""

from __future__ import annotations

import hmac
import math
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from .errors import CodeGone, CodeWrong, TooMany

LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none of them is taken for another
READ_AS = str.maketrans("OIL", "011")
LENGTH = 8  # of 5 bits each
LASTS = 30 * 60.0  # seconds, by a clock that nobody sets: many a small server learns the time after its start
TRIES = 5
EVERY = 60.0  # seconds; so seldom is a new one made


@dataclass
class Code:
    letters: str
    made_at: float
    tries: int = TRIES

    def __repr__(self) -> str:
        return f"<Code, {self.tries} tries left>"


class FirstOwner:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._code: Code | None = None
        self._asked_at = float("-inf")
        self.tell: Callable[[str], None] = _nobody

    def __repr__(self) -> str:
        return f"<FirstOwner {self._code}>"

    def ask(self) -> None:
        """Whoever prints it is told the code, and nobody else. One that is still good stays: asking spoils nothing."""
        now = self._clock()
        if now < self._asked_at + EVERY:
            raise TooMany(math.ceil(self._asked_at + EVERY - now))
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
        return None if code is None or self._clock() - code.made_at > LASTS or code.tries < 1 else code

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
