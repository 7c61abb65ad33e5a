"""Conversations: made, read, asked, changed, gone on with."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AbstractContextManager
from weakref import WeakValueDictionary

import msgspec
from msgspec.structs import replace

from store import Conversation, Found, Message, Store
from store.journal import Recorded

from .changes import Changes, Hear
from .errors import Invalid, NotFound
from .events import Done, Ending
from .generation import Generation, State, Write, state_after
from .generations import Generations, Prepared, covers, has_ended, texts_of
from .ids import new_id
from .imports import Import, read_import
from .messages import head, now, reply_to, run, user_message, written
from .models import Models
from .prompt import conversation_prompt
from .requests import Changed, Choice, NewConversation, Question, check_images, plain_options
from .titles import Titles, first_line
from .writer import Writer

RECENT = 15 * 60.0  # seconds for which a reply that was cut goes on by itself after a restart
CAN_GO_ON = (State.STOPPED, State.INTERRUPTED)

log = logging.getLogger("hearth.conversations")


class Conversations:
    """Messages and conversations go out as the records of store/, with what is live filled in."""

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
        # Who asks twice at once in one conversation gets one question below the other, not two beside each other.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    # -- reading

    async def get(self, conversation_id: str) -> Conversation:
        conversation = await self._store.conversation(conversation_id)
        if conversation is None:
            raise NotFound("There is no such conversation")
        return conversation

    async def newest(
        self, query: str | None, before: str | None, limit: int, pinned: bool | None = None
    ) -> tuple[list[Found], bool]:
        if query and pinned is not None:
            raise Invalid("`pinned` goes without `query`: a search finds pinned ones too")
        return await self._store.conversations(query, before, limit, pinned)

    async def messages(self, conversation_id: str) -> list[Message]:
        return [self._live(message) for message in await self._store.messages(conversation_id)]

    async def branch(self, conversation: Conversation) -> list[Message]:
        """From its beginning down to the message shown last."""
        found = [] if conversation.leaf is None else await self._store.branch(conversation.leaf)
        return [self._live(message) for message in found]

    async def message(self, message_id: str) -> Message:
        return self._live(await self._message(message_id))

    def running(self, conversation_id: str) -> list[str]:
        return [generation.id for generation in self._generations.at_work(conversation_id)]

    # -- changing

    async def create(self, new: NewConversation) -> Conversation:
        moment = now()
        conversation = Conversation(
            id=new_id(),
            title=new.title or None,
            titled="person" if new.title else None,
            model=new.model,
            system=new.system,
            options=plain_options(new.options),
            think=new.think,
            keep_alive=new.keep_alive,
            pinned=False,
            leaf=None,
            created_at=moment,
            updated_at=moment,
        )
        await self._store.add_conversation(conversation)
        return conversation

    async def take_in(self, wanted: Import) -> list[Conversation]:
        """Conversations from elsewhere; all of them or none."""
        whole = await asyncio.to_thread(read_import, wanted)
        await self._store.add_whole(whole)
        for conversation, _ in whole:
            self._changes.tell(conversation.id)
        return [conversation for conversation, _ in whole]

    async def change(self, conversation_id: str, changed: Changed) -> Conversation:
        """Each field that is set replaces what was there."""
        fields = changed.fields()
        if "leaf" in fields and fields["leaf"] is not None:
            await self._member(conversation_id, fields["leaf"], "leaf")
        if "title" in fields:
            fields["title"] = fields["title"] or None
            fields["titled"] = "person" if fields["title"] else None
        conversation = await self._store.change_conversation(conversation_id, **fields)
        if conversation is None:
            raise NotFound("There is no such conversation")
        self._changes.tell(conversation_id)
        return conversation

    async def delete(self, conversation_id: str) -> None:
        """It and its generations stop and are gone."""
        await self.get(conversation_id)
        self._titles.give_up()
        for generation in self._generations.at_work(conversation_id):
            await self._generations.stop(generation.id)
        async with self._lock(conversation_id):
            gone = await self._store.delete_conversation(conversation_id)
        await self._generations.forget(gone or [])
        self._changes.tell(conversation_id)

    # -- asking

    async def ask(
        self, conversation_id: str, question: Question, besides: Hear | None = None
    ) -> tuple[Message, Message]:
        """The question and the reply that is being written. A `request_id` seen before gives its two again.

        `besides` is who asks, and so need not hear of the change.
        """
        question.check()
        if question.images:
            await asyncio.to_thread(check_images, question.images)
        self._generations.check_open()
        async with self._lock(conversation_id):
            conversation = await self.get(conversation_id)
            parent = await self._parent(conversation, question)
            asked = user_message(conversation, parent, question)
            reply = reply_to(asked, question.model or conversation.model)
            conversation = replace(
                conversation,
                title=conversation.title or first_line(question.content),
                titled=conversation.titled or "question",
                leaf=reply.id,
                updated_at=asked.created_at,
            )
            with self._prepared(reply, question) as prepared:
                kept = await self._store.add_exchange(conversation, asked, reply, question.request_id)
                if kept[0].id == asked.id:
                    self._start(prepared, reply, question, besides)
        return self._live(kept[0]), self._live(kept[1])

    async def reply(self, message_id: str, choice: Choice) -> Message:
        """Another reply to a user's message; the old ones stay as its siblings."""
        self._generations.check_open()
        asked = await self._message(message_id)
        if asked.role != "user":
            raise Invalid("Only a question can be replied to, and this message is none")
        conversation = await self.get(asked.conversation)
        reply = reply_to(asked, choice.model or conversation.model)
        with self._prepared(reply, choice) as prepared:
            await self._store.add_reply(replace(conversation, leaf=reply.id, updated_at=reply.created_at), reply)
            self._start(prepared, reply, choice)
        return self._live(reply)

    async def go_on(self, message_id: str) -> Message:
        """With a reply that was stopped or interrupted: the same message, a new generation."""
        self._generations.check_open()
        message = await self._message(message_id)
        async with self._lock(message.conversation):
            message = self._live(await self._message(message_id))  # as the one before us left it
            if message.state not in CAN_GO_ON:
                raise Invalid("Only a reply that was stopped or interrupted can be continued")
            before = await self._generations.recorded(message.generation or "")
            message = replace(message, generation=new_id(), state=State.QUEUED, error=None, stats=None)
            choice = _choice(before) if before else Choice()
            with self._prepared(message, choice) as prepared:
                await self._store.begin_run(run(message))
                await self._store.update_message(message)
                self._start(prepared, message, choice)
        return self._live(message)

    async def recover(self) -> None:
        """After a start: what was being written when Hearth ended, however it ended.

        It goes on by itself where that was a moment ago, but once only: a reply that brings Hearth down should not
        bring it down for ever.
        """
        for message in await self._store.unfinished():
            recorded = await self._generations.recorded(message.generation or "")
            try:
                if recorded is None or not covers(recorded, message):
                    raise OSError("there is nothing of it that can be read")
                self._take_up(message, recorded)
            except (OSError, msgspec.ValidationError) as error:
                log.warning("the reply %s was cut and can't be gone on with: %s", message.generation, error)
                self._generations.give_up(message, self._keep)

    # -- within

    def _take_up(self, message: Message, recorded: Recorded) -> None:
        # Of a damaged one readers may have had more than is left, under numbers that can't be given a second time.
        can_go_on = not (recorded.resumed or recorded.damaged or has_ended(recorded))
        if recorded.age < RECENT and can_go_on:
            self._generations.resume(recorded, self._write(message, _choice(recorded)), self._keep)
        else:
            self._generations.conclude(recorded, self._keep)

    def _lock(self, conversation_id: str) -> asyncio.Lock:
        return self._locks.setdefault(conversation_id, asyncio.Lock())

    async def _message(self, message_id: str) -> Message:
        message = await self._store.message(message_id)
        if message is None:
            raise NotFound("There is no such message")
        return message

    async def _member(self, conversation_id: str, message_id: str, field: str) -> Message:
        message = await self._store.message(message_id)
        if message is None or message.conversation != conversation_id:
            raise NotFound(f"`{field}` is no message of this conversation")
        return message

    async def _parent(self, conversation: Conversation, question: Question) -> Message | None:
        parent_id = conversation.leaf if question.parent is msgspec.UNSET else question.parent
        return None if parent_id is None else await self._member(conversation.id, parent_id, "parent")

    def _prepared(self, reply: Message, choice: Choice) -> AbstractContextManager[Prepared]:
        """Its log begins with what the message holds already."""
        assert reply.generation is not None
        return self._generations.prepared(reply.generation, head(reply, choice), texts_of(reply))

    def _start(self, prepared: Prepared, reply: Message, choice: Choice, besides: Hear | None = None) -> None:
        self._generations.start(prepared, self._write(reply, choice), self._keep)
        self._changes.tell(reply.conversation, besides=besides)

    def _write(self, reply: Message, choice: Choice) -> Write:
        async def write(generation: Generation) -> Done:
            generation.model = reply.model
            if generation.model is None:
                generation.model = await self._models.default()
            branch = await self._branch(reply, generation)
            conversation = await self.get(reply.conversation)
            return await self._writer.write(
                generation, conversation_prompt(conversation, branch, choice, generation.model)
            )

        return write

    async def _branch(self, reply: Message, generation: Generation) -> list[Message]:
        """What is asked: the messages above the reply, and what there is of itself. A question below a reply that is
        still being written waits for its end: it is part of what is asked."""
        branch = await self._above(reply)
        before = branch[-2] if len(branch) > 1 else None
        work = self._generations.known(before.generation) if before and before.generation else None
        if work is not None and not work.log.over:
            generation.enter("queued", 1 + self._writer.waiting)
            await work.ended()
            branch = await self._above(reply)
        if generation.content or generation.thinking:
            branch.append(replace(reply, content=generation.content, thinking=generation.thinking))
        return branch

    async def _above(self, reply: Message) -> list[Message]:
        return [self._live(message) for message in (await self._store.branch(reply.id))[:-1]]

    async def _keep(self, generation: Generation, ending: Ending | None) -> None:
        message = await self._store.message(generation.message or "")
        if message is None or message.generation != generation.id:
            return
        as_written = written(message, generation, ending)
        if ending is None:
            await self._store.update_message(as_written)
            return
        last = generation.log.last + (generation.log.ending is None)
        await asyncio.gather(  # one commit; and no message may have ended whose run has not
            self._store.end_run(generation.id, state_after(ending), last), self._store.update_message(as_written)
        )
        self._changes.tell(message.conversation, ended=generation.id)
        if state_after(ending) is State.DONE:
            self._titles.wish(message.conversation, generation.settings)
        else:
            self._titles.resume()

    def _live(self, message: Message) -> Message:
        """A reply that is being written, as far as it is written."""
        generation = self._generations.known(message.generation) if message.generation else None
        if generation is None or (generation.log.over and not generation.unkept):
            return message
        return written(message, generation, generation.log.ending)


def _choice(recorded: Recorded) -> Choice:
    """With what it was begun, where that is not what the conversation says."""
    return msgspec.convert(recorded.head.choice or {}, Choice)
