"""The log of a generation: every reader gets all of it, once, in order, whenever it comes and however slow it is."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import closing
from itertools import groupby, islice

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import chat.log
from chat.events import Content, Done, Error, Event, Status, Thinking
from chat.log import BATCH, Bell, GenerationLog, Numbered

from .asking import unhurried

FAR = 3600.0  # seconds

texts = st.text("ab<\n😀", min_size=1, max_size=9)
events = st.one_of(
    texts.map(Content),
    texts.map(Content),
    texts.map(Thinking),
    st.builds(Status, st.sampled_from(["queued", "loading", "reading", "writing"]), st.just("m"), st.none()),
)
endings = st.sampled_from([Done("stop", {"eval_count": 2}), Error("interrupted", "It went away", True)])


def keep_nothing(_: bytes) -> None:
    pass


def log_of(*events: Event) -> GenerationLog:
    log = GenerationLog(keep_nothing)
    log.append(events)
    return log


def stands_for(numbered: Numbered, before: int, said: list[Event]) -> None:
    """What was read under a number holds exactly what came since the number before it."""
    number, event = numbered
    meant = said[before:number]
    assert number > before
    if isinstance(event, Content | Thinking):
        assert {type(one) for one in meant} == {type(event)}
        assert event.text == "".join(one.text for one in meant if isinstance(one, Content | Thinking))
    else:
        assert meant == [event]


class Reader:
    def __init__(self, log: GenerationLog, after: int) -> None:
        self.log, self.after = log, after
        self.reads: list[list[Numbered]] = []

    def read(self) -> bool:
        batch = self.log.read(self.after)
        if batch:
            self.reads.append(batch)
            self.after = batch[-1].number
        return bool(batch)

    def check(self, begun: int, said: list[Event]) -> None:
        for numbered in [one for batch in self.reads for one in batch]:
            stands_for(numbered, begun, said)
            begun = numbered.number
        assert begun >= len(said)


@unhurried
@given(
    said=st.lists(events, max_size=25),
    ending=endings,
    pieces=st.lists(st.integers(0, 5), max_size=25),
    readers=st.lists(st.tuples(st.integers(0, 27), st.lists(st.booleans(), max_size=25)), min_size=1, max_size=4),
    batch=st.sampled_from([1, 5, 20, BATCH]),
)
def test_every_reader_gets_exactly_what_came_behind_its_number(
    said: list[Event],
    ending: Done | Error,
    pieces: list[int],
    readers: list[tuple[int, list[bool]]],
    batch: int,
) -> None:
    """`pieces` events are appended at once; a reader with number N reads, or is busy, between any two appends."""
    whole = [*said, ending]
    log, left = GenerationLog(keep_nothing), iter(whole)
    reading = [Reader(log, after) for after, _ in readers]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat.log, "BATCH", batch)
        for turn, count in enumerate([*pieces, len(whole)]):
            if new := list(islice(left, count)):
                log.append(new)
            for reader, (_, reads) in zip(reading, readers, strict=True):
                if turn < len(reads) and reads[turn]:
                    reader.read()
        for reader, (after, _) in zip(reading, readers, strict=True):
            while reader.read():
                pass
            reader.check(after, whole)


@unhurried
@given(said=st.lists(events, max_size=25), after=st.integers(0, 25), batch=st.sampled_from([1, 5, 20]))
def test_a_batch_is_bounded_and_says_no_more_than_one_text_too_much(said: list[Event], after: int, batch: int) -> None:
    log = log_of(*said)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(chat.log, "BATCH", batch)
        read = log.read(after)
    size = sum(len(one.event.text) for one in read if isinstance(one.event, Content | Thinking))
    assert size < batch + 9
    complete = not read or read[-1].number == len(said)
    assert complete or size >= batch


def test_a_reader_far_behind_gets_large_pieces_and_never_all_at_once() -> None:
    log = log_of(*[Content("word ")] * 100_000)
    sizes, after = [], 0
    while batch := log.read(after):
        (one,) = batch
        assert isinstance(one.event, Content)
        sizes.append(len(one.event.text))
        after = one.number
    assert sum(sizes) == 500_000
    assert max(sizes) < BATCH + 5
    assert len(sizes) == -(-500_000 // BATCH)


def test_texts_of_one_kind_come_as_one_under_the_last_number_and_nothing_else_is_merged() -> None:
    status = Status("writing", "m")
    log = log_of(status, Thinking("a"), Thinking("b"), status, Thinking("c"), Content("d"), Content("e"), Content("f"))
    assert log.read(0) == [
        (1, status),
        (3, Thinking("ab")),
        (4, status),
        (5, Thinking("c")),
        (8, Content("def")),
    ]
    assert log.read(6) == [(8, Content("ef"))]
    assert log.read(-5) == log.read(0)
    assert log.read(5, join=False) == [(6, Content("d")), (7, Content("e")), (8, Content("f"))]
    assert log.read(8) == log.read(99) == []


def test_the_log_ends_once() -> None:
    log = log_of(Content("a"))
    assert log.ending is None
    log.append([Done("stop", {})])
    assert log.ending == Done("stop", {})
    assert log.last == 2
    assert repr(log) == "<GenerationLog 2 events, ended, 0 readers>"
    with pytest.raises(RuntimeError, match="over"):
        log.append([Content("b")])
    assert log.last == 2


def test_what_a_reader_can_have_was_written_down_before() -> None:
    """Also when the reader is rung by the append itself."""
    written: list[bytes] = []

    def write(lines: bytes) -> None:
        assert not log.read(len(written)), "nobody has it yet"
        written.extend(lines.splitlines(keepends=True))

    log = GenerationLog(write)
    said: list[Event] = [Status("writing", "m"), Content("a\n\u2028"), Done("stop", {"eval_count": 2})]
    log.append(said[:2])
    log.append(said[2:])
    assert [msgspec.json.decode(one, type=Event) for one in b"".join(written).splitlines()] == said


def test_a_log_that_is_left_off_is_over_but_has_not_ended() -> None:
    """Hearth goes down and will go on with it: nobody is told that there is nothing behind their number."""
    log = log_of(Content("a"))
    assert not log.over
    log.close()
    assert log.over and log.ending is None
    assert not log.has_nothing_behind(1)
    with pytest.raises(RuntimeError, match="over"):
        log.append([Content("b")])


def test_where_single_numbers_are_not_honoured_any_more_there_is_the_whole_or_nothing() -> None:
    whole: list[Event] = [Thinking("t"), Content("all of it"), Done("stop", {})]
    log = GenerationLog(keep_nothing, whole, first=98)
    assert log.last == 100
    assert log.read(0) == [(98, whole[0]), (99, whole[1]), (100, whole[2])]
    for number in (1, 50, 97, 98, 99, 100, 101):
        assert log.read(number) == [] and log.has_nothing_behind(number)


@pytest.mark.parametrize(("number", "text"), [(0, ""), (1, ""), (2, "a"), (3, "a"), (4, "b"), (9, "b")])
def test_the_text_before_a_number_is_that_of_the_latest_content(number: int, text: str) -> None:
    log = log_of(Thinking("t"), Content("a"), Thinking("u"), Content("b"), Done("stop", {}))
    assert log.text_before(number) == text


# -- readers that wait


async def follow(log: GenerationLog, after: int, pace: int) -> list[Numbered]:
    """As the transports do; takes `pace` turns of the loop to send one batch."""
    found: list[Numbered] = []
    with closing(Bell(FAR)) as bell, log.wakes(bell):
        while not (found and isinstance(found[-1].event, Done | Error)):
            if batch := log.read(after):
                for _ in range(pace):
                    await asyncio.sleep(0)
                bell.sent()
                found += batch
                after = batch[-1].number
            else:
                await bell.wait()
    return found


async def say(log: GenerationLog, said: Iterable[Event]) -> None:
    for turn, event in enumerate(said):
        log.append([event])
        if turn % 3 == 0:
            await asyncio.sleep(0)


@pytest.mark.gen_test(timeout=15)
async def test_forty_readers_at_forty_paces_all_get_the_whole_reply() -> None:
    log = GenerationLog(keep_nothing)
    said = [(Thinking if n < 100 else Content)(f"word{n} ") for n in range(400)]
    readers = [asyncio.ensure_future(follow(log, 0, pace)) for pace in range(40)]
    await say(log, [*said, Done("stop", {})])
    for found in await asyncio.gather(*readers, follow(log, 0, 0)):
        assert [kind for kind, _ in groupby(type(one.event) for one in found)] == [Thinking, Content, Done]
        before = 0
        for one in found:
            stands_for(one, before, [*said, Done("stop", {})])
            before = one.number
    assert repr(log) == "<GenerationLog 401 events, ended, 0 readers>"
    fast, slow = readers[0].result(), readers[-1].result()
    assert len(slow) < len(fast) / 4, "who is slow gets fewer, larger pieces"


@pytest.mark.gen_test
async def test_a_reader_that_stops_waiting_misses_no_ring() -> None:
    log = GenerationLog(keep_nothing)
    with closing(Bell(FAR)) as bell, log.wakes(bell):
        waiting = asyncio.ensure_future(bell.wait())
        await asyncio.sleep(0)
        log.append([Content("a")])
        waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.wait_for(bell.wait(), 10)


@pytest.mark.gen_test
async def test_a_reader_that_left_is_rung_no_more() -> None:
    log = GenerationLog(keep_nothing)
    with closing(Bell(FAR)) as bell:
        with log.wakes(bell):
            assert "1 readers" in repr(log)
        log.append([Content("a")])
        waiting = asyncio.ensure_future(bell.wait())
        for _ in range(5):
            await asyncio.sleep(0)
        assert not waiting.done()
        waiting.cancel()
