"""What the conversations need of a place that keeps them."""

from __future__ import annotations

from typing import Protocol

from .records import Conversation, Message


class Store(Protocol):
    """Each call is whole or not at all, and is kept when it returns."""

    async def add_conversation(self, conversation: Conversation) -> None: ...

    async def conversation(self, conversation_id: str) -> Conversation | None: ...

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
        """Keep a question, its reply to come, and the conversation as they changed it.

        Where this conversation has seen `request_id`, nothing is kept, and that request's two messages are returned.
        """
        ...

    async def add_reply(self, conversation: Conversation, reply: Message) -> None: ...

    async def update_message(self, message: Message) -> None: ...
