"""A store that lives as long as the process."""

from __future__ import annotations

from .records import Conversation, Message


class MemoryStore:
    def __init__(self) -> None:
        self._conversations: dict[str, Conversation] = {}
        self._messages: dict[str, Message] = {}
        self._trees: dict[str, list[str]] = {}  # conversation → message ids, in the order of their making
        self._requests: dict[tuple[str, str], tuple[str, str]] = {}  # (conversation, request_id) → question, reply

    def __repr__(self) -> str:
        return f"<MemoryStore {len(self._conversations)} conversations, {len(self._messages)} messages>"

    async def add_conversation(self, conversation: Conversation) -> None:
        self._conversations[conversation.id] = conversation
        self._trees[conversation.id] = []

    async def conversation(self, conversation_id: str) -> Conversation | None:
        return self._conversations.get(conversation_id)

    async def message(self, message_id: str) -> Message | None:
        return self._messages.get(message_id)

    async def messages(self, conversation_id: str) -> list[Message]:
        return [self._messages[message_id] for message_id in self._trees.get(conversation_id, ())]

    async def branch(self, message_id: str) -> list[Message]:
        branch: list[Message] = []
        message = self._messages.get(message_id)
        while message is not None:
            branch.append(message)
            message = self._messages.get(message.parent) if message.parent else None
        return branch[::-1]

    async def add_exchange(
        self, conversation: Conversation, question: Message, reply: Message, request_id: str | None
    ) -> tuple[Message, Message]:
        if request_id is not None:
            key = (conversation.id, request_id)
            known = self._requests.setdefault(key, (question.id, reply.id))
            if known != (question.id, reply.id):
                return self._messages[known[0]], self._messages[known[1]]
        self._add(question)
        await self.add_reply(conversation, reply)
        return question, reply

    async def add_reply(self, conversation: Conversation, reply: Message) -> None:
        self._add(reply)
        self._conversations[conversation.id] = conversation

    async def update_message(self, message: Message) -> None:
        self._messages[message.id] = message

    def _add(self, message: Message) -> None:
        self._messages[message.id] = message
        self._trees[message.conversation].append(message.id)
