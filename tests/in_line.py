"""People in line, and what they were told."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress

from chat.line import Line
from chat.place import Place


class Asker:
    """Somebody who asks, and is answered until `end`."""

    def __init__(
        self,
        line: Line,
        conversation: str,
        model: str = "m",
        ollama: list[Asker] | None = None,
        on_told: Callable[[int], object] = bool,
        person: str = "somebody",
    ) -> None:
        self.person = person
        self.conversation = conversation
        self.told: list[int] = []
        self.told_wrongly = False
        self.place: Place | None = None
        self.wrote = False
        self.model = model
        self._line = line
        self._ollama = [] if ollama is None else ollama  # the requests it has, in the order in which they came
        self._on_told = on_told
        self._done = asyncio.Event()
        self.task = asyncio.ensure_future(self._ask())

    def __repr__(self) -> str:
        return f"<{self.person} {self.conversation}{' in' * self.is_in} {self.told}>"

    async def _ask(self) -> None:
        async with self._line.place(self.model, self.person, self.conversation, self._tell) as self.place:
            self._ollama.append(self)
            try:
                await self._done.wait()
            finally:
                self._ollama.remove(self)

    def _tell(self, position: int) -> None:
        self.told_wrongly |= self.has_turn or self.told[-1:] == [position]
        self.told.append(position)
        self._on_told(position)

    @property
    def is_in(self) -> bool:
        return self.place is not None and not self.task.done()

    @property
    def has_turn(self) -> bool:
        return self.place is not None and self.place.turn.is_set()

    @property
    def position(self) -> int:
        """0 if it does not wait."""
        return 0 if self.has_turn or self.task.done() else self.told[-1]

    async def write(self) -> None:
        assert self.place
        self.wrote = True
        self.place.wrote()
        await settled()

    async def end(self) -> None:
        self._done.set()
        await self.task
        await settled()

    async def leave(self) -> None:
        self.task.cancel()
        with suppress(asyncio.CancelledError):
            await self.task
        await settled()


async def settled() -> None:
    """All that can happen by now has happened."""
    for _ in range(5):
        await asyncio.sleep(0)


async def ask(line: Line, *conversations: str, model: str = "m", person: str = "somebody") -> list[Asker]:
    askers = [Asker(line, conversation, model, person=person) for conversation in conversations]
    await settled()
    return askers


async def all_leave(line: Line, *askers: Asker) -> None:
    for asker in askers:
        await asker.leave()
    assert not any(asker.told_wrongly for asker in askers)
    assert line.is_idle and repr(line) == "<Line idle>" and (line.running, line.waiting) == (0, 0)


def knowing() -> Line:
    """It learns at once, without a doubt."""
    return Line(sure=0)


async def learned(line: Line, room: int, model: str = "m") -> list[Asker]:
    """Those who run now, and have shown it."""
    askers = await ask(line, *(f"teacher {number}" for number in range(room)), model=model)
    for asker in askers:
        await asker.write()
    assert line.room(model) == room
    return askers
