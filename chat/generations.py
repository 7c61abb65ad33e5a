"""All generations: those at work, those that ended, and those that Hearth was killed in the midst of."""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from store import Message, PersonalStore, Store
from store.journal import Head, Journal, Journals, Recorded, line

from .errors import Closing, NotFound
from .events import Ending, Event
from .generation import WENT_AWAY, Generation, Keep, State, Write, state_after
from .ids import is_id
from .log import GenerationLog
from .restored import cut_ending, ending_of, generation_of, readable, restored, texts_of, whole, write_nowhere

HONOURED = 24 * 3600.0  # seconds for which each number of an ended generation is good
REMEMBERED = 60.0  # seconds for which an ended one is kept in memory, where it is asked for the most
SWEEP = 60.0  # seconds between two looks for files that are not needed any more
AGAIN = 2.0  # seconds between two tries to keep what a full disk had no room for

log = logging.getLogger("hearth.generations")


class Prepared(NamedTuple):
    generation: Generation
    journal: Journal


class Generations:
    def __init__(self, store: Store, journals: Journals) -> None:
        self._store = store
        self._journals = journals
        self._known: dict[str, Generation] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}  # of those at work
        self._closing = asyncio.Event()
        self.on_ended: Callable[[Generation], None] = lambda _: None
        self.is_closed: Callable[[str], bool] = lambda person: False  # whose account was closed, or is gone

    def __repr__(self) -> str:
        return f"<Generations {len(self._tasks)} at work, {len(self._known)} known>"

    def begin(
        self, person: str, generation_id: str, head: Head, write: Write, keep: Keep, so_far: Iterable[Event] = ()
    ) -> Generation:
        """Start a generation, whose log begins with what its message holds already."""
        with self.prepared(person, generation_id, head, so_far) as prepared:
            return self.start(prepared, write, keep)

    @contextmanager
    def prepared(self, person: str, generation_id: str, head: Head, so_far: Iterable[Event] = ()) -> Iterator[Prepared]:
        """A generation to `start` once its message is kept: a kill between the two leaves a file without a message,
        not a message without a file. Not started, it leaves nothing."""
        so_far = list(so_far)
        head.person = person
        journal = self._journals.begin(generation_id, head, b"".join(map(line, so_far)))
        generation = generation_of(person, generation_id, head, GenerationLog(journal.append, so_far))
        try:
            yield Prepared(generation, journal)
        finally:
            if generation_id not in self._known:
                journal.close()
                self._journals.remove([generation_id])

    def start(self, prepared: Prepared, write: Write, keep: Keep) -> Generation:
        return self._work(*prepared, prepared.generation.run(write, keep), keep)

    def resume(self, person: str, recorded: Recorded, write: Write, keep: Keep) -> Generation:
        """Go on with one that Hearth was killed in the midst of: the same log, the same numbers. Raises OSError."""
        journal = self._journals.resume(recorded.id)
        generation = restored(person, recorded, journal.append)
        # Only now, not at the start: who still waits has brought nothing down.
        generation.on_work = lambda: journal.note(True)
        return self._work(generation, journal, generation.run(write, keep), keep)

    def conclude(self, person: str, recorded: Recorded, keep: Keep) -> None:
        """End one that Hearth was killed in the midst of, where it stands. Raises OSError."""
        journal = self._journals.resume(recorded.id)
        generation = restored(person, recorded, journal.append)
        self._work(generation, journal, generation.end(generation.log.ending or WENT_AWAY, keep), keep)

    def give_up(self, person: str, message: Message, keep: Keep) -> None:
        """The same, where there is no file of it, or none that can be read."""
        head = Head(message.conversation, message.id)
        events = GenerationLog(write_nowhere, texts_of(message))
        generation = generation_of(person, message.generation or "", head, events)
        self._work(generation, None, generation.end(WENT_AWAY, keep), keep)

    async def clear_away(self) -> None:
        """After a start: the files that a kill left of conversations that are deleted, or of replies never kept."""
        with suppress(OSError):
            there = await asyncio.to_thread(lambda: list(filter(is_id, self._journals.all())))
            await asyncio.to_thread(self._journals.remove_kept, await self._store.without_run(there))

    async def recorded(self, generation_id: str) -> Recorded | None:
        """None where there is nothing that can be read."""
        recorded = await asyncio.to_thread(self._journals.read, generation_id)
        return None if recorded is None else await asyncio.to_thread(self._readable, recorded)

    def _readable(self, recorded: Recorded) -> Recorded | None:
        """What comes before the first line that is no event; nothing where not even that can be kept."""
        for place, event in enumerate(recorded.events):
            if not readable(event):
                recorded.events, recorded.damaged = recorded.events[:place], True
                log.error("the file of generation %s is damaged from event %d on", recorded.id, place + 1)
                try:
                    self._journals.rewrite(recorded)
                except OSError:
                    return None
                break
        return recorded

    @property
    def is_closing(self) -> bool:
        return self._closing.is_set()

    def states(self) -> Counter[State]:
        """How many of those at work are in which."""
        return Counter(self._known[id].state for id in self._tasks if id in self._known)

    def readers(self) -> Counter[str]:
        """Who follows any of them, by transport."""
        return sum((one.audience.readers for one in self._known.values()), Counter())

    def check_open(self) -> None:
        if self.is_closing:
            raise Closing("Hearth is stopping; ask again in a moment")

    async def get(self, person: str, generation_id: str) -> Generation:
        generation = await self.find(person, generation_id)
        if generation is None:
            raise NotFound("There is no such generation, or it ended long ago")
        return generation

    async def find(self, person: str, generation_id: str) -> Generation | None:
        """None, too, where it is another's."""
        if generation_id not in self._known and is_id(generation_id):
            store = self._store.of(person)
            generation = await self._from_journal(store, generation_id) or await self._from_store(store, generation_id)
            if generation is not None and generation_id not in self._known:
                self._remember(generation)
        found = self._known.get(generation_id)
        return found if found is not None and found.person == person else None

    def known(self, generation_id: str) -> Generation | None:
        """One at work, or that ended a moment ago."""
        return self._known.get(generation_id)

    def at_work(self, conversation: str) -> list[Generation]:
        known = [self._known[id] for id in self._tasks if id in self._known]
        return [one for one in known if one.conversation == conversation and not one.log.over]

    def stop_all(self, person: str) -> None:
        """Of a person who is not let in any more."""
        for generation_id in list(self._tasks):
            generation = self._known.get(generation_id)
            if generation is not None and generation.person == person:
                generation.stop()

    async def stop(self, person: str, generation_id: str) -> Generation:
        """Returns once it has ended and is kept."""
        generation = await self.get(person, generation_id)
        generation.stop()
        await generation.ended()
        return generation

    async def forget(self, generation_ids: Iterable[str]) -> None:
        """Stop them, and leave nothing of them behind."""
        gone = list(generation_ids)
        for generation_id in gone:
            if generation_id in self._tasks and generation_id in self._known:
                self._known[generation_id].stop()
                await self._known[generation_id].ended()
            self._known.pop(generation_id, None)
        await asyncio.to_thread(self._journals.remove, gone)

    async def forget_all(self, person: str, generation_ids: Iterable[str]) -> None:
        """Of a person who is gone: these, and what was asked without a conversation."""
        known = [one.id for one in self._known.values() if one.person == person]
        kept = await asyncio.to_thread(self._journals.of, person)
        await self.forget({*known, *kept, *generation_ids})

    async def close(self, grace: float, last_words: float) -> None:
        """Begin nothing more; after `grace` seconds leave off those still at work; let readers go, for a while."""
        self._closing.set()
        await _settle(self._tasks.values(), grace)
        for generation_id in list(self._tasks):
            if generation_id in self._known:
                self._known[generation_id].suspend()
        await _settle(self._tasks.values(), None)
        with suppress(TimeoutError):
            async with asyncio.timeout(last_words):
                for generation in list(self._known.values()):
                    await generation.audience.left()

    async def sweep(self) -> None:
        """Remove the files whose numbers are not honoured any more, and mark those at work as such, so that after a
        kill it can be told when that was, also of one that had been silent for long; now, and ever again."""
        while True:
            with suppress(OSError):  # of the folder, which may be readable the next time
                await asyncio.to_thread(self._sweep, set(self._tasks))
            await asyncio.sleep(SWEEP)

    def _sweep(self, at_work: set[str]) -> None:
        for generation_id in self._journals.all():
            with suppress(OSError):
                if generation_id in at_work:
                    self._journals.touch(generation_id)
                elif self._journals.age(generation_id) > HONOURED:
                    self._journals.remove([generation_id])

    def _work(
        self, generation: Generation, journal: Journal | None, work: Coroutine[Any, Any, None], keep: Keep
    ) -> Generation:
        if self._closing.is_set():  # it was asked for in the very last moment
            generation.suspend()
        elif self.is_closed(generation.person):  # in that moment, too
            generation.stop()
        self._known[generation.id] = generation
        task = asyncio.get_running_loop().create_task(self._see_through(generation, journal, work, keep))
        self._tasks[generation.id] = task
        task.add_done_callback(lambda _: self._worked(generation, journal))
        return generation

    async def _see_through(
        self, generation: Generation, journal: Journal | None, work: Coroutine[Any, Any, None], keep: Keep
    ) -> None:
        """To its end, and until it is kept: a full disk has room again some day."""
        await work
        while (generation.unkept or (journal and journal.is_behind)) and not self._closing.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), AGAIN)
            if journal is not None:
                journal.append(b"")
            if generation.unkept:
                await generation.keep(keep, generation.log.ending)

    def _worked(self, generation: Generation, journal: Journal | None) -> None:
        del self._tasks[generation.id]
        if journal is not None:
            if generation.log.ending is None:  # Hearth was told to stop, which should not count as a crash
                journal.note(False)
            journal.close()
        if generation.log.ending is not None:
            self.on_ended(generation)
        if self._known.get(generation.id) is generation:  # else it was deleted meanwhile
            self._remember(generation)

    def _remember(self, generation: Generation) -> None:
        self._known[generation.id] = generation
        asyncio.get_running_loop().call_later(REMEMBERED, self._drop, generation)

    def _drop(self, generation: Generation) -> None:
        if self._known.get(generation.id) is generation and generation.id not in self._tasks:
            del self._known[generation.id]

    async def _from_journal(self, store: PersonalStore, generation_id: str) -> Generation | None:
        recorded = await self.recorded(generation_id)
        if recorded is None or not await _is_theirs(store, recorded):
            return None
        generation = restored(store.person, recorded, write_nowhere)
        if generation.log.ending is None:
            ending = await self._missing_ending(store, generation)
            if ending is None:
                return None
            generation.log.append([ending])
        generation.state = state_after(generation.log.ending or WENT_AWAY)
        generation.settle()
        return generation

    async def _missing_ending(self, store: PersonalStore, generation: Generation) -> Ending | None:
        """Of one that Hearth was killed in the last moment of, or whose file ran out of room: as the store has it.

        None where that has more of it than the file.
        """
        if generation.message is None:
            return WENT_AWAY  # a plain question, which is not gone on with
        message = await store.message(generation.message)
        if message is None:
            return None
        if message.generation != generation.id:  # another one went on with it: only its run still tells how it ended
            run = await store.run(generation.id)
            return cut_ending(run) if run and run.last == generation.log.last + 1 else None
        is_whole = (generation.content, generation.thinking) == (message.content, message.thinking)
        return ending_of(message) if is_whole else None

    async def _from_store(self, store: PersonalStore, generation_id: str) -> Generation | None:
        """The whole as one event, where its numbers are not honoured any more."""
        run = await store.run(generation_id)
        message = await store.message(run.message) if run and run.message else None
        if run is None or message is None:
            return None
        events = whole(message)
        if message.generation != run.id:  # another one went on with it
            events[-1] = cut_ending(run)
        events = events[-run.last :]
        log = GenerationLog(write_nowhere, events, first=max(run.last - len(events), 0) + 1)
        generation = generation_of(store.person, run.id, Head(run.conversation, run.message), log)
        generation.state = State(run.state)
        generation.settle()
        return generation


async def _is_theirs(store: PersonalStore, recorded: Recorded) -> bool:
    """By the store, where it knows it; a plain question is in nothing but its file."""
    if recorded.head.conversation is None:
        return recorded.head.person == store.person
    return await store.run(recorded.id) is not None


async def _settle(tasks: Iterable[asyncio.Task[None]], seconds: float | None) -> None:
    if tasks := list(tasks):
        await asyncio.wait(tasks, timeout=seconds)
