"""The first minutes, for those who look after Ollama."""

from __future__ import annotations

from typing import Any

from chat.first import First
from chat.looking import Looking

from .answers import JSONHandler
from .api import Nothing
from .manage_models import ManagingHandler

Route = tuple[str, type[JSONHandler], dict[str, Any]]


def first_routes(first: First, looking: Looking) -> list[Route]:
    return [
        (r"/api/first", FirstHandler, {"first": first}),
        (r"/api/ollama/look", LookHandler, {"looking": looking}),
    ]


class FirstHandler(ManagingHandler):
    def initialize(self, first: First) -> None:
        self._first = first

    async def get(self) -> None:
        self.send(await self._first.view())


class LookHandler(ManagingHandler):
    def initialize(self, looking: Looking) -> None:
        self._looking = looking

    async def post(self) -> None:
        self.read_body(Nothing)  # where to look is not for a caller to say
        self.send({"found": await self._looking.look()})
