"""A branch of a conversation into the body of Ollama's ``/api/chat``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from store import Conversation, Message, Think

from .requests import Choice, plain_options


def chat_request(conversation: Conversation, branch: Sequence[Message], choice: Choice, model: str) -> dict[str, Any]:
    """`branch` ends with the question. What is not set anywhere is left to Ollama."""
    think: Think = conversation.think if choice.think is None else choice.think
    settings = {
        "options": (conversation.options or {}) | (plain_options(choice.options) or {}) or None,
        "think": think,
        "keep_alive": conversation.keep_alive,
    }
    system = [{"role": "system", "content": conversation.system}] if conversation.system else []
    return {
        "model": model,
        "messages": system + [_turn(message) for message in branch if _says_something(message)],
        "stream": True,
    } | {name: value for name, value in settings.items() if value is not None}


def plain_request(question: str, model: str) -> dict[str, Any]:
    return {"model": model, "messages": [{"role": "user", "content": question}], "stream": True}


def _says_something(message: Message) -> bool:
    """A reply that failed before its first word is no turn: some templates stumble over an empty one."""
    return bool(message.content or message.images)


def _turn(message: Message) -> dict[str, Any]:
    turn: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.images:
        turn["images"] = message.images
    return turn
