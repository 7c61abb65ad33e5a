"""The log of one generation: what was said, numbered from 1, for readers that come and go as they please."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any, NamedTuple, Protocol, get_args

import msgspec

from .events import Content, Done, Ending, Error, Event, Text, Thinking

BATCH = 64 * 1024  # characters of text that a reader is given at once
MOST = 1024  # events, however short

ENDINGS = frozenset(get_args(Ending))

log = logging.getLogger("hearth.log")

encode = msgspec.json.Encoder().encode


class Numbered(NamedTuple):
    number: int
    event: Event


numbered = partial(tuple.__new__, Numbered)  # as Numbered itself, for the one place where that is too slow


class Batch(list[Numbered]):
    """What a reader gets at once. Those who are up to date all get the same one: what is made of it is made once."""

    __slots__ = ("_framed", "_lines")

    def __init__(self, numbered: Iterable[Numbered] = (), lines: list[bytes] | None = None) -> None:
        super().__init__(numbered)
        self._lines = lines
        self._framed: dict[Any, bytes] | None = None

    def lines(self) -> list[bytes]:
        """The events as JSON."""
        if self._lines is None:
            self._lines = [encode(event) for _, event in self]
        return self._lines

    def framed(self, frames: Callable[..., bytes], *whose: str) -> bytes:
        """What ``frames(*whose, batch)`` makes of it, which must be the same for every reader of the generation."""
        if self._framed is None:
            self._framed = {}
        framed = self._framed.get(frames)
        if framed is None:
            framed = self._framed[frames] = frames(*whose, self)
        return framed


NOTHING = Batch()


class Rung(Protocol):
    """What is told that there is more: a Bell, or whoever reads at once."""

    def ring(self) -> None: ...


class Bell:
    """Wakes one reader: rung by the logs it follows, and by the clock once nothing was sent for `idle` seconds.

    One timer that is set again only when it fires costs nothing per event, where a timeout around each wait would.
    """

    __slots__ = ("__weakref__", "_idle", "_loop", "_rung", "_sent", "_timer", "_waiter")

    def __init__(self, idle: float) -> None:
        self._loop = asyncio.get_running_loop()
        self._idle = idle
        self._rung = False
        self._waiter: asyncio.Future[None] | None = None
        self._sent = self._loop.time()
        self._timer: asyncio.TimerHandle | None = None  # from the first wait on

    @property
    def silent(self) -> bool:
        """Whether it is time for a heartbeat."""
        return self._loop.time() >= self._sent + self._idle

    def sent(self) -> None:
        """Something went out to the reader."""
        self._sent = self._loop.time()

    def ring(self) -> None:
        self._rung = True
        self._wake()

    async def wait(self) -> None:
        """Until it rings, no time at all if it did since the last wait, or until the reader heard too little."""
        if self._timer is None:
            self._tick()
        if not self._rung:
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        self._rung = False

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _tick(self) -> None:
        if self.silent:
            self._wake()
        left = self._sent + self._idle - self._loop.time()
        self._timer = self._loop.call_later(left if left > 0 else self._idle, self._tick)

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


class GenerationLog:
    """Append-only until its ending, a Done or an Error, which is its last event.

    It belongs to the generation, not to whoever asked; a reader is no more than a number and a Bell, so that a slow
    one costs nothing here and gets larger batches. `write` is given each batch of events, as lines of JSON, before any
    reader is.
    """

    __slots__ = ("__weakref__", "_before", "_bells", "_events", "_joined", "_latest", "_write", "last", "over")

    def __init__(self, write: Callable[[bytes], None], events: Iterable[Event] = (), first: int = 1) -> None:
        self._write = write
        self._events: list[Event] = list(events)
        self._before = first - 1  # numbers that stand for events which nobody has any more
        self.last = self._before + len(self._events)  # the number of the last event so far; 0 where there is none
        self._latest = NOTHING  # what the latest append brought, one by one
        self._joined: Batch | None = self._latest  # the same, texts of one kind as one, once it was asked for
        self._bells: tuple[Rung, ...] = ()
        self.over = self.ending is not None  # nothing will come any more; it may go on after a restart, if not ended

    def __repr__(self) -> str:
        return f"<GenerationLog {self.last} events{', ended' if self.ending else ''}, {len(self._bells)} readers>"

    @property
    def events(self) -> Sequence[Event]:
        return self._events

    @property
    def ending(self) -> Ending | None:
        last = self._events[-1] if self._events else None
        return last if isinstance(last, Done | Error) else None

    def append(self, events: Sequence[Event]) -> None:
        if self.over:
            raise RuntimeError("the log is over")
        number = self.last + 1
        if len(events) == 1:
            line = encode(events[0])
            self._write(line + b"\n")
            self._joined = self._latest = Batch((numbered((number, events[0])),), [line])
        else:
            lines = [encode(event) for event in events]
            self._write(b"\n".join([*lines, b""]))
            self._joined, self._latest = None, self._several(number, events, lines)
        self._events += events
        self.last += len(events)
        if events and type(events[-1]) in ENDINGS:
            self.over = True
        self._ring()

    def _several(self, number: int, events: Sequence[Event], lines: list[bytes]) -> Batch:
        """As it is read by those who keep up; nothing where it is more than they are given at once."""
        if len(events) > MOST or sum(map(len, lines)) >= BATCH:
            return NOTHING
        return Batch(map(Numbered, range(number, number + len(events)), events), lines)

    def close(self) -> None:
        """Let the readers go without an ending."""
        self.over = True
        self._ring()

    def has_nothing_behind(self, number: int) -> bool:
        """Whether a reader who has that number has all there will ever be; not where Hearth goes on after a restart."""
        return self.ending is not None and not self.read(number)

    def read(self, after: int, join: bool = True) -> Batch:
        """What came behind number `after`, up to BATCH characters and MOST events.

        Texts of one kind that follow each other come as one, under the number of the last of them, if `join`.
        """
        behind = self.last - after
        if behind <= 0:
            return NOTHING
        if behind == len(self._latest):  # who keeps up
            if not join:
                return self._latest
            if self._joined is None:
                self._joined = self._read(after, join)
            return self._joined
        return self._read(after, join)

    def _read(self, after: int, join: bool) -> Batch:
        batch: list[Numbered] = []
        run: list[str] = []  # the texts that the last event of the batch stands for
        size = 0
        if self._before and 0 < after < self.last:
            return NOTHING  # it can't be told what of the whole is behind that number
        for place in range(max(after - self._before, 0), len(self._events)):
            number, event = self._before + place + 1, self._events[place]
            if isinstance(event, Thinking | Content):
                size += len(event.text)
                if join and run and type(batch[-1].event) is type(event):
                    run.append(event.text)
                    batch[-1] = Numbered(number, event)
                    if size < BATCH:
                        continue
                    break
            _join(batch, run)
            run = [event.text] if isinstance(event, Thinking | Content) else []
            batch.append(Numbered(number, event))
            if size >= BATCH or len(batch) == MOST:
                break
        _join(batch, run)
        return Batch(batch)

    def text_before(self, number: int) -> str:
        """The latest content up to and with this number; empty where there is none."""
        for event in reversed(self._events[: max(number - self._before, 0)]):
            if isinstance(event, Content):
                return event.text
        return ""

    @contextmanager
    def wakes(self, bell: Rung) -> Iterator[None]:
        """Ring `bell` at every append from now on."""
        self._bells += (bell,)
        try:
            yield
        finally:
            self._bells = tuple(one for one in self._bells if one is not bell)

    def _ring(self) -> None:
        for bell in self._bells:  # which is another one once somebody leaves
            try:
                bell.ring()
            except Exception:  # of one reader, from which neither the others nor the reply may suffer
                log.exception("%r could not be told", bell)


def _join(batch: list[Numbered], run: list[str]) -> None:
    if len(run) > 1:
        number, event = batch[-1]
        kind: type[Text] = Thinking if isinstance(event, Thinking) else Content
        batch[-1] = Numbered(number, kind("".join(run)))
