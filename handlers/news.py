"""What changed, as the sockets of hearth.v1 are told it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import msgspec

from chat.changes import Changes, Hear
from chat.conversations import Conversations, PersonalConversations
from chat.errors import NotFound
from chat.loading import Loading
from chat.pulls import Pulls
from chat.shelf import Shelf
from people.caller import Caller
from store import StoreError

from .api import conversation_view
from .frames import text_frame

PRESETS, PULLS, MODELS = "presets", "pulls", "models"

_BARE = {kind: text_frame(msgspec.json.encode({"type": kind})) for kind in (PRESETS, MODELS)}


class News:
    """A conversation that changed is read once for all sockets that are told of it at the same time."""

    def __init__(self, conversations: Conversations, changes: Changes, shelf: Shelf, pulls: Pulls) -> None:
        self._conversations = conversations
        self._changes = changes
        self._shelf = shelf
        self._pulls = pulls
        self._framed_at = -1  # how often pulls had been told of when they were last made a frame
        self._framed = b""
        self._reading: Loading[bytes] = Loading()

    def __repr__(self) -> str:
        return f"<News {self._changes!r} {self._reading!r}>"

    @contextmanager
    def heard(self, caller: Caller, hear: Hear, hear_of: Callable[[str], None]) -> Iterator[None]:
        """`hear_of` is told what else changed: PRESETS, MODELS, and PULLS where the caller may manage models."""
        presets, models, pulls = (partial(hear_of, kind) for kind in (PRESETS, MODELS, PULLS))
        of_pulls = pulls if caller.manages_models else _nothing
        with self._changes.heard(caller.person, hear, presets), self._shelf.heard(of_pulls, models):
            if caller.manages_models and len(self._pulls):
                hear_of(PULLS)
            yield

    def of_kind(self, kind: str) -> bytes:
        """A frame that says so; of pulls one that holds them, the same for all who are told at the same time."""
        if kind != PULLS:
            return _BARE[kind]
        if self._framed_at != self._shelf.told or not self._framed:
            self._framed_at = self._shelf.told
            self._framed = text_frame(msgspec.json.encode({"type": PULLS, "pulls": self._pulls.all()}))
        return self._framed

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


def _nothing() -> None:
    """Who may not manage models hears of no pull."""
