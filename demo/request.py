"""What callers may ask, and Ollama's words for what they may not."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")
NAME = "smollm2:135m"
ALIASES = (NAME, f"library/{NAME}", f"registry.ollama.ai/library/{NAME}")
# Tokens. Fixed: another num_ctx is accepted and means nothing.
CONTEXT = 4096
MAX_INTEGER = 2**31 - 1


class ApiError(Exception):
    """An answer in Ollama's shape: a status and {"error": message}."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Message(msgspec.Struct, frozen=True):
    role: str
    content: str = ""
    images: list[Any] | None = None


class ChatRequest(msgspec.Struct, frozen=True):
    model: str = ""
    messages: list[Message] | None = None
    stream: bool | None = None
    think: bool | str | None = None
    tools: list[Any] | None = None
    options: dict[str, Any] | None = None
    keep_alive: float | str | None = None
    truncate: bool | None = None

    @property
    def unloads(self) -> bool:
        return self.keep_alive in (0, "0", "0s", "0m", "0h")


class ShowRequest(msgspec.Struct, frozen=True):
    model: str = ""
    name: str = ""


def decode(body: bytes, kind: type[T]) -> T:
    if not body:
        raise ApiError(400, "missing request body")
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        raise ApiError(400, f"json: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        cut_off = "truncated" in str(error)
        raise ApiError(400, "unexpected EOF" if cut_off else f"invalid JSON: {error}") from error


def check_model(name: str) -> None:
    if not name:
        raise ApiError(400, "model is required")
    # A name without a tag means `:latest`, which is not what we have.
    if name.lower() not in ALIASES:
        raise ApiError(404, f"model '{name}' not found")


def check_abilities(request: ChatRequest) -> None:
    if request.tools:
        raise ApiError(400, f"{ALIASES[-1]} does not support tools")
    if request.think:
        raise ApiError(400, f'"{request.model}" does not support thinking')
    if any(message.images for message in request.messages or ()):
        raise ApiError(400, wrapped(NO_IMAGES))


def wrapped(error: Mapping[str, Any]) -> str:
    """Ollama passes an error of its llama.cpp on as a string of JSON inside its own."""
    return msgspec.json.encode({"error": dict(error)}).decode()


def read_options(given: Mapping[str, Any]) -> dict[str, Any]:
    """Ollama's options as llama.cpp's; those that mean nothing here are checked and dropped, unknown ones ignored."""
    read = {name: READERS[name](name, value) for name, value in given.items() if name in READERS and value is not None}
    options = {**DEFAULTS, **{name: value for name, value in read.items() if name in DEFAULTS}}
    options["max_tokens"] = max(options.pop("num_predict"), -1)
    # Ollama's -1 means the whole context, which llama.cpp wants as a number; it allocates whatever number it gets.
    look_back = options["repeat_last_n"]
    options["repeat_last_n"] = look_back if 0 <= look_back <= CONTEXT else CONTEXT
    # What is kept of the last prompt changes the order of additions, and so a digit, and so at times a word.
    options["cache_prompt"] = "seed" not in read
    return options


def _float(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ApiError(500, f'option "{name}" must be of type float32')
    return float(value)


def _integer(name: str, value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ApiError(500, f'option "{name}" must be of type integer')
    return max(-MAX_INTEGER, min(int(value), MAX_INTEGER))


def _strings(name: str, value: object) -> list[str]:
    if not isinstance(value, list):
        raise ApiError(500, f'option "{name}" must be of type array')
    if not all(isinstance(each, str) for each in value):
        raise ApiError(500, f'option "{name}" must be of an array of strings')
    return [each for each in value if each]  # an empty one would end every reply at once


NO_IMAGES: Mapping[str, Any] = MappingProxyType(
    {
        "code": 400,
        "message": "Multimodal data provided, but model does not support multimodal requests.",
        "type": "invalid_request_error",
    }
)
# What SmolLM2's authors recommend, against loops a mild penalty (a stronger one pushes it off the words of the
# question), and a length that keeps so small a model from rambling on.
DEFAULTS: Mapping[str, Any] = MappingProxyType(
    {
        "temperature": 0.2,
        "top_p": 0.9,
        "top_k": 40,
        "min_p": 0.1,
        "typical_p": 1.0,
        "seed": -1,
        "num_predict": 1024,
        "stop": (),
        "repeat_last_n": 32,
        "repeat_penalty": 1.05,
        "presence_penalty": 0.0,
        "frequency_penalty": 0.0,
    }
)
FLOATS = ("temperature", "top_p", "min_p", "typical_p", "repeat_penalty", "presence_penalty", "frequency_penalty")
INTEGERS = (
    "top_k",
    "seed",
    "num_predict",
    "repeat_last_n",
    "num_ctx",
    "num_keep",
    "num_batch",
    "num_gpu",
    "num_thread",
)
READERS: Mapping[str, Callable[[str, object], Any]] = MappingProxyType(
    dict.fromkeys(FLOATS, _float) | dict.fromkeys(INTEGERS, _integer) | {"stop": _strings}
)
