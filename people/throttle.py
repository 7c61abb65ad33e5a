"""How often passwords may be tried: slowed down by account and by address, and nobody is ever locked out.

Three kinds of buckets, each with a few tries in it and one more every half a minute:
- a browser that this person has signed in on before has one of its own, and nobody else's guesses are in it;
- an address has one (of IPv6 a whole /64, which is one household);
- an account has one for all other addresses together. While it is empty, an address that has failed nothing of late is
  let through all the same: so an attack on an account keeps its person out nowhere but at the attacker's own address.
What is refused takes nothing out, so that a try is free again soon after an attack ends, however long it was.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from .errors import TooMany, WrongPassword

TRIES = 5
TRIES_OF_ACCOUNT = 10
SECONDS = 30.0  # until there is one more
MOST = 10_000  # buckets


@dataclass(slots=True)
class Bucket:
    size: int
    tries: float
    at: float

    def fill(self, now: float) -> None:
        self.tries = min(self.size, self.tries + (now - self.at) / SECONDS)
        self.at = now

    @property
    def is_empty(self) -> bool:
        return self.tries < 1 - 1e-6  # what was waited for is there, whatever the sum of its parts is

    @property
    def is_full(self) -> bool:
        return self.tries > self.size - 1e-6

    @property
    def wait(self) -> float:
        """Seconds until there is a try."""
        return max(0.0, (1 - self.tries) * SECONDS)


@dataclass
class Attempt:
    """A try that was let through. Around what is tried, it costs nothing unless the password was wrong."""

    taken: list[Bucket]

    def __enter__(self) -> None: ...

    def __exit__(self, kind: type[BaseException] | None, error: object, traceback: object) -> None:
        if kind is None or not issubclass(kind, WrongPassword):
            for bucket in self.taken:
                bucket.tries = min(bucket.size, bucket.tries + 1)


class Throttle:
    def __init__(self, clock: Callable[[], float] = time.monotonic, most: int = MOST) -> None:
        self._clock = clock
        self._most = most
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()  # the one used last is the last

    def __repr__(self) -> str:
        return f"<Throttle {len(self._buckets)} buckets>"

    def __len__(self) -> int:
        return len(self._buckets)

    def enter(self, account: str, address: str, known: str | None = None) -> Attempt:
        """`known` names a browser on which this very account was opened before. TooMany."""
        if known is not None:
            return _take([self._bucket(f"known {known}", TRIES)])
        here = self._bucket(f"address {network(address)}", TRIES)
        if here.is_empty:
            raise too_many(here)
        everywhere = self._bucket(f"account {account}", TRIES_OF_ACCOUNT)
        if everywhere.is_empty:
            if not here.is_full:
                raise too_many(everywhere)
            return _take([here])
        return _take([here, everywhere])

    def _bucket(self, name: str, size: int) -> Bucket:
        now = self._clock()
        bucket = self._buckets.pop(name, None) or Bucket(size, size, now)
        bucket.fill(now)
        self._buckets[name] = bucket
        while len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return bucket


def _take(buckets: list[Bucket]) -> Attempt:
    for bucket in buckets:
        if bucket.is_empty:
            raise too_many(bucket)
    for bucket in buckets:
        bucket.tries -= 1
    return Attempt(buckets)


def too_many(bucket: Bucket) -> TooMany:
    return TooMany(math.ceil(bucket.wait) or 1)


def network(address: str) -> str:
    """Of IPv6 the /64: whoever has one address of it has them all. An IPv4 address within IPv6 is that one."""
    try:
        one = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address[:64]
    if isinstance(one, ipaddress.IPv4Address):
        return str(one)
    if one.ipv4_mapped is not None:
        return str(one.ipv4_mapped)
    return str(ipaddress.IPv6Address(int(one) >> 64 << 64))
