"""The first minutes, for those who look after Ollama."""

from __future__ import annotations

from typing import Any

import msgspec

from chat.first import First
from chat.looking import Looking

from .answers import JSONHandler, Refusal


class FirstHandler(JSONHandler):
    def initialize(self, first: First) -> None:
        self._first = first

    def prepare(self) -> None:
        only_who_manages_models(self)

    async def get(self) -> None:
        self.send(await self._first.view())


class Nothing(msgspec.Struct, forbid_unknown_fields=True):
    """Where to look is not for a caller to say."""


class LookHandler(JSONHandler):
    def initialize(self, looking: Looking) -> None:
        self._looking = looking

    def prepare(self) -> None:
        only_who_manages_models(self)

    async def post(self) -> None:
        self.read_body(Nothing)
        self.send({"found": await self._looking.look()})


def only_who_manages_models(handler: Any) -> None:
    caller = getattr(handler, "caller", None)  # the gate's word; without accounts there is none
    if caller is not None and not caller.manages_models:
        raise Refusal(
            403, "forbidden", "Only those who look after the models may do this; ask the owner of this Hearth"
        )


def routes(first: First, looking: Looking) -> list[tuple[str, type[JSONHandler], dict[str, Any]]]:
    return [
        (r"/api/first", FirstHandler, {"first": first}),
        (r"/api/ollama/look", LookHandler, {"looking": looking}),
    ]
