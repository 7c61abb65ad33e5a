"""The line under load, and on any day that chance makes up."""

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

from .in_line import Asker, all_leave, knowing, settled


@pytest.mark.gen_test
@pytest.mark.parametrize("k", [1, 2, 3])
@pytest.mark.parametrize("seed", range(5))
async def test_under_load_the_line_finds_out_how_many_run_at_once_and_everybody_is_served(k: int, seed: int) -> None:
    line, random, requests = knowing(), Random(seed), list[Asker]()
    askers = [Asker(line, random.choice("ABCD"), ollama=requests) for _ in range(20)]
    await settled()
    while not all(one.wrote for one in requests[:k]):
        await random.choice([one for one in requests[:k] if not one.wrote]).write()
    assert line.room("m") == k
    while requests:
        assert line.room("m") == k and len(requests) == min(k + 1, sum(not one.task.done() for one in askers))
        one = random.choice(requests[:k])
        await (one.end() if one.wrote else one.write())
    assert all(one.wrote for one in askers)
    await all_leave(line)


class AnyDay(RuleBasedStateMachine):
    """Four conversations come, go, and are answered by an Ollama that runs `k` at once, in the order of coming.

    Promised to who waits: positions are 1 to n, in the order in which all will be let in; the own one rises only when
    somebody asks anew, by one, and never for the first question of a conversation; between its coming and its turn
    every other conversation gets at most one.
    """

    @initialize(k=st.integers(1, 3))
    def open(self, k: int) -> None:
        self.loop = asyncio.new_event_loop()
        self.k = k
        self.line = knowing()
        self.askers: list[Asker] = []
        self.requests: list[Asker] = []
        self.let_in: list[Asker] = []
        self.came: dict[Asker, int] = {}  # of the first of a conversation: how many had been let in
        self.most = 1  # that wrote at the same time

    def in_line(self) -> list[Asker]:
        return sorted((one for one in self.askers if one.position), key=lambda one: one.position)

    def firsts(self) -> Iterator[Asker]:
        seen: set[str] = set()
        for one in self.in_line():
            if not one.is_in and one.conversation not in seen:
                seen.add(one.conversation)
                yield one

    def happens(self, what: Coroutine[Any, Any, Any], newcomer: str = "", leaver: Asker | None = None) -> None:
        before, firsts = {one: one.position for one in self.in_line()}, set(self.firsts())
        outside = [one for one in before if not one.is_in]
        self.loop.run_until_complete(what)
        for one in before.keys() - {leaver}:
            assert one.position <= before[one] + bool(newcomer and one not in firsts and not one.is_in)
        inside = [one for one in self.requests if one not in self.let_in]
        if leaver not in outside:
            still = [one for one in self.in_line() if one in before]
            assert still == [one for one in before if one in still]
            assert inside == (outside + self.askers[-1:])[: len(inside)]
        for one in inside:
            if one in self.came:
                meanwhile = Counter(other.conversation for other in self.let_in[self.came[one] :])
                assert meanwhile[one.conversation] == 0 and set(meanwhile.values()) <= {1}
            self.let_in.append(one)

    @rule(conversation=st.sampled_from("ABCD"))
    def asks(self, conversation: str) -> None:
        before, is_first = len(self.let_in), all(one.conversation != conversation for one in self.firsts())

        async def come() -> None:
            self.askers.append(Asker(self.line, conversation, ollama=self.requests))
            await settled()

        self.happens(come(), newcomer=conversation)
        if is_first and not self.askers[-1].is_in:
            self.came[self.askers[-1]] = before

    @precondition(lambda self: not all(one.wrote for one in self.requests[: self.k]))
    @rule(number=st.integers(0, 2))
    def first_token_comes(self, number: int) -> None:
        silent = [one for one in self.requests[: self.k] if not one.wrote]
        self.happens(silent[number % len(silent)].write())
        self.most = max(self.most, sum(one.wrote for one in self.requests))

    @precondition(lambda self: self.requests)
    @rule(number=st.integers(0, 2))
    def reply_ends(self, number: int) -> None:
        at_work = self.requests[: self.k]
        self.happens(at_work[number % len(at_work)].end())

    @precondition(lambda self: not all(one.task.done() for one in self.askers))
    @rule(number=st.integers(0, 99))
    def somebody_leaves(self, number: int) -> None:
        there = [one for one in self.askers if not one.task.done()]
        self.happens(there[number % len(there)].leave(), leaver=there[number % len(there)])

    @invariant()
    def positions_are_1_to_n_and_who_has_the_turn_is_at_work(self) -> None:
        assert [one.position for one in self.in_line()] == list(range(1, self.line.waiting + 1))
        assert not any(one.told_wrongly for one in self.askers)
        turned = [one for one in self.requests if one.has_turn]
        assert len(turned) == self.line.running
        assert set(turned) <= set(self.requests[: self.k])

    @invariant()
    def room_is_what_was_seen_and_one_more_is_let_in(self) -> None:
        assert self.line.room("m") == self.most <= self.k
        there = sum(not one.task.done() for one in self.askers)
        assert len(self.requests) == min(self.most + 1, there)

    def teardown(self) -> None:
        try:
            while self.requests:
                self.reply_ends(0)
            assert self.line.is_idle and all(one.task.done() for one in self.askers)
        finally:
            for one in self.askers:
                self.loop.run_until_complete(one.leave())
            self.loop.close()


AnyDay.TestCase.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
TestOnAnyDayTheLineKeepsItsPromises = AnyDay.TestCase
