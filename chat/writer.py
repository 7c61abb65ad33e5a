"""Has replies written: waits in line, has the model loaded, and makes a generation's events of Ollama's chunks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from ollama.chunks import Chunk, Running
from ollama.client import Ollama
from ollama.errors import BrokenStream, Busy, OllamaError, TooLong, Unreachable

from .estimate import Estimates
from .events import Content, Done, Text, Thinking
from .fleet import Fleet, queue_of
from .generation import Generation, State
from .line import Line
from .loading import Loading
from .place import Place
from .prompt import Prompt
from .seam import Seam
from .thinking import ThinkingSplitter

MOVED_UP = 1.0  # seconds in which the next in line joins the loading that the one before began and left
REMEMBERED = 100  # models and sizes of context
REFITTED = 2  # times that a prompt is made shorter because Ollama counted more than was estimated
MOVES = (Unreachable, BrokenStream, Busy)  # another Ollama may be able to


class Writer:
    def __init__(self, fleet: Fleet, line: Line) -> None:
        self._fleet = fleet
        self._line = line
        self._loading: Loading[None] = Loading()
        self._estimates = Estimates()
        self.on_write: Callable[[], None] = lambda: None  # somebody asks: whatever can wait should
        self.on_load: Callable[[float], None] = lambda _: None  # a model is in memory, after so many seconds
        self._granted: dict[str, int] = {}  # queue and num_ctx → the size of context that came of it, in tokens

    def __repr__(self) -> str:
        return f"<Writer {self._line!r} {self._loading!r}>"

    @property
    def is_idle(self) -> bool:
        return self._line.is_idle

    @property
    def waiting(self) -> int:
        return self._line.waiting

    async def write(self, generation: Generation, prompt: Prompt) -> Done:
        """Have `prompt` answered; the reply grows in the generation's log, behind what is there. Raises OllamaError.

        The Done holds Ollama's own counts and durations, `queue_duration` (from the question to its turn) and
        `first_token_duration` (from there to the first text), all durations in nanoseconds.
        """
        generation.model = prompt.model
        generation.settings = prompt.load_request()
        ollama = await self._fleet.choose(prompt.model)
        try:
            return await self._write(ollama, generation, prompt)
        except MOVES:
            # Never a reply that has begun, and only once: what fails on two Ollamas may well fail on all.
            other = None if generation.has_begun else await self._fleet.other(prompt.model, ollama)
            if other is None:
                raise
        generation.state = State.QUEUED
        return await self._write(other, generation, prompt)

    async def _write(self, ollama: Ollama, generation: Generation, prompt: Prompt) -> Done:
        self.on_write()
        with self._fleet.at_work(ollama):
            async with self._place(ollama, generation, prompt.model) as place:
                writing = Writing(generation, place)
                turn = asyncio.ensure_future(writing.take_turn())
                try:
                    size = await self._ready(ollama, prompt, writing)
                    generation.on_work()
                    return await self._answer(ollama, generation, prompt, size, writing)
                finally:
                    turn.cancel()

    @asynccontextmanager
    async def _place(self, ollama: Ollama, generation: Generation, model: str) -> AsyncIterator[Place]:
        """In line; who still waits there leaves for another Ollama when this one fails."""
        conversation = generation.conversation or generation.id

        def tell(position: int) -> None:
            generation.enter("queued", position)

        async with AsyncExitStack() as stack:
            async with self._fleet.unless_left(ollama, model):
                line = self._line.place(queue_of(model, ollama), generation.person, conversation, tell)
                place = await stack.enter_async_context(line)
            yield place

    async def _ready(self, ollama: Ollama, prompt: Prompt, writing: Writing) -> int | None:
        """See that the model is in memory, by a request of Hearth's own: Ollama gives a load up when who asked for
        it leaves, and here many may wait for it. Returns the size of its context in tokens, where it is told."""
        running = await self._fleet.in_memory(ollama, prompt.model)
        queue = queue_of(prompt.model, ollama)
        key = f"{queue} {prompt.num_ctx}"
        if running is None or not self._fits(key, prompt, running):
            writing.loading()
            self._line.forget(queue)
            await self._loaded(key, ollama, prompt)
            running = await self._fleet.in_memory(ollama, prompt.model)
            self._grant(key, prompt, running)
        return (running.context_length if running else None) or prompt.num_ctx

    def _fits(self, key: str, prompt: Prompt, running: Running) -> bool:
        """Whether it is loaded with the size of context that is asked for, as far as that can be had."""
        wanted = self._granted.get(key, prompt.num_ctx)
        return prompt.num_ctx is None or running.context_length in (None, wanted)

    def _grant(self, key: str, prompt: Prompt, running: Running | None) -> None:
        """What was asked for may be more than the model was trained for: then no further load would give it."""
        size = running.context_length if running else None
        if size is not None and size < (prompt.num_ctx or 0):
            self._granted[key] = size
            if len(self._granted) > REMEMBERED:
                del self._granted[next(iter(self._granted))]

    async def _loaded(self, key: str, ollama: Ollama, prompt: Prompt) -> None:
        waiting = asyncio.ensure_future(self._loading.join(key, lambda: self._load(ollama, prompt)))
        try:
            await asyncio.shield(waiting)
        except asyncio.CancelledError:
            # The next in line is let in only when this one has left: the load must not end in between.
            patience = MOVED_UP if self._line.waiting else 0
            asyncio.get_running_loop().call_later(patience, waiting.cancel)
            raise

    async def _load(self, ollama: Ollama, prompt: Prompt) -> None:
        began = time.monotonic()
        with suppress(OllamaError):  # the chat itself will meet it too, and tell it to each who asked
            await ollama.load(prompt.load_request())
            self.on_load(time.monotonic() - began)

    async def _answer(
        self, ollama: Ollama, generation: Generation, prompt: Prompt, size: int | None, writing: Writing
    ) -> Done:
        for left in range(REFITTED, -1, -1):
            fitted = prompt.fit(size, self._estimates)
            generation.context = {"size": size, "used": fitted.used, "left_out": fitted.left_out}
            try:
                last = await writing.run(ollama, await self._allowed(ollama, prompt, fitted.messages))
            except TooLong as error:
                if not left or error.size is None or not prompt.can_shrink(fitted):
                    raise
                size = error.size
                self._estimates.learn(prompt.model, fitted.messages, error.tokens)
                continue
            self._estimates.learn(prompt.model, fitted.messages, last.prompt_eval_count)
            generation.context["used"] = (last.prompt_eval_count or fitted.used) + (last.eval_count or 0)
            return Done("length" if last.done_reason == "length" else "stop", generation.stats)
        raise AssertionError("unreachable")

    async def _allowed(self, ollama: Ollama, prompt: Prompt, messages: list[dict[str, Any]]) -> dict[str, Any]:
        """Without `think` where the model can't: Ollama would refuse it."""
        request = prompt.chat_request(messages)
        if "think" in request and not await self._fleet.can(ollama, prompt.model, "thinking"):
            del request["think"]
        return request


class Writing:
    """One reply in the making."""

    __slots__ = (
        "_append",
        "_before",
        "_generation",
        "_is_joined",
        "_is_loading",
        "_place",
        "_said",
        "_sent",
        "_splitter",
        "_thinking_since",
        "_thought",
        "_wrote",
    )

    def __init__(self, generation: Generation, place: Place) -> None:
        self._generation = generation
        self._place = place
        self._is_loading: bool | None = None  # not known yet
        self._sent = time.monotonic_ns()
        self._wrote = False
        self._append = generation.log.append
        self._is_joined = False  # nothing is held back or dropped any more where the reply goes on
        self._thinking_since: int | None = None
        self._before = generation.content
        self._splitter = ThinkingSplitter()
        self._thought = self._said = Seam("")

    async def take_turn(self) -> None:
        """Tell what happens once it is this one's turn; until then it may wait at Ollama."""
        await self._place.turn.wait()
        self._begin()
        self._tell_phase()

    def loading(self) -> None:
        self._is_loading = True
        self._tell_phase()

    async def run(self, ollama: Ollama, request: dict[str, Any]) -> Chunk:
        if self._is_loading is not False:
            self._is_loading = False
            self._tell_phase()
        self._thought = Seam("" if self._before else self._generation.thinking)
        self._said = Seam(self._before)
        self._is_joined = False
        try:
            # Who is not in turn yet may wait at Ollama for as long as those before it write.
            last = await ollama.chat(request, self._receive, waits=not self._place.turn.is_set())
        finally:
            self._tell(self._joined(self._splitter.end()))
            self._tell(self._rest())
            self._think_until_now()
        if not self._wrote and last.done_reason in (None, "stop") and not self._before:
            # How Ollama answers a prompt that it could not cut down to the context (seen in 0.33).
            raise TooLong("it wrote nothing, which is what Ollama does when the prompt does not fit its context")
        self._generation.stats |= last.stats()
        return last

    def _begin(self) -> None:
        if self._generation.state is State.QUEUED:
            self._generation.state = State.RUNNING
            self._sent = time.monotonic_ns()
            self._generation.stats["queue_duration"] = self._sent - self._generation.asked

    def _tell_phase(self) -> None:
        if self._is_loading is not None and self._place.turn.is_set() and not self._wrote:
            self._generation.enter("loading" if self._is_loading else "reading")

    def _receive(self, chunks: list[Chunk]) -> None:
        if self._is_joined and self._wrote and len(chunks) == 1 and self._splitter.is_over:
            message = chunks[0].message  # as nearly always
            if message is not None and message.content and not message.thinking:
                self._think_until_now()
                self._append([Content(message.content)])
                return
        texts: list[Text] = []
        for chunk in chunks:
            if chunk.message is None:
                continue
            if chunk.message.thinking:
                texts.append(Thinking(chunk.message.thinking))
            if chunk.message.content:
                texts += self._splitter.feed(chunk.message.content)
        if texts:
            self._place.wrote()
            self._tell(texts if self._is_joined else self._joined(texts))

    def _joined(self, texts: list[Text]) -> list[Text]:
        """To what was there before, if the reply was cut and goes on."""
        joined = [(type(text), self._seam(type(text)).feed(text.text)) for text in texts]
        if self._said.marked and not self._generation.seams:
            self._generation.seams.append(len(self._before))
        self._is_joined = self._said.is_over and self._thought.is_over
        return [kind(text) for kind, text in joined if text]

    def _rest(self) -> list[Text]:
        rest: list[Text] = [kind(self._seam(kind).end()) for kind in (Thinking, Content)]
        return [text for text in rest if text.text]

    def _seam(self, kind: Callable[[str], Text]) -> Seam:
        return self._thought if kind is Thinking else self._said

    def _tell(self, texts: list[Text]) -> None:
        if not texts:
            return
        if not self._wrote:
            self._wrote = True
            self._begin()
            self._generation.stats["first_token_duration"] = time.monotonic_ns() - self._sent
            self._generation.enter("writing")
        self._time_thinking(texts)
        self._generation.tell(texts)

    def _time_thinking(self, texts: list[Text]) -> None:
        """From the first thought to the first of what is written, or to the end."""
        if self._thinking_since is None and isinstance(texts[0], Thinking):
            self._thinking_since = time.monotonic_ns()
        if any(isinstance(text, Content) for text in texts):
            self._think_until_now()

    def _think_until_now(self) -> None:
        if self._thinking_since is not None and "thinking_duration" not in self._generation.stats:
            self._generation.stats["thinking_duration"] = time.monotonic_ns() - self._thinking_since
