"""What changed, as the sockets of hearth.v1 are told it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import msgspec

from chat.changes import Changes, Hear
from chat.conversations import Conversations, PersonalConversations
from chat.errors import NotFound
from chat.loading import Loading
from store import StoreError

from .api import conversation_view
from .frames import text_frame

PRESETS = text_frame(msgspec.json.encode({"type": "presets"}))


class News:
    """A conversation that changed is read once for all sockets that are told of it at the same time."""

    def __init__(self, conversations: Conversations, changes: Changes) -> None:
        self._conversations = conversations
        self._changes = changes
        self._reading: Loading[bytes] = Loading()

    def __repr__(self) -> str:
        return f"<News {self._changes!r} {self._reading!r}>"

    def heard(self, person: str, hear: Hear, of_presets: Callable[[], None]) -> AbstractContextManager[None]:
        return self._changes.heard(person, hear, of_presets)

    async def of(self, person: str, conversation_id: str) -> bytes:
        """How it is now: what was begun to be read before the latest change is not taken."""
        key = f"{person} {conversation_id} {self._changes.told}"
        return await self._reading.join(key, lambda: self._read(self._conversations.of(person), conversation_id))

    async def _read(self, conversations: PersonalConversations, conversation_id: str) -> bytes:
        told: dict[str, Any] = {"type": "conversation", "id": conversation_id, "deleted": False, "conversation": None}
        try:
            conversation = await conversations.get(conversation_id)
            running = conversations.running(conversation_id)
            told["conversation"] = conversation_view(conversation, running)
        except NotFound:
            told["deleted"] = True
        except StoreError:
            pass  # that it changed is told all the same
        return text_frame(msgspec.json.encode(told))
