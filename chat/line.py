"""The line in front of Ollama, one for each model: people wait here, where their place can be told.

Ollama runs some requests to a model at once, lets the others wait in the order in which they came, and tells nobody
how many and who. Hearth learns this number, the `room` of the line, by always letting in one more than it knows of:
when more than `room` write at the same time, there is room for one more. Until it writes, or another one leaves, this
extra one waits like those behind it, only that it waits at Ollama. Who is next is for turns.py to say.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

from .place import Place, Tell
from .turns import Allowed, AtOnce, Turns

SURE = 0.1  # seconds for which more must write at once than there is known room for, until it is believed
REMEMBERED = 100  # models with nobody in line whose room is kept


class Line:
    """With `parallel`, that many of a model run at once; without, how many do is learned, model by model.

    A person has no more inside than `at_once` says, all models together; None: as many as there is room for. It is
    asked at every turn, so it has to be quick.
    """

    def __init__(self, parallel: int | None = None, sure: float = SURE, at_once: Allowed = lambda person: None) -> None:
        self._parallel = parallel
        self._sure = sure
        self._at_once = AtOnce(at_once)
        self._queues: dict[str, _Queue] = {}  # of models that somebody runs or waits for
        self._learned: dict[str, int] = {}  # the room of others

    def __repr__(self) -> str:
        queues = "; ".join(f"{model}: {queue.state()}" for model, queue in self._queues.items())
        return f"<Line {queues or 'idle'}>"

    @asynccontextmanager
    async def place(self, model: str, person: str, conversation: str, tell: Tell) -> AsyncIterator[Place]:
        """Be let in; inside, the request runs at Ollama. The place is given back behind the block, however it ends.

        `tell` is called with each new position, from 1, until `turn` is set, also inside the block; not at all when
        it need not wait.
        """
        queue = self._queues.get(model) or self._open(model)
        place = queue.join(person, conversation, tell)
        try:
            await place.let_in.wait()
            yield place
        finally:
            queue.leave(place)
            if queue.is_empty:
                self._put_away(model, queue)
            self.settle()

    def settle(self) -> None:
        """Let in who may be. To be called when `at_once` says something else than before; who is inside stays."""
        for queue in self._queues.values():
            queue.settle()

    def forget(self, model: str) -> None:
        """Drop what was learned: Ollama started anew, or loaded the model anew with less memory free.

        Those inside stay there until they leave, but what they wrote so far teaches nothing any more.
        """
        self._learned.pop(model, None)
        if self._parallel is None and (queue := self._queues.get(model)):
            queue.forget()

    @property
    def running(self) -> int:
        """All who have their turn."""
        return sum(queue.running for queue in self._queues.values())

    @property
    def waiting(self) -> int:
        """All who have a position."""
        return sum(queue.waiting for queue in self._queues.values())

    def lengths(self) -> dict[str, tuple[int, int]]:
        """Of each model that somebody runs or waits for: how many have their turn, and how many wait."""
        return {model: (queue.running, queue.waiting) for model, queue in self._queues.items()}

    @property
    def is_idle(self) -> bool:
        return not self._queues

    def idle(self, model: str) -> bool:
        return model not in self._queues

    def room(self, model: str) -> int:
        queue = self._queues.get(model)
        return queue.room if queue else self._parallel or self._learned.get(model, 1)

    def _open(self, model: str) -> _Queue:
        queue = self._queues[model] = _Queue(
            self.room(model), extra=0 if self._parallel else 1, sure=self._sure, at_once=self._at_once
        )
        return queue

    def _put_away(self, model: str, queue: _Queue) -> None:
        del self._queues[model]
        self._learned.pop(model, None)
        if queue.room > 1:
            self._learned[model] = queue.room
            if len(self._learned) > REMEMBERED:
                del self._learned[next(iter(self._learned))]


class _Queue:
    """The line of one model.

    Behind every change: at most `room` + `extra` are inside (those whom a `forget` finds there may be more), and fewer
    only when nobody waits who may have more at once; at most one of them has not got its turn, and only if `room`
    others have.
    """

    def __init__(self, room: int, extra: int, sure: float, at_once: AtOnce) -> None:
        self.room = room
        self._extra = extra
        self._sure = sure
        self._inside: dict[Place, None] = {}  # in the order in which they were let in
        self._outside = Turns(at_once)
        self._at_once = at_once
        self._writing: set[Place] = set()  # of those inside
        self._doubt: asyncio.TimerHandle | None = None  # runs while more write than there is room for

    def state(self) -> str:
        return f"{self.running} running, {self.waiting} waiting, room {self.room}"

    @property
    def running(self) -> int:
        return sum(place.turn.is_set() for place in self._inside)

    @property
    def waiting(self) -> int:
        return len(self._outside) + len(self._inside) - self.running

    @property
    def is_empty(self) -> bool:
        return not self._inside and not self._outside

    def join(self, person: str, conversation: str, tell: Tell) -> Place:
        place = Place(person, conversation, tell, self._wrote)
        self._outside.join(place)
        self.settle()
        return place

    def leave(self, place: Place) -> None:
        self._writing.discard(place)
        if place in self._inside:
            del self._inside[place]
            self._at_once.leave(place.person)
        else:
            self._outside.leave(place)
        self._weigh()

    def forget(self) -> None:
        self.room = 1
        self._writing.clear()
        self._weigh()

    def _wrote(self, place: Place) -> None:
        if place in self._inside:
            self._writing.add(place)
            place.take_turn()
            self._weigh()
            self.settle()

    def _weigh(self) -> None:
        """Whether more write than there is known room for.

        One that is done at Ollama may still be in here when the next one's first token is read, even before its own
        last line is: so it must be true for a moment to be believed.
        """
        if len(self._writing) <= self.room:
            if self._doubt is not None:
                self._doubt.cancel()
                self._doubt = None
        elif not self._sure:
            self._learn()
        elif self._doubt is None:
            self._doubt = asyncio.get_running_loop().call_later(self._sure, self._learn)

    def _learn(self) -> None:
        self._doubt = None
        self.room = len(self._writing)
        self.settle()

    def settle(self) -> None:
        """Let in, give turns, tell; in this order, so that nobody is told what is over in the same moment."""
        while len(self._inside) < self.room + self._extra and (place := self._outside.take()):
            self._inside[place] = None
            place.let_in.set()
        free = self.room - self.running
        for place in [place for place in self._inside if not place.turn.is_set()][: max(free, 0)]:
            place.take_turn()
        for position, place in enumerate(list(self._in_line()), 1):
            place.stand_at(position)

    def _in_line(self) -> Iterator[Place]:
        """Who waits, in the order in which turns will come."""
        yield from (place for place in self._inside if not place.turn.is_set())
        yield from self._outside.order(self._inside, self.room + self._extra)
