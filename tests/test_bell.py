"""What wakes a reader: a ring, once, or the time for a heartbeat."""

from __future__ import annotations

import asyncio
import gc
import weakref
from contextlib import closing

import pytest

from chat.log import Bell

from .hearth import eventually

FAR = 3600.0  # seconds


@pytest.mark.gen_test
async def test_a_bell_that_rang_before_does_not_keep_its_reader_waiting_but_once() -> None:
    with closing(Bell(FAR)) as bell:
        bell.ring()
        bell.ring()
        await asyncio.wait_for(bell.wait(), 10)
        again = asyncio.ensure_future(bell.wait())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not again.done()
        bell.ring()
        await asyncio.wait_for(again, 10)
        assert not bell.silent


@pytest.mark.gen_test
async def test_a_bell_wakes_its_reader_for_a_heartbeat_again_and_again() -> None:
    loop, beats = asyncio.get_running_loop(), []
    with closing(Bell(0.05)) as bell:
        for _ in range(3):
            began = loop.time()
            bell.sent()
            await asyncio.wait_for(bell.wait(), 5)
            assert bell.silent
            beats.append(loop.time() - began)
    assert min(beats) >= 0.04


@pytest.mark.gen_test
async def test_a_reader_that_heard_something_lately_gets_no_heartbeat() -> None:
    loop = asyncio.get_running_loop()
    with closing(Bell(0.2)) as bell:
        await asyncio.sleep(0.1)
        bell.sent()
        began = loop.time()
        await asyncio.wait_for(bell.wait(), 5)
        assert bell.silent
        assert loop.time() - began >= 0.19


@pytest.mark.gen_test
async def test_nothing_is_left_of_a_bell_that_is_closed() -> None:
    bell = Bell(FAR)
    seen = weakref.ref(bell)
    bell.close()
    del bell
    gc.collect()
    await eventually(lambda: seen() is None, 10)
