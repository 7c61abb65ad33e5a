"""The line between people: turns go round those who wait, and nobody has more at once than the owner allows."""

from __future__ import annotations

from collections import Counter

import pytest

from chat.line import Line

from .in_line import Asker, all_leave, ask, knowing, settled


def positions(*askers: Asker) -> list[int]:
    return [asker.position for asker in askers]


@pytest.mark.gen_test
async def test_two_who_ask_get_turns_however_many_tabs_one_has_open() -> None:
    line = Line(parallel=1)
    many = await ask(line, *"ABCDEF", person="Ann")
    few = await ask(line, *"XY", person="Ben")
    assert positions(*many) == [0, 1, 3, 5, 6, 7] and positions(*few) == [2, 4]
    served = []
    for one in (many[0], many[1], few[0], many[2], few[1], many[3]):
        assert one.has_turn
        served.append(one.person)
        await one.end()
    assert served == ["Ann", "Ann", "Ben", "Ann", "Ben", "Ann"]
    await all_leave(line, *many, *few)


@pytest.mark.gen_test
async def test_who_asks_anew_after_each_reply_gets_every_other_turn() -> None:
    line = Line(parallel=1)
    many = await ask(line, *"ABCDEFGH", person="Ann")
    (one,) = await ask(line, "X", person="Ben")
    for asker in many[:4]:
        assert asker.has_turn and one.position <= 2
        await asker.end()
        if one.has_turn:
            await one.end()
            (one,) = await ask(line, "X", person="Ben")
    await all_leave(line, one, *many)


@pytest.mark.gen_test
async def test_within_a_person_turns_go_round_their_conversations() -> None:
    line = Line(parallel=1)
    (running,) = await ask(line, "X", person="Cem")
    anns = await ask(line, *"AAAB", person="Ann")
    bens = await ask(line, *"PPQ", person="Ben")
    assert positions(*anns) == [1, 5, 7, 3] and positions(*bens) == [2, 6, 4]
    await anns[0].leave()  # the next one of this conversation takes its place, and Ann keeps hers
    assert positions(*anns) == [0, 1, 5, 3]
    await all_leave(line, running, *anns, *bens)


@pytest.mark.gen_test
async def test_two_people_with_conversations_of_the_same_name_are_two() -> None:
    line = Line(parallel=1)
    anns = await ask(line, *"AAA", person="Ann")
    (bens,) = await ask(line, "A", person="Ben")
    assert positions(*anns, bens) == [0, 1, 3, 2]
    await all_leave(line, bens, *anns)


# -- how much at once


@pytest.mark.gen_test
async def test_who_may_have_one_at_once_waits_though_there_is_room_and_others_pass() -> None:
    line = Line(parallel=3, at_once={"Ann": 1}.get)
    anns = await ask(line, *"ABC", person="Ann")
    assert positions(*anns) == [0, 1, 2] and not anns[1].is_in
    bens = await ask(line, *"XYZ", person="Ben")
    assert positions(*anns) == [0, 1, 3] and positions(*bens) == [0, 0, 2]
    await bens[0].end()
    assert bens[2].has_turn and positions(*anns) == [0, 1, 2] and not anns[1].is_in
    await anns[0].end()
    assert anns[1].has_turn and not anns[2].is_in and anns[2].told == [2, 3, 2, 1]
    await all_leave(line, *anns, *bens)


@pytest.mark.gen_test
async def test_what_may_be_had_at_once_counts_over_all_models() -> None:
    line = Line(parallel=2, at_once={"Ann": 2}.get)
    here = await ask(line, "A", person="Ann")
    there = await ask(line, "B", "C", model="other", person="Ann")
    assert positions(*here, *there) == [0, 0, 1]
    (ben,) = await ask(line, "X", model="other", person="Ben")
    assert ben.has_turn
    await here[0].end()
    assert not there[1].is_in  # Ben has what room there was
    await ben.end()
    assert there[1].has_turn
    await all_leave(line, *here, *there, ben)


@pytest.mark.gen_test
async def test_a_reply_that_ends_at_one_model_lets_in_the_next_at_another() -> None:
    line = Line(parallel=1, at_once={"Ann": 1}.get)
    (here,) = await ask(line, "A", person="Ann")
    (there,) = await ask(line, "B", model="other", person="Ann")
    assert there.told == [1] and not there.is_in
    await here.end()
    assert there.has_turn
    await all_leave(line, here, there)


@pytest.mark.gen_test
async def test_who_keeps_one_model_busy_does_not_wait_for_ever_at_another() -> None:
    line = Line(parallel=1, at_once={"Ann": 1}.get)
    busy = await ask(line, *"AAAAAA", person="Ann")
    (ben,) = await ask(line, "X", model="other", person="Ben")
    (patient,) = await ask(line, "B", model="other", person="Ann")
    others = await ask(line, *"YZ", model="other", person="Ben")
    await ben.end()  # it is Ann's turn, but she has one running
    assert not patient.is_in and others[0].has_turn
    await busy[0].end()
    assert not busy[1].is_in and patient.position == 1  # the next one is for where she was passed over
    await others[0].end()
    assert patient.has_turn and not busy[1].is_in
    await patient.end()
    assert busy[1].has_turn and others[1].has_turn
    await all_leave(line, patient, ben, *busy, *others)


@pytest.mark.gen_test
async def test_who_leaves_the_line_in_which_they_were_passed_over_may_go_on_elsewhere() -> None:
    line = Line(parallel=1, at_once={"Ann": 1}.get)
    busy = await ask(line, *"AA", person="Ann")
    bens = await ask(line, "X", model="other", person="Ben")
    (patient,) = await ask(line, "B", model="other", person="Ann")
    bens += await ask(line, "X", model="other", person="Ben")
    await bens[0].end()
    assert bens[1].has_turn  # Ann was passed over
    await busy[0].end()
    assert not busy[1].is_in
    await patient.leave()
    assert busy[1].has_turn
    await all_leave(line, patient, *bens, *busy)


@pytest.mark.gen_test
async def test_the_owner_changes_how_much_somebody_may_have_at_once_at_any_time() -> None:
    allowed: dict[str, int] = {"Ann": 1}
    line = Line(parallel=3, at_once=allowed.get)
    anns = await ask(line, *"ABCD", person="Ann")
    allowed["Ann"] = 2
    line.settle()
    await settled()
    assert positions(*anns) == [0, 0, 1, 2]
    del allowed["Ann"]
    line.settle()
    await settled()
    assert positions(*anns) == [0, 0, 0, 1]
    allowed["Ann"] = 1
    line.settle()  # who is in stays
    await settled()
    await anns[0].end()
    await anns[1].end()
    assert anns[2].has_turn and not anns[3].is_in and anns[3].position == 1
    await anns[2].end()
    assert anns[3].has_turn
    await all_leave(line, *anns)


@pytest.mark.gen_test
async def test_who_may_have_nothing_at_all_waits_behind_the_others_and_holds_up_nobody() -> None:
    allowed = {"Ann": 0}
    line = Line(parallel=1, at_once=allowed.get)
    (ann,) = await ask(line, "A", person="Ann")
    bens = await ask(line, *"XYZ", person="Ben")
    assert positions(ann, *bens) == [3, 0, 1, 2]
    await bens[0].end()
    assert bens[1].has_turn and ann.position == 2
    allowed["Ann"] = 1
    line.settle()
    await settled()
    assert positions(ann, bens[2]) == [1, 2]
    await all_leave(line, ann, *bens)


@pytest.mark.gen_test
async def test_the_places_of_somebody_who_may_have_few_at_once_come_true() -> None:
    line = Line(parallel=3, at_once={"Ann": 1}.get)
    running = [
        *await ask(line, "X", person="Ben"),
        *await ask(line, "A", person="Ann"),
        *await ask(line, "Y", person="Cem"),
    ]
    anns = await ask(line, *"ABCD", person="Ann")
    bens = await ask(line, *"PQRS", person="Ben")
    told = sorted([*anns, *bens], key=lambda one: one.position)
    assert "".join(one.person[0] for one in told) == "BABBAB" + "AA"
    ends = iter(running + told)
    for place, one in enumerate(told, 1):
        while not one.has_turn:
            assert positions(*told[place - 1 :]) == list(range(1, len(told) - place + 2))
            await next(ends).end()
    await all_leave(line, *running, *told)


@pytest.mark.gen_test
async def test_who_may_have_few_at_once_teaches_the_line_nothing_wrong() -> None:
    line = knowing()
    limited = Line(sure=0, at_once={"Ann": 1}.get)
    for one_line, room in ((line, 2), (limited, 1)):
        askers = await ask(one_line, *"AB", person="Ann")
        for one in askers:
            if one.is_in:
                await one.write()
        assert one_line.room("m") == room
        await all_leave(one_line, *askers)


@pytest.mark.gen_test
async def test_hundreds_who_wait_are_each_told_only_what_is_new_to_them() -> None:
    line = Line(parallel=1)
    askers = [one for name in "ABCDEFGHIJ" for one in await ask(line, *map(str, range(30)), person=name)]
    assert Counter(positions(*askers)) == Counter(range(300))
    told = sum(len(one.told) for one in askers)
    await askers[-1].leave()  # the last in line
    assert sum(len(one.told) for one in askers) == told
    for one in askers:
        await one.leave()
    await all_leave(line)
