"""Hearth under load, killed again and again, and what must be true behind it."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import tempfile
from collections import Counter
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from tornado.httpclient import HTTPError

from .restarting import AGAIN, FINAL, Reader, Restarting, joined, merged

PEOPLE = 4  # each with a conversation of their own, and all at once
MODELS = ("steady", "musing", "quick", "anew", "thinker")
PACE = 0.004  # seconds a word: a reply of 40 words is cut about every second time
CYCLE = (0.02, 0.3)  # seconds between a start and the kill
CHECK = 10  # kills between two looks into the database


@dataclass
class Asked:
    """A question that was acknowledged."""

    content: str
    message: dict[str, Any]
    reply: dict[str, Any]
    readers: list[Reader] = field(default_factory=list)


class Load:
    def __init__(self, hearth: Restarting, seed: int) -> None:
        self.hearth = hearth
        self.asked: list[Asked] = []
        self.continued: Counter[str] = Counter()  # by message: how often a person went on with it
        self._random = Random(seed)
        self._over = False

    async def run(self, kills: int) -> None:
        """People ask until Hearth was killed that often, and then wait for what they asked for."""
        self.hearth.fake.pace = PACE
        people = [asyncio.ensure_future(self._person(n)) for n in range(PEOPLE)]
        try:
            for kill in range(1, kills + 1):
                await asyncio.sleep(self._random.uniform(*CYCLE))
                await self.hearth.kill()
                if kill % CHECK == 0:
                    assert await asyncio.to_thread(integrity, self.hearth.data) == "ok"
                await self.hearth.start()
            self._over = True
            async with asyncio.timeout(20):
                await asyncio.gather(*people)
        finally:
            for person in people:
                person.cancel()

    async def _person(self, n: int) -> None:
        conversation = json.loads(await self._insist("POST", "/api/conversations", {}))["id"]
        turn = 0
        while not self._over:
            turn += 1
            content = f"question {turn} of person {n}"
            body = {"content": content, "request_id": content, "model": self._random.choice(MODELS)}
            both = json.loads(await self._insist("POST", f"/api/conversations/{conversation}/messages", body))
            asked = Asked(content, both["message"], both["reply"])
            self.asked.append(asked)
            await self._read(asked, both["reply"]["generation"])
            await self._go_on(asked)

    async def _go_on(self, asked: Asked) -> None:
        """With every second reply that was interrupted; not with a doubtful answer, which may ask twice."""
        if asked.readers[0].heard[-1]["type"] == "error" and self._random.random() < 0.5:
            self.continued[asked.reply["id"]] += 1  # also where the kill takes the answer with it
            with suppress(OSError, HTTPError):
                answer = await self.hearth.send("POST", f"/api/messages/{asked.reply['id']}/continue", {})
                if answer.code == 202:
                    await self._read(asked, json.loads(answer.body)["reply"]["generation"])

    async def _read(self, asked: Asked, generation: str) -> None:
        """Over both transports at once; one more comes in the midst of it."""
        readers = [self.hearth.follow(generation, transport) for transport in ("sse", "socket")]
        asked.readers += readers
        await asyncio.sleep(self._random.uniform(0, 0.1))
        readers.append(self.hearth.follow(generation, self._random.choice(("sse", "socket"))))
        asked.readers.append(readers[-1])
        for reader in readers:
            await reader.ended(60)

    async def _insist(self, method: str, path: str, body: Any) -> bytes:
        """As a page does: the same request again until it is acknowledged."""
        while True:
            with suppress(OSError, HTTPError):
                answer = await self.hearth.send(method, path, body)
                if answer.code in (201, 202):
                    return answer.body
                assert answer.code in (503, 599), answer.body
            await asyncio.sleep(AGAIN)


async def prove(load: Load) -> None:
    """Raises AssertionError where anything was lost or doubled."""
    hearth, journals = load.hearth, load.hearth.data / "generations"
    assert len(load.asked) > PEOPLE
    for file in journals.iterdir():
        assert file.read_bytes().count(b'{"resumed"') <= 2  # to go on once, and to end as interrupted
    chats = Counter(question(one.body["messages"]) for one in hearth.fake.chats)
    for asked in load.asked:
        tree = {
            one["id"]: one
            for one in (await hearth.get(f"/api/conversations/{asked.message['conversation']}"))["messages"]
        }
        assert tree[asked.message["id"]]["content"] == asked.content
        reply = tree[asked.reply["id"]]
        assert reply["state"] in FINAL and reply["state"] != "failed", reply
        assert chats[asked.content] <= 2 * (1 + load.continued[reply["id"]]), "it went on by itself more than once"
        logs = {}
        for reader in asked.readers:
            if reader.generation not in logs:
                logs[reader.generation] = merged(await hearth.events(reader.generation))
            assert merged(reader.heard) == logs[reader.generation], (
                reader,
                reader.heard[-3:],
                logs[reader.generation][-3:],
            )
            numbers = [one["id"] for one in reader.heard]
            assert numbers == sorted(set(numbers))
        if reply["generation"] in logs:
            whole = logs[reply["generation"]]
            assert joined(whole) == reply["content"] and joined(whole, "thinking") == reply["thinking"]
            assert (whole[-1]["type"] == "done") == (reply["state"] == "done")


def question(messages: list[dict[str, Any]]) -> str:
    return str(next(one["content"] for one in reversed(messages) if one["role"] == "user"))


def integrity(data: Path) -> str:
    """Of the database as the kill left it: looked at in a copy, so that Hearth itself has to recover it."""
    with tempfile.TemporaryDirectory() as folder:
        for file in data.glob("hearth.db*"):
            if not file.name.endswith("-shm"):
                shutil.copy(file, folder)
        with closing(sqlite3.connect(Path(folder) / "hearth.db")) as db:
            return str(db.execute("PRAGMA integrity_check").fetchone()[0])
