"""Questions of the plain streams: asked without a conversation, and not kept."""

from __future__ import annotations

from datetime import UTC, datetime

from store import Message
from store.journal import Head

from .errors import Invalid, TooLarge
from .events import Done, Ending
from .generation import Generation
from .generations import Generations
from .ids import new_id
from .models import Models
from .prompt import Prompt
from .requests import MAX_QUESTION
from .writer import Writer


class Questions:
    def __init__(self, generations: Generations, models: Models, writer: Writer, linger: float) -> None:
        self._generations = generations
        self._models = models
        self._writer = writer
        self._linger = linger  # seconds after which a reply that nobody follows any more is stopped

    async def ask(self, person: str, question: str, model: str | None) -> Generation:
        """Invalid, TooLarge, or an OllamaError, before anything is begun."""
        if not question.strip():
            raise Invalid("There is no question: add ?question=…")
        if len(question.encode("utf-8", "replace")) > MAX_QUESTION:
            raise TooLarge(f"The question is longer than {MAX_QUESTION >> 10} KiB: shorten it")
        self._generations.check_open()
        allowed = self._models.allowed(person)
        name = model or await self._models.default(allowed)
        await self._models.check(name, allowed)
        return self._begin(person, Prompt(name, [_message(question)]))

    def _begin(self, person: str, prompt: Prompt) -> Generation:
        async def write_reply(generation: Generation) -> Done:
            return await self._writer.write(generation, prompt)

        generation = self._generations.begin(person, new_id(), Head(), write_reply, _keep_nothing)
        generation.audience.leave_after(self._linger, generation.stop)
        return generation


def _message(question: str) -> Message:
    return Message(id="", conversation="", parent=None, role="user", content=question, created_at=datetime.now(UTC))


async def _keep_nothing(generation: Generation, ending: Ending | None) -> None:
    """Its file is all that is kept of it."""
