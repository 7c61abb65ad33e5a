"""Several Ollamas, of which one goes or comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from ollama import servers as servers_module
from ollama.address import parse
from ollama.client import Ollama
from ollama.http import Limits

from . import asked
from .asked import text
from .fake_models import BEHAVIOURS
from .fleet import ANSWER, fleet
from .hearth import error_code, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "LOOK", 0.02)


@pytest.mark.gen_test
async def test_one_that_died_is_left_aside_and_comes_back_by_itself() -> None:
    async with fleet(2) as house:
        house.b.loaded = set()
        await house.a.die()
        assert (await house.reply())["content"] == ANSWER and house.chats() == [0, 1]
        await house.knows(house.a, False)
        assert "aside" in repr(house.hearth.house.fleet.servers)
        await house.a.revive()
        await house.knows(house.a, True)
        house.b.loaded = set()
        assert (await house.reply())["content"] == ANSWER and house.chats() == [1, 1]


@pytest.mark.gen_test
async def test_it_is_asked_whether_it_is_back_only_as_long_as_it_is_aside() -> None:
    async with fleet(2) as house:
        await house.reply()
        await house.a.die()
        await house.reply()
        await house.a.revive()
        await house.knows(house.a, True)
        before = (house.a.seen["/api/version"], house.b.seen["/api/version"])
        assert before == (1, 0)
        for _ in range(5):
            await house.reply()
        assert (house.a.seen["/api/version"], house.b.seen["/api/version"]) == before


@pytest.mark.gen_test
async def test_when_all_are_away_the_error_is_that_of_a_single_one_and_any_that_is_back_is_used_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(servers_module, "LOOK", 60)
    async with fleet(2) as house:
        for one in house.ollamas:
            await one.die()
        for _ in range(2):
            reply = await house.reply()
            assert reply["error"]["code"] == "ollama_unreachable" and reply["error"]["retryable"]
        await house.b.revive()
        assert (await house.reply())["content"] == ANSWER and house.chats() == [0, 1]


@pytest.mark.gen_test
async def test_one_that_is_slow_is_asked_where_nobody_else_has_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "PATIENCE", 0.3)
    monkeypatch.setattr(servers_module, "LOOK", 60)
    async with fleet(2) as house:
        house.a.models, house.a.loaded = ["echo:latest", "quick:latest"], {"echo:latest"}
        assert len((await asked.read(house.hearth, "/api/models"))["models"]) == 2
        house.a.delay = 0.6
        assert (await house.reply("quick"))["content"] == ANSWER and house.chats() == [0, 1]
        assert (await house.reply("echo"))["state"] == "done" and house.chats() == [1, 1]


@pytest.mark.gen_test
async def test_one_that_is_found_later_takes_part_at_once() -> None:
    async with fleet(1) as house, running() as other:
        other.fake.models, changes = ["echo:latest"], list[Any]()
        servers = house.hearth.house.fleet.servers
        servers.on_change = lambda: changes.append(True)
        await house.a.die()
        one = Ollama(parse(other.fake.url), Limits(), 1024 * 1024)
        assert servers.add(one) is one
        assert servers.add(Ollama(parse(other.fake.url), Limits(), 1024 * 1024)) is one
        assert len(list(servers)) == 2 and changes == [True]
        assert text(await house.hearth.events((await house.ask("echo"))["generation"])).startswith("1 messages")
        found = json.loads((await house.hearth.get("/api/models")).body)
        assert [one["servers"] for one in found["models"]] == [[other.fake.url]]
        assert (await asked.read(house.hearth, "/api/status"))["ollama"]["url"] == other.fake.url


@pytest.mark.gen_test
async def test_pages_hear_that_the_models_changed_when_one_goes_and_when_it_is_back() -> None:
    async with fleet(2) as house:
        socket = await house.hearth.socket()
        await house.a.die()
        assert (await house.reply())["content"] == ANSWER
        await house.a.revive()
        await house.knows(house.a, True)
        heard = 0
        while heard < 2:
            heard += json.loads(await socket.read_message() or "{}")["type"] == "models"
        socket.close()


@pytest.mark.gen_test
async def test_a_pull_goes_to_one_that_is_there_and_updating_all_passes_over_one_that_is_not() -> None:
    async with fleet(2) as house:
        await house.a.die()
        await house.servers()
        (pull,) = json.loads((await house.hearth.post("/api/pulls", {"model": "smollm2:135m"})).body)["pulls"]
        assert pull["server"] == house.b.url
        await eventually(lambda: "smollm2:135m" in house.b.models)
        updated = json.loads((await house.hearth.post("/api/pulls", {"all": True})).body)["pulls"]
        assert {one["server"] for one in updated} == {house.b.url}
        await house.b.die()
        answer = await house.hearth.post("/api/pulls", {"all": True})
        assert answer.code == 502 and error_code(answer) == "ollama_unreachable"


@pytest.mark.gen_test
async def test_what_cannot_be_said_of_a_model_is_asked_where_it_is_written() -> None:
    async with fleet(2) as house:
        house.a.models, house.b.models = ["quick:latest"], ["thinker:latest"]
        house.b.loaded = {"thinker:latest"}
        conversation = await house.hearth.conversation(model="thinker", think=True)
        reply = await asked.answered(house.hearth, conversation, "hi")
        assert reply["thinking"] == "Let me think about it." and house.b.chats[0].body["think"] is True
        house.a.writes = BEHAVIOURS["quick"]
        conversation = await house.hearth.conversation(model="quick", think=True)
        assert (await asked.answered(house.hearth, conversation, "hi"))["content"] == ANSWER
        assert "think" not in house.a.chats[0].body
