"""Who wants to hear when a conversation changes: another tab, another device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

T = TypeVar("T")

Hear = Callable[[str, str | None], None]  # the conversation, and the generation whose end it is that changed it


class Changes:
    """Tells a person's pages the id of what changed; how it is now, who hears of it reads for itself."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[Hear]] = {}  # by person, as the next
        self._of_presets: dict[str, set[Callable[[], None]]] = {}
        self.told = 0  # how often a conversation changed

    def __repr__(self) -> str:
        return f"<Changes, {sum(map(len, self._listeners.values()))} listen>"

    def tell(self, person: str, conversation_id: str, ended: str | None = None, besides: Hear | None = None) -> None:
        """Every page of this person `besides` that which made the change."""
        self.told += 1
        for hear in list(self._listeners.get(person, ())):
            if hear != besides:
                hear(conversation_id, ended)

    def tell_of_presets(self, person: str) -> None:
        for hear_of in list(self._of_presets.get(person, ())):
            hear_of()

    @contextmanager
    def heard(self, person: str, hear: Hear, of_presets: Callable[[], None]) -> Iterator[None]:
        self._listeners.setdefault(person, set()).add(hear)
        self._of_presets.setdefault(person, set()).add(of_presets)
        try:
            yield
        finally:
            _discard(self._listeners, person, hear)
            _discard(self._of_presets, person, of_presets)


def _discard(listeners: dict[str, set[T]], person: str, hear: T) -> None:
    listeners[person].discard(hear)
    if not listeners[person]:
        del listeners[person]
