"""The line between people, on any day that chance makes up."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator
from random import Random
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from chat.line import Line

from .in_line import Asker, all_leave, settled

MODELS = "mn"


@pytest.mark.gen_test
@pytest.mark.parametrize("parallel", [None, 1, 3])
@pytest.mark.parametrize("seed", range(10))
async def test_all_places_told_in_a_long_line_come_true(parallel: int | None, seed: int) -> None:
    random, requests = Random(seed), list[Asker]()
    line = Line(parallel, at_once={"P": 1, "Q": random.randint(1, 3)}.get)
    askers = [Asker(line, random.choice("AB"), ollama=requests, person=random.choice("PPQR")) for _ in range(30)]
    await settled()
    for _ in range(8):
        await random.choice(requests).end()
    told = sorted((one for one in askers if one.position), key=lambda one: one.position)
    came = list[Asker]()
    while requests:
        came += [one for one in told if one.has_turn and one not in came]
        await requests[0].end()
    assert len(told) > 18 and came == told
    await all_leave(line, *askers)


class AnyDay(RuleBasedStateMachine):
    """Three people with two conversations each ask two models, of which `room` replies run at once; the owner changes
    how much somebody may have.

    Promised: nobody is let in beyond what they may have, both models together; room stays free only where all who wait
    have as much as they may; while one waits who may have all there is room for, every other person gets at most one
    turn, and while a conversation of theirs waits, every other one of theirs; where all may have all, a place rises
    only when somebody asks; the places come true; everybody is served.
    """

    @initialize(room=st.integers(1, 3))
    def open(self, room: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.room = room
        self.allowed: dict[str, int] = {}
        self.line = Line(parallel=room, at_once=self.allowed.get)
        self.askers: list[Asker] = []
        self.requests: list[Asker] = []
        self.let_in: list[Asker] = []
        self.since: dict[tuple[str, ...], int] = {}  # for who waits: how many had been let in when that began

    def inside(self, model: str) -> list[Asker]:
        return [one for one in self.requests if one.model == model]

    def outside(self, model: str) -> list[Asker]:
        """In the order of the places they were told."""
        return sorted((one for one in self.askers if one.model == model and one.position), key=lambda one: one.position)

    def happens(self, what: Coroutine[Any, Any, Any], may_rise: str = "", leaver: Asker | None = None) -> list[Asker]:
        """Returns who was let in."""
        before = {one: one.position for model in MODELS for one in self.outside(model)}
        self.loop.run_until_complete(what)
        for one in before.keys() - {leaver}:
            assert one.position <= before[one] or one.model in may_rise or self.allowed
        new = [one for one in self.requests if one not in self.let_in]
        for one in new:
            self.check_let_in(one)
        keys = set(self.keys_of_who_wait())
        self.since = {key: self.since.get(key, len(self.let_in)) for key in keys}
        return new

    def check_let_in(self, one: Asker) -> None:
        assert one.has_turn
        if one.person in self.allowed:
            assert sum(other.person == one.person for other in self.requests) <= self.allowed[one.person]
        here = (one.model, one.person)
        self.nobody_got_two(other.person for other in self.passed_by(here) if other.model == one.model)
        meanwhile = self.passed_by((*here, one.conversation))
        self.nobody_got_two(other.conversation for other in meanwhile if (other.model, other.person) == here)
        self.let_in.append(one)
        self.since[here] = self.since[(*here, one.conversation)] = len(self.let_in)

    def passed_by(self, key: tuple[str, ...]) -> list[Asker]:
        return self.let_in[self.since.get(key, len(self.let_in)) :]

    def nobody_got_two(self, names: Iterator[str]) -> None:
        assert set(Counter(names).values()) <= {1}

    def keys_of_who_wait(self) -> Iterator[tuple[str, ...]]:
        for one in self.askers:
            if one.position and one.person not in self.allowed:
                yield one.model, one.person
                yield one.model, one.person, one.conversation

    @rule(person=st.sampled_from("PQR"), conversation=st.sampled_from("AB"), model=st.sampled_from(MODELS))
    def asks(self, person: str, conversation: str, model: str) -> None:
        async def come() -> None:
            self.askers.append(Asker(self.line, conversation, model, ollama=self.requests, person=person))
            await settled()

        self.happens(come(), may_rise=model)

    @precondition(lambda self: self.requests)
    @rule(number=st.integers(0, 5))
    def reply_ends(self, number: int) -> None:
        self.happens(self.requests[number % len(self.requests)].end())

    @precondition(lambda self: not all(one.task.done() for one in self.askers))
    @rule(number=st.integers(0, 99))
    def somebody_leaves(self, number: int) -> None:
        there = [one for one in self.askers if not one.task.done()]
        leaver = there[number % len(there)]
        self.happens(leaver.leave(), leaver=leaver)

    @rule(person=st.sampled_from("PQR"), allowed=st.sampled_from([1, 2, 3, 0, None]))
    def the_owner_says(self, person: str, allowed: int | None) -> None:
        self.allowed.pop(person, None)
        if allowed is not None:
            self.allowed[person] = allowed
        self.happens(self.change(), may_rise=MODELS)

    async def change(self) -> None:
        self.line.settle()
        await settled()

    @invariant()
    def room_stays_free_only_where_nobody_may_have_more(self) -> None:
        inside = Counter(one.person for one in self.requests)
        for model, other in (("m", "n"), ("n", "m")):
            assert len(self.inside(model)) <= self.room
            if len(self.inside(model)) < self.room:
                for one in self.outside(model):
                    first = any(one.person == waits.person for waits in self.outside(other))
                    assert inside[one.person] + first >= self.allowed[one.person]

    @invariant()
    def places_are_1_to_n(self) -> None:
        for model in MODELS:
            waiting = self.outside(model)
            assert [one.position for one in waiting] == list(range(1, len(waiting) + 1))
            assert self.line.lengths().get(model, (0, 0)) == (len(self.inside(model)), len(waiting))
        assert not any(one.told_wrongly for one in self.askers)

    def teardown(self) -> None:
        try:
            self.allowed |= dict.fromkeys([person for person, allowed in self.allowed.items() if not allowed], 1)
            self.happens(self.change(), may_rise=MODELS)
            if len(self.askers) % 2:
                self.everybody_is_served()
            else:
                self.places_come_true("m", "n")
            assert self.line.is_idle and all(one.task.done() for one in self.askers)
        finally:
            for one in self.askers:
                self.loop.run_until_complete(one.leave())
            self.loop.close()

    def everybody_is_served(self) -> None:
        while self.requests:
            self.reply_ends(0)
        assert all(one in self.let_in or one.task.cancelled() for one in self.askers)

    def places_come_true(self, model: str, other: str) -> None:
        """If nobody comes, and replies end in the order in which they began; of what somebody has elsewhere, a place
        tells nothing."""
        for one in [*self.outside(other), *self.inside(other)]:
            self.happens(one.leave(), leaver=one)
        told, came = self.outside(model), list[Asker]()
        while self.requests:
            came += self.happens(self.requests[0].end())
        assert came == told


AnyDay.TestCase.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)
TestOnAnyDayPeopleGetTheirTurns = AnyDay.TestCase
