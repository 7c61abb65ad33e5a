"""What readers are told, written to their connections at once, from within the append that brought it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Protocol

from tornado.iostream import StreamClosedError

from chat.events import Done, Error
from chat.log import Batch, Bell, GenerationLog

Frames = Callable[[Batch], bytes]


class Puts(Protocol):
    """A connection; see Stream.put in stream.py."""

    def put(self, data: bytes) -> Awaitable[None] | None: ...


class Socket(Puts, Protocol):
    """A WebSocket, as far as those who talk over it know it."""

    def write_message(self, message: str | bytes) -> Awaitable[None]: ...

    def close(self, code: int, reason: str) -> None: ...


class Wire:
    """One connection, which bounds itself: while it is full nobody writes, and what is new stays in the log.

    Those who have more to write then wait in line, and each writes one piece when it is their turn again.
    """

    def __init__(self, stream: Puts, bell: Bell) -> None:
        self._stream = stream
        self._bell = bell  # for whom it is to know when something was sent last
        self._waiting: dict[Callable[[], None], None] = {}
        self._flushing: asyncio.Future[None] | None = None
        self.gone = False

    def __repr__(self) -> str:
        state = "gone" if self.gone else "full" if self.is_full else "free"
        return f"<Wire {state}, {len(self._waiting)} waiting>"

    @property
    def is_full(self) -> bool:
        return self._flushing is not None or self.gone

    def put(self, data: bytes) -> None:
        """To be called only where it isn't full."""
        try:
            pending = self._stream.put(data)
        except StreamClosedError:
            self.lose()
            return
        self._bell.sent()
        if pending is not None:
            self._flushing = asyncio.ensure_future(pending)
            self._flushing.add_done_callback(self._flushed)

    def when_free(self, write: Callable[[], None]) -> None:
        """Call `write` once, when others who came before had their turn."""
        self._waiting[write] = None

    def forget(self, write: Callable[[], None]) -> None:
        self._waiting.pop(write, None)

    def lose(self) -> None:
        """The reader went; whoever runs this connection is told by its bell."""
        self.gone = True
        self._waiting.clear()
        self._bell.ring()

    async def flushed(self) -> None:
        while self._flushing is not None and not self.gone:
            await asyncio.wait([self._flushing])

    def _flushed(self, flushing: asyncio.Future[None]) -> None:
        self._flushing = None
        if flushing.cancelled() or flushing.exception() is not None:
            self.lose()
        while self._waiting and not self.is_full:
            write = next(iter(self._waiting))
            del self._waiting[write]
            write()


class Follower:
    """One reader of one log: rung at every append, it writes everything that is new, as long as the wire takes it."""

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
            if not batch:
                if self._log.over:
                    self._end(heard_end=False)
                return
            self._send(batch)

    def _send(self, batch: Batch) -> None:
        number, event = batch[-1]
        self._after = number
        if data := self._frames(batch):
            self._wire.put(data)
        if isinstance(event, Done | Error):
            self._end(heard_end=True)

    def close(self) -> None:
        self.over = True
        self._wire.forget(self.ring)

    def _end(self, heard_end: bool) -> None:
        self.over = True
        self._on_end(heard_end)


def shared(frames: Callable[..., bytes], *whose: str) -> Frames:
    """``frames(*whose, batch)``, the same for every reader of a generation, made once for those who are up to date."""
    return lambda batch: batch.framed(frames, *whose)
