"""The line in front of Ollama: everybody sees their place, nobody is passed over, and who leaves makes room."""

from typing import Any

import pytest

from .asked import eventful, kept, says, stop, told
from .hearth import Hearth, RawStream, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")

BEGUN = "One two"  # what the model `hushed` says before it falls silent, and so keeps its place


async def ask(hearth: Hearth, model: str = "hushed") -> dict[str, Any]:
    """In a conversation of its own."""
    return await hearth.ask(await hearth.conversation(model=model), "hi")


def positions(stream: RawStream) -> list[int]:
    return [one["position"] for one in told(stream) if one.get("phase") == "queued"]


def phases(stream: RawStream) -> list[str]:
    return [one["phase"] for one in told(stream) if one["type"] == "status"]


async def stands_at(stream: RawStream, position: int) -> None:
    await stream.until(b'"position":%d}' % position)
    assert positions(stream)[-1] == position


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("parallel", [1, 2, 3])
async def test_everybody_sees_their_place_and_it_counts_down_however_many_ollama_runs_at_once(parallel: int) -> None:
    async with running() as hearth:
        hearth.fake.parallel = parallel
        replies = [await ask(hearth) for _ in range(6)]
        streams = [await eventful(hearth, reply) for reply in replies]
        for reply in replies[:parallel]:
            await says(hearth, reply, BEGUN)
        for place, stream in enumerate(streams[parallel:], 1):
            await stands_at(stream, place)
        await eventually(lambda: len(hearth.fake.chats) == parallel + 1)  # one more is always let in
        for number, reply in enumerate(replies):
            await says(hearth, reply, BEGUN)
            assert (await kept(hearth, reply))["state"] == "running"
            await stop(hearth, reply)
            for place, stream in enumerate(streams[number + parallel + 1 :], 1):
                await stands_at(stream, place)
        assert [exchange.model for exchange in hearth.fake.chats] == ["hushed"] * 6
        for number, stream in enumerate(streams):
            await stream.rest()
            told_places = positions(stream)
            assert told_places == sorted(set(told_places), reverse=True), "it only ever counts down"
            assert number < parallel or told_places[-1] == 1
            assert phases(stream)[-1] == "writing" and phases(stream).count("writing") == 1
        assert not positions(streams[0])


@pytest.mark.gen_test
async def test_who_asks_once_is_not_kept_waiting_by_who_asked_ten_times() -> None:
    async with running() as hearth:
        hearth.fake.parallel = 1
        greedy = await hearth.conversation(model="hushed")
        many = [await hearth.ask(greedy, f"question {number}", parent=None) for number in range(10)]
        await says(hearth, many[0], BEGUN)
        modest = await ask(hearth)
        stream = await eventful(hearth, modest)
        await stream.until(b'"phase":"queued"')
        assert positions(stream)[0] <= 3
        for reply in many[:3]:
            await says(hearth, reply, BEGUN)
            await stop(hearth, reply)
        await says(hearth, modest, BEGUN)


@pytest.mark.gen_test
async def test_who_leaves_the_line_is_gone_at_once_and_those_behind_move_up() -> None:
    async with running() as hearth:
        hearth.fake.parallel = 1
        first, second, third, fourth = replies = [await ask(hearth) for _ in range(4)]
        streams = [await eventful(hearth, reply) for reply in replies]
        await says(hearth, first, BEGUN)
        for place, stream in enumerate(streams[1:], 1):
            await stands_at(stream, place)
        await stop(hearth, third)
        assert b'"reason":"stopped"' in await streams[2].rest()
        await stands_at(streams[3], 2)
        await stop(hearth, second)  # this one waited at Ollama itself
        await stands_at(streams[3], 1)
        assert (await kept(hearth, first))["state"] == "running"
        await stop(hearth, first)
        await says(hearth, fourth, BEGUN)
        assert len(hearth.fake.chats) == 3, "who left in Hearth's line was never asked"
        for reply in (second, third):
            message = await kept(hearth, reply)
            assert (message["state"], message["content"], message["error"]) == ("stopped", "", None)


@pytest.mark.gen_test
@pytest.mark.parametrize("parallel", [1, 2])
async def test_told_how_many_run_at_once_no_more_are_let_in(parallel: int) -> None:
    async with running(f"--parallel={parallel}") as hearth:
        replies = [await ask(hearth) for _ in range(parallel + 2)]
        streams = [await eventful(hearth, reply) for reply in replies]
        for reply in replies[:parallel]:
            await says(hearth, reply, BEGUN)
        for place, stream in enumerate(streams[parallel:], 1):
            await stands_at(stream, place)
        assert len(hearth.fake.chats) == parallel
        await stop(hearth, replies[0])
        await says(hearth, replies[parallel], BEGUN)
        await stands_at(streams[-1], 1)
        assert len(hearth.fake.chats) == parallel + 1


@pytest.mark.gen_test
async def test_different_models_do_not_wait_for_each_other_and_two_names_of_one_do() -> None:
    async with running("--parallel=1") as hearth:
        one, other = await ask(hearth, "hushed"), await ask(hearth, "teller")
        await says(hearth, one, BEGUN)
        await says(hearth, other, "One, two,")
        same = await eventful(hearth, await ask(hearth, "hushed:latest"))
        await stands_at(same, 1)
        assert len(hearth.fake.chats) == 2


# -- loading


@pytest.mark.gen_test
@pytest.mark.parametrize("options", [(), ("--parallel=1",), ("--parallel=2",)])
async def test_who_asked_first_may_leave_while_the_model_is_loaded_for_the_others(options: tuple[str, ...]) -> None:
    async with running(*options) as hearth:
        hearth.fake.load = 0.5
        first, second = await ask(hearth, "cold"), await ask(hearth, "cold")
        stream = await eventful(hearth, first)
        await stream.until(b'"phase":"loading"')
        await eventually(lambda: hearth.fake.loads)
        other = await eventful(hearth, second)
        await other.until(b"event: status")
        await stop(hearth, first)
        await other.until(b"Hello")
        assert "loading" in phases(other)
        assert len(hearth.fake.loads) == 1 and hearth.fake.loads[0].body["model"] == "cold"


@pytest.mark.gen_test
async def test_a_load_that_nobody_waits_for_any_more_is_given_up() -> None:
    async with running() as hearth:
        hearth.fake.load = 60
        replies = [await ask(hearth, "cold") for _ in range(3)]
        await eventually(lambda: hearth.fake.loads)
        (load,) = hearth.fake.loads
        for reply in replies[:2]:
            await stop(hearth, reply)
        assert not load.gone.is_set()
        await stop(hearth, replies[2])
        await eventually(load.gone.is_set)
        await eventually(lambda: not hearth.fake.at_work)
        assert not hearth.fake.chats and "cold:latest" not in hearth.fake.loaded


@pytest.mark.gen_test
async def test_a_model_that_can_not_be_loaded_fails_each_who_asked_with_ollamas_words() -> None:
    async with running() as hearth:
        replies = [await ask(hearth, "nosuch") for _ in range(3)]
        for reply in replies:
            events = await hearth.events(reply["generation"])
            assert events[-1]["code"] == "model_not_found" and "nosuch" in events[-1]["message"]
