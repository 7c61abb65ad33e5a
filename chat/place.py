"""One request's place in a line: what it is told while it waits, and what it waits for."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

log = logging.getLogger("hearth.line")

Tell = Callable[[int], None]


class Place:
    """Let in is not yet its turn: `turn` is set when Ollama, as far as is known, works on it."""

    def __init__(self, person: str, conversation: str, tell: Tell, on_wrote: Callable[[Place], None]) -> None:
        self.person = person
        self.conversation = conversation
        self.position: int | None = None  # as it was told; None when it did not wait, or waits no more
        self.let_in = asyncio.Event()
        self.turn = asyncio.Event()
        self._tell = tell
        self._on_wrote = on_wrote
        self._wrote = False

    def __repr__(self) -> str:
        state = "has its turn" if self.turn.is_set() else f"at {self.position}{', let in' * self.let_in.is_set()}"
        return f"<Place of {self.person} in {self.conversation} {state}>"

    def wrote(self) -> None:
        """To be called when Ollama's first token for it has come; any further call does nothing."""
        if not self._wrote:
            self._wrote = True
            self._on_wrote(self)

    def stand_at(self, position: int) -> None:
        if position != self.position:
            self.position = position
            try:
                self._tell(position)
            except Exception:  # this happens while somebody else comes or goes, who must not suffer
                log.exception("%r could not be told", self)

    def take_turn(self) -> None:
        self.position = None
        self.turn.set()
