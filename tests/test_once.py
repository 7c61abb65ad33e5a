"""A form that is sent twice is done once, and what was typed is not kept for that."""

from __future__ import annotations

import asyncio
import weakref

import pytest

from handlers.once import Once


class Typed:
    def __repr__(self) -> str:
        return "a password"


@pytest.mark.gen_test
async def test_a_second_click_gets_what_the_first_one_got_and_nothing_that_was_typed_is_kept() -> None:
    once, done, typed = Once(), list[str](), Typed()
    kept = weakref.ref(typed)

    async def work(what: str) -> str:
        done.append(what)
        return what

    assert await once.do(("/sign-in", typed), work("first")) == "first"
    del typed
    assert kept() is None
    assert await once.do(("/sign-in", Typed()), work("second")) == "first"
    assert await once.do(("/setup", Typed()), work("third")) == "third"
    assert done == ["first", "third"]


@pytest.mark.gen_test
async def test_a_try_that_failed_does_not_shorten_the_time_of_the_next_one() -> None:
    loop, once = asyncio.get_running_loop(), Once(0.01)

    async def fail() -> str:
        raise KeyError

    async def work(what: str) -> str:
        return what

    with pytest.raises(KeyError):
        await once.do(("/sign-in",), fail())
    once._within = 60
    assert await once.do(("/sign-in",), work("first")) == "first"
    first_is_over: asyncio.Future[None] = loop.create_future()
    loop.call_later(0.02, first_is_over.set_result, None)
    await first_is_over
    assert await once.do(("/sign-in",), work("second")) == "first"
