"""The models that are there: what each is, and to load, unload, copy or delete it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import msgspec

from ollama.care import Care, Shown
from ollama.chunks import Model
from ollama.client import Ollama
from ollama.errors import ModelFailed, ModelNotFound, OllamaError, Refused
from ollama.servers import Servers

from .asked import lists
from .blobs import Weights, blobs, freed, shared_with
from .errors import Invalid, NotFound
from .models import RunningView, running_view
from .names import canonical, checked, copy_of, same
from .pulls import Pulls
from .requests import KeepAlive, Name, Options, check_keep_alive, plain_options
from .shelf import Shelf
from .trouble import trouble

AT_ONCE = 4  # models that are asked about side by side
GONE = 2.0  # seconds for a model to leave memory, before it is told how it is
LEAVING = 10.0  # seconds for Ollama to say that it will, before it is deleted
LOOK = 0.05  # seconds between two looks


class NewModel(msgspec.Struct, forbid_unknown_fields=True):
    """A copy of another, which takes no room of its own, with another system prompt or other parameters."""

    name: str
    from_: Name = msgspec.field(name="from")
    system: str | None = None
    parameters: Options | None = None
    server: str | None = None


class ToLoad(msgspec.Struct, forbid_unknown_fields=True):
    keep_alive: KeepAlive | None = None
    server: str | None = None

    def __post_init__(self) -> None:
        check_keep_alive(self.keep_alive)


class Details(msgspec.Struct, frozen=True):
    name: str
    server: str
    digest: str
    size: int  # bytes
    modified_at: str | None
    license: str
    template: str
    system: str
    parameters: dict[str, Any]
    families: list[str]
    quantization_level: str | None
    context_length: int | None
    copy_of: str | None
    capabilities: list[str]
    frees: int  # bytes, at least, that no other model there needs
    shared_with: list[str]


class Installed:
    def __init__(self, servers: Servers, pulls: Pulls, shelf: Shelf) -> None:
        self._servers = servers
        self._pulls = pulls
        self._shelf = shelf
        self._blobs: dict[tuple[str, str, str], frozenset[str]] = {}  # by server, name and digest
        self._lock = asyncio.Lock()  # between looking whether a name is free and taking it

    def __repr__(self) -> str:
        return f"<Installed at {self._servers!r}, {len(self._blobs)} looked into>"

    async def details(self, name: str, server: str | None) -> Details:
        ollama, model, models = await self._found(name, server)
        shown = await Care(ollama).show(model.name)
        weights = await self._weights(ollama, models)
        return _details(model, shown, str(ollama.address), weights)

    async def delete(self, name: str, server: str | None) -> int:
        """How many bytes that gave back, at least."""
        ollama, model, models = await self._found(name, server, alone=True)
        if self._pulls.is_pulled(str(ollama.address), model.name):
            raise Invalid(f"“{model.name}” is being pulled: cancel that first, or wait for its end")
        weights = await self._weights(ollama, models)
        await _delete(Care(ollama), model.name)
        self._shelf.tell_of_models()
        return freed(model.name, weights)

    async def load(self, name: str, wanted: ToLoad) -> RunningView | None:
        ollama, model, _ = await self._found(name, wanted.server)
        shown = await Care(ollama).show(model.name)
        embeds = shown.capabilities is not None and "completion" not in shown.capabilities
        await Care(ollama).load(model.name, wanted.keep_alive, embeds)
        self._shelf.tell_of_models()
        return await self._in_memory(ollama, model.name)

    async def unload(self, name: str, server: str | None) -> RunningView | None:
        """How it still is in memory, where somebody uses it: it goes when they have finished."""
        ollama, model, _ = await self._found(name, server)
        await Care(ollama).unload(model.name)
        left = await self._in_memory(ollama, model.name)
        with suppress(TimeoutError):
            async with asyncio.timeout(GONE):
                while left is not None:
                    await asyncio.sleep(LOOK)
                    left = await self._in_memory(ollama, model.name)
        self._shelf.tell_of_models()
        return left

    async def copy(self, new: NewModel) -> Details:
        name = checked(new.name)
        async with self._lock:
            ollama, model, models = await self._found(new.from_, new.server)
            if any(same(one.name, name) for one in models) or self._pulls.is_pulled(str(ollama.address), name):
                raise Invalid(f"`name` is that of a model which is there already: choose another than “{name}”")
            await self._create(ollama, name, model.name, new)
        self._shelf.tell_of_models()
        return await self.details(name, str(ollama.address))

    async def _create(self, ollama: Ollama, name: str, source: str, new: NewModel) -> None:
        body: dict[str, Any] = {"model": name, "from": source}
        if new.system:
            body["system"] = new.system
        if options := plain_options(new.parameters):
            body["parameters"] = options
        try:
            await Care(ollama).create(body)
        except ModelNotFound:
            raise
        except (Refused, ModelFailed) as error:
            raise Refused(trouble(error, name).message) from None

    # -- finding

    async def _found(self, name: str, server: str | None, alone: bool = False) -> tuple[Ollama, Model, list[Model]]:
        """The Ollama that has it, it, and all that are there. With `alone`, not one of several that nobody named."""
        there = await lists(self._servers, server)
        found = [(one, model, models) for one, models in there if (model := _named(name, models)) is not None]
        if not found:
            raise NotFound("There is no model of this name: GET /api/models lists them")
        if alone and len(found) > 1:
            raise Invalid("Several Ollamas have this model: say which is meant with `server`")
        return found[0]

    async def _weights(self, ollama: Ollama, models: Sequence[Model]) -> dict[str, Weights]:
        """Of all that are there. One that can't be shown is taken as one that shares nothing."""
        server, room = str(ollama.address), asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(self._look_into(ollama, (server, one.name, one.digest), room) for one in models))
        listed = {(server, one.name, one.digest) for one in models}
        self._blobs = {key: own for key, own in self._blobs.items() if key[0] != server or key in listed}
        empty: frozenset[str] = frozenset()
        return {one.name: Weights(one.size, self._blobs.get((server, one.name, one.digest), empty)) for one in models}

    async def _look_into(self, ollama: Ollama, key: tuple[str, str, str], room: asyncio.Semaphore) -> None:
        if key not in self._blobs:
            async with room:
                with suppress(OllamaError):
                    self._blobs[key] = blobs((await Care(ollama).show(key[1])).modelfile or "")

    async def _in_memory(self, ollama: Ollama, name: str) -> RunningView | None:
        try:
            running = await ollama.running()
        except OllamaError:  # a gateway that doesn't tell
            return None
        found = next((one for one in running if same(one.name, name)), None)
        return None if found is None else running_view(ollama, found)


async def _delete(care: Care, name: str) -> None:
    """One that is in memory would stay in it; one that is being loaded is not waited for."""
    with suppress(OllamaError, TimeoutError):
        async with asyncio.timeout(LEAVING):
            await care.unload(name)
    try:
        await care.delete(name)
    except ModelFailed as error:  # which are the words of any failure of Ollama's, and no model was run
        raise Refused(f"Ollama can't delete “{name}”: {error}") from None


def _named(name: str, models: Sequence[Model]) -> Model | None:
    wanted = canonical(name)
    return next((one for one in models if canonical(one.name) == wanted), None)


def _details(model: Model, shown: Shown, server: str, weights: dict[str, Weights]) -> Details:
    about = shown.details
    return Details(
        name=model.name,
        server=server,
        digest=model.digest,
        size=model.size,
        modified_at=shown.modified_at,
        license=_text(shown.license),
        template=shown.template or "",
        system=shown.system or "",
        parameters={name: values if name == "stop" else values[-1] for name, values in shown.options.items()},
        families=(about.families if about else None) or [],
        quantization_level=about.quantization_level if about else None,
        context_length=shown.context_length,
        copy_of=copy_of(model.name, about.parent_model) if about else None,
        capabilities=shown.capabilities or [],
        frees=freed(model.name, weights),
        shared_with=shared_with(model.name, weights),
    )


def _text(value: Any) -> str:
    """A licence: one text, or several."""
    if isinstance(value, list):
        return "\n\n".join(one for one in value if isinstance(one, str))
    return value if isinstance(value, str) else ""
