"""Conversations that come from elsewhere: whole, or not at all."""

from __future__ import annotations

import asyncio
import gc
import json
from typing import Any

import msgspec
import pytest

from chat.imports import Import

from .asked import answered, read, stop, whole
from .hearth import Hearth, error_code, eventually, running
from .talk import talk
from .test_bodies import JPEG, PNG

pytestmark = pytest.mark.usefixtures("clean_log")

PATH = "/api/imports"


async def brought(house: Hearth, *conversations: Any, **fields: Any) -> list[dict[str, Any]]:
    answer = await house.post(PATH, {"conversations": conversations} | fields)
    assert answer.code == 201, answer.body
    found = json.loads(answer.body)
    assert set(found) == {"conversations", "skipped"}
    return list(found["conversations"])


async def refused(hearth: Hearth, *conversations: Any) -> str:
    """In which words."""
    answer = await hearth.post(PATH, {"conversations": conversations})
    assert (answer.code, error_code(answer)) == (400, "bad_request"), answer.body
    return str(json.loads(answer.body)["error"]["message"])


def says(content: str, role: str = "user", **fields: Any) -> dict[str, Any]:
    return {"role": role, "content": content} | fields


def shape(conversation: dict[str, Any]) -> dict[str, Any]:
    """Everything of a conversation, with the places of messages in place of their ids."""
    places = {one["id"]: place for place, one in enumerate(conversation["messages"])}
    left_out = {"id", "conversation", "generation", "parent", "context"}
    messages = [
        {name: value for name, value in one.items() if name not in left_out}
        | {"parent": places.get(one["parent"])}
        | {"left_out": [places[id] for id in (one["context"] or {}).get("left_out", [])]}
        for one in conversation["messages"]
    ]
    return conversation | {"id": 0, "messages": messages, "leaf": places.get(conversation["leaf"])}


@pytest.mark.gen_test(timeout=30)
async def test_an_export_comes_back_as_it_was() -> None:
    async with running() as hearth:
        one = await hearth.conversation(
            title="Tea 茶", model="thinker", system="Be brief.", options={"seed": 1}, think=True, keep_alive="5m"
        )
        first = await answered(hearth, one, "Why?", images=[PNG, JPEG])
        await answered(hearth, one, "And then?")
        await answered(hearth, one, "A branch", parent=first["id"], model="failing")
        await hearth.post(f"/api/messages/{first['parent']}/replies", {"model": "quick"})
        await hearth.send("PATCH", f"/api/conversations/{one}", {"pinned": True})
        other = await hearth.conversation(model="hushed")
        cut = await hearth.ask(other, "Hello?\r\n\u2028")
        await stop(hearth, cut)
        await eventually(lambda: not hearth.fake.at_work)
        exported = [await whole(hearth, one), await whole(hearth, other)]
        back = await brought(hearth, *exported, hearth=1)
        assert len({one["id"] for one in [*exported, *back]}) == 4
        for before, view in zip(exported, back, strict=True):
            after = await whole(hearth, view["id"])
            assert {name: value for name, value in after.items() if name != "messages"} == view
            assert shape(after) == shape(before)
            assert {one["generation"] for one in after["messages"]} == {None}
            assert not {one["id"] for one in after["messages"]} & {one["id"] for one in before["messages"]}


@pytest.mark.gen_test
async def test_what_was_imported_is_listed_by_its_time_and_found_by_its_words() -> None:
    async with running() as hearth:
        await hearth.conversation(title="new")
        old = {"created_at": "2024-02-03T04:05:06Z"}
        await brought(
            hearth,
            {"title": "Kräuter", "messages": [says("How much water does basil need?", **old)]},
            {"messages": [says("Wie geht's?\nGut.", created_at="2025-01-01T02:00:00+02:00"), says("Ja", "assistant")]},
        )
        found = (await read(hearth, "/api/conversations"))["conversations"]
        assert [one["title"] for one in found] == ["new", "Wie geht's?", "Kräuter"]
        assert found[1]["updated_at"] == found[1]["created_at"] == "2025-01-01T00:00:00Z"
        for query, snippet in (("basil", "How much water does basil need?"), ("kräuter", None)):
            (one,) = (await read(hearth, f"/api/conversations?query={query.replace('ä', '%C3%A4')}"))["conversations"]
            assert (one["title"], one["snippet"]) == ("Kräuter", snippet)


@pytest.mark.gen_test
async def test_messages_without_ids_follow_each_other() -> None:
    async with running() as hearth:
        (view,) = await brought(hearth, {"messages": [says("a"), says("b", "assistant"), says("c")]})
        messages = (await whole(hearth, view["id"]))["messages"]
        assert [one["parent"] for one in messages] == [None, messages[0]["id"], messages[1]["id"]]
        assert [one["state"] for one in messages] == [None, "done", None]
        assert view["leaf"] == messages[-1]["id"]
        assert (await answered(hearth, view["id"], "d", model="echo"))["content"] == "4 messages; the last: d"


@pytest.mark.gen_test
async def test_children_that_come_before_their_parents_find_them() -> None:
    async with running() as hearth:
        tree = [
            says("3", id="z", parent="y"),
            says("1", id="x", parent=None),
            says("2", "assistant", id="y", parent="x"),
            says("2b", "assistant", id="w", parent="x"),
        ]
        (view,) = await brought(hearth, {"messages": tree, "leaf": "z"})
        messages = {one["content"]: one for one in (await whole(hearth, view["id"]))["messages"]}
        assert list(messages) == ["1", "2", "3", "2b"]
        assert messages["3"]["parent"] == messages["2"]["id"] and messages["2b"]["parent"] == messages["1"]["id"]
        assert view["leaf"] == messages["3"]["id"]
        assert (await answered(hearth, view["id"], "4", model="echo"))["content"] == "4 messages; the last: 4"


@pytest.mark.gen_test
async def test_a_reply_that_was_being_written_there_can_be_continued_here() -> None:
    async with running() as hearth:
        (view,) = await brought(
            hearth, {"model": "teller", "messages": [says("Count"), says("One, two,", "assistant", state="running")]}
        )
        reply = (await whole(hearth, view["id"]))["messages"][1]
        assert reply["state"] == "interrupted" and view["running"] == []
        answer = await hearth.post(f"/api/messages/{reply['id']}/continue")
        assert answer.code == 202, answer.body
        await hearth.events(json.loads(answer.body)["reply"]["generation"])
        done = (await whole(hearth, view["id"]))["messages"][1]
        assert done["state"] == "done" and done["content"].startswith("One, two,") and len(done["content"]) > 10


@pytest.mark.gen_test
async def test_a_clock_that_is_fast_puts_nothing_on_top_for_ever() -> None:
    async with running() as hearth:
        (view,) = await brought(hearth, {"updated_at": "2999-01-01T00:00:00Z", "messages": [says("hi")]})
        later = await hearth.conversation(title="later")
        assert (await read(hearth, "/api/conversations"))["conversations"][0]["id"] == later
        assert view["updated_at"] < "2900"


@pytest.mark.gen_test
async def test_the_first_and_the_last_moments_there_are_can_be_kept() -> None:
    async with running() as hearth:
        first, last = "0001-01-01T00:00:00+10:00", "9999-12-31T23:59:59-10:00"
        (view,) = await brought(hearth, {"messages": [says("a", created_at=first), says("b", created_at=last)]})
        assert view["created_at"] == "0001-01-01T00:00:00Z" and view["updated_at"] < "2900"
        (view,) = await brought(hearth, {"created_at": last, "updated_at": first, "messages": [says("a")]})
        assert view["created_at"] < "2900" and view["updated_at"] == "0001-01-01T00:00:00Z"


@pytest.mark.gen_test
async def test_a_title_of_blanks_is_none() -> None:
    async with running() as hearth:
        (view,) = await brought(hearth, {"title": " \n", "messages": [says("How\nmuch?")]})
        assert view["title"] == "How"


def test_the_garbage_collector_does_not_walk_through_what_is_read() -> None:
    """It would, again and again while millions are made, with everybody else waiting for it."""
    whole = msgspec.json.decode(b'{"conversations":[{"messages":[{"role":"user","content":"hi"}]}]}', type=Import)
    assert not gc.is_tracked(whole.conversations[0]) and not gc.is_tracked(whole.conversations[0].messages[0])


@pytest.mark.gen_test
async def test_conversations_without_a_message_are_counted_and_not_kept() -> None:
    async with running() as hearth:
        answer = await hearth.post(PATH, {"conversations": [{"messages": []}, {"messages": [says("hi")]}]})
        found = json.loads(answer.body)
        assert (answer.code, found["skipped"], len(found["conversations"])) == (201, 1, 1)
        assert len((await read(hearth, "/api/conversations"))["conversations"]) == 1


WRONG: list[tuple[Any, str]] = [
    ({}, "conversations[1]"),
    ({"messages": [says("a", "system")]}, "conversations[1].messages[0].role"),
    ({"messages": [says("a"), {"role": "user"}]}, "conversations[1].messages[1]"),
    ({"messages": [says("a"), says("b", parent="x")]}, "conversations[1].messages[1].parent"),
    ({"messages": [says("a", id="x", parent="x")]}, "conversations[1].messages[0].parent"),
    (
        {"messages": [says("a"), says("b", id="x", parent="y"), says("c", id="y", parent="x")]},
        "conversations[1].messages[1].parent",
    ),
    ({"messages": [says("a", id="x"), says("b", id="x")]}, "conversations[1].messages[1].id"),
    ({"messages": [says("a", id="")]}, "conversations[1].messages[0].id"),
    ({"messages": [says("a")], "leaf": "x"}, "conversations[1].leaf"),
    ({"messages": [says("a", created_at="yesterday")]}, "conversations[1].messages[0].created_at"),
    ({"messages": [says("a", created_at="2024-01-01T00:00:00")]}, "conversations[1].messages[0].created_at"),
    ({"messages": [says("a")], "updated_at": 5}, "conversations[1].updated_at"),
    ({"messages": [says("a", images=["aGVsbG8="])]}, "conversations[1].messages[0].images[0]"),
    ({"messages": [says("a", images=[PNG, "!"])]}, "conversations[1].messages[0].images[1]"),
    ({"messages": [says("a", images=[PNG] * 9)]}, "conversations[1].messages[0].images"),
    ({"messages": [says("a", "assistant", state="asleep")]}, "conversations[1].messages[0].state"),
    ({"messages": [says("a", "assistant", error="no")]}, "conversations[1].messages[0].error"),
    ({"messages": [says("a", colour="red")]}, "colour"),
    ({"messages": [says("a")], "colour": "red"}, "colour"),
    ({"messages": [says("a")], "options": {"temprature": 1}}, "temprature"),
    ({"messages": [says("a")], "keep_alive": "soon"}, "keep_alive"),
    ({"messages": [says("a")], "title": 5}, "conversations[1].title"),
]


@pytest.mark.gen_test
async def test_presets_are_taken_where_their_name_is_free_also_when_they_come_alone() -> None:
    async with running() as hearth:
        await hearth.post("/api/presets", {"name": "Tutor", "system": "mine"})
        brought = [{"name": "tutor"}, {"name": "Poet", "model": "echo"}, {"name": "POET"}]
        answer = await hearth.post(PATH, {"conversations": [], "presets": brought})
        assert (answer.code, json.loads(answer.body)) == (201, {"conversations": [], "skipped": 0})
        presets = (await read(hearth, "/api/presets"))["presets"]
        assert [(one["name"], one["model"], one["system"]) for one in presets] == [
            ("Poet", "echo", None),
            ("Tutor", None, "mine"),
        ]


@pytest.mark.gen_test(timeout=20)
async def test_a_fault_is_told_with_its_place_and_then_nothing_is_kept() -> None:
    async with running() as hearth:
        for wrong, place in WRONG:
            words = await refused(hearth, {"messages": [says("fine")]}, wrong)
            assert place in words, (wrong, words)
        assert (await read(hearth, "/api/conversations"))["conversations"] == []


@pytest.mark.gen_test
async def test_what_is_no_import_is_refused() -> None:
    async with running() as hearth:
        for body in (b"", b"[]", b"{}", b'{"conversations":[]}', b'{"conversations":5}', b'{"mapping":{}}', b"\xff"):
            answer = await hearth.send("POST", PATH, body)
            assert (answer.code, error_code(answer)) == (400, "bad_request"), body
        newer = await hearth.post(PATH, {"hearth": 2, "conversations": [{"messages": [says("hi")]}]})
        assert newer.code == 400 and "hearth" in json.loads(newer.body)["error"]["message"]
        deep = await hearth.send("POST", PATH, b'{"conversations":' + b"[" * 100_000)
        assert (deep.code, error_code(deep)) == (400, "bad_request")
        for many in ([{"messages": [says("a")]}] * 2001, [{"messages": [says("a")] * 10_001}]):
            answer = await hearth.post(PATH, {"conversations": many})
            assert (answer.code, error_code(answer)) == (413, "too_large")
        presets = await hearth.post(PATH, {"conversations": [], "presets": [{"name": "a"}] * 201})
        assert (presets.code, error_code(presets)) == (413, "too_large")
        assert (await read(hearth, "/api/conversations"))["conversations"] == []


@pytest.mark.gen_test
async def test_more_than_64_mib_are_refused_before_they_are_sent() -> None:
    async with running() as hearth:
        for size, status in ((65, 413), (60, 0)):
            lines = (f"POST {PATH} HTTP/1.1", f"Host: 127.0.0.1:{hearth.port}", f"Content-Length: {size * 2**20}")
            reader, writer = await hearth.connect()
            writer.write("\r\n".join([*lines, "Expect: 100-continue", "", ""]).encode())
            answer = await reader.readuntil(b"\r\n\r\n")
            assert (b" 413 " in answer) == (status == 413), answer


@pytest.mark.gen_test(timeout=30)
async def test_a_thread_of_ten_thousand_messages_can_be_gone_on_with() -> None:
    async with running() as hearth:
        chain = [says(f"word{n}", "assistant" if n % 2 else "user") for n in range(10_000)]
        (view,) = await brought(hearth, {"messages": chain})
        assert len((await whole(hearth, view["id"]))["messages"]) == 10_000
        reply = await answered(hearth, view["id"], "and now?", model="echo")
        assert reply["content"].endswith("the last: and now?")


@pytest.mark.gen_test(timeout=60)
async def test_others_chat_while_much_is_brought() -> None:
    async with running() as hearth:
        text = "The quick brown fox jumps over the lazy dog, 敏捷的棕色狐狸跳过懒狗. " * 40
        much = [{"messages": [says(f"{text} {n} {m}") for m in range(20)]} for n in range(60)]
        body = json.dumps({"conversations": much}).encode()
        assert len(body) > 4 * 1024 * 1024
        importing = asyncio.ensure_future(hearth.send("POST", PATH, body))
        answers = 0
        while not importing.done():
            assert (await hearth.get("/api/status")).code == 200
            answers += 1
        assert (await importing).code == 201
        assert answers > 5  # it was served all the while


@pytest.mark.gen_test
async def test_other_tabs_hear_of_what_was_brought() -> None:
    async with running() as hearth:
        line = await talk(hearth)
        views = await brought(hearth, {"messages": [says("one")]}, {"messages": [says("two")]})
        for view in views:
            frame = await line.hear()
            assert (frame["type"], frame["id"], frame["conversation"]) == ("conversation", view["id"], view)
