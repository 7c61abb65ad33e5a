"""What the conversations need of a place that keeps them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from .records import Conversation, Found, Message, Preset, Run, Share


class PersonalStore(Protocol):
    """What is one person's; what is another's is as if it were not there.

    Each call is whole or not at all, and is kept when it returns. What it raises is in errors.py.
    """

    person: str

    async def add_conversation(self, conversation: Conversation) -> None: ...

    async def conversation(self, conversation_id: str) -> Conversation | None: ...

    async def conversations(
        self, query: str | None, before: str | None, limit: int, pinned: bool | None = None
    ) -> tuple[list[Found], bool]:
        """The newest first, behind `before`, and whether there are more. Any text is a legal query.

        With `pinned`, and no query, only those that are, or only those that are not.
        """
        ...

    async def conversation_ids(self) -> list[str]:
        """Of all, the newest first, at one moment."""
        ...

    async def add_whole(self, whole: Sequence[tuple[Conversation, Sequence[Message]]]) -> None:
        """Conversations with all their messages, parents first; all of them or none."""
        ...

    async def change_conversation(self, conversation_id: str, **changes: Any) -> Conversation | None:
        """As changed; None if unknown. A title by the model never replaces one by a person."""
        ...

    async def delete_conversation(self, conversation_id: str) -> list[str] | None:
        """The ids of all its generations; None if unknown."""
        ...

    async def message(self, message_id: str) -> Message | None: ...

    async def messages(self, conversation_id: str) -> list[Message]:
        """The whole tree, in the order of its making."""
        ...

    async def branch(self, message_id: str) -> list[Message]:
        """The messages from the first down to this one."""
        ...

    async def add_exchange(
        self, conversation: Conversation, question: Message, reply: Message, request_id: str | None
    ) -> tuple[Message, Message]:
        """Keep a question, its reply to come, and of the conversation: leaf, time, and title if it had none.

        Where this conversation has seen `request_id`, nothing is kept, and that request's two messages are returned.
        """
        ...

    async def add_reply(self, conversation: Conversation, reply: Message) -> None: ...

    async def update_message(self, message: Message) -> None:
        """Replaces what was there; does nothing where the message has been deleted."""
        ...

    async def begin_run(self, run: Run) -> None:
        """Also of a run that began before: it goes on. The runs of new replies are begun with them."""
        ...

    async def end_run(self, run_id: str, state: str, last: int) -> None: ...

    async def run(self, run_id: str) -> Run | None: ...

    async def presets(self) -> list[Preset]: ...

    async def keep_preset(self, preset: Preset) -> None:
        """Replaces the one of the same id."""
        ...

    async def delete_preset(self, preset_id: str) -> bool:
        """Whether there was one."""
        ...

    async def shares(self) -> list[Share]:
        """The newest first."""
        ...

    async def add_share(self, share: Share) -> None: ...

    async def delete_share(self, share_id: str) -> bool:
        """Whether there was one."""
        ...


class Store(Protocol):
    """The same of everybody, and what is nobody's."""

    def of(self, person: str) -> PersonalStore: ...

    async def share(self, share_id: str) -> tuple[str, Share] | None:
        """Whoever shares it, with that person."""
        ...

    async def unfinished(self) -> list[tuple[str, Message]]:
        """The replies that are queued or running, each with whose it is."""
        ...

    async def without_run(self, ids: Sequence[str]) -> list[str]:
        """Those of them that are no run of anybody's."""
        ...

    async def answers(self) -> None:
        """Raises StoreError where nothing can be read."""
        ...
