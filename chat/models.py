"""The models there are, and the one for who names none."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, Literal

import msgspec

from ollama.chunks import Details, Model, Running, Show
from ollama.client import Ollama
from ollama.errors import ModelNotFound, OllamaError, Unreachable

from .requests import Options

LEVELS = ("gptoss", "gpt-oss")
AT_ONCE = 4  # calls of /api/show side by side, where a long list needs them


class RunningView(msgspec.Struct):
    size_vram: int  # bytes
    expires_at: str | None
    context_length: int | None  # tokens, as allocated


class ModelView(msgspec.Struct):
    name: str
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


class Models:
    def __init__(self, ollama: Ollama, default: str | None) -> None:
        self._ollama = ollama
        self._default = default
        self._shown: dict[tuple[str, str], Show] = {}  # (name, digest) → what /api/show said

    async def view(self) -> dict[str, Any]:
        models = await self.list()
        return {"default": self._default or _first(models), "models": models}

    async def list(self) -> list[ModelView]:
        """As Ollama lists them; an OllamaError where it can't be asked."""
        models, running = await asyncio.gather(self._ollama.models(), self._running())
        room = asyncio.Semaphore(AT_ONCE)
        shown = await asyncio.gather(*(self._show(model, room) for model in models))
        listed = {(model.name, model.digest) for model in models}
        self._shown = {key: show for key, show in self._shown.items() if key in listed}
        by_name = {one.name: one for one in running}
        return [_view(model, show, by_name.get(model.name)) for model, show in zip(models, shown, strict=True)]

    async def default(self) -> str:
        """`--model`, else the first model listed that can chat; ModelNotFound where there is none."""
        name = self._default or _first(await self.list())
        if name is None:
            raise ModelNotFound("Ollama has no model that can chat; 'ollama pull llama3.2' would get one")
        return name

    async def check(self, model: str) -> None:
        """ModelNotFound, Unreachable or another OllamaError unless Ollama has this model."""
        await self._ollama.show(model)

    async def in_memory(self, model: str) -> Running | None:
        """The model as it is loaded; None where it is not. A gateway that doesn't tell is taken at its silence."""
        try:
            running = await self._ollama.running()
        except Unreachable:
            raise
        except OllamaError:
            return Running(model)
        return next((one for one in running if full_name(one.name) == full_name(model)), None)

    async def can(self, model: str, capability: str) -> bool:
        """Whether it says so of itself; asked anew for each question, as models are replaced under the same name."""
        try:
            capabilities = (await self._ollama.show(model)).capabilities
        except OllamaError:
            return True  # the chat itself will tell
        return capabilities is None or capability in capabilities

    async def _running(self) -> Sequence[Running]:
        """None, too, where a gateway in front of Ollama doesn't tell."""
        try:
            return await self._ollama.running()
        except OllamaError:
            return []

    async def _show(self, model: Model, room: asyncio.Semaphore) -> Show:
        """What the list doesn't tell; asked once for each content of a model."""
        key = (model.name, model.digest)
        if key not in self._shown:
            async with room:
                try:
                    self._shown[key] = await self._ollama.show(model.name)
                except OllamaError:  # removed a moment ago, or one broken model: the others are still listed
                    return Show()
        return self._shown[key]


def full_name(name: str) -> str:
    """Names without a tag mean ``:latest``; upper and lower case are the same to Ollama."""
    return (name if ":" in name.rpartition("/")[2] else f"{name}:latest").lower()


def _first(models: list[ModelView]) -> str | None:
    return next((model.name for model in models if model.can_chat), None)


def _view(model: Model, show: Show, running: Running | None) -> ModelView:
    details = model.details or Details()
    # Before capabilities were told at all, a model in the list was one to chat with.
    capabilities = next((one for one in (model.capabilities, show.capabilities) if one is not None), ["completion"])
    return ModelView(
        name=model.name,
        size=model.size,
        family=details.family,
        parameter_size=details.parameter_size,
        quantization_level=details.quantization_level,
        capabilities=capabilities,
        context_length=details.context_length or show.context_length,
        context_cost=show.context_cost,
        think=_think(capabilities, details.family),
        parameters=_options(show.options),
        running=None if running is None else _in_memory(running),
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


def _in_memory(running: Running) -> RunningView:
    return RunningView(running.size_vram, running.expires_at, running.context_length)
