"""Questions of the plain streams: asked without a conversation, and not kept."""

from __future__ import annotations

from ollama.client import Ollama

from .errors import Invalid, TooLarge
from .events import Done, Ending
from .generation import Generation
from .generations import Generations
from .ids import new_id
from .models import Models
from .prompt import plain_request
from .requests import MAX_QUESTION
from .writer import write


class Questions:
    def __init__(self, generations: Generations, models: Models, ollama: Ollama, linger: float) -> None:
        self._generations = generations
        self._models = models
        self._ollama = ollama
        self._linger = linger  # seconds after which a reply that nobody follows any more is stopped

    async def ask(self, question: str, model: str | None) -> Generation:
        """Invalid, TooLarge, or an OllamaError, before anything is begun."""
        if not question.strip():
            raise Invalid("There is no question: add ?question=…")
        if len(question.encode("utf-8", "replace")) > MAX_QUESTION:
            raise TooLarge(f"The question is longer than {MAX_QUESTION >> 10} KiB: shorten it")
        self._generations.check_open()
        name = model or await self._models.default()
        await self._models.check(name)
        return self._begin(plain_request(question, name))

    def _begin(self, request: dict[str, object]) -> Generation:
        async def write_reply(generation: Generation) -> Done:
            generation.model = str(request["model"])
            return await write(generation, self._ollama, request)

        generation = self._generations.begin(new_id(), write_reply, _keep_nothing)
        generation.audience.leave_after(self._linger, generation.stop)
        return generation


async def _keep_nothing(generation: Generation, ending: Ending) -> None:
    pass
