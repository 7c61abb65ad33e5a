"""Why a pull failed: Ollama's words, which are those of Go and of its registry, as a code and a sentence."""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from ollama.errors import BrokenStream, Busy, ModelNotFound, OllamaError, Unreachable

from .names import registry

Code = Literal["no_space", "no_network", "unknown_model", "bad_name", "ollama_unreachable", "cancelled", "failed"]

NO_SPACE = ("no space left on device", "not enough space on the disk", "disk quota exceeded")
UNKNOWN = (
    "file does not exist",
    "manifest unknown",
    "name unknown",
    "manifest: 404",
    "manifest: 401",
    "unauthorized",
    "does not match original host",  # of the sign-in that hf.co asks for, also where there is no such model
)
BROKEN = re.compile(r"manifest: (429|5\d\d): ")  # and then a page of the proxy's in front of the registry
LEFT = "context canceled"  # a download that was given up a moment ago, and that this pull joined as it ended
NO_NETWORK = (
    "dial tcp",
    "lookup ",
    "no such host",
    "timeout",
    "deadline exceeded",
    "connection refused",
    "connection reset",
    "network is unreachable",
    "no route to host",
    "max retries exceeded",
    "unexpected eof",
)


class Trouble(NamedTuple):
    code: Code
    message: str
    passes: bool = False  # by itself, perhaps: a restart of Ollama's, say


def trouble(error: OllamaError, model: str) -> Trouble:
    match error:
        case Unreachable():
            return Trouble("ollama_unreachable", f"{error}. Start Ollama, then resume", passes=True)
        case BrokenStream():
            return Trouble("ollama_unreachable", f"The line to Ollama broke: {error}. Resume to go on", passes=True)
        case Busy():
            return Trouble("failed", f"Ollama is busy: {error}. Resume later", passes=True)
        case _:
            return _by_words(error, str(error).lower(), model)


def _by_words(error: OllamaError, words: str, model: str) -> Trouble:
    def has(signs: tuple[str, ...]) -> bool:
        return any(sign in words for sign in signs)

    if status := BROKEN.search(words):  # first: who knows what is in the page
        return Trouble("failed", f"{registry(model)} can't answer now (its status is {status[1]}): resume later")
    if has(NO_SPACE):
        return Trouble("no_space", "The disk of the machine with Ollama is full: make room, then resume")
    if has(("invalid model name",)):
        return Trouble("bad_name", f"Ollama takes “{model}” for no name of a model: see how it is written")
    if has(UNKNOWN) or isinstance(error, ModelNotFound):
        words = f"There is no “{model}” at {registry(model)}, or it is private: see how it is written there"
        return Trouble("unknown_model", words)
    if has(NO_NETWORK):
        return Trouble("no_network", f"Ollama can't reach {registry(model)}: see to its machine's network, then resume")
    if LEFT in words:
        return Trouble("failed", "Ollama was still ending the download that was cancelled: resume", passes=True)
    return Trouble("failed", f"Ollama says: {str(error).removeprefix('Ollama refused: ')}")
