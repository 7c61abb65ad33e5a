"""What readers are told, written to their connections at once, from within the append that brought it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from tornado.iostream import StreamClosedError

from chat.log import ENDINGS, Batch, Bell, GenerationLog

Frames = Callable[[Batch], bytes]


class Pushes(Protocol):
    """A connection; see Stream.push in stream.py."""

    def push(self, data: bytes) -> Awaitable[None] | None: ...


class Socket(Pushes, Protocol):
    """A WebSocket, as far as those who talk over it know it."""

    def write_message(self, message: str | bytes) -> Awaitable[None]: ...

    def close(self, code: int, reason: str) -> None: ...


class Wire:
    """One connection, which bounds itself: while it is full nobody writes, and what is new stays in the log.

    Those who have more to write then wait in line, and each writes one piece when it is their turn again.
    """

    __slots__ = ("_bell", "_flushing", "_push", "_waiting", "gone", "is_full")

    def __init__(self, stream: Pushes, bell: Bell) -> None:
        self._push = stream.push
        self._bell = bell  # for whom it is to know when something was sent last
        self._waiting: dict[Callable[[], None], None] = {}
        self._flushing: asyncio.Future[None] | None = None
        self.is_full = False
        self.gone = False

    def __repr__(self) -> str:
        state = "gone" if self.gone else "full" if self.is_full else "free"
        return f"<Wire {state}, {len(self._waiting)} waiting>"

    def put(self, data: bytes) -> None:
        """To be called only where it isn't full."""
        try:
            pending = self._push(data)
        except StreamClosedError:
            self.lose()
            return
        self._bell.sent()
        if pending is not None:
            self.is_full = True
            self._flushing = asyncio.ensure_future(pending)
            self._flushing.add_done_callback(self._flushed)

    def when_free(self, write: Callable[[], None]) -> None:
        """Call `write` once, when others who came before had their turn."""
        self._waiting[write] = None

    def forget(self, write: Callable[[], None]) -> None:
        self._waiting.pop(write, None)

    def lose(self) -> None:
        """The reader went; whoever runs this connection is told by its bell."""
        self.gone = self.is_full = True
        self._waiting.clear()
        self._bell.ring()

    async def flushed(self) -> None:
        while self._flushing is not None and not self.gone:
            await asyncio.wait([self._flushing])

    def _flushed(self, flushing: asyncio.Future[None]) -> None:
        self._flushing = None
        self.is_full = self.gone
        if flushing.cancelled() or flushing.exception() is not None:
            self.lose()
        while self._waiting and not self.is_full:
            write = next(iter(self._waiting))
            del self._waiting[write]
            write()


class Follower:
    """One reader of one log: rung at every append, it writes everything that is new, as long as the wire takes it."""

    __slots__ = ("_after", "_frames", "_join", "_log", "_on_end", "_wire", "over")

    def __init__(
        self,
        log: GenerationLog,
        after: int,
        frames: Frames,
        wire: Wire,
        on_end: Callable[[bool], None],
        join: bool = True,
    ) -> None:
        self._log = log
        self._after = after
        self._frames = frames
        self._wire = wire
        self._on_end = on_end
        self._join = join
        self.over = False

    def __repr__(self) -> str:
        return f"<Follower at {self._after} of {self._log!r}{', over' if self.over else ''}>"

    def ring(self) -> None:
        while not self.over:
            if self._wire.is_full:
                self._wire.when_free(self.ring)
                return
            batch = self._log.read(self._after, self._join)
            if batch:
                self._after, event = batch[-1]
                if data := self._frames(batch):
                    self._wire.put(data)
            if self._after >= self._log.last and not self._log.over:
                return
            if not batch or type(event) in ENDINGS:
                self._end(heard_end=bool(batch))

    def close(self) -> None:
        self.over = True
        self._wire.forget(self.ring)

    def _end(self, heard_end: bool) -> None:
        self.over = True
        self._on_end(heard_end)


def shared(frames: Callable[..., bytes], *whose: str) -> Frames:
    """``frames(*whose, batch)``, the same for every reader of a generation, made once for those who are up to date."""
    return lambda batch: batch.framed(frames, *whose)
