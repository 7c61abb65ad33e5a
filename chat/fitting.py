"""What of a conversation the model is given, where its context has no place for all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from store import Message

Sent = dict[str, Any]  # one message of Ollama's /api/chat: role, content, and images and thinking where there are any
Cost = Callable[[Sent], int]  # tokens


class Fitted(msgspec.Struct, frozen=True):
    messages: list[Sent]
    left_out: list[str]  # ids, oldest first
    used: int  # tokens, as estimated


class _Turn(msgspec.Struct, frozen=True):
    """A user's message with the replies that follow it on the branch."""

    ids: list[str]
    sent: list[Sent]


def fit(
    system: str | None, branch: Sequence[Message], *, size: int | None, room: int, cost: Cost, base: int = 0
) -> Fitted:
    """`branch` goes from the root to the question, or to the reply that is to be continued.

    `size` is the context's, None where it is not known: then everything is sent. `room` of it is kept free for the
    reply, and `base` is what the model's template takes by itself; all in tokens. Whole turns are left out, oldest
    first, but never the system prompt and never the last turn: where these alone are too long, Ollama has to say so.
    """
    head = [{"role": "system", "content": system}] if system else []
    turns = _turns(branch)
    used = base + sum(cost(one) for one in head + [one for turn in turns[-1:] for one in turn.sent])
    first = max(len(turns) - 1, 0)
    while first > 0:
        longer = used + sum(cost(one) for one in turns[first - 1].sent)
        if size is not None and longer > size - room:
            break
        used, first = longer, first - 1
    return Fitted(
        messages=head + [one for turn in turns[first:] for one in turn.sent],
        left_out=[one for turn in turns[:first] for one in turn.ids],
        used=used,
    )


def _turns(branch: Sequence[Message]) -> list[_Turn]:
    turns: list[_Turn] = []
    for message in branch:
        continued = message is branch[-1] and message.role == "assistant"
        if not _says_something(message, continued):
            continue
        if message.role == "user" or not turns:
            turns.append(_Turn([], []))
        turns[-1].ids.append(message.id)
        turns[-1].sent.append(_sent(message, continued))
    return turns


def _says_something(message: Message, continued: bool) -> bool:
    """A reply that ended before its first word is no part of a turn: some templates stumble over an empty one."""
    return bool(message.content or message.images or (continued and message.thinking))


def _sent(message: Message, continued: bool) -> Sent:
    """Old thinking is not sent; that of a reply that is being continued is given back."""
    sent: Sent = {"role": message.role, "content": message.content}
    if message.images:
        sent["images"] = message.images
    if continued and message.thinking:
        sent["thinking"] = message.thinking
    return sent
