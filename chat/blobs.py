"""The files that a model consists of, as its modelfile names them, and what of them would go with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import NamedTuple

_FILE = re.compile(r"(?:FROM|ADAPTER|DRAFT)\s.*sha256[-:]([0-9a-f]{64})\s*", re.IGNORECASE)


class Weights(NamedTuple):
    size: int  # bytes of the whole model
    blobs: frozenset[str]


def blobs(modelfile: str) -> frozenset[str]:
    """Ollama writes the files first. What follows, such as a system prompt, is anybody's text."""
    found: set[str] = set()
    for line in modelfile.split("\n"):
        if not line.strip() or line.startswith("#"):
            continue
        file = _FILE.fullmatch(line)
        if file is None:
            break
        found.add(file[1])
    return frozenset(found)


def shared_with(name: str, models: Mapping[str, Weights]) -> list[str]:
    own = models[name].blobs
    return [other for other, weights in models.items() if other != name and own & weights.blobs]


def freed(name: str, models: Mapping[str, Weights]) -> int:
    """Bytes, at least: Ollama tells the size of a model, not of each of its files."""
    others = [models[other].size for other in shared_with(name, models)]
    return max(0, models[name].size - max(others, default=0))
