"""Everything of mine as one file, which comes as it is read: an export is never in memory as a whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import msgspec
from tornado.iostream import StreamClosedError

from chat.conversations import Conversations, PersonalConversations
from chat.errors import NotFound
from chat.presets import Presets
from chat.shares import Shares
from store import StoreError

from .answers import JSONHandler
from .api import conversation_view
from .visitors import stream_of


class ExportHandler(JSONHandler):
    def initialize(self, conversations: Conversations, presets: Presets, shares: Shares) -> None:
        self._conversations = conversations
        self._presets = presets
        self._shares = shares

    async def get(self) -> None:
        person = self.caller.person
        head = {
            "hearth": 1,
            "exported_at": datetime.now(UTC),
            "account": {"name": self.caller.name, "role": self.caller.role},
            "presets": await self._presets.all(person),
            "shares": await self._shares.every(person),
        }
        self.set_header("Content-Disposition", f'attachment; filename="hearth-{datetime.now(UTC):%Y-%m-%d}.json"')
        self.write(msgspec.json.encode(head)[:-1] + b',"conversations":[')
        separator = b"\n"
        try:
            async for conversation in _whole(self._conversations.of(person)):
                self.write(separator + msgspec.json.encode(conversation))
                separator = b",\n"
                await self.flush()
            self.finish(b"\n]}\n")
        except StreamClosedError:
            pass  # who asked has gone
        except StoreError:
            stream_of(self.request).close()  # a file that ends well would be taken for a whole one
            raise


async def _whole(mine: PersonalConversations) -> AsyncIterator[dict[str, Any]]:
    """All that there are at this moment, whatever becomes of them meanwhile."""
    for conversation_id in await mine.ids():
        try:
            conversation = await mine.get(conversation_id)
            messages = await mine.messages(conversation_id)
        except NotFound:  # it was deleted meanwhile
            continue
        view = conversation_view(conversation, [])
        del view["running"]
        yield view | {"messages": messages}
