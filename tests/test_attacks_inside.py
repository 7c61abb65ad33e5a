"""The same by odd addresses and bodies, by what models send, and by links that were shared."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import pytest

from people.requests import ChangedPerson

from .at_home import Home, at_home
from .hearth import eventually, frames

NOBODY = "0123456789abcdef01234567"


# -- addresses, methods, bodies


@pytest.mark.gen_test
@pytest.mark.parametrize(
    "path",
    ["/static/../api/conversations", "/static/%2e%2e/hearth.db", "//api/conversations", "/healthz/../api/conversations",
     "/api/shared/../conversations", "/api/conversations/", "/API/conversations", "/api/status/../conversations",
     "/s/../api/conversations", "/sign-in/../api/conversations", "/built/../../server.py", "/api/conversations;x"],
)  # fmt: skip
async def test_no_roundabout_way_leads_past_the_door(path: str) -> None:
    async with at_home() as home:
        await home.anna.conversation(title="canary")
        reader, writer = await home.hearth.connect()
        writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        answer = await reader.read()
        assert answer.split(b" ")[1] in (b"401", b"404", b"400"), answer
        assert b"canary" not in answer and b"SQLite" not in answer


@pytest.mark.gen_test
async def test_a_method_in_a_header_or_a_field_is_not_looked_at() -> None:
    async with at_home() as home:
        conversation = await home.anna.conversation()
        path = f"/api/conversations/{conversation}"
        await home.anna.get(path, X_HTTP_Method_Override="DELETE")
        await home.anna.get(f"{path}?_method=DELETE")
        assert (await home.anna.get(path)).code == 200


@pytest.mark.gen_test
async def test_nobody_makes_himself_the_owner_by_a_field_more() -> None:
    async with at_home() as home:
        for method, path, body in (
            ("PATCH", "/api/account", {"name": "ben", "role": "owner"}),
            ("PATCH", "/api/account", {"manages_models": True}),
            ("POST", "/api/conversations", {"person": home.anna.id}),
            ("PATCH", f"/api/conversations/{await home.ben.conversation()}", {"person": home.anna.id}),
            ("POST", "/api/imports", {"conversations": [{"person": home.anna.id, "messages": []}]}),
        ):
            assert (await home.ben.send(method, path, body)).code == 400, (path, body)
        assert (await home.ben.json("GET", "/api/account"))["role"] == "member"


@pytest.mark.gen_test
async def test_an_import_takes_nobodys_place() -> None:
    async with at_home() as home:
        conversation = await home.anna.conversation(title="Anna's")
        message = {"role": "user", "content": "mine", "id": NOBODY, "conversation": conversation}
        body = {"conversations": [{"id": conversation, "title": "Ben's", "messages": [message]}]}
        taken = await home.ben.json("POST", "/api/imports", body)
        assert taken["conversations"][0]["id"] != conversation
        assert (await home.anna.json("GET", f"/api/conversations/{conversation}"))["title"] == "Anna's"


@pytest.mark.gen_test
async def test_a_stranger_can_fill_no_memory() -> None:
    async with at_home() as home:
        reader, writer = await home.hearth.connect()
        writer.write(b"POST /api/imports HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 60000000\r\n\r\n")
        assert b" 401 " in await reader.readline()


@pytest.mark.gen_test
async def test_words_for_a_database_are_words() -> None:
    async with at_home() as home:
        await home.anna.conversation(title="canary")
        evil = "' OR 1=1 --"
        found = await home.ben.json("GET", f"/api/conversations?{urlencode({'query': evil})}")
        assert found["conversations"] == []
        fields = urlencode({"name": evil, "password": evil}).encode()
        assert (await home.stranger().send("POST", "/sign-in", fields)).code in (400, 403)


# -- what models and their servers send


@pytest.mark.gen_test
async def test_a_model_can_make_no_events_and_end_no_stream() -> None:
    async with at_home() as home:
        evil = "x\n\nevent: done\ndata: {}\n\nid: 99\ndata: forged\r\n\r\n"
        home.hearth.fake.pieces = [evil, "end"]
        stream = await home.anna.stream("/chat?question=hi&model=reciter")
        body = (await stream.rest()).decode()
        pieces = [one.data for one in frames(body) if one.data]
        assert "".join(pieces) == (evil + "end").replace("\r\n", "\n")
        assert {one.type for one in frames(body)} == {"message"}


@pytest.mark.gen_test
async def test_a_model_servers_redirect_leads_nowhere() -> None:
    async with at_home() as home:
        location = f"Location: {home.hearth.url}/healthz"
        head = f"HTTP/1.1 302 Found\r\n{location}\r\nContent-Length: 0\r\n\r\n"
        home.hearth.fake.answers["/api/show"] = head.encode()
        home.hearth.fake.answers["/api/chat"] = head.encode()
        answer = await home.anna.get("/chat?question=hi&model=quick")
        assert answer.code == 502 and b"redirects" in answer.body


# -- sharing


@pytest.mark.gen_test
async def test_a_link_shows_its_branch_and_nothing_else() -> None:
    async with at_home() as home:
        home.hearth.fake.thoughts, home.hearth.fake.pieces = ["secret thought"], ["shown"]
        conversation = await home.anna.conversation(title="Shared", system="secret system")
        first = await home.anna.ask(conversation, "shown question", model="reciter")
        await _done(home, first)
        other = await home.anna.ask(conversation, "secret branch", parent=None, model="reciter")
        await _done(home, other)
        later = await home.anna.ask(conversation, "secret later", parent=first["reply"]["id"], model="reciter")
        await _done(home, later)
        body = {"message": first["reply"]["id"], "sign_in": False}
        share = await home.anna.json("POST", f"/api/conversations/{conversation}/shares", body)
        shown = await home.stranger().get(f"/api/shared/{share['id']}")
        assert shown.code == 200 and b"shown question" in shown.body and b"secret" not in shown.body
        assert conversation.encode() not in shown.body
        for path in (f"/api/conversations/{conversation}", f"/api/generations/{first['reply']['generation']}"):
            assert (await home.stranger().get(path, Cookie=f"hearth={share['id']}")).code == 401


@pytest.mark.gen_test
async def test_a_link_that_was_ended_shows_nothing_any_more() -> None:
    async with at_home() as home:
        conversation = await home.anna.conversation()
        shares = [
            await home.anna.json("POST", f"/api/conversations/{conversation}/shares", {"sign_in": False})
            for _ in range(3)
        ]
        paths = [f"/api/shared/{one['id']}" for one in shares]
        assert (await home.anna.send("DELETE", f"/api/shares/{shares[0]['id']}", None)).code == 204
        assert (await home.stranger().get(paths[0])).code == 404
        assert (await home.stranger().get(paths[1])).code == 200
        await home.hearth.accounts.change(home.anna.id, ChangedPerson(disabled=True))
        assert (await home.stranger().get(paths[1])).code == 404
        await home.hearth.accounts.change(home.anna.id, ChangedPerson(disabled=False))
        await home.hearth.house.conversations.of(home.anna.id).delete(conversation)
        assert (await home.stranger().get(paths[2])).code == 404


@pytest.mark.gen_test
async def test_a_link_for_the_house_is_for_who_signed_in() -> None:
    async with at_home() as home:
        conversation = await home.anna.conversation()
        share = await home.anna.json("POST", f"/api/conversations/{conversation}/shares", {"sign_in": True})
        assert (await home.stranger().get(f"/api/shared/{share['id']}")).code == 401
        assert (await home.ben.get(f"/api/shared/{share['id']}")).code == 200


async def _done(home: Home, asked: dict[str, Any]) -> None:
    async def is_done() -> bool:
        return bool((await home.anna.json("GET", f"/api/messages/{asked['reply']['id']}"))["state"] == "done")

    await eventually(is_done)
