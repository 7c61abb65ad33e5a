"""Which models were fetched from a registry, and which were made here of others that are there."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from ollama.care import Care
from ollama.chunks import Model
from ollama.client import Ollama
from ollama.errors import OllamaError

from .names import is_in_library, is_name

AT_ONCE = 4  # models that are asked about side by side


async def fetched(ollama: Ollama, models: Sequence[Model]) -> list[Model]:
    """Without the copies: to pull one that has the name of a model in the library would replace it."""
    room = asyncio.Semaphore(AT_ONCE)
    made = await asyncio.gather(*(_is_made_here(ollama, one.name, room) for one in models))
    return [one for one, is_made in zip(models, made, strict=True) if not is_made]


async def _is_made_here(ollama: Ollama, name: str, room: asyncio.Semaphore) -> bool:
    """Whoever publishes a model under a name of their own leaves in it what they made it of, or a path of theirs."""
    if not is_in_library(name):
        return False
    async with room:
        try:
            about = (await Care(ollama).show(name)).details
        except OllamaError:  # what can't be read, or by a gateway that doesn't tell
            return False
    return about is not None and is_name(about.parent_model or "")
