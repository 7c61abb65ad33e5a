"""The Ollamas that Hearth was told of: one in most houses. Of several, one that fails is left aside until it answers.

With a single one, nothing here asks, waits or gives up where a call to it alone would not.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import TypeVar

from .client import Ollama
from .errors import NoAnswer, OllamaError, Unreachable

log = logging.getLogger("hearth.ollama")

T = TypeVar("T")

LOOK = 2.0  # seconds between two looks at those left aside
PATIENCE = 2.0  # seconds for a short call, where another server may have the answer


class Servers:
    def __init__(self, servers: Iterable[Ollama]) -> None:
        self._servers: list[Ollama] = []
        self._aside: dict[Ollama, OllamaError] = {}  # with what was wrong the last time
        self._left: dict[Ollama, asyncio.Event] = {}  # set as long as it is aside
        self._looking: asyncio.Task[None] | None = None
        self._closed = False
        self.assumed: Ollama | None = None  # which nobody named: where others are, it must answer to be told of
        self.on_error: Callable[[OllamaError], None] = lambda _: None
        self.on_change: Callable[[], None] = lambda: None  # one came, was left aside, or is back
        for one in servers:
            self.add(one)

    def __repr__(self) -> str:
        states = (f"{one.address}{' (aside)' * (one in self._aside)}" for one in self._servers)
        return f"<Servers {', '.join(states)}>"

    def __iter__(self) -> Iterator[Ollama]:
        """In the order in which they were named."""
        return iter(list(self._servers))

    @property
    def are_several(self) -> bool:
        return len(self._servers) > 1

    @property
    def first(self) -> Ollama:
        return self._servers[0]

    @property
    def well(self) -> list[Ollama]:
        """Those to ask: all that are not left aside; where all are, all, so that their errors are told."""
        there = [one for one in self._servers if not self._was_never_there(one)]
        return [one for one in there if one not in self._aside] or there

    def by_url(self, url: str) -> Ollama | None:
        return next((one for one in self._servers if str(one.address) == url), None)

    def add(self, ollama: Ollama) -> Ollama:
        """One more, behind the others; where its address is known already, the one that is there."""
        known = next((one for one in self._servers if one.address == ollama.address), None)
        if known is not None:
            return known
        ollama.on_error = partial(self._heed, ollama)
        self._servers.append(ollama)
        self._left[ollama] = asyncio.Event()
        self.on_change()
        return ollama

    def trouble(self, one: Ollama) -> OllamaError | None:
        """Why it is left aside."""
        return self._aside.get(one)

    async def left_aside(self, one: Ollama) -> None:
        """Until it is."""
        await self._left[one].wait()

    async def ask(
        self,
        question: Callable[[Ollama], Awaitable[T]],
        among: Sequence[Ollama] | None = None,
        patience: float | None = None,
    ) -> dict[Ollama, T | OllamaError]:
        """What each says, or why it says nothing. Without `among` all are asked but those left aside, whose trouble
        is told; who doesn't answer in time is left aside."""
        asked = self.well if among is None else among
        aside = {} if among is not None else {one: why for one, why in self._aside.items() if one not in asked}
        answers = await asyncio.gather(*(self._say(one, question, patience or PATIENCE) for one in asked))
        known: dict[Ollama, T | OllamaError] = {**aside, **dict(zip(asked, answers, strict=True))}
        said = {one: known[one] for one in self._servers if one in known}
        if among is not None:
            return said
        there = {one: what for one, what in said.items() if not self._was_never_there(one)}
        return there or said  # where another one came while only the assumed one was asked

    async def close(self) -> None:
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.wait([self._looking])

    def _was_never_there(self, one: Ollama) -> bool:
        return one is self.assumed and one in self._aside and not one.has_answered

    async def _say(self, one: Ollama, question: Callable[[Ollama], Awaitable[T]], patience: float) -> T | OllamaError:
        try:
            async with asyncio.timeout(patience if self.are_several else None):
                answer = await question(one)
        except TimeoutError:
            error = NoAnswer(f"Ollama at {one.address} says nothing")
            self._heed(one, error)
            return error
        except OllamaError as error:
            return error
        self._take_back(one)
        return answer

    def _heed(self, one: Ollama, error: OllamaError) -> None:
        self.on_error(error)
        if self.are_several and isinstance(error, Unreachable | NoAnswer):
            self._leave_aside(one, error)

    def _leave_aside(self, one: Ollama, error: OllamaError) -> None:
        is_new = one not in self._aside
        self._aside[one] = error
        self._left[one].set()
        if (self._looking is None or self._looking.done()) and not self._closed:
            self._looking = asyncio.get_running_loop().create_task(self._look())
        if is_new:
            log.info("left aside: %s", error)
            self.on_change()

    def _take_back(self, one: Ollama) -> None:
        if self._aside.pop(one, None) is not None:
            self._left[one].clear()
            log.info("Ollama at %s is back", one.address)
            self.on_change()

    async def _look(self) -> None:
        while self._aside:
            await asyncio.sleep(LOOK)
            await self.ask(Ollama.version, list(self._aside))


def answers(said: Mapping[Ollama, T | OllamaError]) -> dict[Ollama, T]:
    """Of those that gave one; the first one's OllamaError where none did."""
    given = {one: answer for one, answer in said.items() if not isinstance(answer, OllamaError)}
    if not given:
        raise next(error for error in said.values() if isinstance(error, OllamaError))
    return given
