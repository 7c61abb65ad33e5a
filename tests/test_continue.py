"""Going on with a reply that was stopped or interrupted: in the same message, from the very character."""

import asyncio
import json
from typing import Any

import pytest

from .asked import answered, asked_times, kept, read, says, stop, text, whole
from .fake_models import BEGUN, TOLD
from .hearth import Hearth, error_code, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")


async def begun(hearth: Hearth, model: str, **fields: Any) -> dict[str, Any]:
    """A reply that was stopped after its first words."""
    reply = await hearth.ask(await hearth.conversation(model=model, **fields), "Count")
    await says(hearth, reply, BEGUN)
    await stop(hearth, reply)
    return await kept(hearth, reply)


async def go_on(hearth: Hearth, reply: dict[str, Any]) -> dict[str, Any]:
    answer = await hearth.post(f"/api/messages/{reply['id']}/continue")
    assert answer.code == 202, answer.body
    body = json.loads(answer.body)
    assert set(body) == {"reply"}
    return dict(body["reply"])


@pytest.mark.gen_test
async def test_a_stopped_reply_goes_on_in_the_same_message_from_the_very_character() -> None:
    async with running() as hearth:
        reply = await begun(hearth, "teller", system="Be brief.")
        assert (reply["state"], reply["content"]) == ("stopped", BEGUN)
        again = await go_on(hearth, reply)
        assert again["id"] == reply["id"] and again["generation"] != reply["generation"]
        assert again["state"] in ("queued", "running") and again["content"] == BEGUN
        events = await hearth.events(again["generation"])
        assert text(events) == TOLD, "who follows from the beginning gets the whole"
        assert events[-1]["reason"] == "stop"
        message = await kept(hearth, reply)
        assert (message["state"], message["content"], message["seams"]) == ("done", TOLD, [])
        assert message["stats"]["eval_count"] == 4 and message["error"] is None
        assert hearth.fake.chats[1].body["messages"] == [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Count"},
            {"role": "assistant", "content": BEGUN},
        ]
        assert len((await whole(hearth, reply["conversation"]))["messages"]) == 2


@pytest.mark.gen_test
async def test_who_had_the_first_part_gets_the_rest_under_numbers_that_rise() -> None:
    async with running() as hearth:
        reply = await begun(hearth, "teller")
        before = await hearth.events(reply["generation"])
        assert text(before) == BEGUN and before[-1]["reason"] == "stopped"
        again = await go_on(hearth, reply)
        events = await hearth.events(again["generation"])
        assert [one["id"] for one in events] == sorted({one["id"] for one in events}) and events[0]["id"] == 1
        for number in range(events[-1]["id"]):
            assert TOLD.endswith(text(await hearth.events(again["generation"], number)))
        assert await hearth.events(reply["generation"]) == before, "the old one is what it was"


@pytest.mark.gen_test
async def test_a_model_that_begins_anew_leaves_no_repetition() -> None:
    async with running() as hearth:
        reply = await begun(hearth, "anew")
        assert text(await hearth.events((await go_on(hearth, reply))["generation"])) == TOLD
        message = await kept(hearth, reply)
        assert (message["content"], message["seams"]) == (TOLD, [])


@pytest.mark.gen_test
async def test_where_a_model_says_something_else_the_seam_is_marked_and_nothing_of_what_was_there_changes() -> None:
    async with running() as hearth:
        reply = await begun(hearth, "otherwise")
        await hearth.events((await go_on(hearth, reply))["generation"])
        message = await kept(hearth, reply)
        assert message["content"] == BEGUN + "Quite another story."
        assert message["seams"] == [len(BEGUN)]


@pytest.mark.gen_test
async def test_a_reply_can_be_stopped_and_continued_many_times() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.01
        reply = await hearth.ask(await hearth.conversation(model="slow"), "hi")
        for part in range(1, 4):
            stream = await hearth.stream(f"/api/generations/{reply['generation']}/events")
            await stream.until(b"event: content")
            await asked_times(hearth, part)
            stream.cut()
            before = (await kept(hearth, reply))["content"]
            await stop(hearth, reply)
            content = (await kept(hearth, reply))["content"]
            assert content.startswith(before)
            reply = await go_on(hearth, reply)
            assert reply["content"] == content
        await asked_times(hearth, 4)
        assert hearth.fake.chats[-1].body["messages"][-1] == {"role": "assistant", "content": content}


@pytest.mark.gen_test
async def test_partial_thinking_is_given_back_as_thinking() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.3
        reply = await hearth.ask(await hearth.conversation(model="thinker"), "hi")
        stream = await hearth.stream(f"/api/generations/{reply['generation']}/events")
        await stream.until(b'"text":"Let me"')
        await stop(hearth, reply)
        hearth.fake.pace = 0
        thinking = (await kept(hearth, reply))["thinking"]
        assert "Let me think about it.".startswith(thinking)
        await hearth.events((await go_on(hearth, reply))["generation"])
        last = hearth.fake.chats[1].body["messages"][-1]
        assert last == {"role": "assistant", "content": "", "thinking": thinking}
        message = await kept(hearth, reply)
        assert (message["thinking"], message["content"]) == ("Let me think about it.", "The answer is 42.")


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["cut", "reset"])
async def test_a_reply_that_was_interrupted_can_go_on_and_what_went_wrong_is_forgotten(model: str) -> None:
    async with running() as hearth:
        reply = await answered(hearth, await hearth.conversation(model=model), "hi")
        assert reply["state"] == "interrupted" and reply["error"]
        again = await go_on(hearth, reply)
        assert again["error"] is None and again["stats"] is None
        await hearth.events(again["generation"])
        assert hearth.fake.chats[1].body["messages"][-1]["content"] == reply["content"]


@pytest.mark.gen_test
async def test_a_reply_that_was_stopped_before_its_first_word_is_just_written() -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="mute"), "hi")
        await stop(hearth, reply)
        hearth.fake.chats.clear()
        again = await go_on(hearth, reply)
        await eventually(lambda: hearth.fake.chats)
        assert hearth.fake.chats[0].body["messages"] == [{"role": "user", "content": "hi"}]
        await stop(hearth, again)


@pytest.mark.gen_test
async def test_only_what_was_stopped_or_interrupted_can_be_continued() -> None:
    async with running() as hearth:
        done = await answered(hearth, await hearth.conversation(model="quick"), "hi")
        failed = await answered(hearth, await hearth.conversation(model="failing"), "hi")
        at_work = await hearth.ask(await hearth.conversation(model="hushed"), "hi")
        waiting = await hearth.ask(at_work["conversation"], "and then?")
        before = await whole(hearth, done["conversation"])
        for message in (done["id"], done["parent"], failed["id"], at_work["id"], waiting["id"]):
            answer = await hearth.post(f"/api/messages/{message}/continue")
            assert (answer.code, error_code(answer)) == (400, "bad_request")
        answer = await hearth.post("/api/messages/nothing/continue")
        assert (answer.code, error_code(answer)) == (404, "not_found")
        stopped = await begun(hearth, "teller")
        answer = await hearth.post(f"/api/messages/{stopped['id']}/continue", {"model": "quick"})
        assert (answer.code, error_code(answer)) == (400, "bad_request")
        assert await whole(hearth, done["conversation"]) == before
        assert await kept(hearth, stopped) == stopped


@pytest.mark.gen_test
async def test_continued_twice_at_once_goes_on_once() -> None:
    async with running() as hearth:
        reply = await begun(hearth, "teller")
        answers = await asyncio.gather(*(hearth.post(f"/api/messages/{reply['id']}/continue") for _ in range(6)))
        assert sorted(answer.code for answer in answers) == [202, *[400] * 5]
        (taken,) = [json.loads(answer.body)["reply"] for answer in answers if answer.code == 202]
        assert text(await hearth.events(taken["generation"])) == TOLD
        assert len(hearth.fake.chats) == 2
        assert (await read(hearth, f"/api/generations/{taken['generation']}"))["state"] == "done"


@pytest.mark.gen_test
async def test_it_goes_on_with_the_settings_it_was_begun_with() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        reply = await hearth.ask(conversation, "Count", model="teller", options={"seed": 7})
        await says(hearth, reply, BEGUN)
        await stop(hearth, reply)
        await hearth.events((await go_on(hearth, reply))["generation"])
        assert hearth.fake.chats[1].model == "teller"
        assert hearth.fake.chats[1].body.get("options") == {"seed": 7}


@pytest.mark.gen_test
async def test_the_first_part_keeps_its_numbers_where_its_file_lacks_the_ending() -> None:
    """A kill between the store and the last event leaves it so."""
    async with running() as hearth:
        reply = await begun(hearth, "teller")
        before = await hearth.events(reply["generation"])
        generations = hearth.house.generations
        file = generations._journals._path(reply["generation"])
        file.write_bytes(b"".join(file.read_bytes().splitlines(keepends=True)[:-1]))
        again = await go_on(hearth, reply)
        await hearth.events(again["generation"])
        generations._known.pop(reply["generation"])
        after = await hearth.events(reply["generation"])
        assert [(one["id"], one.get("text")) for one in after[-2:]] == [
            (one["id"], one.get("text")) for one in before[-2:]
        ]
        assert text(after) == text(before) == BEGUN
