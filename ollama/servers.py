"""The Ollamas that Hearth was told of: one in most houses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from .client import Ollama


class Servers:
    def __init__(self, servers: Sequence[Ollama]) -> None:
        self._servers = list(servers)

    def __repr__(self) -> str:
        return f"<Servers {', '.join(str(one.address) for one in self._servers)}>"

    def __iter__(self) -> Iterator[Ollama]:
        """In the order in which they were named."""
        return iter(list(self._servers))

    def add(self, ollama: Ollama) -> None:
        """One that was found while Hearth runs; one that is known already stays as it is."""
        if self.by_url(str(ollama.address)) is None:
            self._servers.append(ollama)

    def by_url(self, url: str) -> Ollama | None:
        return next((one for one in self._servers if str(one.address) == url), None)
