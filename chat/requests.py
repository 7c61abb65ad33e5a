"""What people ask for, as types: the bodies of the JSON API and of the socket. An unknown field is an error."""

from __future__ import annotations

import base64
import binascii
import re
from collections import deque
from collections.abc import Sequence
from typing import Annotated, Any

import msgspec
from msgspec import UNSET, Meta, UnsetType

from store import Think

from .errors import Invalid, TooLarge

MAX_IMAGES = 8
MAX_IMAGE = 10 * 1024 * 1024  # bytes, decoded
MAX_CONTENT = 1024 * 1024  # bytes of UTF-8
MAX_NAME = 80  # characters, of a preset
MAX_QUESTION = 16 * 1024  # bytes of UTF-8, on the plain streams

Name = Annotated[str, Meta(min_length=1, max_length=300)]
Whole = Annotated[int, Meta(ge=-(2**31), le=2**31 - 1)]  # what Ollama takes
KeepAlive = Annotated[str, Meta(max_length=40)] | Whole
RequestId = Annotated[str, Meta(min_length=1, max_length=200)]
PIECE = 1 << 18  # characters of base64 that are decoded at once; a multiple of four

_DURATION = re.compile(r"-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+|-?\d+")


class Options(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """Ollama's model options, under its names and with its types (api/types.go)."""

    num_ctx: Annotated[int, Meta(ge=1, le=2**31 - 1)] | None = None
    num_predict: Whole | None = None
    num_keep: Whole | None = None
    num_batch: Whole | None = None
    num_gpu: Whole | None = None
    main_gpu: Whole | None = None
    num_thread: Whole | None = None
    use_mmap: bool | None = None
    seed: Whole | None = None
    temperature: float | None = None
    top_k: Whole | None = None
    top_p: float | None = None
    min_p: float | None = None
    typical_p: float | None = None
    repeat_last_n: Whole | None = None
    repeat_penalty: float | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None
    stop: list[str] | None = None


class Setup(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """With what a conversation is held, as far as it is not left to Ollama."""

    model: Name | None = None
    system: str | None = None
    options: Options | None = None
    think: Think = None
    keep_alive: KeepAlive | None = None

    def __post_init__(self) -> None:
        check_keep_alive(self.keep_alive)


class NewConversation(Setup, forbid_unknown_fields=True, kw_only=True):
    title: str | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.title, str):
            self.title = self.title.strip() or None


class NewPreset(Setup, forbid_unknown_fields=True, kw_only=True):
    name: str

    def __post_init__(self) -> None:
        super().__post_init__()
        self.name = preset_name(self.name)


class Changed(NewConversation, forbid_unknown_fields=True, kw_only=True):
    """What is to replace what a conversation has; what is not named stays."""

    title: str | UnsetType | None = UNSET  # type: ignore[assignment]
    model: Name | UnsetType | None = UNSET  # type: ignore[assignment]
    system: str | UnsetType | None = UNSET  # type: ignore[assignment]
    options: Options | UnsetType | None = UNSET  # type: ignore[assignment]
    think: Think | UnsetType = UNSET  # type: ignore[assignment]
    keep_alive: KeepAlive | UnsetType | None = UNSET  # type: ignore[assignment]
    pinned: bool | UnsetType = UNSET
    leaf: str | UnsetType | None = UNSET

    def fields(self) -> dict[str, Any]:
        return _named(self)


class ChangedPreset(Setup, forbid_unknown_fields=True, kw_only=True):
    """The same of a preset."""

    name: str | UnsetType = UNSET
    model: Name | UnsetType | None = UNSET  # type: ignore[assignment]
    system: str | UnsetType | None = UNSET  # type: ignore[assignment]
    options: Options | UnsetType | None = UNSET  # type: ignore[assignment]
    think: Think | UnsetType = UNSET  # type: ignore[assignment]
    keep_alive: KeepAlive | UnsetType | None = UNSET  # type: ignore[assignment]

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.name is not UNSET:
            self.name = preset_name(self.name)

    def fields(self) -> dict[str, Any]:
        return _named(self)


class Choice(msgspec.Struct, forbid_unknown_fields=True):
    """With what a reply is written, where it is not what the conversation says."""

    model: Name | None = None
    options: Options | None = None
    think: Think = None


class Question(Choice, forbid_unknown_fields=True, kw_only=True):
    content: str
    parent: str | UnsetType | None = UNSET  # below the leaf; None: a new beginning
    images: list[str] | None = None
    request_id: RequestId | None = None

    def check(self) -> None:
        """Raises Invalid. The images, which take time, are looked at by check_images."""
        if not self.content.strip() and not self.images:
            raise Invalid("`content` is empty: ask something")
        if len(self.content.encode()) > MAX_CONTENT:
            raise TooLarge(f"`content` is larger than {MAX_CONTENT >> 20} MiB: send less")


def check_keep_alive(value: KeepAlive | None) -> None:
    if isinstance(value, str) and not _DURATION.fullmatch(value):
        raise ValueError("`keep_alive` is a duration such as 5m, a number of seconds, or -1 for ever")


def preset_name(text: str) -> str:
    name = " ".join(text.split())
    if not 1 <= len(name) <= MAX_NAME:
        raise ValueError(f"`name` is 1 to {MAX_NAME} characters long")
    return name


def _named(changed: msgspec.Struct) -> dict[str, Any]:
    """The fields that are set, as a record has them."""
    named = {name: getattr(changed, name) for name in changed.__struct_fields__}
    named = {name: value for name, value in named.items() if value is not UNSET}
    if isinstance(named.get("options"), Options):
        named["options"] = plain_options(named["options"])
    return named


def check_images(images: Sequence[str], where: str = "images") -> None:
    if len(images) > MAX_IMAGES:
        raise Invalid(f"`{where}` holds {len(images)}: at most {MAX_IMAGES} can be sent at once")
    for place, image in enumerate(images):
        if not _is_picture(_decode(image, f"{where}[{place}]")):
            raise Invalid(f"`{where}[{place}]` is neither PNG, JPEG nor WebP")


def _decode(image: str, where: str) -> bytes:
    """Its beginning, once all of it was looked at, piece by piece: other work gets its turn in between."""
    if len(image) > MAX_IMAGE * 4 // 3 + 4:
        raise TooLarge(f"`{where}` is larger than {MAX_IMAGE >> 20} MiB")
    try:
        if "=" in image[:-2]:
            raise ValueError("its end comes before its end")
        pieces = (base64.b64decode(image[at : at + PIECE], validate=True) for at in range(0, len(image), PIECE))
        beginning = next(pieces, b"")
        deque(pieces, maxlen=0)
        return beginning
    except (binascii.Error, ValueError):
        raise Invalid(f"`{where}` is not base64") from None


def _is_picture(data: bytes) -> bool:
    return data.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")) or (
        data.startswith(b"RIFF") and data[8:12] == b"WEBP"
    )


def plain_options(options: Options | None) -> dict[str, Any] | None:
    return None if options is None else msgspec.to_builtins(options)
