"""The disk is full: what is running goes on, reading too, and what could not be kept is kept once there is room."""

from __future__ import annotations

import json
import resource
import sqlite3
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from . import fake_ollama
from .cut_models import CUT, WORDS
from .hearth import error_of, eventually
from .restarting import Restarting, joined, merged, restarting


class Limit(Protocol):
    def fill(self, hearth: Restarting) -> None: ...

    def make_room(self, hearth: Restarting) -> None: ...


class SmallDisk:
    """A real one, in memory, filled to its last byte."""

    def __init__(self, folder: Path) -> None:
        self._filler = folder / "somebody's films"

    def fill(self, hearth: Restarting) -> None:
        with self._filler.open("ab", buffering=0) as filler:
            for size in (65536, 4096, 1):
                try:
                    while filler.write(b"x" * size):
                        pass
                except OSError:
                    continue

    def make_room(self, hearth: Restarting) -> None:
        self._filler.unlink()


class Quota:
    """No file of the process may grow, or be changed: what a quota does, and needs nobody's leave."""

    def fill(self, hearth: Restarting) -> None:
        self._set(hearth, 0)

    def make_room(self, hearth: Restarting) -> None:
        self._set(hearth, resource.RLIM_INFINITY)

    def _set(self, hearth: Restarting, size: int) -> None:
        resource.prlimit(hearth.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


@dataclass
class Place:
    folder: Path
    limit: Limit


@pytest.fixture(params=["small disk", "quota"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """Where a disk can't be mounted, it is the quota both times."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=4m,mode=0700", "tmpfs", str(folder)]
    if request.param == "quota" or subprocess.run(mount, capture_output=True).returncode:
        yield Place(folder, Quota())
        return
    try:
        yield Place(folder, SmallDisk(folder))
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


@asynccontextmanager
async def on(place: Place, monkeypatch: pytest.MonkeyPatch, *options: str) -> AsyncIterator[Restarting]:
    for name, behaviour in CUT.items():
        monkeypatch.setitem(fake_ollama.BEHAVIOURS, name, behaviour)
    async with restarting(place.folder, *options, log=place.folder.with_name("log")) as hearth:
        yield hearth


def kept_state(hearth: Restarting, reply: dict[str, Any]) -> str:
    with closing(sqlite3.connect(f"file:{hearth.data}/hearth.db?mode=ro", uri=True)) as db:
        return str(db.execute("SELECT state FROM messages WHERE id = ?", (reply["id"],)).fetchone()[0])


async def is_refused(hearth: Restarting, path: str, body: Any) -> bool:
    answer = await hearth.send("POST", path, body)
    assert answer.code == 507, (answer.code, answer.body)
    assert error_of(answer.headers, answer.body) == "disk_full"
    assert "full" in json.loads(answer.body)["error"]["message"]
    return True


@pytest.mark.gen_test(timeout=40)
async def test_a_full_disk_refuses_questions_and_nothing_else_and_heals(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on(place, monkeypatch) as hearth:
        old = await hearth.ask("quick")
        await hearth.final(old)
        running = await hearth.ask("steady")
        reader = hearth.follow(running["generation"])
        await reader.has("word5 ")
        place.limit.fill(hearth)
        files = set((hearth.data / "generations").iterdir())
        messages = f"/api/conversations/{old['conversation']}/messages"
        assert await is_refused(hearth, messages, {"content": "and now?", "request_id": "one"})
        assert await is_refused(hearth, "/api/conversations", {})
        assert await is_refused(hearth, f"/api/messages/{old['parent']}/replies", {})

        assert joined(await reader.ended()) == WORDS  # the reply goes on to its end
        assert (await hearth.message(old))["content"] == "Hello, world!"
        shown = await hearth.message(running)
        assert (shown["state"], shown["content"]) == ("done", WORDS)  # also for who comes now
        assert (await hearth.get(f"/api/conversations/{running['conversation']}"))["running"] == []
        late = await hearth.events(running["generation"])
        assert merged(late) == merged(reader.heard)
        assert set((hearth.data / "generations").iterdir()) == files, "who was refused left a file behind"

        place.limit.make_room(hearth)
        asked = await hearth.ask("quick", "and now?", old["conversation"], request_id="one")
        assert (await hearth.final(asked))["state"] == "done"
        file = hearth.journal(running["generation"])
        await eventually(lambda: b'"type":"done"' in file.read_bytes())
        lines = hearth.log.splitlines()
        assert len(lines) <= 2 and "Traceback" not in hearth.log, hearth.log

        await eventually(lambda: kept_state(hearth, running) == "done")  # by itself
        await hearth.restart()  # so it tells what it has kept
        assert await hearth.message(running) == shown
        assert merged(await hearth.events(running["generation"])) == merged(reader.heard)
        assert len(hearth.fake.chats) == 3


@pytest.mark.gen_test(timeout=40)
async def test_killed_on_a_full_disk_it_comes_up_again_with_what_there_is(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with on(place, monkeypatch) as hearth:
        running = await hearth.ask("steady")
        reader = hearth.follow(running["generation"])
        await reader.has("word5 ")
        place.limit.fill(hearth)
        await reader.ended()
        await hearth.kill()
        if isinstance(place.limit, SmallDisk):  # a quota goes with its process
            place.limit.make_room(hearth)
        await hearth.start()
        message = await hearth.final(running)
        assert (message["state"], message["content"]) == ("done", WORDS)  # by going on from what there was
        if isinstance(place.limit, Quota):  # the small disk's last page still had room for all of it
            assert len(hearth.fake.chats) == 2
            given = hearth.fake.chats[1].body["messages"][-1]["content"]
            assert given and WORDS.startswith(given)


@pytest.mark.gen_test(timeout=40)
async def test_a_stop_on_a_full_disk_is_a_clean_one(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    async with on(place, monkeypatch, "--log-level=info") as hearth:  # whose log can't be written either
        running = await hearth.ask("steady")
        await hearth.follow(running["generation"]).has("word5 ")
        place.limit.fill(hearth)
        ended = await hearth.ask_plain("quick")
        assert ended == "Hello, world!"
        assert await hearth.terminate(15) == 0
        assert "Traceback" not in hearth.log
