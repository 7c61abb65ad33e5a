"""What `/api/show` tells of a model's making: numbers in `model_info`, default options as text in `parameters`."""

from __future__ import annotations

import json
from typing import Any

F16 = 2  # bytes

# Where a model has one of these, its memory does not grow by the same amount with each token: windows, states, latents.
UNEVEN = ("attention.sliding_window", "attention.kv_lora_rank", "full_attention_interval", "ssm.", "shortconv.")


def context_length(info: dict[str, Any]) -> int | None:
    """In tokens, as trained."""
    return _whole(info.get(f"{info.get('general.architecture')}.context_length"))


def context_cost(info: dict[str, Any]) -> int | None:
    """Bytes that one token of context takes in memory: a key and a value for each head of each layer."""
    architecture = f"{info.get('general.architecture')}."
    told = {name.removeprefix(architecture): value for name, value in info.items() if name.startswith(architecture)}
    if any(name.startswith(UNEVEN) for name, value in told.items() if value):
        return None
    heads = _heads(told)
    key = _whole(told.get("attention.key_length")) or _head_size(told)
    value = _whole(told.get("attention.value_length")) or _head_size(told)
    return None if heads is None or key is None or value is None else heads * (key + value) * F16


def parameters(text: str) -> dict[str, list[Any]]:
    """By name, in order, all values that it is given: lines of a name, blanks, and a value as Go writes it."""
    found: dict[str, list[Any]] = {}
    for line in text.split("\n"):
        name, _, value = line.strip().partition(" ")
        if value.strip():
            found.setdefault(name, []).append(_value(value.strip()))
    return found


def _heads(told: dict[str, Any]) -> int | None:
    """Of all layers together, those that have keys and values of their own."""
    heads = told.get("attention.head_count_kv", told.get("attention.head_count"))
    if isinstance(heads, list):
        return sum(heads) if heads and all(_whole(one) is not None for one in heads) else None
    each, layers = _whole(heads), _whole(told.get("block_count"))
    return None if each is None or layers is None else each * layers


def _head_size(told: dict[str, Any]) -> int | None:
    width, heads = _whole(told.get("embedding_length")), _whole(told.get("attention.head_count"))
    return width // heads if width and heads else None


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63 else None


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
    except ValueError:
        return text.strip('"')
    return int(value) if isinstance(value, float) and value.is_integer() else value
