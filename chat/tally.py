"""What has happened since the start, in numbers: counted once a generation, never once a token."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from itertools import accumulate

from ollama.errors import OllamaError

from .errors import told
from .generation import Generation

WAITS = (0.01, 0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900)  # seconds
FIRST_TOKENS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
LOADS = (0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320)
LAGS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5)
SPEEDS = (1, 2.5, 5, 10, 20, 40, 80, 160, 320)  # tokens a second

NANO = 1e-9


class Histogram:
    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.sum = 0.0
        self._counts = [0] * (len(bounds) + 1)

    def __repr__(self) -> str:
        return f"<Histogram of {sum(self._counts)}, sum {self.sum:g}>"

    def add(self, value: float) -> None:
        self._counts[bisect_left(self.bounds, value)] += 1
        self.sum += value

    def at_most(self) -> list[int]:
        """How many were not above each bound, and at last how many there were."""
        return list(accumulate(self._counts))


class Tally:
    def __init__(self) -> None:
        self.ended: Counter[str] = Counter()  # generations by their last state
        self.tokens: Counter[str] = Counter()  # read (prompt) and written (reply), as Ollama counts them
        self.ollama_errors: Counter[str] = Counter()  # by code
        self.waits = Histogram(WAITS)
        self.first_tokens = Histogram(FIRST_TOKENS)
        self.loads = Histogram(LOADS)
        self.speeds = Histogram(SPEEDS)
        self.lags = Histogram(LAGS)

    def __repr__(self) -> str:
        return f"<Tally {self.ended.total()} generations>"

    def add(self, generation: Generation) -> None:
        """One that has ended."""
        stats = generation.stats
        self.ended[generation.state] += 1
        self.tokens["prompt"] += stats.get("prompt_eval_count", 0)
        self.tokens["reply"] += stats.get("eval_count", 0)
        if "queue_duration" in stats:
            self.waits.add(stats["queue_duration"] * NANO)
        if "first_token_duration" in stats:
            self.first_tokens.add(stats["first_token_duration"] * NANO)
        if stats.get("eval_count") and stats.get("eval_duration"):
            self.speeds.add(stats["eval_count"] / (stats["eval_duration"] * NANO))

    def add_error(self, error: OllamaError) -> None:
        self.ollama_errors[told(error).code] += 1
