"""What Ollama is asked: a branch of a conversation, with what people set for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store import Conversation, Message, Think

from .estimate import Estimates
from .fitting import Fitted, Sent, fit
from .requests import Choice, plain_options

LEAST_ROOM = 64  # tokens kept free for the reply


@dataclass(frozen=True)
class Prompt:
    """`branch` goes from the root to the question, or to the reply that is to be gone on with."""

    model: str
    branch: Sequence[Message]
    system: str | None = None
    options: dict[str, Any] | None = None
    think: Think = None
    keep_alive: str | int | None = None

    @property
    def num_ctx(self) -> int | None:
        return (self.options or {}).get("num_ctx")

    def fit(self, size: int | None, estimates: Estimates) -> Fitted:
        """What of it has its place in a context of `size` tokens, with some of them kept for the reply."""
        return fit(
            self.system,
            self.branch,
            size=size,
            room=self._room(size or 0),
            cost=lambda sent: estimates.cost(self.model, sent),
            base=estimates.base(self.model),
        )

    def can_shrink(self, fitted: Fitted) -> bool:
        return len([one for one in fitted.messages if one["role"] == "user"]) > 1

    def chat_request(self, messages: list[Sent]) -> dict[str, Any]:
        """What does not fit is left out by Hearth, which tells; Ollama would drop it without a word."""
        return self._settings() | {"messages": messages, "stream": True, "truncate": False, "shift": False}

    def load_request(self) -> dict[str, Any]:
        """The same settings, or Ollama would load it a second time for the chat."""
        settings = self._settings()
        settings.pop("think", None)
        return settings | {"stream": False}

    def _settings(self) -> dict[str, Any]:
        settings = {
            "model": self.model,
            "options": self.options or None,
            "think": self.think,
            "keep_alive": self.keep_alive,
        }
        return {name: value for name, value in settings.items() if value is not None}

    def _room(self, size: int) -> int:
        wanted = (self.options or {}).get("num_predict") or 0
        return max(min(wanted if wanted > 0 else size // 4, size // 2), LEAST_ROOM)


def conversation_prompt(conversation: Conversation, branch: Sequence[Message], choice: Choice, model: str) -> Prompt:
    """What is not set anywhere is left to Ollama."""
    return Prompt(
        model=model,
        branch=branch,
        system=conversation.system,
        options=(conversation.options or {}) | (plain_options(choice.options) or {}),
        think=conversation.think if choice.think is None else choice.think,
        keep_alive=conversation.keep_alive,
    )
