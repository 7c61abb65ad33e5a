"""What is one person's in the database: every statement names the person, so that none can be forgotten."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from . import conversations, importing, messages, presets, shares
from .records import Conversation, Found, Message, Preset, Run, Share
from .thread import DatabaseThread


class PersonalSQLiteStore:
    """A `PersonalStore`."""

    def __init__(self, thread: DatabaseThread, person: str) -> None:
        self._thread = thread
        self.person = person

    def __repr__(self) -> str:
        return f"<PersonalSQLiteStore of {self.person}>"

    async def add_conversation(self, conversation: Conversation) -> None:
        await self._thread.write(lambda db: conversations.add(db, self.person, conversation))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        return await self._thread.read(lambda db: conversations.get(db, self.person, conversation_id))

    async def add_whole(self, whole: Sequence[tuple[Conversation, Sequence[Message]]]) -> None:
        ready = await asyncio.to_thread(importing.prepared, whole)  # while others use the database
        await self._thread.write(lambda db: importing.add(db, self.person, ready))

    async def conversations(
        self, query: str | None, before: str | None, limit: int, pinned: bool | None = None
    ) -> tuple[list[Found], bool]:
        return await self._thread.read(lambda db: conversations.newest(db, self.person, query, before, limit, pinned))

    async def conversation_ids(self) -> list[str]:
        return await self._thread.read(lambda db: conversations.ids(db, self.person))

    async def change_conversation(self, conversation_id: str, **changes: Any) -> Conversation | None:
        if unknown := changes.keys() - conversations.CHANGEABLE:
            raise TypeError(f"not to be changed: {', '.join(sorted(unknown))}")
        return await self._thread.write(lambda db: conversations.change(db, self.person, conversation_id, changes))

    async def delete_conversation(self, conversation_id: str) -> list[str] | None:
        return await self._thread.write(lambda db: conversations.delete(db, self.person, conversation_id))

    async def message(self, message_id: str) -> Message | None:
        return await self._thread.read(lambda db: messages.get(db, self.person, message_id))

    async def messages(self, conversation_id: str) -> list[Message]:
        return await self._thread.read(lambda db: messages.tree(db, self.person, conversation_id))

    async def branch(self, message_id: str) -> list[Message]:
        return await self._thread.read(lambda db: messages.branch(db, self.person, message_id))

    async def add_exchange(
        self, conversation: Conversation, question: Message, reply: Message, request_id: str | None
    ) -> tuple[Message, Message]:
        return await self._thread.write(
            lambda db: messages.add_exchange(db, self.person, conversation, question, reply, request_id)
        )

    async def add_reply(self, conversation: Conversation, reply: Message) -> None:
        await self._thread.write(lambda db: messages.add_reply(db, self.person, conversation, reply))

    async def update_message(self, message: Message) -> None:
        await self._thread.write(lambda db: messages.update(db, self.person, message))

    async def begin_run(self, run: Run) -> None:
        await self._thread.write(lambda db: messages.begin_run(db, self.person, run))

    async def end_run(self, run_id: str, state: str, last: int) -> None:
        await self._thread.write(lambda db: messages.end_run(db, self.person, run_id, state, last))

    async def run(self, run_id: str) -> Run | None:
        return await self._thread.read(lambda db: messages.run(db, self.person, run_id))

    async def presets(self) -> list[Preset]:
        return await self._thread.read(lambda db: presets.every(db, self.person))

    async def keep_preset(self, preset: Preset) -> None:
        await self._thread.write(lambda db: presets.keep(db, self.person, preset))

    async def shares(self) -> list[Share]:
        return await self._thread.read(lambda db: shares.every(db, self.person))

    async def add_share(self, share: Share) -> None:
        await self._thread.write(lambda db: shares.add(db, self.person, share))

    async def delete_share(self, share_id: str) -> bool:
        return await self._thread.write(lambda db: shares.delete(db, self.person, share_id))

    async def delete_preset(self, preset_id: str) -> bool:
        return await self._thread.write(lambda db: presets.delete(db, self.person, preset_id))
