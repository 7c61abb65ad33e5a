"""The models there are, and the one for who names none."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from ollama.chunks import Details, Model, Running, Show
from ollama.client import Ollama
from ollama.errors import ModelNotFound, OllamaError
from ollama.servers import answers

from .fleet import Fleet, full_name
from .requests import Options

LEVELS = ("gptoss", "gpt-oss")
NOT_AGAIN = 60.0  # seconds for which a model that could not be shown is not asked for again
AT_ONCE = 4  # calls of /api/show side by side, where a long list needs them
PATIENCE = 5.0  # seconds for the list of one of several servers
NONE = "Ollama has no model that can chat; 'ollama pull llama3.2' would get one"
NONE_ALLOWED = "There is no model that you may use; ask the owner of this Hearth for one"

Allowed = frozenset[str] | None  # names of models


class RunningView(msgspec.Struct):
    server: str
    size: int  # bytes
    size_vram: int  # bytes of them on the GPU
    expires_at: str | None
    context_length: int | None  # tokens, as allocated


class ModelView(msgspec.Struct):
    name: str
    digest: str
    servers: list[str]  # addresses of those that have it
    size: int  # bytes on disk
    family: str | None
    parameter_size: str | None
    quantization_level: str | None
    capabilities: list[str]
    context_length: int | None  # tokens, as trained
    context_cost: int | None  # bytes of memory that a token of context takes
    think: Literal["switch", "levels"] | None  # how its thinking can be told
    parameters: Options  # what Ollama runs it with unless told otherwise
    running: RunningView | None

    @property
    def can_chat(self) -> bool:
        return "completion" in self.capabilities


class ServerView(msgspec.Struct):
    url: str
    reachable: bool
    version: str | None
    error: str | None


class Listed(msgspec.Struct, frozen=True):
    """What one Ollama has, and what of it is in memory."""

    models: Sequence[Model]
    running: Sequence[Running]


class Entry(msgspec.Struct, frozen=True):
    """A model of one name, wherever it is."""

    model: Model
    places: list[Ollama]
    running: RunningView | None

    @property
    def key(self) -> tuple[str, str]:
        return (self.model.name, self.model.digest)


class Models:
    def __init__(
        self, fleet: Fleet, default: str | None, allowed: Callable[[str], Allowed] = lambda person: None
    ) -> None:
        self.allowed = allowed  # which of them a person may use
        self._fleet = fleet
        self._servers = fleet.servers
        self._default = default
        self._shown: dict[tuple[str, str], Show] = {}  # (name, digest) → what /api/show said
        self._failed: dict[tuple[str, str], float] = {}  # or when it failed; a gateway may not know it at all

    def __repr__(self) -> str:
        return f"<Models of {self._servers!r}, {len(self._shown)} shown>"

    async def view(self, allowed: Allowed = None) -> dict[str, Any]:
        """An OllamaError where none can be asked."""
        said = await self._ask()
        models = await self._views(answers(said), allowed)
        servers = [server_view(one, answer) for one, answer in said.items()]
        return {"default": self._chosen(models, allowed), "models": models, "servers": servers}

    async def list(self, allowed: Allowed = None) -> Sequence[ModelView]:
        """As Ollama lists them, those of the first server first; an OllamaError where none can be asked."""
        return await self._views(answers(await self._ask()), allowed)

    async def default(self, allowed: Allowed = None) -> str:
        """`--model`, else the first model listed that can chat; ModelNotFound where there is none."""
        if self._default is not None and is_allowed(self._default, allowed):
            return self._default
        name = _first(await self.list(allowed))
        if name is None:
            raise ModelNotFound(NONE if allowed is None else NONE_ALLOWED)
        return name

    async def check(self, model: str, allowed: Allowed = None) -> None:
        """ModelNotFound, Unreachable or another OllamaError unless Ollama has this model."""
        allow(model, allowed)
        await self._fleet.check(model)

    def _chosen(self, models: Sequence[ModelView], allowed: Allowed) -> str | None:
        if self._default is not None and is_allowed(self._default, allowed):
            return self._default
        return _first(models)

    async def _ask(self) -> dict[Ollama, Listed | OllamaError]:
        return await self._servers.ask(self._listed, patience=PATIENCE)

    async def _listed(self, one: Ollama) -> Listed:
        asked = (one.models(), _running(one), self._version(one))
        models, running, _ = await asyncio.gather(*asked)
        self._fleet.remember(one, [model.name for model in models])
        return Listed(models, running)

    async def _version(self, one: Ollama) -> None:
        """For those who look at several; that of a single one was asked when its status was."""
        if self._servers.are_several:
            with suppress(OllamaError):
                await one.version()

    async def _views(self, lists: dict[Ollama, Listed], allowed: Allowed) -> Sequence[ModelView]:
        entries = _joined(lists)
        room = asyncio.Semaphore(AT_ONCE)
        shown = await asyncio.gather(*(self._show(entry, room) for entry in entries))
        listed = {entry.key for entry in entries}
        self._shown = {key: show for key, show in self._shown.items() if key in listed}
        self._failed = {key: moment for key, moment in self._failed.items() if key in listed}
        views = [_view(entry, show) for entry, show in zip(entries, shown, strict=True)]
        return [view for view in views if is_allowed(view.name, allowed)]

    async def _show(self, entry: Entry, room: asyncio.Semaphore) -> Show:
        """What the list doesn't tell; asked once for each content of a model."""
        if entry.key not in self._shown and not self._failed_lately(entry.key):
            async with room:
                said = await self._first_show(entry)
            if said is not None:
                self._shown[entry.key] = said
            else:  # removed a moment ago, or one broken model: the others are still listed
                self._failed[entry.key] = time.monotonic()
        return self._shown.get(entry.key, Show())

    async def _first_show(self, entry: Entry) -> Show | None:
        for one in entry.places:
            (said,) = (await self._servers.ask(lambda one: one.show(entry.model.name), [one])).values()
            if not isinstance(said, OllamaError):
                return said
        return None

    def _failed_lately(self, key: tuple[str, str]) -> bool:
        return key in self._failed and time.monotonic() < self._failed[key] + NOT_AGAIN


def is_allowed(model: str, allowed: Allowed) -> bool:
    """`allowed` are the names of those that a person may use; None: all."""
    return allowed is None or full_name(model) in map(full_name, allowed)


def allow(model: str, allowed: Allowed) -> None:
    """ModelNotFound for a model that a person may not use: to them it is as if it were not there."""
    if not is_allowed(model, allowed):
        raise ModelNotFound(f"model '{model}' not found")


def server_view(one: Ollama, said: object) -> ServerView:
    error = str(said) if isinstance(said, OllamaError) else None
    return ServerView(str(one.address), error is None, None if error else one.last_version, error)


async def _running(one: Ollama) -> Sequence[Running]:
    """None, too, where a gateway in front of Ollama doesn't tell."""
    try:
        return await one.running()
    except OllamaError:
        return []


def _joined(lists: dict[Ollama, Listed]) -> list[Entry]:
    """By name; what is told of a model is what the first one tells that has it."""
    entries: dict[str, Entry] = {}
    for one, listed in lists.items():
        loaded = {full_name(running.name): running for running in listed.running}
        for model in listed.models:
            name = full_name(model.name)
            running = running_view(one, loaded[name]) if name in loaded else None
            if known := entries.get(name):
                if one not in known.places:  # a gateway may list a model twice
                    known.places.append(one)
                entries[name] = replace(known, running=known.running or running)
            else:
                entries[name] = Entry(model, [one], running)
    return list(entries.values())


def _first(models: Sequence[ModelView]) -> str | None:
    return next((model.name for model in models if model.can_chat), None)


def _view(entry: Entry, show: Show) -> ModelView:
    model = entry.model
    details = model.details or Details()
    # Before capabilities were told at all, a model in the list was one to chat with.
    capabilities = next((one for one in (model.capabilities, show.capabilities) if one is not None), ["completion"])
    return ModelView(
        name=model.name,
        digest=model.digest,
        servers=[str(one.address) for one in entry.places],
        size=model.size,
        family=details.family,
        parameter_size=details.parameter_size,
        quantization_level=details.quantization_level,
        capabilities=capabilities,
        context_length=details.context_length or show.context_length,
        context_cost=show.context_cost,
        think=_think(capabilities, details.family),
        parameters=_options(show.options),
        running=entry.running,
    )


def _think(capabilities: list[str], family: str | None) -> Literal["switch", "levels"] | None:
    """Ollama doesn't tell who takes levels; it is this family."""
    if "thinking" not in capabilities:
        return None
    return "levels" if family in LEVELS else "switch"


def _options(told: dict[str, list[Any]]) -> Options:
    """Those that can be set; what can't be read is as if it wasn't told."""
    options: dict[str, Any] = {}
    for name, values in told.items():
        try:
            options |= msgspec.to_builtins(msgspec.convert({name: values if name == "stop" else values[-1]}, Options))
        except msgspec.ValidationError:
            continue
    return msgspec.convert(options, Options)


def running_view(one: Ollama, running: Running) -> RunningView:
    address = str(one.address)
    return RunningView(address, running.size, running.size_vram, running.expires_at, running.context_length)
