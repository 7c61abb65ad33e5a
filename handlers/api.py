"""The JSON API."""

from __future__ import annotations

from typing import Any

import msgspec

from chat.conversations import Conversations
from chat.generation import Generation
from chat.generations import Generations
from chat.models import Models
from chat.requests import Choice, NewConversation, Question
from chat.status import Status
from store import Conversation

from .answers import JSONHandler


class StatusHandler(JSONHandler):
    def initialize(self, status: Status) -> None:
        self._status = status

    async def get(self) -> None:
        self.send(await self._status.view())


class ModelsHandler(JSONHandler):
    def initialize(self, models: Models) -> None:
        self._models = models

    async def get(self) -> None:
        self.send(await self._models.view())


class ConversationsHandler(JSONHandler):
    def initialize(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def post(self) -> None:
        conversation = await self._conversations.create(self.read_body(NewConversation))
        self.send(conversation_view(conversation, []), 201)


class ConversationHandler(JSONHandler):
    def initialize(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def get(self, conversation_id: str) -> None:
        conversation = await self._conversations.get(conversation_id)
        messages = await self._conversations.messages(conversation_id)
        running = self._conversations.running(conversation_id)
        self.send(conversation_view(conversation, running) | {"messages": messages})


class MessagesHandler(JSONHandler):
    def initialize(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def post(self, conversation_id: str) -> None:
        message, reply = await self._conversations.ask(conversation_id, self.read_body(Question))
        self.send({"message": message, "reply": reply}, 202)


class RepliesHandler(JSONHandler):
    def initialize(self, conversations: Conversations) -> None:
        self._conversations = conversations

    async def post(self, message_id: str) -> None:
        self.send({"reply": await self._conversations.reply(message_id, self.read_body(Choice))}, 202)


class GenerationHandler(JSONHandler):
    def initialize(self, generations: Generations) -> None:
        self._generations = generations

    def get(self, generation_id: str) -> None:
        self.send(generation_view(self._generations.get(generation_id)))


class StopHandler(JSONHandler):
    def initialize(self, generations: Generations) -> None:
        self._generations = generations

    async def post(self, generation_id: str) -> None:
        self.send(generation_view(await self._generations.stop(generation_id)))


def conversation_view(conversation: Conversation, running: list[str]) -> dict[str, Any]:
    return msgspec.structs.asdict(conversation) | {"running": running}


def generation_view(generation: Generation) -> dict[str, Any]:
    return {
        "id": generation.id,
        "conversation": generation.conversation,
        "message": generation.message,
        "state": generation.state,
        "last": generation.log.last,
    }
