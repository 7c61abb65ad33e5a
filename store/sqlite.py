"""The store on the disk: one SQLite database, one thread that touches it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Self

from . import conversations, importing, messages, presets
from .folder import open_folder
from .house_settings import HouseSettings
from .records import Conversation, Found, Message, Preset, Run
from .schema import MIGRATIONS, Migration
from .thread import DatabaseThread


class SQLiteStore:
    """A `Store` that also can be opened and closed."""

    def __init__(self, folder: Path, thread: DatabaseThread) -> None:
        self._folder = folder
        self._thread = thread
        self.settings = HouseSettings(thread)

    def __repr__(self) -> str:
        return f"<SQLiteStore {self._folder} {self._thread}>"

    @classmethod
    async def open(cls, folder: Path, migrations: Sequence[Migration] = MIGRATIONS) -> Self:
        thread = DatabaseThread()
        await thread.open(partial(open_folder, folder, migrations))
        return cls(folder, thread)

    async def close(self) -> None:
        await self._thread.close()

    async def add_conversation(self, conversation: Conversation) -> None:
        await self._thread.write(lambda db: conversations.add(db, conversation))

    async def conversation(self, conversation_id: str) -> Conversation | None:
        return await self._thread.read(lambda db: conversations.get(db, conversation_id))

    async def add_whole(self, whole: Sequence[tuple[Conversation, Sequence[Message]]]) -> None:
        ready = await asyncio.to_thread(importing.prepared, whole)  # while others use the database
        await self._thread.write(lambda db: importing.add(db, ready))

    async def conversations(
        self, query: str | None, before: str | None, limit: int, pinned: bool | None = None
    ) -> tuple[list[Found], bool]:
        return await self._thread.read(lambda db: conversations.newest(db, query, before, limit, pinned))

    async def change_conversation(self, conversation_id: str, **changes: Any) -> Conversation | None:
        if unknown := changes.keys() - conversations.CHANGEABLE:
            raise TypeError(f"not to be changed: {', '.join(sorted(unknown))}")
        return await self._thread.write(lambda db: conversations.change(db, conversation_id, changes))

    async def delete_conversation(self, conversation_id: str) -> list[str] | None:
        return await self._thread.write(lambda db: conversations.delete(db, conversation_id))

    async def message(self, message_id: str) -> Message | None:
        return await self._thread.read(lambda db: messages.get(db, message_id))

    async def messages(self, conversation_id: str) -> list[Message]:
        return await self._thread.read(lambda db: messages.tree(db, conversation_id))

    async def branch(self, message_id: str) -> list[Message]:
        return await self._thread.read(lambda db: messages.branch(db, message_id))

    async def add_exchange(
        self, conversation: Conversation, question: Message, reply: Message, request_id: str | None
    ) -> tuple[Message, Message]:
        return await self._thread.write(lambda db: messages.add_exchange(db, conversation, question, reply, request_id))

    async def add_reply(self, conversation: Conversation, reply: Message) -> None:
        await self._thread.write(lambda db: messages.add_reply(db, conversation, reply))

    async def update_message(self, message: Message) -> None:
        await self._thread.write(lambda db: messages.update(db, message))

    async def begin_run(self, run: Run) -> None:
        await self._thread.write(lambda db: messages.begin_run(db, run))

    async def end_run(self, run_id: str, state: str, last: int) -> None:
        await self._thread.write(lambda db: messages.end_run(db, run_id, state, last))

    async def run(self, run_id: str) -> Run | None:
        return await self._thread.read(lambda db: messages.run(db, run_id))

    async def unfinished(self) -> list[Message]:
        return await self._thread.read(messages.unfinished)

    async def presets(self) -> list[Preset]:
        return await self._thread.read(presets.every)

    async def keep_preset(self, preset: Preset) -> None:
        await self._thread.write(lambda db: presets.keep(db, preset))

    async def delete_preset(self, preset_id: str) -> bool:
        return await self._thread.write(lambda db: presets.delete(db, preset_id))
