"""Conversations: made, read, asked, changed, gone on with."""

from __future__ import annotations

import asyncio
from typing import Any
from weakref import WeakValueDictionary

import msgspec
from msgspec.structs import replace

from store import Conversation, Found, Message, PersonalStore, Store

from .changes import Changes, Hear
from .errors import Invalid, NotFound
from .generation import State
from .generations import Generations
from .ids import new_id
from .imports import Import, read_import
from .messages import now, reply_to, run, user_message
from .replies import Replies, choice_of
from .requests import Changed, Choice, NewConversation, Question, check_images, plain_options
from .titles import Titles, first_line, title_of

CAN_GO_ON = (State.STOPPED, State.INTERRUPTED)


# By conversation. Who asks twice at once gets one question below the other, not two beside each other.
Locks = WeakValueDictionary[str, asyncio.Lock]


class Conversations:
    """Everybody's."""

    def __init__(
        self,
        store: Store,
        generations: Generations,
        replies: Replies,
        titles: Titles,
        changes: Changes,
    ) -> None:
        self._store = store
        self._replies = replies
        self._parts = (generations, replies, titles, changes, Locks())

    def __repr__(self) -> str:
        return f"<Conversations {self._replies!r}>"

    def of(self, person: str) -> PersonalConversations:
        return PersonalConversations(self._store.of(person), *self._parts)

    async def recover(self) -> None:
        """After a start."""
        await self._replies.recover()


class PersonalConversations:
    """One person's; those of others are as if they were not there.

    Messages and conversations go out as the records of store/, with what is live filled in.
    """

    def __init__(
        self,
        store: PersonalStore,
        generations: Generations,
        replies: Replies,
        titles: Titles,
        changes: Changes,
        locks: Locks,
    ) -> None:
        self._person = store.person
        self._store = store
        self._generations = generations
        self._replies = replies
        self._titles = titles
        self._changes = changes
        self._locks = locks

    def __repr__(self) -> str:
        return f"<PersonalConversations of {self._person}>"

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

    async def ids(self) -> list[str]:
        """Of all, at one moment."""
        return await self._store.conversation_ids()

    async def messages(self, conversation_id: str) -> list[Message]:
        found = await self._store.messages(conversation_id)
        if not found:
            await self.get(conversation_id)  # it may have been deleted a moment ago, which is not the same as empty
        return [self._replies.live(message) for message in found]

    async def branch(self, conversation: Conversation) -> list[Message]:
        """From its beginning down to the message shown last."""
        found = [] if conversation.leaf is None else await self._store.branch(conversation.leaf)
        if not found:
            await self.get(conversation.id)
        return [self._replies.live(message) for message in found]

    async def message(self, message_id: str) -> Message:
        return self._replies.live(await self._message(message_id))

    def running(self, conversation_id: str) -> list[str]:
        at_work = self._generations.at_work(conversation_id)
        return [generation.id for generation in at_work if generation.person == self._person]

    # -- changing

    async def create(self, new: NewConversation) -> Conversation:
        moment = now()
        conversation = Conversation(
            id=new_id(),
            title=new.title,
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
            self._changes.tell(self._person, conversation.id)
        return [conversation for conversation, _ in whole]

    async def change(self, conversation_id: str, changed: Changed) -> Conversation:
        """Each field that is set replaces what was there."""
        fields = changed.fields()
        if "leaf" in fields and fields["leaf"] is not None:
            await self._member(conversation_id, fields["leaf"], "leaf")
        async with self._lock(conversation_id):  # a question that is asked meanwhile may give it a title
            if "title" in fields:
                fields |= await self._titled(conversation_id, fields["title"])
            conversation = await self._store.change_conversation(conversation_id, **fields)
        if conversation is None:
            raise NotFound("There is no such conversation")
        self._changes.tell(self._person, conversation_id)
        return conversation

    async def delete(self, conversation_id: str) -> None:
        """It and its generations stop and are gone."""
        await self.get(conversation_id)
        self._titles.give_up()
        for generation in self._generations.at_work(conversation_id):
            await self._generations.stop(self._person, generation.id)
        async with self._lock(conversation_id):
            gone = await self._store.delete_conversation(conversation_id)
        await self._generations.forget(gone or [])
        self._changes.tell(self._person, conversation_id)
        self._titles.resume()  # of others

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
            with self._replies.prepared(self._person, reply, question) as prepared:
                kept = await self._store.add_exchange(conversation, asked, reply, question.request_id)
                if kept[0].id == asked.id:
                    self._replies.start(prepared, reply, question, besides)
        return self._replies.live(kept[0]), self._replies.live(kept[1])

    async def reply(self, message_id: str, choice: Choice) -> Message:
        """Another reply to a user's message; the old ones stay as its siblings."""
        self._generations.check_open()
        asked = await self._message(message_id)
        if asked.role != "user":
            raise Invalid("Only a question can be replied to, and this message is none")
        conversation = await self.get(asked.conversation)
        reply = reply_to(asked, choice.model or conversation.model)
        with self._replies.prepared(self._person, reply, choice) as prepared:
            await self._store.add_reply(replace(conversation, leaf=reply.id, updated_at=reply.created_at), reply)
            self._replies.start(prepared, reply, choice)
        return self._replies.live(reply)

    async def go_on(self, message_id: str) -> Message:
        """With a reply that was stopped or interrupted: the same message, a new generation."""
        self._generations.check_open()
        message = await self._message(message_id)
        async with self._lock(message.conversation):
            message = self._replies.live(await self._message(message_id))  # as the one before us left it
            if message.state not in CAN_GO_ON:
                raise Invalid("Only a reply that was stopped or interrupted can be continued")
            before = await self._generations.recorded(message.generation or "")
            message = replace(message, generation=new_id(), state=State.QUEUED, error=None, stats=None)
            choice = choice_of(before) if before else Choice()
            with self._replies.prepared(self._person, message, choice) as prepared:
                await self._store.begin_run(run(message))
                await self._store.update_message(message)
                self._replies.start(prepared, message, choice)
        return self._replies.live(message)

    # -- within

    async def _titled(self, conversation_id: str, title: str | None) -> dict[str, Any]:
        """As a person calls it; without that, as its first question does."""
        if title:
            return {"title": title, "titled": "person"}
        messages = await self._store.messages(conversation_id)
        title = title_of(one.content for one in messages if one.role == "user")
        return {"title": title, "titled": "question" if title else None}

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
