"""Whether the loop turns: how late it is, and what blocked it when it was blocked."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType

EVERY = 0.2  # seconds between two looks
LONG = 0.6  # seconds without an answer after which it counts as blocked …
ANEW = 0.15  # … if none comes in these either: the whole machine may have stood still. One of a second is always seen
DEEP = 12  # innermost calls that are told

ROOT = Path(__file__).parent.parent

log = logging.getLogger("hearth.loop")


class LoopWatch:
    """A thread that asks the loop again and again; `on_lag` is called, within the loop, with the seconds it took."""

    def __init__(self, on_lag: Callable[[float], None]) -> None:
        self._on_lag = on_lag
        self._loop = asyncio.get_running_loop()
        self._watched = threading.get_ident()
        self._waits = Path(f"/proc/self/task/{threading.get_native_id()}/schedstat")
        self._answered = threading.Event()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="loop watch", daemon=True)

    def __repr__(self) -> str:
        return f"<LoopWatch {'over' if self._over.is_set() else 'watching'}>"

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._over.set()
        self._answered.set()

    # what follows runs in the thread

    def _run(self) -> None:
        while not self._over.wait(EVERY):
            self._answered.clear()
            if self._over.is_set():  # between the two: nobody will answer
                return
            asked, waited = time.monotonic(), self._waited()
            try:
                self._loop.call_soon_threadsafe(self._answer, asked)
            except RuntimeError:  # it is closed
                return
            if self._is_blocked(asked, waited):
                self._tell(asked)

    def _is_blocked(self, asked: float, waited: float) -> bool:
        """Not where the machine was too busy to run it."""
        left = LONG
        while not self._answered.wait(left):
            left = LONG - (time.monotonic() - asked) + (self._waited() - waited)
            if left <= 0:
                return not self._answered.wait(ANEW)
        return False

    def _waited(self) -> float:
        """Seconds for which the loop's thread waited for a processor, as Linux counts them."""
        try:
            return int(self._waits.read_bytes().split()[1]) / 1e9
        except (OSError, ValueError, IndexError):
            return 0.0

    def _tell(self, asked: float) -> None:
        """At once, because it may stay so; and how long it was, once it is over."""
        frame = sys._current_frames().get(self._watched)
        log.warning("the loop is blocked, and serves nobody meanwhile, in %s", where(frame))
        del frame
        self._answered.wait()
        if not self._over.is_set():
            log.warning("the loop was blocked for %.1f s", time.monotonic() - asked)

    # and this in the loop

    def _answer(self, asked: float) -> None:
        if not self._over.is_set():
            self._answered.set()
            self._on_lag(time.monotonic() - asked)


def where(frame: FrameType | None) -> str:
    """The innermost calls, the innermost first; names and lines only, no values."""
    if frame is None:
        return "a thread that has ended"
    stack = traceback.StackSummary.extract(traceback.walk_stack(frame), limit=DEEP, lookup_lines=False)
    return " < ".join(f"{_short(one.filename)}:{one.lineno} {one.name}" for one in stack)


def _short(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(ROOT)) if path.is_relative_to(ROOT) else "/".join(path.parts[-2:])
