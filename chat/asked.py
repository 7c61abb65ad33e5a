"""Which of Hearth's Ollamas is meant, and what it has."""

from __future__ import annotations

from ollama.chunks import Model
from ollama.client import Ollama
from ollama.servers import Servers, answers

from .errors import Invalid


def asked(servers: Servers, url: str | None) -> Ollama:
    """The one of this URL; where none is named, the first that is well."""
    ollama = servers.well[0] if url is None else servers.by_url(url)
    if ollama is None:
        raise Invalid("`server` is none of the Ollamas that Hearth knows: GET /api/models lists them")
    return ollama


async def lists(servers: Servers, url: str | None) -> list[tuple[Ollama, list[Model]]]:
    """What is there, of the one of this URL, or of each that answers; an OllamaError where none does."""
    said = await servers.ask(Ollama.models, None if url is None else [asked(servers, url)])
    return list(answers(said).items())
