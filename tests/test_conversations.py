"""The JSON API: conversations are made, read and asked, and the model is given what was said so far."""

import asyncio
import json
import re
from datetime import datetime
from typing import Any

import pytest

from .hearth import Hearth, error_code, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")

CONVERSATION = {
    *("id", "title", "model", "system", "options", "think", "keep_alive", "pinned", "leaf"),
    *("created_at", "updated_at", "running"),
}
MESSAGE = {
    *("id", "conversation", "parent", "role", "content", "thinking", "images", "model", "created_at"),
    *("state", "generation", "error", "stats", "context", "seams"),
}
ANSWERED = ("done", "stopped", "interrupted", "failed")


async def whole(hearth: Hearth, conversation: str) -> dict[str, Any]:
    answer = await hearth.get(f"/api/conversations/{conversation}")
    assert answer.code == 200, answer.body
    found: dict[str, Any] = json.loads(answer.body)
    return found


async def answered(hearth: Hearth, conversation: str, question: str, **fields: Any) -> dict[str, Any]:
    """The reply, once it has ended."""
    reply = await hearth.ask(conversation, question, **fields)
    await hearth.events(reply["generation"])
    messages = (await whole(hearth, conversation))["messages"]
    (kept,) = [one for one in messages if one["id"] == reply["id"]]
    assert kept["state"] in ANSWERED
    return dict(kept)


def is_time(text: str) -> bool:
    """RFC 3339, in UTC."""
    return bool(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", text)) and bool(
        datetime.fromisoformat(text)
    )


@pytest.mark.gen_test
async def test_a_new_conversation_has_every_field_and_what_it_was_given() -> None:
    given = {
        "title": "Kräuter",
        "model": "echo",
        "system": "Be brief.",
        "options": {"temperature": 0.5, "num_ctx": 4096, "stop": ["END"]},
        "think": "low",
        "keep_alive": "5m",
    }
    async with running() as hearth:
        answer = await hearth.post("/api/conversations", given)
        made = json.loads(answer.body)
        assert answer.code == 201 and answer.headers["Content-Type"].startswith("application/json")
        assert set(made) == CONVERSATION
        assert made | given == made
        assert (made["pinned"], made["leaf"], made["running"]) == (False, None, [])
        assert made["id"] and is_time(made["created_at"]) and is_time(made["updated_at"])
        assert await whole(hearth, made["id"]) == made | {"messages": []}


@pytest.mark.gen_test
async def test_a_conversation_needs_nothing_to_begin_with() -> None:
    async with running() as hearth:
        for body in ({}, b"", {"title": None, "think": None, "options": None, "keep_alive": None}):
            answer = await hearth.post("/api/conversations", body)
            assert answer.code == 201
            made = json.loads(answer.body)
            assert made["title"] is made["model"] is made["system"] is made["options"] is made["think"] is None


@pytest.mark.gen_test
async def test_a_question_gives_its_two_messages_at_once_and_both_have_every_field() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        answer = await hearth.post(f"/api/conversations/{conversation}/messages", {"content": "hi\r\n there "})
        both = json.loads(answer.body)
        assert answer.code == 202 and set(both) == {"message", "reply"}
        message, reply = both["message"], both["reply"]
        assert set(message) == set(reply) == MESSAGE
        assert (message["role"], message["content"], message["parent"]) == ("user", "hi\r\n there ", None)
        assert message["images"] == [] and message["generation"] is None and message["error"] is None
        assert (reply["role"], reply["content"], reply["parent"]) == ("assistant", "", message["id"])
        assert reply["state"] in ("queued", "running") and reply["generation"] and reply["stats"] is None
        assert message["conversation"] == reply["conversation"] == conversation
        assert is_time(message["created_at"]) and is_time(reply["created_at"])

        events = await hearth.events(reply["generation"])
        kept = await whole(hearth, conversation)
        assert kept["messages"][0] == message
        assert (kept["leaf"], kept["running"], kept["title"]) == (reply["id"], [], "hi")
        assert kept["updated_at"] >= kept["created_at"]
        stats = kept["messages"][1].pop("stats")
        assert stats | events[-1]["stats"] == stats
        context = {"size": 2048, "used": 20, "left_out": []}  # by Ollama's own counts
        written = {"content": "Hello, world!", "state": "done", "model": "quick", "context": context}
        assert kept["messages"][1] | {"stats": None} == reply | written and reply["seams"] == []
        assert events[-1]["stats"]["eval_count"] == 4


@pytest.mark.gen_test
async def test_the_model_is_given_the_conversation_so_far_with_all_its_settings() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(
            model="thinker", system="Be brief.", options={"seed": 7, "top_k": 5}, think=False, keep_alive=-1
        )
        await answered(hearth, conversation, "one")
        assert (await answered(hearth, conversation, "two", model="echo"))["content"] == "4 messages; the last: two"
        await answered(hearth, conversation, "three", model="tagged", options={"top_k": 9}, think="high")
        first, second, third = (exchange.body for exchange in hearth.fake.chats)
        load = hearth.fake.loads[0].body
    assert first == {
        "model": "thinker",
        "stream": True,
        "truncate": False,
        "shift": False,
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "one"}],
        "options": {"seed": 7, "top_k": 5},
        "think": False,
        "keep_alive": -1,
    }
    assert second["messages"][2:] == [
        {"role": "assistant", "content": "The answer is 42."},
        {"role": "user", "content": "two"},
    ]
    assert "think" not in second, "this model can't, and Ollama would refuse it"
    assert (third["model"], third["options"], third["think"]) == ("tagged", {"seed": 7, "top_k": 9}, "high")
    assert {name: load[name] for name in first if name in load} == {
        name: first[name] for name in ("model", "options", "keep_alive")
    } | {"stream": False}, "with other settings Ollama would load it a second time"


@pytest.mark.gen_test
async def test_what_is_set_nowhere_is_left_to_ollama_and_thoughts_are_not_given_back() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="tagged")
        reply = await answered(hearth, conversation, "one")
        assert (reply["thinking"], reply["content"]) == ("Let me think.", "The answer is 42.")
        await answered(hearth, conversation, "two", model="echo")
        first, second = (exchange.body for exchange in hearth.fake.chats)
    assert set(first) == {"model", "messages", "stream", "truncate", "shift"}
    assert second["messages"][1] == {"role": "assistant", "content": "The answer is 42."}


@pytest.mark.gen_test
async def test_another_parent_makes_a_branch_and_null_a_new_beginning() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="echo")
        first = await answered(hearth, conversation, "one")
        second = await answered(hearth, conversation, "two")
        branch = await answered(hearth, conversation, "other", parent=first["id"])
        assert branch["content"] == "3 messages; the last: other"
        anew = await answered(hearth, conversation, "anew", parent=None)
        assert anew["content"] == "1 messages; the last: anew"
        assert (await answered(hearth, conversation, "on"))["content"] == "3 messages; the last: on"
        kept = await whole(hearth, conversation)
        parents = {one["content"]: one["parent"] for one in kept["messages"] if one["role"] == "user"}
        assert parents == {
            "one": None,
            "two": first["id"],
            "other": first["id"],
            "anew": None,
            "on": anew["id"],
        }
        assert second["id"] in {one["id"] for one in kept["messages"]}


@pytest.mark.gen_test
async def test_a_parent_that_is_not_of_this_conversation_is_refused() -> None:
    async with running() as hearth:
        here, there = await hearth.conversation(model="quick"), await hearth.conversation(model="quick")
        foreign = await answered(hearth, there, "hi")
        for parent in ("nothing", "", foreign["id"]):
            answer = await hearth.post(f"/api/conversations/{here}/messages", {"content": "hi", "parent": parent})
            assert (answer.code, error_code(answer)) == (404, "not_found")
        assert (await whole(hearth, here))["messages"] == []


@pytest.mark.gen_test
async def test_the_same_request_asks_once_also_when_it_comes_many_times_at_once() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        path, body = f"/api/conversations/{conversation}/messages", {"content": "hi", "request_id": "r1"}
        answers = await asyncio.gather(*(hearth.post(path, body) for _ in range(8)))
        ids = {(one["message"]["id"], one["reply"]["id"], one["reply"]["generation"]) for one in map(read, answers)}
        assert len(ids) == 1 and {answer.code for answer in answers} == {202}
        await hearth.events(ids.pop()[2])
        late = read(await hearth.post(path, body))["reply"]
        assert (late["state"], late["content"]) == ("done", "Hello, world!")
        assert len(hearth.fake.chats) == 1 and len((await whole(hearth, conversation))["messages"]) == 2

        other = await hearth.conversation(model="quick")
        again = read(await hearth.post(f"/api/conversations/{other}/messages", body))["reply"]
        await hearth.events(again["generation"])
        assert len(hearth.fake.chats) == 2  # the same name in another conversation is another request


def read(answer: Any) -> dict[str, Any]:
    return dict(json.loads(answer.body))


@pytest.mark.gen_test
async def test_a_question_below_a_reply_that_is_being_written_waits_for_its_end() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.002
        conversation = await hearth.conversation(model="slow")
        first = await hearth.ask(conversation, "one")
        second = await hearth.ask(conversation, "two", model="echo")
        queued = await hearth.stream(f"/api/generations/{second['generation']}/events")
        await queued.until(b'"phase":"queued"')
        assert b'"position":1' in queued.seen
        kept = await whole(hearth, conversation)
        assert kept["running"] == [first["generation"], second["generation"]]
        assert kept["messages"][3]["state"] == "queued"
        assert len(hearth.fake.chats) <= 1
        await hearth.events(second["generation"])
        assert hearth.fake.chats[1].body["messages"][1]["content"].endswith("word198 word199 ")
        assert (await whole(hearth, conversation))["messages"][3]["content"].startswith("3 messages")


@pytest.mark.gen_test
async def test_a_stopped_reply_lets_the_question_below_it_go_on() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="mute")
        first = await hearth.ask(conversation, "one")
        second = await hearth.ask(conversation, "two", model="echo")
        await hearth.post(f"/api/generations/{first['generation']}/stop")
        events = await hearth.events(second["generation"])
        assert events[-1]["type"] == "done"


@pytest.mark.gen_test
async def test_a_conversation_read_in_mid_reply_shows_what_is_written_by_then() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        reply = await hearth.ask(conversation, "hi")
        kept = await eventually(lambda: with_content(hearth, conversation))
        live = kept["messages"][1]
        assert (live["state"], live["content"], live["model"]) == ("running", "One two", "hushed")
        assert kept["running"] == [reply["generation"]]


async def with_content(hearth: Hearth, conversation: str) -> dict[str, Any] | None:
    kept = await whole(hearth, conversation)
    return kept if kept["messages"][1]["content"] == "One two" else None


@pytest.mark.gen_test
async def test_another_reply_to_the_same_question_stands_beside_the_old_one() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick", options={"seed": 1})
        old = await answered(hearth, conversation, "hi")
        path = f"/api/messages/{old['parent']}/replies"
        answer = await hearth.post(path, {"model": "thinker", "options": {"seed": 2}, "think": False})
        new = json.loads(answer.body)["reply"]
        assert answer.code == 202 and set(new) == MESSAGE and new["parent"] == old["parent"] and new["id"] != old["id"]
        await hearth.events(new["generation"])
        kept = await whole(hearth, conversation)
        assert kept["leaf"] == new["id"] and old in kept["messages"]
        assert kept["messages"][2]["content"] == "The answer is 42."
        assert hearth.fake.chats[1].body["messages"] == [{"role": "user", "content": "hi"}]
        assert hearth.fake.chats[1].body["options"] == {"seed": 2} and hearth.fake.chats[1].body["think"] is False

        for message, status, code in ((old["id"], 400, "bad_request"), ("nothing", 404, "not_found")):
            answer = await hearth.post(f"/api/messages/{message}/replies")
            assert (answer.code, error_code(answer)) == (status, code)


@pytest.mark.gen_test
async def test_asking_never_fails_because_of_ollama_or_the_model() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="nothere")
        unknown = await answered(hearth, conversation, "hi")
        assert (unknown["state"], unknown["error"]["code"]) == ("failed", "model_not_found")
        await hearth.fake.stop()
        for fields in ({"model": "quick"}, {}):
            gone = await answered(hearth, await hearth.conversation(**fields), "hi")
            assert gone["error"]["code"] == "ollama_unreachable" and gone["error"]["retryable"] is True
            assert gone["state"] == "failed" and "reachable" in gone["error"]["message"]


@pytest.mark.gen_test
async def test_what_is_not_there_is_a_404_with_a_sentence() -> None:
    async with running() as hearth:
        for path in ("/api/conversations/nothing", "/api/generations/nothing", "/api/generations/nothing/events"):
            answer = await hearth.get(path)
            assert (answer.code, error_code(answer)) == (404, "not_found")
        for path in ("/api/conversations/nothing/messages", "/api/generations/nothing/stop"):
            answer = await hearth.post(path, {"content": "hi"})
            assert (answer.code, error_code(answer)) == (404, "not_found")
