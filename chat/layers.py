"""How far a pull is: the bytes of all its layers together, how fast they come, and how long the rest may take."""

from __future__ import annotations

from collections import deque

from ollama.care import Step

WINDOW = 8.0  # seconds over which the rate is taken
APART = 0.25  # seconds between the moments that are kept for that
MOST_LAYERS = 4096


class Layers:
    """One run of Ollama's lines, in which layers interleave and a layer's size is told with its first line.

    `completed` never shrinks, though Ollama counts back what it has to fetch again; nor does a pull that goes on fall
    behind the run before, whose sums hold until these layers have come as far.
    """

    def __init__(self, total: int = 0, completed: int = 0) -> None:
        self._before = total, completed  # of the run before
        self._total = self._completed = 0
        self.fetched = 0  # bytes that came in this run: what was there already is not among them
        self._layers: dict[str, tuple[int, int]] = {}  # by digest: total, completed
        self._moments: deque[tuple[float, int]] = deque()  # when, and how much was fetched by then

    def __repr__(self) -> str:
        return f"<Layers {len(self._layers)}: {self.completed} of {self.total} bytes>"

    @property
    def total(self) -> int:
        return max(self._total, self._before[0])

    @property
    def completed(self) -> int:
        return max(self._completed, self._before[1])

    def try_again(self) -> None:
        """Ollama keeps what came, and tells of all layers anew: only what is more than before is fetched."""
        self.fetched = 0
        self._moments.clear()

    def take(self, step: Step, now: float) -> None:
        if step.digest is None or (step.digest not in self._layers and len(self._layers) >= MOST_LAYERS):
            return
        before, had = self._layers.get(step.digest, (0, 0))
        total = max(before, step.total or 0)
        completed = max(had, min(step.completed or 0, total))
        if step.digest in self._layers:  # else it is what was there before
            self.fetched += completed - had
        self._layers[step.digest] = total, completed
        self._total += total - before
        self._completed += completed - had
        self._note(now)
        self._forget(now)

    def finish(self) -> None:
        """All is there: of a layer's last bytes Ollama tells nothing."""
        if self._layers:
            self._layers = {digest: (total, total) for digest, (total, _) in self._layers.items()}
            self._before, self._completed = (0, 0), self._total

    def rate(self, now: float) -> int | None:
        """Bytes a second; None until there is something to tell it by."""
        self._forget(now)
        if not self._moments:
            return None
        began, before = self._moments[0]
        return int((self.fetched - before) / (now - began)) if now - began >= 4 * APART else None

    def left(self, now: float) -> int | None:
        """Seconds, as far as the sizes are known by now."""
        rate = self.rate(now)
        return -(-(self.total - self.completed) // rate) if rate else None

    def _note(self, now: float) -> None:
        if not self._moments or now - self._moments[-1][0] >= APART:
            self._moments.append((now, self.fetched))

    def _forget(self, now: float) -> None:
        """The latest moment that is as old as the window stays: the rate is taken from there."""
        while len(self._moments) > 1 and self._moments[1][0] <= now - WINDOW:
            self._moments.popleft()
