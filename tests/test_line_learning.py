"""How many Ollama runs at once: found out by letting in one more."""

from __future__ import annotations

import asyncio

import pytest

from chat.line import Line

from .in_line import all_leave, ask, knowing, settled


@pytest.mark.gen_test
async def test_whoever_comes_to_a_free_model_is_told_nothing_and_has_the_turn_at_once() -> None:
    line = Line()
    (first,) = await ask(line, "A")
    assert first.is_in and first.has_turn and first.told == [] and "has its turn" in repr(first.place)
    assert (line.running, line.waiting, line.is_idle, line.idle("m"), line.idle("other")) == (1, 0, False, False, True)
    assert repr(line) == "<Line m: 1 running, 0 waiting, room 1>"
    await first.end()
    assert line.is_idle and line.idle("m")


@pytest.mark.gen_test
async def test_places_count_down_and_the_next_one_is_already_at_ollama() -> None:
    line = Line()
    first, second, third, fourth = await ask(line, "A", "B", "C", "D")
    assert [one.is_in for one in (first, second, third, fourth)] == [True, True, False, False]
    assert [one.told for one in (second, third, fourth)] == [[1], [2], [3]]
    assert repr(line) == "<Line m: 1 running, 3 waiting, room 1>" and "at 1, let in" in repr(second.place)
    await first.end()
    assert second.has_turn and third.is_in and not third.has_turn
    assert [one.told for one in (second, third, fourth)] == [[1], [2, 1], [3, 2]]
    await all_leave(line, second, third, fourth)


@pytest.mark.gen_test
async def test_the_turn_of_the_one_at_ollama_can_be_waited_for() -> None:
    line = Line()
    first, second = await ask(line, "A", "B")
    assert second.place
    turn = asyncio.ensure_future(second.place.turn.wait())
    await settled()
    assert not turn.done()
    await first.end()
    assert await turn and second.place.position is None
    await all_leave(line, second)


@pytest.mark.gen_test
async def test_when_one_more_writes_while_the_others_do_there_is_room_for_one_more() -> None:
    line = knowing()
    first, second, third, fourth = await ask(line, "A", "B", "C", "D")
    await first.write()
    assert line.room("m") == 1 and not second.has_turn
    await second.write()
    assert line.room("m") == 2 and second.has_turn and third.is_in
    assert [one.told for one in (second, third, fourth)] == [[1], [2, 1], [3, 2]]
    await third.write()
    assert line.room("m") == 3 and third.has_turn and fourth.is_in and fourth.position == 1
    await all_leave(line, fourth, third, second, first)
    assert line.room("m") == 3
    await all_leave(line, *await ask(line, *"EFG"))


@pytest.mark.gen_test
async def test_a_token_proves_no_room_while_the_first_one_still_reads_or_has_ended() -> None:
    line = knowing()
    first, second, third = await ask(line, "A", "B", "C")
    await second.write()  # it overtook the first, or both run: nobody knows
    assert line.room("m") == 1 and second.has_turn and first.has_turn
    assert not third.is_in and third.told == [2, 1]
    await second.end()
    assert third.is_in and not third.has_turn and third.told == [2, 1]
    await first.end()
    await first.write()  # too late
    await third.write()
    assert line.room("m") == 1
    await all_leave(line, first, second, third)


@pytest.mark.gen_test
async def test_who_wrote_first_but_came_later_proves_the_room_when_the_earlier_one_writes() -> None:
    line = knowing()
    first, second, third = await ask(line, "A", "B", "C")
    await second.write()
    await first.write()
    assert line.room("m") == 2 and third.is_in and third.position == 1
    await all_leave(line, first, second, third)


class Clock:
    """The loop's own, which now stands still unless told."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        loop = asyncio.get_running_loop()
        self.now = loop.time()
        monkeypatch.setattr(loop, "time", lambda: self.now)

    async def go_on(self, seconds: float) -> None:
        self.now += seconds
        await settled()


@pytest.mark.gen_test
async def test_a_reply_that_ends_just_when_the_next_one_begins_proves_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    line, clock = Line(sure=0.1), Clock(monkeypatch)
    first, second, third, fourth, fifth = await ask(line, *"ABCDE")
    await first.write()
    await second.write()
    await fifth.leave()
    await first.end()  # its last line was read behind the other's first token
    await clock.go_on(0.06)
    await third.write()  # the same again, but both go on
    await clock.go_on(0.06)
    assert line.room("m") == 1 and not fourth.is_in
    await clock.go_on(0.06)
    assert line.room("m") == 2 and fourth.is_in and fourth.position == 1
    await all_leave(line, first, second, third, fourth, fifth)


@pytest.mark.gen_test
async def test_when_ollama_starts_anew_a_doubt_is_over(monkeypatch: pytest.MonkeyPatch) -> None:
    line, clock = Line(sure=0.1), Clock(monkeypatch)
    askers = await ask(line, "A", "B")
    for one in askers:
        await one.write()
    line.forget("m")
    await clock.go_on(0.2)
    assert line.room("m") == 1
    await all_leave(line, *askers)
