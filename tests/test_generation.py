"""A generation belongs to the application: it ends once, is kept before anybody is told, and can always be stopped."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest

from chat.errors import Closing, NotFound
from chat.events import Content, Done, Ending, Error, Event, Thinking
from chat.generation import Generation, State
from chat.generations import Generations
from ollama.errors import (
    BrokenStream,
    Busy,
    ModelFailed,
    ModelNotFound,
    OllamaError,
    Refused,
    TooLong,
    Unreachable,
)
from store import HOUSE, SQLiteStore
from store.journal import Head, Journals

from .asking import frozen as frozen
from .asking import nothing_left
from .asking import silence as silence
from .hearth import eventually

FINE = Done("stop", {"eval_count": 2})


class Kept:
    """What was stored, and how far the log was at that time."""

    def __init__(self) -> None:
        self.endings: list[Ending | None] = []
        self.texts: list[str] = []
        self.told = True

    async def keep(self, generation: Generation, ending: Ending | None) -> None:
        await asyncio.sleep(0)
        self.told = generation.log.over
        self.endings.append(ending)
        self.texts.append(generation.content)


async def answer(generation: Generation) -> Done:
    generation.tell([Thinking("Hm"), Content("Hello"), Content(" you")])
    return FINE


async def go_on(generation: Generation) -> Done:
    generation.tell([Content("Hello")])
    await asyncio.get_running_loop().create_future()
    raise AssertionError


HEAD = Head(conversation="c", message="m")


@asynccontextmanager
async def house(folder: Path) -> AsyncIterator[Generations]:
    """Without anything running behind it."""
    store = await SQLiteStore.open(folder)
    try:
        async with nothing_left():
            yield Generations(store, Journals(folder / "generations"))
    finally:
        await store.close()


@asynccontextmanager
async def generations() -> AsyncIterator[Generations]:
    with TemporaryDirectory() as folder:
        async with house(Path(folder)) as some:
            yield some
            await some.close(0, 0)


def events(generation: Generation) -> list[Event]:
    return [one.event for one in generation.log.read(0)]


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
async def test_a_reply_is_kept_before_its_readers_are_told_of_its_end() -> None:
    kept = Kept()
    async with generations() as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, answer, kept.keep)
        assert generation.state == State.QUEUED
        assert all_of_them.at_work("c") == [generation]
        assert repr(all_of_them) == "<Generations 1 at work, 1 known>"
        await generation.ended()
        assert events(generation) == [Thinking("Hm"), Content("Hello you"), FINE]
        assert (generation.content, generation.thinking) == ("Hello you", "Hm")
        assert (kept.endings, kept.texts, kept.told) == ([FINE], ["Hello you"], False)
        assert repr(generation) == "<Generation g done, 4 events>"
        await eventually(lambda: not all_of_them.at_work("c"))
        assert await all_of_them.get(HOUSE, "g") is generation


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
@pytest.mark.parametrize("begun", [False, True])
async def test_a_stopped_reply_keeps_what_was_written(begun: bool) -> None:
    kept = Kept()
    async with generations() as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, go_on, kept.keep)
        if begun:
            await eventually(lambda: generation.log.last)
        assert await all_of_them.stop(HOUSE, "g") is generation
    assert generation.state == State.STOPPED
    assert generation.content == ("Hello" if begun else "")
    assert events(generation)[-1] == Done("stopped", {})
    assert kept.endings == [Done("stopped", {})]


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
async def test_stopping_twice_or_behind_the_end_changes_nothing() -> None:
    kept = Kept()
    async with generations() as all_of_them:
        stopped = all_of_them.begin(HOUSE, "stopped", HEAD, go_on, kept.keep)
        done = all_of_them.begin(HOUSE, "done", HEAD, answer, kept.keep)
        await eventually(lambda: stopped.log.last and done.log.ending)
        await asyncio.gather(
            all_of_them.stop(HOUSE, "stopped"), all_of_them.stop(HOUSE, "stopped"), all_of_them.stop(HOUSE, "done")
        )
        await all_of_them.stop(HOUSE, "stopped")
        await all_of_them.stop(HOUSE, "done")
    assert (stopped.state, done.state) == (State.STOPPED, State.DONE)
    assert events(stopped) == [Content("Hello"), Done("stopped", {})]
    assert events(done)[-1] == FINE
    assert len(kept.endings) == 2


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
async def test_a_stop_while_the_end_is_being_kept_comes_too_late() -> None:
    storing, stored = asyncio.Event(), asyncio.Event()

    async def keep(_: Generation, __: Ending | None) -> None:
        storing.set()
        await stored.wait()

    async with generations() as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, answer, keep)
        await storing.wait()
        stopping = asyncio.ensure_future(all_of_them.stop(HOUSE, "g"))
        await asyncio.sleep(0)
        assert generation.log.ending is None
        stored.set()
        await stopping
    assert generation.state == State.DONE


@pytest.mark.gen_test
async def test_a_reply_that_can_not_be_kept_ends_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    async def keep(_: Generation, __: Ending | None) -> None:
        raise OSError("disk full")

    async with generations() as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, answer, keep)
        await asyncio.wait_for(generation.ended(), 10)
    assert events(generation)[-1] == FINE
    assert ["could not be kept" in one.getMessage() for one in caplog.records] == [True]


@pytest.mark.gen_test
async def test_a_mistake_of_hearths_own_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def fail(generation: Generation) -> Done:
        generation.tell([Content("Hello")])
        raise ZeroDivisionError

    kept = Kept()
    async with generations() as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, fail, kept.keep)
        await asyncio.wait_for(generation.ended(), 10)
    (content, error) = events(generation)
    assert content == Content("Hello")
    assert isinstance(error, Error)
    assert error.message == "Hearth itself failed; its log says how"
    assert generation.state == State.FAILED
    assert kept.endings == [error]
    assert [one.levelno for one in caplog.records] == [logging.ERROR]


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("error", "state", "code", "retryable"),
    [
        (Unreachable("x"), State.FAILED, "ollama_unreachable", True),
        (Busy("x"), State.FAILED, "ollama_busy", True),
        (ModelNotFound("x"), State.FAILED, "model_not_found", False),
        (TooLong("x"), State.FAILED, "too_long", False),
        (Refused("x"), State.FAILED, "model_failed", False),
        (ModelFailed("x"), State.FAILED, "model_failed", True),
        (BrokenStream("x"), State.INTERRUPTED, "broken_stream", True),
    ],
)
async def test_every_error_has_its_state_and_code(error: OllamaError, state: State, code: str, retryable: bool) -> None:
    async def fail(_: Generation) -> Done:
        raise error

    kept = Kept()
    async with generations() as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, fail, kept.keep)
        await generation.ended()
    (told,) = events(generation)
    assert isinstance(told, Error)
    assert (told.code, told.retryable, "x" in told.message) == (code, retryable, True)
    assert generation.state == state
    assert kept.endings == [told]


# -- going down


@pytest.mark.usefixtures("silence")
@pytest.mark.gen_test
async def test_going_down_lets_replies_end_within_the_grace_and_leaves_off_the_others(tmp_path: Path) -> None:
    go = asyncio.Event()

    async def end_soon(_: Generation) -> Done:
        await go.wait()
        return FINE

    kept = Kept()
    async with house(tmp_path) as all_of_them:
        ends = all_of_them.begin(HOUSE, "ends", HEAD, end_soon, kept.keep)
        goes_on = all_of_them.begin(HOUSE, "goes on", HEAD, go_on, kept.keep)
        all_of_them.check_open()
        closing = asyncio.ensure_future(all_of_them.close(0.3, 1))
        await eventually(lambda: goes_on.log.last)
        with pytest.raises(Closing, match="ask again"):
            all_of_them.check_open()
        late = all_of_them.begin(HOUSE, "late", HEAD, answer, kept.keep)
        go.set()
        await closing
        assert (ends.state, goes_on.state, late.state) == (State.DONE, State.QUEUED, State.QUEUED)
        assert (events(ends), events(goes_on), events(late)) == ([FINE], [Content("Hello")], [])
        assert all(generation.log.over for generation in (ends, goes_on, late)), "their readers are let go"
        assert sorted(kept.texts) == ["", "", "Hello"] and kept.endings.count(None) == 2
        for generation in (goes_on, late):
            recorded = await all_of_them.recorded(generation.id)
            assert recorded is not None
            assert recorded.events == [msgspec.json.encode(event) for event in events(generation)]


@pytest.mark.gen_test
async def test_going_down_with_nothing_at_work_takes_no_time() -> None:
    async with generations() as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, answer, Kept().keep)
        await generation.ended()
        await asyncio.wait_for(all_of_them.close(60, 60), 10)


@pytest.mark.gen_test
async def test_going_down_waits_for_who_still_reads_but_not_for_ever(tmp_path: Path) -> None:
    async with house(tmp_path) as all_of_them:
        generation = all_of_them.begin(HOUSE, "g", HEAD, answer, Kept().keep)
        with generation.audience.seat("sse"):
            closing = asyncio.ensure_future(all_of_them.close(0, 60))
            await generation.ended()
            assert not closing.done()
        await asyncio.wait_for(closing, 10)
        with generation.audience.seat("sse"):
            await asyncio.wait_for(all_of_them.close(0, 0.05), 10)


@pytest.mark.gen_test
async def test_what_is_not_known_is_not_found() -> None:
    async with generations() as all_of_them:
        for unknown in ("g", "", "../g", "g\0", "\ud800", "g" * 9000, "0" * 24):
            assert await all_of_them.find(HOUSE, unknown) is None
            with pytest.raises(NotFound):
                await all_of_them.get(HOUSE, unknown)
            with pytest.raises(NotFound):
                await all_of_them.stop(HOUSE, unknown)
