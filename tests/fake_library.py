"""What the scripted Ollama does about its models: pull, delete, create, embed.

A pull plays the script of its model, one for each time that it is asked, the last one again and again. In a script,

==============  =============================================================================
a dict          is a line                        bytes           are sent as they are
a number        is a pause in seconds            an Event        is waited for
CUT             ends the answer                  RESET           resets the connection
HANG            says no more
==============  =============================================================================

A model without a script is fetched: LAYERS, as many bytes at a time as `step` says, at `pace`; what is there already is
not fetched again. An answer that is over without an error makes the model one that is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

from .fake_exchange import Exchange

CUT, RESET, HANG = "cut", "reset", "hang"
MANIFEST = {"status": "pulling manifest"}
VERIFYING, WRITING = {"status": "verifying sha256 digest"}, {"status": "writing manifest"}
SUCCESS = {"status": "success"}
LAYERS = {"sha256:" + "a" * 64: 4_000_000, "sha256:" + "b" * 64: 20_000, "sha256:" + "c" * 64: 500}

Script = list[Any]


def layer(digest: str, total: Any, completed: Any = None) -> dict[str, Any]:
    """A line about a layer; Ollama leaves out what is nothing."""
    line = {"status": f"pulling {digest[7:19]}", "digest": digest, "total": total}
    return line if completed is None else line | {"completed": completed}


def gives_up(words: str) -> Script:
    return [MANIFEST, {"error": words}]


class FakeLibrary:
    def __init__(self) -> None:
        self.scripts: dict[str, list[Script]] = {
            "nosuch": [gives_up("pull model manifest: file does not exist")],
            "offline": [
                gives_up(
                    'pull model manifest: Get "https://registry.ollama.ai/v2/library/offline/manifests/latest":'
                    " dial tcp: lookup registry.ollama.ai on 192.0.2.53:53: no such host"
                )
            ],
            "nospace": [[MANIFEST, layer("sha256:1", 1000, 10), {"error": "write /models/x: no space left on device"}]],
        }
        self.step = 500_000  # bytes in a line
        self.pace = 0.01  # seconds between two lines
        self.have: dict[str, int] = {}  # bytes by digest, of models that are there or were begun
        self.sizes: dict[str, int] = {}  # bytes, of models that are not as large as the others
        self.pulls: list[Exchange] = []
        self.deleted: list[str] = []
        self.created: list[dict[str, Any]] = []
        self.embeds: list[Exchange] = []
        self.under_way = 0  # pulls

    def next_script(self, model: str) -> Script | None:
        scripts = self.scripts.get(model)
        if not scripts:
            return None
        return scripts.pop(0) if len(scripts) > 1 else scripts[0]


async def pull(x: Exchange) -> None:
    library = x.fake.library
    library.pulls.append(x)
    script = library.next_script(str(x.body["model"]))
    library.under_way += 1
    try:
        await x.head()
        if script is not None:
            await _play(x, script)
        else:
            await _download(x)
    finally:
        library.under_way -= 1
    name = x.fake.name_of(x)
    if name not in x.fake.models:
        x.fake.models.append(name)
    await x.raw(b"0\r\n\r\n")


async def _play(x: Exchange, script: Script) -> None:
    for one in script:
        match one:
            case dict() | list():
                await x.line(one)
                if isinstance(one, dict) and "error" in one:
                    await x.raw(b"0\r\n\r\n")
                    raise ConnectionResetError
            case bytes():
                await x.piece(one)
            case int() | float():
                await x.wait(one)
            case asyncio.Event():
                await _wait_for(x, one)
            case "cut":
                await x.raw(b"0\r\n\r\n")
                raise ConnectionResetError
            case "reset":
                x.reset()
                raise ConnectionResetError
            case "hang":
                await x.gone.wait()
                raise ConnectionResetError


async def _wait_for(x: Exchange, event: asyncio.Event) -> None:
    while not event.is_set():
        await x.wait(0.002)


async def _download(x: Exchange) -> None:
    await x.line(MANIFEST)
    for line in _progress(x.fake.library):
        await x.line(line)
        await x.wait(x.fake.library.pace)
    for line in (VERIFYING, WRITING, SUCCESS):
        await x.line(line)


def _progress(library: FakeLibrary) -> Iterator[dict[str, Any]]:
    """Layers in turn, though Ollama fetches them one by one: what it says of several at once is to be understood."""
    unfinished = dict(LAYERS)
    while unfinished:
        for digest, total in list(unfinished.items()):
            here = library.have.get(digest, 0)
            yield layer(digest, total, here or None)
            library.have[digest] = min(total, here + library.step)
            if here == total:
                del unfinished[digest]


async def delete(x: Exchange) -> None:
    name = x.fake.name_of(x)
    if name not in x.fake.models:
        await x.answer(404, {"error": f"model '{x.body.get('model')}' not found"})
        return
    x.fake.models.remove(name)
    x.fake.loaded.discard(name)
    x.fake.library.deleted.append(name)
    await x.answer(200, b"")


async def create(x: Exchange) -> None:
    x.fake.library.created.append(x.body)
    name, source = x.fake.name_of(x), str(x.body["from"])
    await x.head()
    for status in ("using existing layer sha256:" + "a" * 64, "writing manifest"):
        await x.line({"status": status})
    options = "\n".join(f"{key:30} {value}" for key, value in (x.body.get("parameters") or {}).items())
    shown = {"system": x.body.get("system"), "parameters": options}
    x.fake.shows[name] = x.fake.shows.get(source, {}) | {key: value for key, value in shown.items() if value}
    x.fake.shows[name]["details"] = x.fake.shows[name].get("details", {}) | {"parent_model": source}
    x.fake.models.append(name)
    await x.line(SUCCESS)
    await x.raw(b"0\r\n\r\n")


async def embed(x: Exchange) -> None:
    x.fake.library.embeds.append(x)
    x.fake.loaded.add(x.fake.name_of(x))
    await x.answer(200, {"model": x.body["model"], "embeddings": []})


CALLS = {"/api/pull": pull, "/api/delete": delete, "/api/create": create, "/api/embed": embed}
