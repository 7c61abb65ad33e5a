"""How many tokens a prompt will be, before Ollama has counted it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any, NamedTuple

MODELS = 100  # that are remembered, those that were learned from last
MOST = 4.0  # times what is assumed before anything was counted: no count makes it more
STEP = 3.0  # a count weighs at most this many times what was estimated
DOWN = 0.25  # how far a count below the estimate moves it; one above moves it all the way
HEADROOM = 1.1  # no two texts are alike

# Tokens a character. Measured with SmolLM2's 49,000 tokens, where most models have twice as many or more and so need
# fewer: rather too much is assumed, and the counts correct it.
_PLAIN = ((ascii_lowercase, 0.36), (ascii_uppercase, 0.6), (digits, 1.0), (" ", 0.1))
_RATES = tuple((characters.encode(), rate) for characters, rate in _PLAIN)
_OTHER = 0.8  # punctuation, line ends
_WIDE = 0.6  # a byte of UTF-8 outside ASCII: 1.2 for a Cyrillic letter, 1.8 for a Chinese, 2.4 for an emoji
_NOT_ASCII = bytes(range(128, 256))


class Parts(NamedTuple):
    """What a prompt is made of, in tokens as they are assumed before anything was counted."""

    base: float  # the template's own words, a system prompt of its own among them
    frame: float  # around each message
    plain: float  # ASCII: what differs most between models is how they take the rest
    wide: float
    images: float


class Factors(NamedTuple):
    """What each part of a prompt is multiplied with."""

    base: float = 1.0
    frame: float = 1.0
    plain: float = 1.0
    wide: float = 1.0
    images: float = 1.0


# An image is 256 tokens for Gemma 3, 576 for LLaVA, and thousands for Qwen-VL when it is a large one.
ASSUMED = Parts(base=64, frame=8, plain=1, wide=1, images=1024)
LEAST = Factors(base=0.1, frame=0.6, plain=0.6, wide=0.3, images=0.25)
UNKNOWN = Factors()


class Estimates:
    """Learns, for each model, from Ollama's counts; errs on the high side.

    Too much leaves out a turn that would have had its place. Too little lets Ollama cut the prompt itself, silently.
    So a count above the estimate is believed at once and one below slowly; one that is below all that is plausible
    (Ollama cut the prompt, or counted only what was not in its cache) is not believed at all.
    """

    def __init__(self) -> None:
        self._factors: dict[str, Factors] = {}

    def __repr__(self) -> str:
        return f"<Estimates for {len(self._factors)} models>"

    def base(self, model: str) -> int:
        """Tokens that the model's template takes, whatever is sent."""
        return _tokens(Parts(ASSUMED.base, 0, 0, 0, 0), self._of(model))

    def cost(self, model: str, message: Mapping[str, Any]) -> int:
        """Tokens of one message of /api/chat."""
        return _tokens(_parts(message), self._of(model))

    def learn(self, model: str, messages: Iterable[Mapping[str, Any]], count: int | None) -> None:
        """`count` is Ollama's ``prompt_eval_count`` for these messages, all that were sent."""
        parts = _whole(messages)
        if count is None or parts.frame == 0 or count < _times(parts._replace(base=0), LEAST):
            return
        factors = self._factors.pop(model, UNKNOWN)
        self._factors[model] = _moved(factors, parts, count)
        if len(self._factors) > MODELS:
            del self._factors[next(iter(self._factors))]

    def _of(self, model: str) -> Factors:
        return self._factors.get(model, UNKNOWN)


def _moved(factors: Factors, parts: Parts, count: int) -> Factors:
    """Just so far that the estimate would have been right, most where most of it comes from (Kaczmarz's method)."""
    estimate = _times(parts, factors)
    error = min(count, estimate * STEP) - estimate
    step = (error if error > 0 else error * DOWN) / sum(part * part for part in parts)
    moved = (factor + step * part for factor, part in zip(factors, parts, strict=True))
    return Factors(*(min(max(factor, least), MOST) for factor, least in zip(moved, LEAST, strict=True)))


def _whole(messages: Iterable[Mapping[str, Any]]) -> Parts:
    parts = [Parts(ASSUMED.base, 0, 0, 0, 0), *map(_parts, messages)]
    return Parts(*map(sum, zip(*parts, strict=True)))


def _parts(message: Mapping[str, Any]) -> Parts:
    texts = [message.get(name) or "" for name in ("content", "thinking")]
    data = "".join(texts).encode("utf-8", "surrogatepass")
    plain = data.translate(None, _NOT_ASCII)
    images = len(message.get("images") or ())
    return Parts(0, ASSUMED.frame, _plain_tokens(plain), (len(data) - len(plain)) * _WIDE, images * ASSUMED.images)


def _plain_tokens(text: bytes) -> float:
    tokens = 0.0
    for characters, rate in _RATES:
        rest = text.translate(None, characters)
        tokens += (len(text) - len(rest)) * rate
        text = rest
    return tokens + len(text) * _OTHER


def _times(parts: Parts, factors: Factors) -> float:
    return sum(part * factor for part, factor in zip(parts, factors, strict=True))


def _tokens(parts: Parts, factors: Factors) -> int:
    return ceil(_times(parts, factors) * HEADROOM)
