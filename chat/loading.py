"""Work that is done once for all who wait for it, such as the loading of a model."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Loading(Generic[T]):
    """Work under a key goes on as long as anybody waits for it, whoever began it."""

    def __init__(self) -> None:
        self._open: dict[str, _Work[T]] = {}  # what can still be joined
        self._tasks: set[asyncio.Task[T]] = set()  # also of work given up that has not ended yet

    def __repr__(self) -> str:
        works = ", ".join(f"{key}: {work.waiting} waiting" for key, work in self._open.items())
        return f"<Loading {works or 'nothing'}; {len(self._tasks)} at work>"

    @property
    def is_idle(self) -> bool:
        """No work is left, not even one that was given up and still ends."""
        return not self._tasks

    async def join(self, key: str, start: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """What the work under `key` gives or raises; the first to join starts it.

        Who is cancelled leaves at once, and the last to leave ends the work; who joins then starts it anew.
        """
        work = self._open.get(key)
        if work is None or work.task.done():  # done, but those who wait are not awake yet
            work = self._begin(key, start)
        work.waiting += 1
        try:
            await asyncio.wait([work.task])
            return work.task.result()
        finally:
            work.waiting -= 1
            if work.waiting == 0:
                self._shut(key, work)
                work.task.cancel()  # does nothing to work that has ended

    async def close(self) -> None:
        """Give up everything, also for those who still wait (they see a cancellation), and wait for its end."""
        for work in self._open.values():  # the others were told already
            work.task.cancel()
        self._open.clear()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def _begin(self, key: str, start: Callable[[], Coroutine[Any, Any, T]]) -> _Work[T]:
        task = asyncio.get_running_loop().create_task(start())
        work = self._open[key] = _Work(task)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return work

    def _ended(self, task: asyncio.Task[T]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # now it counts as seen, even if everybody has left

    def _shut(self, key: str, work: _Work[T]) -> None:
        if self._open.get(key) is work:
            del self._open[key]


class _Work(Generic[T]):
    def __init__(self, task: asyncio.Task[T]) -> None:
        self.task = task
        self.waiting = 0
