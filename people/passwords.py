"""Passwords: which are taken, and their Argon2id hashes, made in threads and only two at once."""

from __future__ import annotations

import asyncio
import unicodedata
from base64 import b64encode
from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple, ParamSpec, TypeVar

from .errors import BadPassword, TooMany
from .names import folded

if TYPE_CHECKING:
    from argon2 import PasswordHasher

P = ParamSpec("P")
T = TypeVar("T")

SHORTEST, LONGEST = 8, 1000  # characters
AT_ONCE = 2
WAITING = 50  # more than that would wait for seconds
FEW = 3  # different characters: with fewer it is a pattern

# Those of at least eight characters that lists of stolen passwords have at their top.
COMMONEST = """
12345678 123456789 1234567890 12345678910 123123123 987654321 9876543210 87654321 0987654321 1234567a
11223344 1122334455 12341234 123454321 123321123 1234qwer 1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 123qweasd
q1w2e3r4 q1w2e3r4t5 zaq12wsx qwertyui qwertyuiop qwerty12 qwerty123 qwerty1234 qwer1234 qwertz123 qwertzui
asdfghjk asdfghjkl asdf1234 zxcvbnm1 zxcvbnm123 azertyui azertyuiop azerty123 abcd1234 abcdefgh abcdefg1
abc12345 abc123456 a1b2c3d4 a1234567 a12345678 a123456789 aa123456 aa12345678 password password1 password12
password123 password1234 passw0rd p@ssw0rd p@ssword pa$$word passwort passwort1 passwort123 motdepasse
contraseña iloveyou iloveyou1 sunshine princess football baseball basketball superman batman123 starwars
pokemon1 pokemon123 letmein1 letmein123 trustno1 welcome1 welcome123 whatever computer internet michelle
jennifer charlie1 jordan23 dragon123 monkey123 shadow123 master123 freedom1 liverpool chocolate butterfly
admin123 admin1234 administrator changeme changeme1 changeme123 default1 hearthhearth homeserver ollama123
samsung1 google123 test1234 testtest temp1234 secret123 hallo123 schatz123 woaini1314 woaini520 5201314520
woaini123 qq123456 asd123456 zxc123456 wang123456 li123456
"""


class Verdict(NamedTuple):
    right: bool
    renewed: str | None = None  # a hash of the same password by today's parameters


class Passwords:
    """OWASP's parameters of 2025: 19 MiB, two passes, one lane. Raise them, and each is hashed anew at its next use."""

    def __init__(self, memory: int = 19 * 1024, passes: int = 2, lanes: int = 1) -> None:
        self._memory = memory  # KiB
        self._passes = passes
        self._lanes = lanes
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self.computed = 0

    def __repr__(self) -> str:
        return f"<Passwords {self.computed} computed, {self._waiting} waiting or at it>"

    async def hash(self, password: str) -> str:
        return await self._in_turn(self._hash, plain(password))

    async def verify(self, encoded: str | None, password: str) -> Verdict:
        """Where there is no hash to compare it with, one is computed all the same: nobody can time who is here."""
        return await self._in_turn(self._verify, encoded, plain(password[: LONGEST + 1]))

    async def _in_turn(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        if self._waiting >= WAITING:
            raise TooMany(5)
        self._waiting += 1
        try:
            async with self._turn:
                self.computed += 1
                return await asyncio.to_thread(work, *arguments, **named)
        finally:
            self._waiting -= 1

    # what follows runs in a thread

    @cached_property
    def _hasher(self) -> PasswordHasher:
        from argon2 import PasswordHasher  # a twentieth of a second, which no start has to wait for

        return PasswordHasher(self._passes, self._memory, self._lanes)

    def _hash(self, password: bytes) -> str:
        return self._hasher.hash(password)

    def _verify(self, encoded: str | None, password: bytes) -> Verdict:
        from argon2.exceptions import InvalidHashError, VerificationError

        try:
            self._hasher.verify(encoded or self._nobodys, password)
        except (VerificationError, InvalidHashError):
            return Verdict(False)
        if encoded is None:
            return Verdict(False)
        return Verdict(True, self._hash(password) if self._hasher.check_needs_rehash(encoded) else None)

    @property
    def _nobodys(self) -> str:
        salt, digest = (b64encode(bytes(size)).decode().rstrip("=") for size in (16, 32))
        return f"$argon2id$v=19$m={self._memory},t={self._passes},p={self._lanes}${salt}${digest}"


def check(password: str, name: str) -> None:
    """BadPassword, for one that is to be set."""
    if len(password) > LONGEST:
        raise BadPassword("long")
    try:
        plain(password).decode()
    except UnicodeDecodeError:
        raise BadPassword("characters") from None
    if len(unicodedata.normalize("NFKC", password)) < SHORTEST:
        raise BadPassword("short")
    if folded(password) == folded(name):
        raise BadPassword("name")
    if len(set(password)) < FEW or folded(password) in COMMONEST.split():
        raise BadPassword("common")


def plain(password: str) -> bytes:
    """The same however a keyboard composes its letters."""
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
