"""Who wants to hear when the models of the house change, or how far a pull of one is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

APART = 0.5  # seconds between two times that pulls are told of

Hear = Callable[[], None]


class Shelf:
    """Tells that something changed; what, who hears of it reads for itself."""

    def __init__(self) -> None:
        self._of_pulls: set[Hear] = set()
        self._of_models: set[Hear] = set()
        self._told_at = float("-inf")
        self._later: asyncio.TimerHandle | None = None
        self.told = 0  # how often pulls were told of

    def __repr__(self) -> str:
        return f"<Shelf, {len(self._of_pulls)} listen, pulls told {self.told} times>"

    def tell_of_models(self) -> None:
        for hear in list(self._of_models):
            hear()

    def tell_of_pulls(self) -> None:
        """Soon: at once where nothing was told lately, and never more than twice a second."""
        if self._later is None:
            loop = asyncio.get_running_loop()
            self._later = loop.call_at(max(loop.time(), self._told_at + APART), self._tell, loop)

    @contextmanager
    def heard(self, of_pulls: Hear, of_models: Hear) -> Iterator[None]:
        self._of_pulls.add(of_pulls)
        self._of_models.add(of_models)
        try:
            yield
        finally:
            self._of_pulls.discard(of_pulls)
            self._of_models.discard(of_models)

    def _tell(self, loop: asyncio.AbstractEventLoop) -> None:
        self._later, self._told_at = None, loop.time()
        self.told += 1
        for hear in list(self._of_pulls):
            hear()
