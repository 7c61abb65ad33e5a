"""All generations that are at work, and those that ended a while ago."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress

from .errors import Closing, NotFound
from .generation import Generation, Keep, Write

HONOURED = 3600.0  # seconds for which the numbers of an ended generation are good


class Generations:
    def __init__(self) -> None:
        self._known: dict[str, Generation] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}  # of those at work
        self._closing = False

    def __repr__(self) -> str:
        return f"<Generations {len(self._tasks)} at work, {len(self._known)} known>"

    def begin(
        self,
        generation_id: str,
        write: Write,
        keep: Keep,
        *,
        message: str | None = None,
        conversation: str | None = None,
    ) -> Generation:
        """Start a generation. What is known of it goes an hour after its end, unless it writes a message."""
        generation = Generation(generation_id, message, conversation)
        if self._closing:  # it was asked for in the very last moment
            generation.interrupt()
        self._known[generation.id] = generation
        task = asyncio.get_running_loop().create_task(generation.run(write, keep))
        self._tasks[generation.id] = task
        task.add_done_callback(lambda _: self._ended(generation))
        return generation

    def check_open(self) -> None:
        if self._closing:
            raise Closing("Hearth is stopping; ask again in a moment")

    def get(self, generation_id: str) -> Generation:
        try:
            return self._known[generation_id]
        except KeyError:
            raise NotFound("There is no such generation, or it ended long ago") from None

    def find(self, generation_id: str) -> Generation | None:
        return self._known.get(generation_id)

    def at_work(self, conversation: str) -> list[Generation]:
        return [self._known[id] for id in self._tasks if self._known[id].conversation == conversation]

    async def stop(self, generation_id: str) -> Generation:
        """Returns once it has ended and is kept."""
        generation = self.get(generation_id)
        generation.stop()
        await generation.ended()
        return generation

    async def close(self, grace: float, last_words: float) -> None:
        """Begin nothing more; after `grace` seconds cut those still at work; let readers see the end, for a while."""
        self._closing = True
        await _settle(self._tasks.values(), grace)
        for generation_id in list(self._tasks):
            self._known[generation_id].interrupt()
        await _settle(self._tasks.values(), None)
        with suppress(TimeoutError):
            async with asyncio.timeout(last_words):
                for generation in list(self._known.values()):
                    await generation.audience.left()

    def _ended(self, generation: Generation) -> None:
        del self._tasks[generation.id]
        if generation.message is None:
            asyncio.get_running_loop().call_later(HONOURED, self._known.pop, generation.id, None)


async def _settle(tasks: Iterable[asyncio.Task[None]], seconds: float | None) -> None:
    if tasks := list(tasks):
        await asyncio.wait(tasks, timeout=seconds)
