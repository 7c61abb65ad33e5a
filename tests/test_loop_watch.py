"""A loop that is blocked serves nobody: the log says what blocked it."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextlib import closing

import pytest

from process.blocked import LoopWatch

from .hearth import eventually


def hold_everybody_up(enough: Callable[[], object], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not enough() and time.monotonic() < end:
        time.sleep(0.05)  # this is what no code of Hearth's may do


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [one.getMessage() for one in caplog.records if one.name == "hearth.loop"]


@pytest.mark.gen_test(timeout=20)
async def test_what_blocks_the_loop_is_told_once(caplog: pytest.LogCaptureFixture) -> None:
    lags: list[float] = []
    with caplog.at_level(logging.WARNING), closing(LoopWatch(lags.append)) as watch:
        watch.start()
        await eventually(lambda: lags)
        hold_everybody_up(lambda: told(caplog), 10)
        await eventually(lambda: len(told(caplog)) == 2)
        seen = len(lags)
        await eventually(lambda: len(lags) > seen + 1)  # it goes on, and has no more to say
        what, how_long = told(caplog)
    assert "tests/test_loop_watch.py:" in what and "hold_everybody_up" in what
    assert "blocked for" in how_long and max(lags) > 0.6


@pytest.mark.gen_test(timeout=20)
async def test_a_loop_that_turns_is_looked_at_and_not_spoken_of(caplog: pytest.LogCaptureFixture) -> None:
    lags: list[float] = []
    with closing(LoopWatch(lags.append)) as watch:
        watch.start()
        await eventually(lambda: len(lags) > 2)
    assert not told(caplog) and all(lag >= 0 for lag in lags)


@pytest.mark.gen_test(timeout=20)
async def test_a_machine_that_is_too_busy_is_no_block(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    lags: list[float] = []
    monkeypatch.setattr(LoopWatch, "_waited", lambda _: time.monotonic())  # it wants to run, and never may
    with closing(LoopWatch(lags.append)) as watch:
        watch.start()
        hold_everybody_up(lambda: False, 1)
        await eventually(lambda: lags)
    assert not told(caplog) and lags[0] > 0.6


@pytest.mark.gen_test(timeout=20)
async def test_a_watch_that_is_closed_while_it_looks_ends_without_a_word(caplog: pytest.LogCaptureFixture) -> None:
    watch = LoopWatch(lambda _: None)

    class ClosedMeanwhile(threading.Event):
        def clear(self) -> None:
            watch.close()
            super().clear()

    watch._answered = ClosedMeanwhile()
    watch.start()
    await eventually(lambda: not watch._thread.is_alive())
    assert not told(caplog)


def test_a_watch_ends_with_its_loop() -> None:
    watches: list[LoopWatch] = []

    async def start() -> None:
        watches.append(LoopWatch(lambda _: None))
        watches[0].start()

    loop = asyncio.new_event_loop()
    loop.run_until_complete(start())
    loop.close()
    watches[0]._thread.join(10)
    assert not watches[0]._thread.is_alive()
