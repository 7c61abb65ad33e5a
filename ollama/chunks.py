"""What Ollama says, as types. Fields that Hearth has no use for are not named here and are ignored.

Source of the shapes: Ollama's docs/api.md and the recordings of 0.33 in tests/recordings.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import msgspec

from .errors import BrokenStream
from .model_info import context_cost, context_length, parameters

T = TypeVar("T")

Count = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]  # what fits into Go's int64, and into JSON again


class Delta(msgspec.Struct, gc=False):
    """What one chunk adds to the reply; either, both or neither may be there."""

    content: str | None = None
    thinking: str | None = None


class Chunk(msgspec.Struct, gc=False):
    """One line of ``/api/chat``. Counts and durations (nanoseconds) come with the last one, and any may be absent."""

    message: Delta | None = None
    done: bool = False
    done_reason: str | None = None
    error: Any = None
    total_duration: Count | None = None
    load_duration: Count | None = None
    prompt_eval_count: Count | None = None
    prompt_eval_duration: Count | None = None
    eval_count: Count | None = None
    eval_duration: Count | None = None

    def stats(self) -> dict[str, int]:
        names = (
            "total_duration",
            "load_duration",
            "prompt_eval_count",
            "prompt_eval_duration",
            "eval_count",
            "eval_duration",
        )
        return {name: value for name in names if (value := getattr(self, name)) is not None}


class Details(msgspec.Struct):
    family: str | None = None
    parameter_size: str | None = None
    quantization_level: str | None = None
    context_length: Count | None = None


class Model(msgspec.Struct):
    """One of ``/api/tags``. Ollama before 0.30 tells capabilities and context length in ``/api/show`` only."""

    name: str
    size: Count = 0
    digest: str = ""
    details: Details | None = None
    capabilities: list[str] | None = None


class Tags(msgspec.Struct):
    models: list[Model] | None = None


class Running(msgspec.Struct):
    """One of ``/api/ps``: a model in memory, with the context length that was allocated for it."""

    name: str
    size: Count = 0
    size_vram: Count = 0
    expires_at: str | None = None
    context_length: Count | None = None


class Processes(msgspec.Struct):
    models: list[Running] | None = None


class Show(msgspec.Struct):
    """``/api/show``; what is in the last two, model_info.py reads."""

    capabilities: list[str] | None = None
    model_info: dict[str, Any] | None = None
    parameters: str | None = None

    @property
    def context_length(self) -> int | None:
        return context_length(self.model_info or {})

    @property
    def context_cost(self) -> int | None:
        return context_cost(self.model_info or {})

    @property
    def options(self) -> dict[str, list[Any]]:
        """What the model is run with unless told otherwise; each value that a name is given."""
        return parameters(self.parameters or "")


class Version(msgspec.Struct):
    version: str


def read(data: bytes, shape: type[T]) -> T:
    """One JSON value as `shape`, or BrokenStream. Bytes that are no UTF-8 become U+FFFD."""
    return reader(shape)(data)


def reader(shape: type[T]) -> Callable[[bytes], T]:
    """The same, to be kept where many values of one shape are read."""
    decoder = msgspec.json.Decoder(shape)

    def read_one(data: bytes) -> T:
        try:
            return decoder.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            return _read_leniently(data, shape)

    return read_one


def _read_leniently(data: bytes, shape: type[T]) -> T:
    """For broken UTF-8 and lone surrogates, which a reply should survive; everything else is an error."""
    try:
        value = json.loads(data.decode("utf-8", "replace"))
        whole = json.dumps(value, ensure_ascii=False).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return msgspec.json.decode(whole, type=shape)
    except (ValueError, RecursionError):
        start = data[:80].decode("utf-8", "replace")
        raise BrokenStream(f"Ollama's answer can't be read: {start!r}") from None


read_chunk = reader(Chunk)  # one for all
