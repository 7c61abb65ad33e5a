"""Replies: what lies between a message and the generation that writes it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractContextManager

import msgspec
from msgspec.structs import replace

from store import Conversation, Message, Store
from store.journal import Recorded

from .changes import Changes, Hear
from .errors import NotFound
from .events import Done, Ending
from .generation import Generation, State, Write, state_after
from .generations import Generations, Prepared
from .messages import head, written
from .models import Models, allow
from .prompt import conversation_prompt
from .requests import Choice
from .restored import covers, has_ended, texts_of
from .titles import Titles
from .writer import Writer

RECENT = 15 * 60.0  # seconds for which a reply that was cut goes on by itself after a restart

log = logging.getLogger("hearth.replies")


class Replies:
    def __init__(
        self,
        store: Store,
        generations: Generations,
        models: Models,
        writer: Writer,
        titles: Titles,
        changes: Changes,
    ) -> None:
        self._store = store
        self._generations = generations
        self._models = models
        self._writer = writer
        self._titles = titles
        self._changes = changes

    def __repr__(self) -> str:
        return f"<Replies {self._generations!r} {self._writer!r}>"

    def live(self, message: Message) -> Message:
        """A reply that is being written, as far as it is written."""
        generation = self._generations.known(message.generation) if message.generation else None
        if generation is None or (generation.log.over and not generation.unkept):
            return message
        return written(message, generation, generation.log.ending)

    def prepared(self, person: str, reply: Message, choice: Choice) -> AbstractContextManager[Prepared]:
        """Its log begins with what the message holds already."""
        assert reply.generation is not None
        return self._generations.prepared(person, reply.generation, head(reply, choice), texts_of(reply))

    def start(self, prepared: Prepared, reply: Message, choice: Choice, besides: Hear | None = None) -> None:
        self._generations.start(prepared, self._write(reply, choice), self._keep)
        self._changes.tell(prepared.generation.person, reply.conversation, besides=besides)

    async def recover(self) -> None:
        """After a start: what was being written when Hearth ended, however it ended.

        It goes on by itself where that was a moment ago, but once only: a reply that brings Hearth down should not
        bring it down for ever.
        """
        await self._generations.clear_away()
        for person, message in await self._store.unfinished():
            recorded = await self._generations.recorded(message.generation or "")
            try:
                if recorded is None or not covers(recorded, message):
                    raise OSError("there is nothing of it that can be read")
                self._take_up(person, message, recorded)
            except (OSError, msgspec.ValidationError) as error:
                log.warning("the reply %s was cut and can't be gone on with: %s", message.generation, error)
                self._generations.give_up(person, message, self._keep)

    # -- within

    def _take_up(self, person: str, message: Message, recorded: Recorded) -> None:
        # Of a damaged one readers may have had more than is left, under numbers that can't be given a second time.
        can_go_on = not (recorded.resumed or recorded.damaged or has_ended(recorded))
        if recorded.age < RECENT and can_go_on:
            self._generations.resume(person, recorded, self._write(message, choice_of(recorded)), self._keep)
        else:
            self._generations.conclude(person, recorded, self._keep)

    def _write(self, reply: Message, choice: Choice) -> Write:
        async def write(generation: Generation) -> Done:
            generation.model = reply.model
            allowed = self._models.allowed(generation.person)
            if generation.model is None:
                generation.model = await self._models.default(allowed)
            allow(generation.model, allowed)
            branch = await self._branch(reply, generation)
            conversation = await self._conversation(generation.person, reply)
            return await self._writer.write(
                generation, conversation_prompt(conversation, branch, choice, generation.model)
            )

        return write

    async def _branch(self, reply: Message, generation: Generation) -> list[Message]:
        """What is asked: the messages above the reply, and what there is of itself. A question below a reply that is
        still being written waits for its end: it is part of what is asked."""
        branch = await self._above(generation.person, reply)
        before = branch[-2] if len(branch) > 1 else None
        work = self._generations.known(before.generation) if before and before.generation else None
        if work is not None and not work.log.over:
            generation.enter("queued", 1 + self._writer.waiting)
            await work.ended()
            branch = await self._above(generation.person, reply)
        if generation.content or generation.thinking:
            branch.append(replace(reply, content=generation.content, thinking=generation.thinking))
        return branch

    async def _above(self, person: str, reply: Message) -> list[Message]:
        return [self.live(message) for message in (await self._store.of(person).branch(reply.id))[:-1]]

    async def _keep(self, generation: Generation, ending: Ending | None) -> None:
        store = self._store.of(generation.person)
        message = await store.message(generation.message or "")
        if message is None or message.generation != generation.id:
            return
        as_written = written(message, generation, ending)
        if ending is None:
            await store.update_message(as_written)
            return
        last = generation.log.last + (generation.log.ending is None)
        await asyncio.gather(  # one commit; and no message may have ended whose run has not
            store.end_run(generation.id, state_after(ending), last), store.update_message(as_written)
        )
        self._changes.tell(generation.person, message.conversation, ended=generation.id)
        if state_after(ending) is State.DONE:
            self._titles.wish(generation.person, message.conversation, generation.settings)

    async def _conversation(self, person: str, reply: Message) -> Conversation:
        conversation = await self._store.of(person).conversation(reply.conversation)
        if conversation is None:
            raise NotFound("There is no such conversation")
        return conversation


def choice_of(recorded: Recorded) -> Choice:
    """With what it was begun, where that is not what the conversation says."""
    return msgspec.convert(recorded.head.choice or {}, Choice)
