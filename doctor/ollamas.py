"""Each Ollama: is it there, is it new enough, has it a model that can chat."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from settings import Settings

from .asking import Answer, NoAnswer, ask
from .database import kept
from .finding import Finding, mend, note, ok, several

OLDEST = (0, 3)  # /api/ps and /api/show as Hearth asks them
# What an Ollama before each version doesn't do, although Hearth asks for it.
LACKS = (
    ((0, 6, 4), "it doesn't say which models can chat or see images"),
    ((0, 9), "models don't show what they think"),
    ((0, 10), "it doesn't say how large a loaded model's context is"),
    ((0, 13), "it drops the oldest of a long conversation without a word"),
)
START = "start it ('ollama serve'), name another with --ollama=URL, or try things out with --demo"
SLOW = 1.0  # seconds for a call that does nothing
ASKED = 20  # models that are asked whether they can chat


def look(settings: Settings) -> Iterator[Finding]:
    if settings.demo:
        yield note("--demo: the tiny model on this machine answers, and no Ollama is asked")
        return
    for url in urls(settings):
        yield from _one(url, settings.model)


def urls(settings: Settings) -> list[str]:
    """Where nobody named one, the one that Hearth found when it was asked to look."""
    found = None if settings.told_of_ollama else kept(settings.data, "ollama")
    return [found] if isinstance(found, str) else [address.url() for address in settings.ollama]


def _one(url: str, wanted: str | None) -> Iterator[Finding]:
    try:
        answer = ask(f"{url}/api/version")
    except NoAnswer as error:
        yield mend(f"{url} doesn't answer ({error})", START)
        return
    version = answer.json().get("version")
    if answer.status != 200 or not isinstance(version, str):
        yield mend(f"{url} answers, but not as Ollama does ({answer.status})", "name the right one with --ollama=URL")
        return
    yield _new_enough(url, version)
    if answer.seconds > SLOW:
        yield note(f"{url} took {answer.seconds:.1f} s to say its version: it is busy, or far away")
    yield from _models(url, wanted)


def _new_enough(url: str, told: str) -> Finding:
    words = f"{url} is Ollama {told}"
    numbers = tuple(int(one) for one in re.findall(r"\d+", told.partition("-")[0])[:3])
    if not numbers or not any(numbers):  # built by hand
        return ok(words)
    if numbers < OLDEST:
        return mend(words, f"Hearth needs {'.'.join(map(str, OLDEST))} or newer; see ollama.com/download")
    lacks = [what for version, what in LACKS if numbers < version]
    return note(f"{words}, and a newer one would serve better: {'; '.join(lacks)}") if lacks else ok(words)


def _models(url: str, wanted: str | None) -> Iterator[Finding]:
    try:
        names = _names(ask(f"{url}/api/tags"))
        if not names:
            yield mend(f"{url} has no model", "get one on the page, or with 'ollama pull llama3.2'")
            return
        chatting = next((name for name in names[:ASKED] if _can_chat(url, name)), None)
        if chatting is None:
            yield mend(f"{url}: none of {several(len(names), 'model')} can chat", "try 'ollama pull llama3.2'")
        else:
            yield ok(f"{url} has {several(len(names), 'model')}; {chatting} can chat")
        if wanted and ask(f"{url}/api/show", {"model": wanted}).status != 200:
            yield mend(f"{url} has no {wanted}", f"'ollama pull {wanted}', or name another with --model=")
    except NoAnswer as error:
        yield mend(f"{url} doesn't tell its models ({error})", "see what its log says")


def _names(answer: Answer) -> list[str]:
    models = answer.json().get("models")
    named: list[Any] = [one.get("name") for one in models if isinstance(one, dict)] if isinstance(models, list) else []
    return [name for name in named if isinstance(name, str)]


def _can_chat(url: str, name: str) -> bool:
    """An old one doesn't tell, and is taken at its silence."""
    told = ask(f"{url}/api/show", {"model": name})
    capabilities = told.json().get("capabilities")
    return told.status == 200 and (not isinstance(capabilities, list) or "completion" in capabilities)
