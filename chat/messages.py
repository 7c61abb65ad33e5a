"""Messages and runs as they are made, and as a generation has written them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from store import Conversation, Message, Run
from store.journal import Head

from .events import Done, Ending, Error
from .generation import Generation, State, state_after
from .ids import new_id
from .requests import Choice, Question


def written(message: Message, generation: Generation, ending: Ending | None) -> Message:
    return replace(
        message,
        content=generation.content,
        thinking=generation.thinking,
        model=generation.model or message.model,
        state=generation.state if ending is None else state_after(ending),
        stats=_stats(generation, ending),
        error=_plain(ending) if isinstance(ending, Error) else None,
        context=generation.context or message.context,
        seams=sorted({*message.seams, *generation.seams}),
    )


def _stats(generation: Generation, ending: Ending | None) -> dict[str, int | str] | None:
    """The counts, and why the reply ended: the page says so where it was for its length."""
    if ending is None:
        return None
    return ending.stats | {"done_reason": ending.reason} if isinstance(ending, Done) else dict(generation.stats)


def _plain(error: Error) -> dict[str, Any]:
    return {"code": error.code, "message": error.message, "retryable": error.retryable}


def head(reply: Message, choice: Choice) -> Head:
    chosen = {name: value for name, value in msgspec.to_builtins(choice).items() if name in Choice.__struct_fields__}
    return Head(reply.conversation, reply.id, choice=chosen)


def run(reply: Message) -> Run:
    return Run(id=reply.generation or "", conversation=reply.conversation, message=reply.id, state=State.QUEUED)


def user_message(conversation: Conversation, parent: Message | None, question: Question) -> Message:
    return Message(
        id=new_id(),
        conversation=conversation.id,
        parent=None if parent is None else parent.id,
        role="user",
        content=question.content,
        images=question.images or [],
        created_at=now(),
    )


def reply_to(asked: Message, model: str | None) -> Message:
    return Message(
        id=new_id(),
        conversation=asked.conversation,
        parent=asked.id,
        role="assistant",
        content="",
        model=model,
        created_at=now(),
        state=State.QUEUED,
        generation=new_id(),
    )


def now() -> datetime:
    return datetime.now(UTC)
