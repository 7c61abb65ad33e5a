"""Stopping: from any tab, in every phase, as often as anybody likes."""

import asyncio
import json

import pytest

from .asked import says
from .hearth import Hearth, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")


async def stop(hearth: Hearth, generation: str) -> str:
    """The state behind it."""
    answer = await hearth.post(f"/api/generations/{generation}/stop")
    assert answer.code == 200
    return str(json.loads(answer.body)["state"])


async def kept(hearth: Hearth, reply: dict[str, object]) -> dict[str, object]:
    answer = await hearth.get(f"/api/conversations/{reply['conversation']}")
    messages: list[dict[str, object]] = json.loads(answer.body)["messages"]
    return next(one for one in messages if one["id"] == reply["id"])


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["mute", "cold", "hushed", "slow", "endless", "thinker"])
async def test_a_reply_can_be_stopped_and_ollama_with_it(model: str) -> None:
    async with running() as hearth:
        hearth.fake.load = 20
        reply = await hearth.ask(await hearth.conversation(model=model), "hi")
        generation = str(reply["generation"])
        await eventually(lambda: hearth.fake.at_work)
        assert await stop(hearth, generation) == "stopped"
        await eventually(lambda: not hearth.fake.at_work)
        events = await hearth.events(generation)
        assert (events[-1]["type"], events[-1]["reason"]) == ("done", "stopped")
        message = await kept(hearth, reply)
        written = "".join(one["text"] for one in events if one["type"] == "content")
        assert (message["state"], message["content"], message["error"]) == ("stopped", written, None)


@pytest.mark.gen_test
async def test_a_reply_can_be_stopped_in_the_very_moment_it_was_asked_for() -> None:
    async with running() as hearth:
        for _ in range(10):
            reply = await hearth.ask(await hearth.conversation(model="endless"), "hi")
            assert await stop(hearth, str(reply["generation"])) == "stopped"
        await eventually(lambda: not hearth.fake.at_work)


@pytest.mark.gen_test
async def test_a_reply_that_waits_its_turn_can_be_stopped_and_is_never_asked() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        first = await hearth.ask(conversation, "one")
        second = await hearth.ask(conversation, "two")
        assert await stop(hearth, second["generation"]) == "stopped"
        assert (await hearth.events(second["generation"]))[-1]["reason"] == "stopped"
        await says(hearth, first, "One two")
        assert await stop(hearth, first["generation"]) == "stopped"
        assert len(hearth.fake.chats) == 1
        assert (await kept(hearth, first))["content"] == "One two"


@pytest.mark.gen_test
async def test_stopping_again_or_too_late_changes_nothing() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="mute")
        reply = await hearth.ask(conversation, "hi")
        generation = reply["generation"]
        await eventually(lambda: hearth.fake.at_work)
        assert set(await asyncio.gather(*(stop(hearth, generation) for _ in range(5)))) == {"stopped"}
        events = await hearth.events(generation)
        assert await stop(hearth, generation) == "stopped"
        assert await hearth.events(generation) == events

        reply = await hearth.ask(conversation, "hi", model="quick")
        await hearth.events(reply["generation"])
        assert await stop(hearth, reply["generation"]) == "done"
        assert (await kept(hearth, reply))["state"] == "done"
