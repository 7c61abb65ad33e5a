"""The JSON API."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from chat.conversations import Conversations, PersonalConversations
from chat.generation import Generation
from chat.generations import Generations
from chat.imports import Import
from chat.models import Models
from chat.presets import Presets
from chat.requests import Changed, ChangedPreset, Choice, NewConversation, NewPreset, Question
from chat.status import Status
from people.caller import Caller
from store import Conversation, Found

from .answers import JSONHandler, Refusal
from .visitors import visitor_of

PAGE, MOST = 50, 200  # conversations in a list


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """A body that says nothing."""


class StatusHandler(JSONHandler):
    def initialize(self, status: Status) -> None:
        self._status = status

    async def get(self) -> None:
        visitor = visitor_of(self.request)
        self.send(self._status.outside() if visitor is None else await self._status.view(user_view(visitor)))


class ModelsHandler(JSONHandler):
    def initialize(self, models: Models) -> None:
        self._models = models

    async def get(self) -> None:
        self.send(await self._models.view(self._models.allowed(self.caller.person)))


class PersonalHandler(JSONHandler):
    def initialize(self, conversations: Conversations) -> None:
        self._conversations = conversations

    @property
    def mine(self) -> PersonalConversations:
        """Of who asks."""
        return self._conversations.of(self.caller.person)


class ConversationsHandler(PersonalHandler):
    async def get(self) -> None:
        query = self.get_query_argument("query", "") or None
        before = self.get_query_argument("before", "") or None
        found, more = await self.mine.newest(query, before, self._limit(), self._pinned())
        self.send({"conversations": [self._view(one) for one in found], "more": more})

    async def post(self) -> None:
        conversation = await self.mine.create(self.read_body(NewConversation))
        self.send(conversation_view(conversation, []), 201)

    def _view(self, found: Found) -> dict[str, Any]:
        running = self.mine.running(found.conversation.id)
        return conversation_view(found.conversation, running) | {"snippet": found.snippet}

    def _pinned(self) -> bool | None:
        text = self.get_query_argument("pinned", None)
        if text not in (None, "true", "false"):
            raise Refusal(400, "bad_request", "`pinned` is true or false")
        return None if text is None else text == "true"

    def _limit(self) -> int:
        text = self.get_query_argument("limit", str(PAGE))
        if not (text.isascii() and text.isdigit() and len(text) < 9 and 0 < int(text) <= MOST):
            raise Refusal(400, "bad_request", f"`limit` is a number from 1 to {MOST}")
        return int(text)


class ConversationHandler(PersonalHandler):
    async def get(self, conversation_id: str) -> None:
        conversation = await self.mine.get(conversation_id)
        messages = await self.mine.messages(conversation_id)
        running = self.mine.running(conversation_id)
        self.send(conversation_view(conversation, running) | {"messages": messages})

    async def patch(self, conversation_id: str) -> None:
        conversation = await self.mine.change(conversation_id, self.read_body(Changed))
        self.send(conversation_view(conversation, self.mine.running(conversation_id)))

    async def delete(self, conversation_id: str) -> None:
        await self.mine.delete(conversation_id)
        self.send_nothing()


class ImportsHandler(JSONHandler):
    def initialize(self, conversations: Conversations, presets: Presets) -> None:
        self._conversations = conversations
        self._presets = presets

    async def post(self) -> None:
        wanted = await asyncio.to_thread(self.read_body, Import)
        taken = await self._conversations.of(self.caller.person).take_in(wanted)
        await self._presets.take_in(self.caller.person, wanted.presets)
        views = [conversation_view(one, []) for one in taken]
        self.send({"conversations": views, "skipped": len(wanted.conversations) - len(taken)}, 201)


class MessageHandler(PersonalHandler):
    async def get(self, message_id: str) -> None:
        self.send(await self.mine.message(message_id))


class MessagesHandler(PersonalHandler):
    async def post(self, conversation_id: str) -> None:
        message, reply = await self.mine.ask(conversation_id, self.read_body(Question))
        self.send({"message": message, "reply": reply}, 202)


class RepliesHandler(PersonalHandler):
    async def post(self, message_id: str) -> None:
        self.send({"reply": await self.mine.reply(message_id, self.read_body(Choice))}, 202)


class ContinueHandler(PersonalHandler):
    async def post(self, message_id: str) -> None:
        self.read_body(Nothing)
        self.send({"reply": await self.mine.go_on(message_id)}, 202)


class PresetsHandler(JSONHandler):
    def initialize(self, presets: Presets) -> None:
        self._presets = presets

    async def get(self) -> None:
        self.send({"presets": await self._presets.all(self.caller.person)})

    async def post(self) -> None:
        self.send(await self._presets.create(self.caller.person, self.read_body(NewPreset)), 201)


class PresetHandler(JSONHandler):
    def initialize(self, presets: Presets) -> None:
        self._presets = presets

    async def patch(self, preset_id: str) -> None:
        self.send(await self._presets.change(self.caller.person, preset_id, self.read_body(ChangedPreset)))

    async def delete(self, preset_id: str) -> None:
        await self._presets.delete(self.caller.person, preset_id)
        self.send_nothing()


class GenerationHandler(JSONHandler):
    def initialize(self, generations: Generations) -> None:
        self._generations = generations

    async def get(self, generation_id: str) -> None:
        self.send(generation_view(await self._generations.get(self.caller.person, generation_id)))


class StopHandler(JSONHandler):
    def initialize(self, generations: Generations) -> None:
        self._generations = generations

    async def post(self, generation_id: str) -> None:
        self.send(generation_view(await self._generations.stop(self.caller.person, generation_id)))


def user_view(caller: Caller) -> dict[str, Any] | None:
    """None where nobody signs in."""
    if caller.name is None:
        return None
    may = {"models": caller.manages_models, "people": caller.manages_people}
    return {"id": caller.person, "name": caller.name, "role": caller.role, "may": may}


def conversation_view(conversation: Conversation, running: list[str]) -> dict[str, Any]:
    view = msgspec.structs.asdict(conversation) | {"running": running}
    del view["titled"]
    return view


def generation_view(generation: Generation) -> dict[str, Any]:
    return {
        "id": generation.id,
        "conversation": generation.conversation,
        "message": generation.message,
        "state": generation.state,
        "last": generation.log.last,
    }
