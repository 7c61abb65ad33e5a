"""One run of a model that writes one message. It belongs to the application: readers come and go."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from ollama.errors import OllamaError
from store import StoreError

from .errors import ChatError, told
from .events import Content, Done, Ending, Error, Event, Phase, Status, Thinking
from .log import GenerationLog

log = logging.getLogger("hearth.generation")

WENT_AWAY = Error("interrupted", "Hearth was stopped while this reply was written", retryable=True)
BUG = Error("model_failed", "Hearth itself failed; its log says how", retryable=True)


class State(StrEnum):
    """Of a generation, and of the message it writes."""

    QUEUED = "queued"  # waits for its turn
    RUNNING = "running"  # the model is at work, or is being loaded
    DONE = "done"  # the model came to an end
    STOPPED = "stopped"  # a person stopped it
    INTERRUPTED = "interrupted"  # Hearth or the line to Ollama went away
    FAILED = "failed"  # Ollama or the model said no


Write = Callable[["Generation"], Coroutine[Any, Any, Done]]
Keep = Callable[["Generation", Ending | None], Awaitable[None]]


class Generation:
    """`write` has the reply written; `keep` stores it, before any reader is told of its end, if that can be.

    Where Hearth goes down in the midst of it, there is no ending: it is kept as far as it came, to be gone on with.
    """

    def __init__(
        self, person: str, generation_id: str, message: str | None, conversation: str | None, events: GenerationLog
    ) -> None:
        self.person = person  # whose it is
        self.id = generation_id
        self.message = message
        self.conversation = conversation
        self.asked = time.monotonic_ns()
        self.log = events
        self.state = State.QUEUED
        self.model: str | None = None
        self.stats: dict[str, int] = {}  # as far as they are known by now
        self.settings: dict[str, Any] = {}  # with which the model was asked, as Ollama names them
        self.context: dict[str, Any] | None = None
        self.seams: list[int] = []  # places in the content where it may not join what was there before it was cut
        self.unkept = False  # it has ended, and the disk had no room for it
        self.audience = Audience()
        self.on_work: Callable[[], None] = lambda: None  # called when Ollama is about to be asked
        self._writing: asyncio.Future[Done] | None = None
        self._cut = False
        self._stopped = False
        self._ended = asyncio.Event()

    def __repr__(self) -> str:
        return f"<Generation {self.id} {self.state}, {self.log.last} events>"

    @property
    def content(self) -> str:
        return "".join([event.text for event in self.log.events if isinstance(event, Content)])

    @property
    def thinking(self) -> str:
        return "".join([event.text for event in self.log.events if isinstance(event, Thinking)])

    @property
    def has_begun(self) -> bool:
        """This run has written something; what it goes on with doesn't count."""
        return "first_token_duration" in self.stats

    def tell(self, events: Sequence[Event]) -> None:
        self.log.append(events)

    def enter(self, phase: Phase, position: int | None = None) -> None:
        self.tell([Status(phase, self.model, position)])

    async def run(self, write: Write, keep: Keep) -> None:
        """To the end, whatever happens; nothing is raised."""
        # A task of its own, so that stopping it can't stop the keeping of what it wrote.
        self._writing = asyncio.ensure_future(write(self))
        if self._cut:  # before it began
            self._writing.cancel()
        await asyncio.wait([self._writing])
        ending = self._outcome(self._writing)
        self._writing = None  # with its error, and all that this holds on to: the request, images and all
        await self.end(ending, keep)

    async def end(self, ending: Ending | None, keep: Keep) -> None:
        """With an `ending` that its log has already, where Hearth was killed before it was kept."""
        await self.keep(keep, ending)
        if ending is not None:
            self.state = state_after(ending)  # not before: who sees that it has ended may go on with what is kept
            if self.log.ending is None:
                self.log.append([ending])
        self.settle()

    async def keep(self, keep: Keep, ending: Ending | None) -> None:
        """Where the store can't, it is `unkept`, which is to be tried again."""
        try:
            await keep(self, ending)
            self.unkept = False
        except StoreError as error:
            if not self.unkept:
                log.error("a reply can't be kept: %s", error)
            self.unkept = ending is not None
        except Exception:
            log.exception("%r could not be kept", self)
            self.unkept = False

    def settle(self) -> None:
        """Nothing more will happen to it."""
        self.log.close()
        self._ended.set()

    def _outcome(self, writing: asyncio.Future[Done]) -> Ending | None:
        if writing.cancelled():
            return Done("stopped", self.stats) if self._stopped else None
        error = writing.exception()
        if error is None:
            return writing.result()
        if isinstance(error, OllamaError):
            return told(error)
        if isinstance(error, ChatError):
            return Error("model_failed", str(error), retryable=False)
        log.error("%r failed", self, exc_info=error)
        return BUG

    def stop(self) -> None:
        """Somebody wants no more. Ollama's work ends at once, in every phase; what was written is kept. Idempotent."""
        if not self._cut:
            self._stopped = True
            self.suspend()

    def suspend(self) -> None:
        """The same, but it is Hearth that goes away, and will go on with it."""
        self._cut = True
        if self._writing is not None:
            self._writing.cancel()

    async def ended(self) -> None:
        await self._ended.wait()


class Audience:
    """Who follows. Whenever the last reader has been gone for a while, `on_left` is called."""

    def __init__(self) -> None:
        self.readers: Counter[str] = Counter()  # by the transport over which they follow
        self._patience = 0.0
        self._on_left: Callable[[], None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._empty = asyncio.Event()
        self._empty.set()

    def __repr__(self) -> str:
        return f"<Audience of {self.readers.total()}>"

    def leave_after(self, seconds: float, on_left: Callable[[], None]) -> None:
        self._patience, self._on_left = seconds, on_left
        self._watch()

    @contextmanager
    def seat(self, transport: str) -> Iterator[None]:
        self.readers[transport] += 1
        self._empty.clear()
        self._watch()
        try:
            yield
        finally:
            self.readers[transport] -= 1
            self._watch()
            if self.readers.total() == 0:
                self._empty.set()

    async def left(self) -> None:
        """Until nobody follows."""
        await self._empty.wait()

    def _watch(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._on_left is not None and self.readers.total() == 0:
            self._timer = asyncio.get_running_loop().call_later(self._patience, self._on_left)


def state_after(ending: Ending) -> State:
    match ending:
        case Done(reason="stopped"):
            return State.STOPPED
        case Done():
            return State.DONE
        case Error(code="interrupted" | "broken_stream"):
            return State.INTERRUPTED
        case _:
            return State.FAILED
