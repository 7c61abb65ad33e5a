"""What chat/ refuses, and what an error of Ollama's means to the readers of a generation.

ChatError
├── NotFound    no conversation, message or generation of that id
├── Invalid     what was asked for can't be done
│   ├── BadName    a name that no model can have
│   └── TooLarge   there is too much of it
└── Closing     Hearth is going down and takes no new questions
"""

from __future__ import annotations

from ollama.errors import BrokenStream, Busy, ModelFailed, ModelNotFound, OllamaError, TooLong, Unreachable

from .events import Error


class ChatError(Exception):
    """One line that a person can act on."""


class NotFound(ChatError):
    pass


class Invalid(ChatError):
    pass


class BadName(Invalid):
    pass


class TooLarge(Invalid):
    pass


class Closing(ChatError):
    pass


def told(error: OllamaError) -> Error:
    """The event for readers: which code, and whether asking again may help."""
    match error:
        case Unreachable():
            return Error("ollama_unreachable", str(error), retryable=True)
        case Busy():
            return Error("ollama_busy", f"Ollama is busy: {error}", retryable=True)
        case ModelNotFound():
            return Error(
                "model_not_found", f"{error}: install it with 'ollama pull', or choose another", retryable=False
            )
        case TooLong():
            return Error("too_long", f"The conversation is too long for the model: {error}", retryable=False)
        case BrokenStream():
            return Error("broken_stream", f"The reply was cut: {error}", retryable=True)
        case ModelFailed():
            return Error("model_failed", f"The model failed: {error}", retryable=True)
        case _:
            return Error("model_failed", str(error), retryable=False)
