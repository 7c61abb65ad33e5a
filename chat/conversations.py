"""Conversations: made, read, and asked."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from ollama.client import Ollama
from store import Conversation, Message, Store

from .errors import Invalid, NotFound
from .events import Done, Ending, Error
from .generation import Generation, State
from .generations import Generations
from .ids import new_id
from .models import Models
from .prompt import chat_request
from .requests import Choice, NewConversation, Question, plain_options
from .writer import write

MAX_TITLE = 80  # characters of the first question


class Conversations:
    """Messages and conversations go out as the records of store/, with what is live filled in."""

    def __init__(self, store: Store, generations: Generations, models: Models, ollama: Ollama) -> None:
        self._store = store
        self._generations = generations
        self._models = models
        self._ollama = ollama

    async def create(self, new: NewConversation) -> Conversation:
        now = _now()
        conversation = Conversation(
            id=new_id(),
            title=new.title,
            model=new.model,
            system=new.system,
            options=plain_options(new.options),
            think=new.think,
            keep_alive=new.keep_alive,
            pinned=False,
            leaf=None,
            created_at=now,
            updated_at=now,
        )
        await self._store.add_conversation(conversation)
        return conversation

    async def get(self, conversation_id: str) -> Conversation:
        conversation = await self._store.conversation(conversation_id)
        if conversation is None:
            raise NotFound("There is no such conversation")
        return conversation

    async def messages(self, conversation_id: str) -> list[Message]:
        return [self._live(message) for message in await self._store.messages(conversation_id)]

    def running(self, conversation_id: str) -> list[str]:
        return [generation.id for generation in self._generations.at_work(conversation_id)]

    async def ask(self, conversation_id: str, question: Question) -> tuple[Message, Message]:
        """The question and the reply that is being written. A `request_id` seen before gives its two again."""
        question.check()
        self._generations.check_open()
        conversation = await self.get(conversation_id)
        parent = await self._parent(conversation, question)
        asked = _user_message(conversation, parent, question)
        reply = _reply_to(asked, question.model or conversation.model)
        conversation = replace(
            conversation,
            title=conversation.title or _title(question.content),
            leaf=reply.id,
            updated_at=asked.created_at,
        )
        kept = await self._store.add_exchange(conversation, asked, reply, question.request_id)
        if kept[0].id == asked.id:
            self._begin(asked, reply, question, parent)
        return self._live(kept[0]), self._live(kept[1])

    async def reply(self, message_id: str, choice: Choice) -> Message:
        """Another reply to a user's message; the old ones stay as its siblings."""
        self._generations.check_open()
        asked = await self._store.message(message_id)
        if asked is None:
            raise NotFound("There is no such message")
        if asked.role != "user":
            raise Invalid("Only a question can be replied to, and this message is none")
        conversation = await self.get(asked.conversation)
        reply = _reply_to(asked, choice.model or conversation.model)
        await self._store.add_reply(replace(conversation, leaf=reply.id, updated_at=reply.created_at), reply)
        parent = await self._store.message(asked.parent) if asked.parent else None
        self._begin(asked, reply, choice, parent)
        return self._live(reply)

    async def _parent(self, conversation: Conversation, question: Question) -> Message | None:
        parent_id = conversation.leaf if question.parent is msgspec.UNSET else question.parent
        if parent_id is None:
            return None
        parent = await self._store.message(parent_id)
        if parent is None or parent.conversation != conversation.id:
            raise NotFound("`parent` is no message of this conversation")
        return parent

    def _begin(self, asked: Message, reply: Message, choice: Choice, parent: Message | None) -> None:
        assert reply.generation is not None
        before = self._generations.find(parent.generation) if parent and parent.generation else None

        async def write_reply(generation: Generation) -> Done:
            generation.model = reply.model
            if generation.model is None:
                generation.model = await self._models.default()
            await _turn(generation, before)
            conversation = await self.get(asked.conversation)
            branch = await self._store.branch(asked.id)
            request = chat_request(conversation, branch, choice, generation.model)
            return await write(generation, self._ollama, request)

        self._generations.begin(
            reply.generation, write_reply, self._keep, message=reply.id, conversation=reply.conversation
        )

    async def _keep(self, generation: Generation, ending: Ending) -> None:
        assert generation.message is not None
        message = await self._store.message(generation.message)
        if message is not None:
            await self._store.update_message(_written(message, generation, ending))

    def _live(self, message: Message) -> Message:
        """A reply that is being written, as far as it is written."""
        generation = self._generations.find(message.generation) if message.generation else None
        if generation is None or generation.log.ending is not None:
            return message
        return _written(message, generation, None)


async def _turn(generation: Generation, before: Generation | None) -> None:
    """A question below a reply that is still being written waits for its end: it is part of what is asked."""
    if before is not None and before.log.ending is None:
        generation.enter("queued", 1)
        await before.ended()


def _written(message: Message, generation: Generation, ending: Ending | None) -> Message:
    return replace(
        message,
        content=generation.content,
        thinking=generation.thinking,
        model=generation.model or message.model,
        state=generation.state,
        stats=_stats(generation, ending),
        error=_plain(ending) if isinstance(ending, Error) else None,
    )


def _stats(generation: Generation, ending: Ending | None) -> dict[str, int | str] | None:
    """The counts, and why the reply ended: the page says so where it was for its length."""
    if ending is None:
        return None
    return generation.stats | ({"done_reason": ending.reason} if isinstance(ending, Done) else {})


def _plain(error: Error) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "retryable": error.retryable}


def _user_message(conversation: Conversation, parent: Message | None, question: Question) -> Message:
    return Message(
        id=new_id(),
        conversation=conversation.id,
        parent=None if parent is None else parent.id,
        role="user",
        content=question.content,
        images=question.images or [],
        created_at=_now(),
    )


def _reply_to(asked: Message, model: str | None) -> Message:
    return Message(
        id=new_id(),
        conversation=asked.conversation,
        parent=asked.id,
        role="assistant",
        content="",
        model=model,
        created_at=_now(),
        state=State.QUEUED,
        generation=new_id(),
    )


def _title(question: str) -> str | None:
    lines = question.strip().splitlines()
    line = " ".join(lines[0].split()) if lines else ""
    return (line[: MAX_TITLE - 1] + "…" if len(line) > MAX_TITLE else line) or None


def _now() -> datetime:
    return datetime.now(UTC)
