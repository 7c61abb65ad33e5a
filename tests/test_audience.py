"""A reply that nobody follows any more can be left, but not while somebody is there or comes back in time."""

from __future__ import annotations

import asyncio

import pytest

from chat.generation import Audience

from .hearth import eventually


@pytest.mark.gen_test
async def test_a_reply_that_nobody_comes_for_is_left() -> None:
    loop, left = asyncio.get_running_loop(), list[float]()
    audience, began = Audience(), loop.time()
    audience.leave_after(0.1, lambda: left.append(loop.time()))
    await eventually(lambda: left)
    assert left[0] - began >= 0.09


@pytest.mark.gen_test
async def test_the_last_of_several_readers_counts_and_one_who_comes_back_in_time_goes_on() -> None:
    loop, left = asyncio.get_running_loop(), list[float]()
    audience = Audience()
    audience.leave_after(0.15, lambda: left.append(loop.time()))
    with audience.seat("sse"):
        with audience.seat("sse"):
            assert repr(audience) == "<Audience of 2>"
        await asyncio.sleep(0.2)  # longer than the patience: one is still there
    await asyncio.sleep(0)  # the line broke, and its reader comes back
    with audience.seat("sse"):
        await asyncio.sleep(0.2)
        assert not left
        gone = loop.time()
    await eventually(lambda: left)
    assert left[0] - gone >= 0.14


@pytest.mark.gen_test
@pytest.mark.parametrize("fails", [False, True])
async def test_an_audience_tells_when_nobody_is_left(fails: bool) -> None:
    audience = Audience()
    await asyncio.wait_for(audience.left(), 10)
    try:
        with audience.seat("sse"):
            left = asyncio.ensure_future(audience.left())
            await asyncio.sleep(0)
            assert not left.done()
            if fails:
                raise ConnectionError
    except ConnectionError:
        assert fails
    await asyncio.wait_for(left, 10)
