"""One pull of a model: tried again where what broke may pass, with all that its readers see of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Literal

import msgspec

from ollama.care import Care, Step
from ollama.errors import OllamaError
from store import PullRecord

from .layers import Layers
from .messages import now
from .trouble import Trouble, trouble

Phase = Literal["waiting", "manifest", "layers", "verifying", "writing", "retrying"]

# Seconds before each further try: time enough for a machine that starts. A try that got further begins anew.
DELAYS = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0, 60.0)

# by how Ollama's line begins; one about a layer needs no such sign, others change nothing
PHASES: tuple[tuple[str, Phase], ...] = (
    ("pulling manifest", "manifest"),
    ("verifying", "verifying"),
    ("writing", "writing"),
)


class State(StrEnum):
    RUNNING = "running"  # or waiting for its turn
    DONE = "done"  # the model is there
    FAILED = "failed"  # `error` says why; it can be resumed
    CANCELLED = "cancelled"  # by a person; it can be resumed


class PullError(msgspec.Struct, frozen=True):
    code: str
    message: str


class PullView(msgspec.Struct, frozen=True):
    id: str
    model: str
    server: str
    state: State
    phase: Phase | None  # of a running one
    completed: int  # bytes of all layers, as the next
    total: int
    rate: int | None  # bytes a second
    left: int | None  # seconds
    error: PullError | None  # also while it is tried again
    created_at: datetime
    updated_at: datetime


class Pulling:
    def __init__(self, record: PullRecord, changed: Callable[[], None], delays: Sequence[float] = DELAYS) -> None:
        self.id, self.person = record.id, record.person
        self.model, self.server = record.model, record.server
        self.state = State(record.state)
        self.error = None if record.error is None else msgspec.convert(record.error, PullError)
        self.phase: Phase = "waiting"
        self.task: asyncio.Task[None] | None = None
        self._created_at, self._updated_at = record.created_at, record.updated_at
        self._layers = Layers(record.total, record.completed)
        self._changed = changed
        self._delays = delays
        self._time = asyncio.get_running_loop().time

    def __repr__(self) -> str:
        return f"<Pulling {self.model} at {self.server}: {self.state}, {self.phase}, {self._layers!r}>"

    @property
    def is_running(self) -> bool:
        return self.state is State.RUNNING

    async def run(self, care: Care) -> Trouble | None:
        """Until the model is there. What stands in the way, where that doesn't pass."""
        tries = 0
        self._layers = Layers(self._layers.total, self._layers.completed)
        while (met := await self._try(care)) is not None:
            if self._layers.fetched:
                tries = 0
            passes = met.passes or (met.code == "no_network" and self._layers.completed > 0)  # it was there
            if not passes or tries == len(self._delays):
                return met
            self.error = _words(met)
            self.enter("retrying")
            await asyncio.sleep(self._delays[tries])
            tries += 1
        return None

    def begin(self) -> None:
        self.state, self.error = State.RUNNING, None
        self.enter("waiting")

    def end(self, state: State, met: Trouble | None = None) -> None:
        self.state = state
        self.error = None if met is None else _words(met)
        self._touch()

    def enter(self, phase: Phase) -> None:
        self.phase = phase
        self._touch()

    def view(self) -> PullView:
        moment, fetches = self._time(), self.is_running and self.phase == "layers"
        return PullView(
            id=self.id,
            model=self.model,
            server=self.server,
            state=self.state,
            phase=self.phase if self.is_running else None,
            completed=self._layers.completed,
            total=self._layers.total,
            rate=self._layers.rate(moment) if fetches else None,
            left=self._layers.left(moment) if fetches else None,
            error=self.error,
            created_at=self._created_at,
            updated_at=self._updated_at,
        )

    def record(self) -> PullRecord:
        return PullRecord(
            id=self.id,
            person=self.person,
            model=self.model,
            server=self.server,
            state=self.state,
            error=None if self.error is None else msgspec.to_builtins(self.error),
            total=self._layers.total,
            completed=self._layers.completed,
            created_at=self._created_at,
            updated_at=self._updated_at,
        )

    async def _try(self, care: Care) -> Trouble | None:
        self._layers.try_again()
        self.error = None
        self.enter("manifest")
        try:
            await care.pull(self.model, self._take)
        except OllamaError as error:
            return trouble(error, self.model)
        self._layers.finish()
        return None

    def _take(self, step: Step) -> None:
        self._layers.take(step, self._time())
        phase = "layers" if step.digest else _phase(step.status) or self.phase
        if phase != self.phase and phase in ("verifying", "writing"):
            self._layers.finish()
        self.enter(phase)

    def _touch(self) -> None:
        self._updated_at = now()
        self._changed()


def _words(met: Trouble) -> PullError:
    return PullError(met.code, met.message)


def _phase(status: str) -> Phase | None:
    return next((phase for sign, phase in PHASES if status.startswith(sign)), None)
