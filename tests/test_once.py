"""A form that is sent twice is done once, and what was typed is not kept for that."""

from __future__ import annotations

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
