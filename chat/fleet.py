"""Which of several Ollamas writes a reply: one that has the model in memory, else the least busy that has it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager

from ollama.chunks import Running, Show
from ollama.client import Ollama
from ollama.errors import Busy, ModelFailed, ModelNotFound, NoAnswer, OllamaError, Unreachable
from ollama.servers import Servers

from .names import HOST, NAMESPACE, canonical

SAYS_NO = (Unreachable, NoAnswer, ModelNotFound, Busy, ModelFailed)  # of other answers the chat itself will tell


class Fleet:
    """With a single Ollama it chooses that one, and asks nothing."""

    def __init__(self, servers: Servers) -> None:
        self.servers = servers
        self._at_work: Counter[Ollama] = Counter()  # generations that were given to it
        self._known: dict[Ollama, set[str]] = {}  # full names that it is known to have, also while it is away

    def __repr__(self) -> str:
        return f"<Fleet {', '.join(f'{one.address}: {self._at_work[one]} at work' for one in self.servers)}>"

    @property
    def is_busy(self) -> bool:
        return self._at_work.total() > 0

    async def choose(self, model: str) -> Ollama:
        """The one to ask for a reply of this model's; where none is found that has it, the one that will say why."""
        if not self.servers.are_several:
            return self.servers.first
        return await self._best(model, self.servers.well) or self._owner(model) or self.servers.well[0]

    async def other(self, model: str, failed: Ollama) -> Ollama | None:
        """Another one that has it."""
        others = [one for one in self.servers.well if one is not failed]
        return await self._best(model, others) if others else None

    async def check(self, model: str) -> None:
        """ModelNotFound, Unreachable or another OllamaError unless any of them has this model."""
        if not self.servers.are_several:
            await self.servers.first.show(model)
            return
        said = await self._shown(model)
        if not all(isinstance(one, SAYS_NO) for one in said.values()):
            return
        missing = (one for one in said.values() if isinstance(one, ModelNotFound))
        error = said[owner] if (owner := self._owner(model)) else next(missing, next(iter(said.values())))
        assert isinstance(error, OllamaError)
        raise error

    @contextmanager
    def at_work(self, one: Ollama) -> Iterator[None]:
        """Counts as busier within the block."""
        self._at_work[one] += 1
        try:
            yield
        finally:
            self._at_work[one] -= 1

    @asynccontextmanager
    async def unless_left(self, one: Ollama, model: str) -> AsyncIterator[None]:
        """Ends the block by Unreachable when this one is left aside and another has the model."""
        if not self.servers.are_several:
            yield
            return
        try:
            async with asyncio.timeout(None) as limit:
                watch = asyncio.ensure_future(self._watch(one, model, limit))
                try:
                    yield
                finally:
                    watch.cancel()
        except TimeoutError:
            raise self.servers.trouble(one) or Unreachable(f"Ollama isn't reachable at {one.address}") from None

    async def in_memory(self, one: Ollama, model: str) -> Running | None:
        """The model as it is loaded there; None where it is not. A gateway that doesn't tell is taken to have it."""
        (said,) = (await self.servers.ask(Ollama.running, [one])).values()
        if isinstance(said, Unreachable) or (isinstance(said, NoAnswer) and await self.other(model, one)):
            raise said
        if isinstance(said, OllamaError):
            return Running(model)
        return next((loaded for loaded in said if full_name(loaded.name) == full_name(model)), None)

    async def can(self, one: Ollama, model: str, capability: str) -> bool:
        """Whether it says so of itself; asked anew for each question, as models are replaced under the same name."""
        try:
            capabilities = (await one.show(model)).capabilities
        except OllamaError:
            return True  # the chat itself will tell
        return capabilities is None or capability in capabilities

    async def close(self) -> None:
        await self.servers.close()

    def remember(self, one: Ollama, names: Sequence[str]) -> None:
        """All the models that it listed."""
        self._known[one] = set(map(full_name, names))

    async def _best(self, model: str, among: Sequence[Ollama]) -> Ollama | None:
        found = await self._loaded(model, among) or await self._having(model, among)
        return min(found, key=lambda one: self._at_work[one], default=None)

    async def _loaded(self, model: str, among: Sequence[Ollama]) -> list[Ollama]:
        said = await self.servers.ask(Ollama.running, among)
        found = [one for one, running in said.items() if _holds(running, model)]
        self._learn(model, found)
        return found

    async def _having(self, model: str, among: Sequence[Ollama]) -> list[Ollama]:
        """Who shows it; else who can't tell, as a gateway that knows no such address."""
        said = await self._shown(model, among)
        showing = [one for one, show in said.items() if not isinstance(show, OllamaError)]
        return showing or [one for one, why in said.items() if not isinstance(why, SAYS_NO)]

    async def _shown(self, model: str, among: Sequence[Ollama] | None = None) -> dict[Ollama, Show | OllamaError]:
        said = await self.servers.ask(lambda one: one.show(model), among)
        self._learn(model, [one for one, show in said.items() if not isinstance(show, OllamaError)])
        for one, why in said.items():
            if isinstance(why, ModelNotFound):
                self._known.get(one, set()).discard(full_name(model))
        return said

    def _learn(self, model: str, having: Sequence[Ollama]) -> None:
        for one in having:
            self._known.setdefault(one, set()).add(full_name(model))

    def _owner(self, model: str) -> Ollama | None:
        """One that had it when it was asked the last time."""
        return next((one for one in self.servers if full_name(model) in self._known.get(one, ())), None)

    async def _watch(self, one: Ollama, model: str, limit: asyncio.Timeout) -> None:
        await self.servers.left_aside(one)
        if await self.other(model, one) is not None:
            limit.reschedule(asyncio.get_running_loop().time())


def full_name(name: str) -> str:
    """The same for all names that mean the same model to Ollama; without what is meant where nothing is said."""
    return canonical(name).removeprefix(f"{HOST}/").removeprefix(f"{NAMESPACE}/")


def queue_of(model: str, one: Ollama) -> str:
    """The name of the line in front of a model on one of them."""
    return f"{full_name(model)} {str(one.address).replace(' ', '%20')}"


def by_model(lengths: Mapping[str, tuple[int, int]]) -> dict[str, tuple[int, int]]:
    """Of all lines in front of a model together, how many run and how many wait."""
    models: dict[str, tuple[int, int]] = {}
    for queue, (running, waiting) in lengths.items():
        model = queue.rpartition(" ")[0]
        before = models.get(model, (0, 0))
        models[model] = (before[0] + running, before[1] + waiting)
    return models


def _holds(running: Sequence[Running] | OllamaError, model: str) -> bool:
    return not isinstance(running, OllamaError) and any(full_name(one.name) == full_name(model) for one in running)
