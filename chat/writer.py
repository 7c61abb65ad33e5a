"""Ollama's chunks into a generation's events."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from ollama.chunks import Chunk
from ollama.client import Ollama
from ollama.errors import OllamaError, TooLong

from .events import Done, Event, Phase, Text, Thinking
from .generation import Generation, State
from .models import same_model
from .thinking import ThinkingSplitter

LOADING_LOOK = 0.5  # seconds between two looks whether the model is in memory by now


async def write(generation: Generation, ollama: Ollama, request: dict[str, Any]) -> Done:
    """Have Ollama answer `request`, a body of ``/api/chat``; the reply grows in the generation's log.

    The Done holds Ollama's own counts and durations, `queue_duration` (from the question to Ollama's hands) and
    `first_token_duration` (from there to the first text), all durations in nanoseconds. Raises OllamaError.
    """
    generation.state = State.RUNNING
    generation.stats["queue_duration"] = time.monotonic_ns() - generation.asked
    return await _Writing(generation, ollama).run(request)


class _Writing:
    def __init__(self, generation: Generation, ollama: Ollama) -> None:
        self._generation = generation
        self._ollama = ollama
        self._sent = time.monotonic_ns()
        self._wrote = False
        self._splitter = ThinkingSplitter()

    async def run(self, request: dict[str, Any]) -> Done:
        phases = asyncio.ensure_future(self._tell_phases(request["model"]))
        try:
            last = await self._ollama.chat(request, self._receive)
        finally:
            phases.cancel()
            self._tell(self._splitter.end())
        if not self._wrote and last.done_reason in (None, "stop"):
            # How Ollama answers a prompt that it could not cut down to the context (seen in 0.33).
            raise TooLong("it wrote nothing, which is what Ollama does when the prompt does not fit its context")
        self._generation.stats |= last.stats()
        return Done("length" if last.done_reason == "length" else "stop", self._generation.stats)

    def _receive(self, chunks: list[Chunk]) -> None:
        texts: list[Text] = []
        for chunk in chunks:
            if chunk.message is None:
                continue
            if chunk.message.thinking:
                texts.append(Thinking(chunk.message.thinking))
            if chunk.message.content:
                texts += self._splitter.feed(chunk.message.content)
        self._tell(texts)

    def _tell(self, texts: list[Text]) -> None:
        if not texts:
            return
        if not self._wrote:
            self._wrote = True
            self._generation.stats["first_token_duration"] = time.monotonic_ns() - self._sent
            self._generation.enter("writing")
        self._generation.tell(list[Event](texts))

    async def _tell_phases(self, model: str) -> None:
        """Whether the model must be loaded first; asked beside the chat, so that it delays nothing."""
        told: Phase | None = None
        while told != "reading" and not self._wrote:
            try:
                loaded = any(same_model(running.name, model) for running in await self._ollama.running())
            except OllamaError:
                return  # the chat itself will tell what is wrong
            phase: Phase = "reading" if loaded else "loading"
            if not self._wrote and phase != told:
                told = phase
                self._generation.enter(phase)
            await asyncio.sleep(LOADING_LOOK)
