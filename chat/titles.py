"""Titles: at once from the question's first line, and a better one of the model's when nobody waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterable
from typing import Any

from ollama.client import Ollama
from ollama.errors import OllamaError
from store import PersonalStore, Store, StoreError

from .fleet import Fleet
from .writer import Writer

log = logging.getLogger("hearth.titles")

MAX_TITLE = 80  # characters
WISHES = 100  # that are remembered
EXCERPT = 1000  # characters of a message that the model is shown
ORNAMENTS = " #*\"'“”„«».。：:"
ASK = "Give this conversation a title of at most six words, in its own language. Answer with the title alone."


class Titles:
    """At most one is being asked for, and it is given up as soon as anybody asks anything."""

    def __init__(
        self,
        store: Store,
        fleet: Fleet,
        writer: Writer,
        changed: Callable[[str, str], None],
        wanted: bool,
    ) -> None:
        self._store = store
        self._fleet = fleet
        self._writer = writer
        self._changed = changed
        self._wanted = wanted
        # People and conversations, with the settings the model was asked with: with others Ollama would load it anew.
        self._wished: dict[tuple[str, str], dict[str, Any]] = {}
        self._task: asyncio.Task[None] | None = None

    def __repr__(self) -> str:
        return f"<Titles {'asking' if self._task else 'idle'}>"

    def wish(self, person: str, conversation_id: str, settings: dict[str, Any]) -> None:
        """A reply is done. Where the model has better things to do, the wish waits."""
        if settings and self._wanted:
            self._wished[person, conversation_id] = settings
            if len(self._wished) > WISHES:
                del self._wished[next(iter(self._wished))]
        self.resume()

    def resume(self) -> None:
        """To be called whenever there may be time."""
        if self._wished and self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._fulfil())

    def give_up(self) -> None:
        """For now: what was wished for stays so."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _fulfil(self) -> None:
        """The latest wish first."""
        try:
            while self._wished and self._writer.is_idle:
                (person, conversation_id), settings = next(reversed(self._wished.items()))
                await self._title(self._store.of(person), conversation_id, settings)
                self._wished.pop((person, conversation_id), None)
        finally:
            if self._task is asyncio.current_task():
                self._task = None

    async def _title(self, store: PersonalStore, conversation_id: str, settings: dict[str, Any]) -> None:
        try:
            conversation = await store.conversation(conversation_id)
            if conversation is None or conversation.titled != "question":
                return
            ollama = await self._fleet.choose(settings["model"])
            title = clean(await ollama.say(await self._request(store, ollama, conversation_id, settings)))
            if title:
                await store.change_conversation(conversation_id, title=title, titled="model")
                self._changed(store.person, conversation_id)
        except (OllamaError, StoreError) as error:
            log.info("no title: %s", error)

    async def _request(
        self, store: PersonalStore, ollama: Ollama, conversation_id: str, settings: dict[str, Any]
    ) -> dict[str, Any]:
        messages = [one for one in await store.messages(conversation_id) if one.content][:2]
        turns = [{"role": one.role, "content": one.content[:EXCERPT]} for one in messages]
        request = settings | {
            "messages": [*turns, {"role": "user", "content": ASK}],
            "stream": False,
            "options": (settings.get("options") or {}) | {"num_predict": 40},
        }
        if await self._fleet.can(ollama, settings["model"], "thinking"):
            request["think"] = False
        return request


def first_line(question: str) -> str | None:
    lines = question.strip().splitlines()
    line = " ".join(lines[0].split()) if lines else ""
    return (line[: MAX_TITLE - 1] + "…" if len(line) > MAX_TITLE else line) or None


def title_of(questions: Iterable[str]) -> str | None:
    """By the first of them that has words."""
    return next(filter(None, map(first_line, questions)), None)


def clean(said: str) -> str | None:
    """What a model says when it is asked for a title, without the ornaments that models give it."""
    said = said.rpartition("</think>")[2]
    line = next((line for line in said.splitlines() if line.strip()), "")
    return first_line(line.strip(ORNAMENTS).removeprefix("Title:").strip(ORNAMENTS))
