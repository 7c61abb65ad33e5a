"""Changing what is set for a conversation, and deleting it with all that belongs to it."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from chat.conversations import PersonalConversations
from store import Conversation

from .asked import answered, says, whole
from .hearth import Hearth, error_code, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")


async def change(hearth: Hearth, conversation: str, **fields: Any) -> HTTPResponse:
    return await hearth.send("PATCH", f"/api/conversations/{conversation}", fields)


async def delete(hearth: Hearth, conversation: str) -> HTTPResponse:
    return await hearth.send("DELETE", f"/api/conversations/{conversation}", None)


VALUES: list[tuple[str, Any]] = [
    ("title", "Another"),
    ("model", "echo"),
    ("model", None),
    ("system", "Be brief."),
    ("system", None),
    ("options", {"temperature": 0.5, "stop": ["END"]}),
    ("options", {}),
    ("options", None),
    ("think", False),
    ("think", "high"),
    ("think", None),
    ("keep_alive", "10m"),
    ("keep_alive", -1),
    ("keep_alive", None),
    ("pinned", True),
    ("pinned", False),
    ("leaf", None),
]
FULL = {"title": "t", "model": "quick", "system": "s", "options": {"seed": 1}, "think": True, "keep_alive": 5}


@pytest.mark.gen_test
@pytest.mark.parametrize(("field", "value"), VALUES)
async def test_a_field_replaces_what_was_there_and_all_others_stay(field: str, value: Any) -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(**FULL)
        await answered(hearth, conversation, "hi")
        if field == "pinned":
            await change(hearth, conversation, pinned=not value)
        before = await whole(hearth, conversation)
        answer = await change(hearth, conversation, **{field: value})
        assert answer.code == 200
        after = await whole(hearth, conversation)
        assert after == before | {field: value} and after != before
        del after["messages"]
        assert json.loads(answer.body) == after


@pytest.mark.gen_test
async def test_several_fields_change_at_once_and_nothing_named_changes_nothing() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(**FULL)
        before = await whole(hearth, conversation)
        assert (await change(hearth, conversation)).code == 200
        assert await whole(hearth, conversation) == before
        fields = {"title": "Plan", "pinned": True, "options": {"top_k": 3}}
        await change(hearth, conversation, **fields)
        assert await whole(hearth, conversation) == before | fields


@pytest.mark.gen_test
async def test_another_branch_is_chosen_by_its_leaf_and_what_is_asked_then_goes_below_it() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="echo")
        first = await answered(hearth, conversation, "one")
        await answered(hearth, conversation, "two")
        assert (await change(hearth, conversation, leaf=first["id"])).code == 200
        reply = await answered(hearth, conversation, "other")
        assert reply["content"] == "3 messages; the last: other"
        assert (await whole(hearth, conversation))["leaf"] == reply["id"]


@pytest.mark.gen_test
async def test_what_a_conversation_has_not_or_can_not_have_is_refused_and_nothing_changes() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(**FULL)
        foreign = await answered(hearth, await hearth.conversation(model="quick"), "hi")
        before = await whole(hearth, conversation)
        for fields, status in (
            ({"titel": "x"}, 400),
            ({"id": "x"}, 400),
            ({"running": []}, 400),
            ({"created_at": "2026-11-22T13:44:54Z"}, 400),
            ({"titled": "model"}, 400),
            ({"title": 5}, 400),
            ({"model": ""}, 400),
            ({"model": ["quick"]}, 400),
            ({"system": {}}, 400),
            ({"options": {"temprature": 1}}, 400),
            ({"options": {"num_ctx": "many"}}, 400),
            ({"options": []}, 400),
            ({"think": "hard"}, 400),
            ({"keep_alive": "soon"}, 400),
            ({"keep_alive": 1.5}, 400),
            ({"keep_alive": 2**31}, 400),
            ({"keep_alive": "1" * 40 + "m"}, 400),
            ({"pinned": None}, 400),
            ({"pinned": 1}, 400),
            ({"leaf": 5}, 400),
            ({"leaf": foreign["id"]}, 404),
            ({"leaf": "nothing"}, 404),
            ({"leaf": foreign["id"], "title": "x"}, 404),
        ):
            answer = await change(hearth, conversation, **fields)
            assert (answer.code, error_code(answer)) == (status, "bad_request" if status == 400 else "not_found")
            assert next(iter(fields)) in json.loads(answer.body)["error"]["message"], fields
        for body in (b"", b"[]", b"null", b"{", b'"title"'):
            answer = await hearth.send("PATCH", f"/api/conversations/{conversation}", body)
            assert (body == b"" and answer.code == 200) or answer.code == 400, body
        assert await whole(hearth, conversation) == before
        answer = await change(hearth, "nothing", title="x")
        assert (answer.code, error_code(answer)) == (404, "not_found")


@pytest.mark.gen_test
async def test_a_change_while_a_reply_is_written_is_lost_neither_by_it_nor_by_the_next_question() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        reply = await hearth.ask(conversation, "hi")
        await says(hearth, reply, "One two")
        await change(hearth, conversation, title="Plan", pinned=True, model="echo")
        await hearth.post(f"/api/generations/{reply['generation']}/stop")
        await answered(hearth, conversation, "on")
        after = await whole(hearth, conversation)
        assert (after["title"], after["pinned"], after["model"]) == ("Plan", True, "echo")


# -- deleting


@pytest.mark.gen_test
async def test_a_deleted_conversation_is_gone_with_all_that_belonged_to_it() -> None:
    async with running() as hearth:
        conversation, other = [await hearth.conversation(model="quick", title=title) for title in ("gone", "stays")]
        reply = await answered(hearth, conversation, "What about basil?")
        stays = await answered(hearth, other, "hi")
        answer = await delete(hearth, conversation)
        assert (answer.code, answer.body) == (204, b"")
        listed = json.loads((await hearth.get("/api/conversations")).body)["conversations"]
        assert [one["id"] for one in listed] == [other]
        assert not json.loads((await hearth.get("/api/conversations?query=basil")).body)["conversations"]
        generation = reply["generation"]
        for method, path in (
            ("GET", f"/api/conversations/{conversation}"),
            ("PATCH", f"/api/conversations/{conversation}"),
            ("DELETE", f"/api/conversations/{conversation}"),
            ("POST", f"/api/conversations/{conversation}/messages"),
            ("POST", f"/api/messages/{reply['parent']}/replies"),
            ("POST", f"/api/messages/{reply['id']}/continue"),
            ("GET", f"/api/generations/{generation}"),
            ("GET", f"/api/generations/{generation}/events"),
            ("GET", f"/api/generations/{generation}/events?after=1"),
            ("POST", f"/api/generations/{generation}/stop"),
        ):
            body = {"content": "hi"} if path.endswith("/messages") else {} if method in ("POST", "PATCH") else None
            answer = await hearth.send(method, path, body)
            assert (answer.code, error_code(answer)) == (404, "not_found"), (method, path)
        assert len(await hearth.events(stays["generation"])) > 1


@pytest.mark.gen_test
async def test_its_replies_at_work_stop_and_ollama_with_them_and_their_readers_are_told() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        first, second = await hearth.ask(conversation, "one"), await hearth.ask(conversation, "two")
        await says(hearth, first, "One two")
        reading = [await hearth.stream(f"/api/generations/{one['generation']}/events") for one in (first, second)]
        for stream in reading:
            await stream.until(b"event: status")
        assert (await delete(hearth, conversation)).code == 204
        for stream in reading:
            assert b'"done","reason":"stopped"' in await stream.rest()
        await eventually(lambda: not hearth.fake.at_work)
        for reply in (first, second):
            assert (await hearth.get(f"/api/generations/{reply['generation']}")).code == 404
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_nothing_of_it_is_left_in_the_folder(tmp_path: Path) -> None:
    async with running(f"--data={tmp_path}") as hearth:
        conversation = await hearth.conversation(model="quick")
        await answered(hearth, conversation, "hi")
        running_still = await hearth.ask(conversation, "hi", model="hushed")
        await says(hearth, running_still, "One two")
        assert len(list((tmp_path / "generations").iterdir())) == 2
        await delete(hearth, conversation)
        assert not list((tmp_path / "generations").iterdir())


@pytest.mark.gen_test
async def test_deleting_and_asking_at_once_leaves_nothing_at_work() -> None:
    async with running() as hearth:
        for _ in range(5):
            conversation = await hearth.conversation(model="hushed")
            path = f"/api/conversations/{conversation}/messages"
            asking = [asyncio.ensure_future(hearth.post(path, {"content": "hi"})) for _ in range(4)]
            deleted, *asked = await asyncio.gather(delete(hearth, conversation), *asking)
            assert deleted.code == 204 and {one.code for one in asked} <= {202, 404}
            for one in asked:
                if one.code == 202:
                    generation = json.loads(one.body)["reply"]["generation"]
                    assert (await hearth.get(f"/api/generations/{generation}")).code == 404
        await eventually(lambda: not hearth.fake.at_work)
        assert json.loads((await hearth.get("/api/conversations")).body)["conversations"] == []


@pytest.mark.gen_test
@pytest.mark.parametrize("path", ["/api/conversations/{}", "/api/shared/{}", "/c/{}/plain", "/api/account/export"])
async def test_what_is_deleted_while_it_is_read_is_gone_and_not_empty(
    monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        await answered(hearth, conversation, "hi")
        share = json.loads((await hearth.post(f"/api/conversations/{conversation}/shares")).body)["id"]
        get = PersonalConversations.get

        async def deleted_behind(mine: PersonalConversations, conversation_id: str) -> Conversation:
            found = await get(mine, conversation_id)
            monkeypatch.setattr(PersonalConversations, "get", get)
            await mine.delete(conversation_id)
            return found

        monkeypatch.setattr(PersonalConversations, "get", deleted_behind)
        answer = await hearth.get(path.format(share if "shared" in path else conversation))
        if "export" in path:
            assert json.loads(answer.body)["conversations"] == []
        else:
            assert answer.code == 404
