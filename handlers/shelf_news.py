"""What is told of models and their pulls, as the sockets of hearth.v1 are told it."""

from __future__ import annotations

from contextlib import AbstractContextManager

import msgspec

from chat.pulls import Pulls
from chat.shelf import Hear, Shelf

from .frames import text_frame

MODELS = text_frame(msgspec.json.encode({"type": "models"}))


class ShelfNews:
    """The list of pulls is made once for all sockets that are told of it at the same time."""

    def __init__(self, shelf: Shelf, pulls: Pulls) -> None:
        self._shelf = shelf
        self._pulls = pulls
        self._made: tuple[int, bytes] = (-1, b"")  # the number of times pulls were told of by then, and the frame

    def __repr__(self) -> str:
        return f"<ShelfNews {self._shelf!r} {self._pulls!r}>"

    def heard(self, of_pulls: Hear, of_models: Hear) -> AbstractContextManager[None]:
        """`of_pulls` only for those who may manage models."""
        return self._shelf.heard(of_pulls, of_models)

    @property
    def has_pulls(self) -> bool:
        """Whether a socket that opens is to be told of any."""
        return bool(self._pulls)

    def pulls(self) -> bytes:
        told, frame = self._made
        if told != self._shelf.told:
            frame = text_frame(msgspec.json.encode({"type": "pulls", "pulls": self._pulls.all()}))
            self._made = self._shelf.told, frame
        return frame
