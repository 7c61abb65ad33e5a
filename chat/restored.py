"""A generation as its file tells it, or as the message that it wrote does."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from store import Message, Run
from store.journal import Head, Recorded

from .events import Content, Done, Ending, Error, Event, Thinking
from .generation import WENT_AWAY, Generation, State
from .log import GenerationLog

_event = msgspec.json.Decoder(Event)


def readable(event: bytes) -> bool:
    try:
        _event.decode(event)
    except msgspec.DecodeError:
        return False
    return True


def cut_ending(run: Run) -> Ending:
    """Of one that was gone on with: it was stopped or interrupted, or nobody could have."""
    return Done("stopped", {}) if run.state == State.STOPPED else WENT_AWAY


def whole(message: Message) -> list[Event]:
    """A message as the events of a generation that wrote it."""
    return [*texts_of(message), ending_of(message)]


def texts_of(message: Message) -> list[Event]:
    thinking: list[Event] = [Thinking(message.thinking)] if message.thinking else []
    return [*thinking, Content(message.content)] if message.content else thinking


def ending_of(message: Message) -> Ending:
    if message.error is not None:
        return msgspec.convert(message.error, Error)
    if message.state in (State.QUEUED, State.RUNNING):
        return WENT_AWAY
    stats = {name: value for name, value in (message.stats or {}).items() if isinstance(value, int)}
    match (message.stats or {}).get("done_reason"):
        case "length":
            return Done("length", stats)
        case "stopped":
            return Done("stopped", stats)
        case _:
            return Done("stop", stats)


def covers(recorded: Recorded, message: Message) -> bool:
    """Whether the file has all that the store has; not where the disk was full."""
    told = restored("", recorded, write_nowhere)
    return told.content.startswith(message.content) and told.thinking.startswith(message.thinking)


def has_ended(recorded: Recorded) -> bool:
    return restored("", recorded, write_nowhere).log.ending is not None


def generation_of(person: str, generation_id: str, head: Head, events: GenerationLog) -> Generation:
    return Generation(person, generation_id, head.message, head.conversation, events)


def restored(person: str, recorded: Recorded, write: Callable[[bytes], None]) -> Generation:
    return generation_of(person, recorded.id, recorded.head, GenerationLog(write, events_of(recorded)))


def events_of(recorded: Recorded) -> list[Event]:
    return [_event.decode(one) for one in recorded.events]


def write_nowhere(_: bytes) -> None:
    pass
