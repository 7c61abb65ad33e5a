"""Who wants to hear when a conversation changes: another tab, another device."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

Hear = Callable[[str, str | None], None]  # the conversation, and the generation whose end it is that changed it


class Changes:
    """Tells the id of what changed; how it is now, who hears of it reads for itself."""

    def __init__(self) -> None:
        self._listeners: set[Hear] = set()
        self._of_presets: set[Callable[[], None]] = set()
        self.told = 0  # how often a conversation changed

    def __repr__(self) -> str:
        return f"<Changes, {len(self._listeners)} listen>"

    def tell(self, conversation_id: str, ended: str | None = None, besides: Hear | None = None) -> None:
        """Everybody `besides` who made the change."""
        self.told += 1
        for hear in list(self._listeners):
            if hear != besides:
                hear(conversation_id, ended)

    def tell_of_presets(self) -> None:
        for hear in list(self._of_presets):
            hear()

    @contextmanager
    def heard(self, hear: Hear, of_presets: Callable[[], None]) -> Iterator[None]:
        self._listeners.add(hear)
        self._of_presets.add(of_presets)
        try:
            yield
        finally:
            self._listeners.discard(hear)
            self._of_presets.discard(of_presets)
