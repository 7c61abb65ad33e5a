"""The line in front of Ollama: everyone sees their place, turns are fair, and how many run at once is found out."""

from __future__ import annotations

import asyncio

import pytest

from chat.line import REMEMBERED, Line

from .in_line import Asker, all_leave, ask, knowing, learned


@pytest.mark.gen_test
async def test_with_a_given_number_exactly_so_many_run() -> None:
    line = Line(parallel=2, sure=0)
    askers = await ask(line, "A", "B", "C", "D")
    assert [one.has_turn for one in askers] == [one.is_in for one in askers] == [True, True, False, False]
    for one in askers[:2]:
        await one.write()
    line.forget("m")
    assert line.room("m") == line.room("never seen") == 2 and not askers[2].is_in
    await askers[0].end()
    assert askers[2].has_turn and [one.told for one in askers] == [[], [], [1], [2, 1]]
    await all_leave(line, *askers)


@pytest.mark.gen_test
async def test_different_models_do_not_wait_for_each_other() -> None:
    line = Line()
    askers = await ask(line, "A") + await ask(line, "A", model="other")
    assert all(one.has_turn and one.told == [] for one in askers)
    await all_leave(line, *askers)


@pytest.mark.gen_test
async def test_one_who_asked_ten_times_does_not_hold_up_one_who_asked_once() -> None:
    line = Line()
    many = await ask(line, *"A" * 10)
    (once,) = await ask(line, "B")
    assert once.told == [3]  # behind the one at Ollama, and one more
    assert [one.position for one in many] == [0, 1, 2, 4, 5, 6, 7, 8, 9, 10]
    assert many[3].told == [3, 4]
    for one in many[:3]:
        assert not once.has_turn
        await one.end()
    assert once.has_turn and once.told == [3, 2, 1]
    await all_leave(line, once, *many)


@pytest.mark.gen_test
async def test_turns_go_round_the_conversations_in_the_order_in_which_they_came() -> None:
    line = Line(parallel=1)
    (running,) = await ask(line, "X")
    askers = await ask(line, *"AAABBCX")
    assert [one.position for one in askers] == [1, 5, 7, 2, 6, 3, 4]
    await askers[0].leave()  # its next question takes its place
    assert [one.position for one in askers] == [0, 1, 5, 2, 6, 3, 4]
    await running.end()
    assert askers[1].has_turn and [one.position for one in askers] == [0, 0, 4, 1, 5, 2, 3]
    (late,) = await ask(line, "D")
    assert [one.position for one in [*askers, late]] == [0, 0, 4, 1, 6, 2, 3, 5]
    await all_leave(line, late, *askers)


@pytest.mark.gen_test
async def test_leaving_the_line_is_immediate_and_those_behind_move_up() -> None:
    line = Line()
    first, second, third, fourth = await ask(line, "A", "B", "C", "D")
    await third.leave()
    assert third.task.cancelled() and third.place is None and fourth.told == [3, 2]
    await second.leave()  # it was at Ollama already
    assert fourth.is_in and not fourth.has_turn and fourth.told == [3, 2, 1]
    await first.leave()
    assert fourth.has_turn
    await all_leave(line, fourth)


@pytest.mark.gen_test
async def test_one_who_leaves_in_the_moment_of_being_let_in_holds_up_nobody() -> None:
    line = Line(parallel=1)
    first, second = await ask(line, "A", "B")

    async def third() -> bool:
        async with line.place("m", "somebody", "C", tell) as place:
            return place.turn.is_set()

    def tell(position: int) -> None:
        if position == 1:  # the second one is let in, but not yet awake
            second.task.cancel()

    asking = asyncio.ensure_future(third())
    await first.end()
    assert second.task.cancelled() and second.place is None
    assert await asking
    await all_leave(line)


@pytest.mark.gen_test
async def test_a_request_that_fails_gives_its_place_back() -> None:
    line = Line(parallel=1)
    with pytest.raises(ZeroDivisionError):
        async with line.place("m", "somebody", "A", print):
            raise ZeroDivisionError
    assert line.is_idle


@pytest.mark.gen_test
async def test_what_was_learned_is_kept_until_ollama_starts_anew() -> None:
    line = knowing()
    await all_leave(line, *await learned(line, 3))
    askers = await ask(line, *"ABCDE")
    assert [one.position for one in askers] == [0, 0, 0, 1, 2]
    await all_leave(line, *askers)
    line.forget("m")
    askers = await ask(line, *"ABC")
    assert [one.position for one in askers] == [0, 1, 2]
    await all_leave(line, *askers)


@pytest.mark.gen_test
async def test_those_who_ran_before_ollama_started_anew_teach_nothing() -> None:
    line = knowing()
    old = await learned(line, 2)
    line.forget("m")
    first, second = await ask(line, "A", "B")
    assert not first.is_in and (first.position, second.position) == (1, 2)
    await old[0].end()
    assert first.is_in and not first.has_turn and not second.is_in
    await first.write()
    await old[1].write()  # not its first token
    assert line.room("m") == 1
    await all_leave(line, *old, first, second)


@pytest.mark.gen_test
async def test_what_is_remembered_of_models_has_a_bound() -> None:
    line = knowing()
    for number in range(REMEMBERED + 1):
        await all_leave(line, *await learned(line, 2, f"model{number}"))
        await all_leave(line, *await ask(line, "A", model="model0"))  # often used
        await all_leave(line, *await ask(line, "A", model=f"alone{number}"))  # nothing to remember
    assert [line.room(f"model{number}") for number in (0, 1, 2, REMEMBERED)] == [2, 1, 2, 2]


@pytest.mark.gen_test
async def test_a_reader_who_cannot_be_told_harms_nobody_else(caplog: pytest.LogCaptureFixture) -> None:
    line = Line()
    first, second = await ask(line, "A", "B")
    angry = Asker(line, "C", on_told=lambda position: 1 // (position - 2))
    (last,) = await ask(line, "D")
    await first.end()
    assert second.has_turn and angry.is_in and last.told == [3, 2]
    assert caplog.text.count("could not be told") == 1
    await all_leave(line, second, angry, last)
