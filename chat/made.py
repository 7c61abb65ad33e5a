"""Which models were fetched from a registry, and which were made here of others that are there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ollama.care import Care
from ollama.chunks import Model
from ollama.client import Ollama
from ollama.errors import BrokenStream, Busy, OllamaError, Unreachable

from .names import copy_of, is_in_library

AT_ONCE = 4  # models that are asked about side by side


async def fetched(ollama: Ollama, models: Sequence[Model]) -> list[Model]:
    """Without the copies: to pull one that has the name of a model in the library would replace it."""
    room = asyncio.Semaphore(AT_ONCE)
    made = await asyncio.gather(*(_is_made_here(ollama, one.name, room) for one in models))
    return [one for one, is_made in zip(models, made, strict=True) if not is_made]


async def _is_made_here(ollama: Ollama, name: str, room: asyncio.Semaphore) -> bool:
    if not is_in_library(name):  # spares the question
        return False
    async with room:
        try:
            about = (await Care(ollama).show(name)).details
        except (Unreachable, BrokenStream, Busy):  # it may be one, and what is replaced is lost
            return True
        except OllamaError:  # what can't be read, or by a gateway that doesn't tell
            return False
    return about is not None and copy_of(name, about.parent_model) is not None
