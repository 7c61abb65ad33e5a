"""Which models to begin with on a machine of this memory and this GPU."""

from __future__ import annotations

from math import sqrt
from typing import Literal, NamedTuple

import msgspec

Note = Literal["tiny", "quick", "light", "everyday", "clever", "best"]

COUNT = 3
GIB = 1 << 30
SHARE = 0.8  # of the whole memory: the rest is the system's
AT_LEAST = 0.5  # of it can be had, whatever is free just now: files that are kept in it give way
STEPS = 6  # times a small model may be smaller than the largest that is suggested
COMMON = 8 * GIB  # where nobody knows what there is


class Known(NamedTuple):
    """Sizes are those of the files that Ollama fetches, in bytes."""

    model: str
    size: int
    note: Note
    slow: bool = False  # without a GPU

    @property
    def needs(self) -> int:
        """Memory, in bytes: the weights, a conversation of usual length, and room to reckon in."""
        return int(self.size * 1.1) + 600_000_000


# From ollama.com/library, the smallest first. All of them chat, in many languages. Qwen and gpt-oss are under the
# Apache licence, Gemma and Llama under terms of their own, which allow what one does at home, at school and at work.
KNOWN = (
    Known("qwen3:0.6b", 522_653_767, "tiny"),
    Known("gemma3:1b", 815_319_791, "quick"),
    Known("llama3.2:3b", 2_019_393_189, "light"),
    Known("gemma3:4b", 3_338_801_804, "everyday"),
    Known("qwen3.5:4b", 3_389_983_735, "everyday", slow=True),
    Known("qwen3.5:9b", 6_594_474_711, "clever", slow=True),
    Known("gpt-oss:20b", 13_793_441_244, "clever"),  # a small part of whose weights is used for each word
    Known("qwen3.5:27b", 17_420_432_705, "best", slow=True),
)


class Suggestion(msgspec.Struct, frozen=True):
    model: str
    size: int  # bytes to be fetched
    needs: int  # bytes of memory
    note: Note
    fits: bool | None  # None: nobody knows what Ollama's machine has


def suggestions(memory: int, available: int = 0, gpu: int | None = None) -> list[Suggestion]:
    """Three, the smallest first: the largest that does well here, a small one, and one between them.

    All in bytes; a `memory` of 0 means that nobody knows. Where fewer than three do well, the smallest there are.
    """
    room = _room(memory, available)
    good = [one for one in KNOWN if _does_well(one, room or COMMON, gpu or 0)]
    chosen = _spread(good) if len(good) >= COUNT else KNOWN[:COUNT]
    return [_suggestion(one, max(room, gpu or 0) if memory else None) for one in chosen]


def _suggestion(one: Known, most: int | None) -> Suggestion:
    return Suggestion(one.model, one.size, one.needs, one.note, None if most is None else one.needs <= most)


def _room(memory: int, available: int) -> int:
    return int(min(memory * SHARE, max(available, memory * AT_LEAST)))


def _does_well(one: Known, room: int, gpu: int) -> bool:
    return one.needs <= gpu or (one.needs <= room and not one.slow)


def _spread(good: list[Known]) -> list[Known]:
    best = good[-1]
    begin = next(place for place, one in enumerate(good) if one.size * STEPS >= best.size)
    small, *between = good[min(begin, len(good) - COUNT) : -1]
    middle = sqrt(small.size * best.size)
    return [small, min(between, key=lambda one: abs(one.size - middle)), best]
