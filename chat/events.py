"""What the readers of a generation are told, one JSON object each; ``type`` is the struct's tag."""

from __future__ import annotations

from typing import Literal

import msgspec

Phase = Literal["queued", "loading", "reading", "writing"]


class Status(msgspec.Struct, frozen=True, tag="status", omit_defaults=True):
    phase: Phase
    model: str | None
    position: int | None = None  # in line, from 1, while queued


class Thinking(msgspec.Struct, frozen=True, tag="thinking", gc=False):
    text: str


class Content(msgspec.Struct, frozen=True, tag="content", gc=False):
    text: str


class Done(msgspec.Struct, frozen=True, tag="done"):
    reason: Literal["stop", "length", "stopped"]
    stats: dict[str, int]  # counts, and durations in nanoseconds


class Error(msgspec.Struct, frozen=True, tag="error"):
    code: str
    message: str
    retryable: bool


Event = Status | Thinking | Content | Done | Error
Text = Thinking | Content
Ending = Done | Error
