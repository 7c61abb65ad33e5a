"""What several wait for is done once, and only as long as one of them waits."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat.loading import Loading


class Work:
    """Work that goes on until it is told how to end; it remembers how it went."""

    def __init__(self) -> None:
        self.begun: list[asyncio.Future[str]] = []  # one for each run: set it, and that run ends
        self.running = 0

    async def run(self) -> str:
        end: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.begun.append(end)
        self.running += 1
        try:
            return await end
        finally:
            self.running -= 1


class Stubborn(Exception):
    """Raised by work that was cancelled."""


async def settled() -> None:
    """All that can happen by now has happened."""
    for _ in range(5):
        await asyncio.sleep(0)


async def joined(loading: Loading[str], work: Work, number: int, key: str = "m") -> list[asyncio.Task[str]]:
    tasks = [asyncio.create_task(loading.join(key, work.run)) for _ in range(number)]
    await settled()
    return tasks


async def leave(*tasks: asyncio.Task[str]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)
    assert all(task.cancelled() for task in tasks)
    await settled()


@asynccontextmanager
async def nothing_left(loading: Loading[str]) -> AsyncIterator[None]:
    """Behind the block: no task, and nothing that the loop complains of."""
    loop = asyncio.get_running_loop()
    before, complaints = asyncio.all_tasks(), list[object]()
    loop.set_exception_handler(lambda _, context: complaints.append(context))
    try:
        yield
        await settled()
        gc.collect()  # a task complains of an exception that nobody saw when it goes
    finally:
        loop.set_exception_handler(None)
    assert loading.is_idle and repr(loading) == "<Loading nothing; 0 at work>"
    assert asyncio.all_tasks() == before and not complaints


@pytest.mark.gen_test
async def test_who_waits_for_the_same_model_has_it_loaded_once() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        tasks = await joined(loading, work, 3)
        assert len(work.begun) == 1 and not loading.is_idle
        assert repr(loading) == "<Loading m: 3 waiting; 1 at work>"
        work.begun[0].set_result("loaded")
        assert await asyncio.gather(*tasks) == ["loaded"] * 3


@pytest.mark.gen_test
async def test_those_who_wait_go_on_in_the_order_in_which_they_came() -> None:
    loading, work, went_on = Loading[str](), Work(), list[int]()

    async def wait(number: int) -> None:
        await loading.join("m", work.run)
        went_on.append(number)

    async with nothing_left(loading):
        tasks = [asyncio.create_task(wait(number)) for number in range(5)]
        await settled()
        work.begun[0].set_result("loaded")
        await asyncio.gather(*tasks)
    assert went_on == [0, 1, 2, 3, 4]


@pytest.mark.gen_test
async def test_different_models_are_loaded_beside_each_other() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        tasks = await joined(loading, work, 1, "a") + await joined(loading, work, 1, "b")
        assert work.running == 2
        for number, end in enumerate(work.begun):
            end.set_result(str(number))
        assert await asyncio.gather(*tasks) == ["0", "1"]


@pytest.mark.gen_test
async def test_when_loading_fails_everyone_is_told_why_and_the_next_one_tries_again() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        tasks = await joined(loading, work, 2)
        work.begun[0].set_exception(OSError("no memory"))
        for task in tasks:
            with pytest.raises(OSError, match="no memory"):
                await task
        (again,) = await joined(loading, work, 1)
        work.begun[1].set_result("loaded")
        assert await again == "loaded"


@pytest.mark.gen_test
async def test_the_one_who_asked_first_can_leave_and_the_others_still_get_it() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        first, second, third = await joined(loading, work, 3)
        await leave(first)
        assert work.running == 1
        await leave(third)
        assert work.running == 1
        work.begun[0].set_result("loaded")
        assert await second == "loaded"


@pytest.mark.gen_test
async def test_when_nobody_waits_any_more_loading_is_given_up_at_once() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        await leave(*await joined(loading, work, 3))
        assert work.running == 0 and len(work.begun) == 1


@pytest.mark.gen_test
async def test_loading_is_given_up_also_in_the_moment_of_its_beginning() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        task = asyncio.create_task(loading.join("m", work.run))
        asyncio.get_running_loop().call_soon(task.cancel)  # it has joined, the work has not taken its first step
        await asyncio.wait([task])
        assert task.cancelled()
    assert work.running == 0


@pytest.mark.gen_test
async def test_who_comes_in_the_moment_of_giving_up_has_it_loaded_anew() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        (last,) = await joined(loading, work, 1)
        last.cancel()
        (new,) = await joined(loading, work, 1)
        assert last.cancelled() and work.begun[0].cancelled() and len(work.begun) == 2 and work.running == 1
        work.begun[1].set_result("loaded")
        assert await new == "loaded"


@pytest.mark.gen_test
async def test_who_comes_just_before_the_last_one_leaves_keeps_it_going() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        (last,) = await joined(loading, work, 1)
        new = asyncio.create_task(loading.join("m", work.run))  # its first step comes before the other's last
        last.cancel()
        await settled()
        assert last.cancelled() and len(work.begun) == 1 and work.running == 1
        work.begun[0].set_result("loaded")
        assert await new == "loaded"


@pytest.mark.gen_test
@pytest.mark.parametrize("is_good", [True, False])
async def test_the_last_one_may_leave_in_the_moment_of_its_end(is_good: bool) -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        tasks = await joined(loading, work, 2)
        if is_good:
            work.begun[0].set_result("loaded")
        else:
            work.begun[0].set_exception(OSError("no memory"))
        await asyncio.sleep(0)  # the work has ended, those who wait have not heard of it
        await leave(*tasks)
        del tasks


@pytest.mark.gen_test
async def test_who_comes_in_the_moment_of_its_end_has_it_loaded_anew() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        (first,) = await joined(loading, work, 1)
        work.begun[0].set_result("loaded")
        late = asyncio.create_task(loading.join("m", work.run))  # it takes its first step just behind the work's last
        await settled()
        assert await first == "loaded" and not late.done()
        (later,) = await joined(loading, work, 1)
        assert len(work.begun) == 2
        work.begun[1].set_result("again")
        assert [await late, await later] == ["again", "again"]


@pytest.mark.gen_test
@pytest.mark.parametrize("is_waited_for", [True, False])
async def test_work_that_will_not_be_given_up_ends_unheard(is_waited_for: bool) -> None:
    loading, may_end = Loading[str](), asyncio.Event()

    async def stubborn() -> str:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            await may_end.wait()
            raise Stubborn from None
        return ""

    async with nothing_left(loading):
        task = asyncio.create_task(loading.join("m", stubborn))
        await settled()
        await leave(task)
        del task
        assert not loading.is_idle  # but nobody had to wait for it
        closing = asyncio.create_task(loading.close()) if is_waited_for else None
        await settled()
        assert not loading.is_idle and (closing is None or not closing.done())
        may_end.set()
        if closing:
            await closing


@pytest.mark.gen_test
async def test_closing_ends_all_work_for_everybody() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        tasks = await joined(loading, work, 2) + await joined(loading, work, 1, "other")
        await loading.close()
        assert loading.is_idle and work.running == 0
        await asyncio.wait(tasks)
        assert all(task.cancelled() for task in tasks)
        await loading.close()  # nothing to do


@pytest.mark.gen_test
async def test_who_comes_while_all_is_being_closed_has_it_loaded_anew() -> None:
    loading, work = Loading[str](), Work()
    async with nothing_left(loading):
        (old,) = await joined(loading, work, 1)
        closing = asyncio.create_task(loading.close())
        (new,) = await joined(loading, work, 1)
        await closing
        assert old.cancelled()
        work.begun[1].set_result("loaded")
        assert await new == "loaded"


@pytest.mark.gen_test
async def test_work_that_cannot_even_start_leaves_nothing_behind() -> None:
    loading = Loading[str]()

    def start() -> object:
        raise ValueError

    async with nothing_left(loading):
        with pytest.raises(ValueError):
            await loading.join("m", start)  # type: ignore[arg-type]


class AnyDay(RuleBasedStateMachine):
    """People join, leave and are served, several in the same moment: work runs exactly as long as somebody waits."""

    @initialize()
    def open(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.loading, self.work = Loading[str](), Work()
        self.waiting: list[asyncio.Task[str]] = []

    @rule()
    def joins(self) -> None:
        self.waiting.append(self.loop.create_task(self.loading.join("m", self.work.run)))

    @precondition(lambda self: self.waiting)
    @rule(number=st.integers(0, 9))
    def leaves(self, number: int) -> None:
        self.waiting.pop(number % len(self.waiting)).cancel()

    @precondition(lambda self: self.work.running)
    @rule(error=st.none() | st.just(OSError("no memory")))
    def ends(self, error: OSError | None) -> None:
        end = self.work.begun[-1]
        if not end.done():
            end.set_exception(error) if error else end.set_result("loaded")

    @rule(ticks=st.integers(1, 2))
    def time_goes_by(self, ticks: int) -> None:
        async def go_by() -> None:
            for _ in range(ticks):
                await asyncio.sleep(0)

        self.loop.run_until_complete(go_by())

    @rule()
    def all_comes_to_rest(self) -> None:
        self.loop.run_until_complete(settled())
        for task in self.waiting:
            if task.done():
                assert isinstance(task.exception(), OSError) or task.result() == "loaded"
        self.waiting = [task for task in self.waiting if not task.done()]
        assert self.work.running == bool(self.waiting)
        assert self.loading.is_idle == (not self.waiting)

    @invariant()
    def nobody_leaves_who_did_not_want_to(self) -> None:
        assert not any(task.cancelled() for task in self.waiting)

    def teardown(self) -> None:
        try:
            for task in self.waiting:
                task.cancel()
            self.waiting = []
            self.all_comes_to_rest()
        finally:
            self.loop.close()


AnyDay.TestCase.settings = settings(max_examples=100, stateful_step_count=30, deadline=None)
TestOnAnyDayWorkRunsWhileSomebodyWaits = AnyDay.TestCase
