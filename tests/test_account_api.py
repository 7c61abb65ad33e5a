"""One's own account and the people of the house, over HTTP."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest
from tornado.httpclient import HTTPResponse

from people.throttle import TRIES

from .accounts import NEW_PASSWORD, PASSWORD
from .hearth import error_code, eventually, running
from .signing_in import Browser, guarded, mia, olga

ROUTES = [
    ("GET", "/api/account"),
    ("PATCH", "/api/account"),
    ("DELETE", "/api/account"),
    ("POST", "/api/account/password"),
    ("GET", "/api/account/sessions"),
    ("DELETE", "/api/account/sessions"),
    ("DELETE", "/api/account/sessions/x"),
    ("GET", "/api/account/tokens"),
    ("POST", "/api/account/tokens"),
    ("DELETE", "/api/account/tokens/x"),
]
OWNERS = [
    ("GET", "/api/people"),
    ("PATCH", "/api/people/house"),
    ("DELETE", "/api/people/house"),
    ("POST", "/api/invitations"),
    ("DELETE", "/api/invitations/x"),
]


def body(answer: HTTPResponse, code: int = 200) -> Any:
    assert answer.code == code, answer.body
    return json.loads(answer.body) if answer.body else None


async def id_of(browser: Browser) -> str:
    return str((await browser.json("/api/account"))["id"])


@pytest.mark.parametrize(("method", "path"), ROUTES + OWNERS)
@pytest.mark.gen_test
async def test_who_is_not_signed_in_is_told_nothing(method: str, path: str) -> None:
    async with guarded() as hearth:
        refused = await Browser(hearth).send(method, path, {})
        assert (refused.code, error_code(refused)) == (401, "unauthorized")


@pytest.mark.parametrize(("method", "path"), OWNERS)
@pytest.mark.gen_test
async def test_a_member_may_not_look_after_others(method: str, path: str) -> None:
    async with guarded() as hearth:
        refused = await (await mia(hearth)).send(method, path, {})
        assert (refused.code, error_code(refused)) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path"), ROUTES)
@pytest.mark.gen_test
async def test_where_nobody_signs_in_there_is_no_account(method: str, path: str) -> None:
    async with running() as hearth:
        refused = await hearth.send(method, path, {})
        assert (refused.code, error_code(refused)) == (404, "not_found")


@pytest.mark.parametrize(("method", "path"), [one for one in ROUTES + OWNERS if one[0] in ("PATCH", "POST")])
@pytest.mark.gen_test
async def test_what_can_not_be_read_changes_nothing(clean_log: None, method: str, path: str) -> None:
    async with guarded() as hearth:
        browser = await olga(hearth)
        before = await browser.json("/api/people")
        for sent in (b"[]", b"{", b'{"x": 1}', b'{"name": 3}', b'{"name": ""}', b'{"old": "", "new": ""}', b"\xff"):
            refused = await browser.send(method, path, sent)
            assert refused.code == 400 and error_code(refused), (path, sent)
        assert await browser.json("/api/people") == before


@pytest.mark.gen_test
async def test_my_account_can_be_looked_at_and_renamed() -> None:
    async with guarded() as hearth:
        browser = await mia(hearth)
        account = await browser.json("/api/account")
        assert (account["name"], account["role"], account["has_password"]) == ("Mia", "member", True)
        assert account["may"] == {"models": False, "people": False} and account["created_at"].endswith("Z")
        assert body(await browser.send("PATCH", "/api/account", {"name": " Maria "}))["name"] == "Maria"
        taken = await browser.send("PATCH", "/api/account", {"name": "OLGA"})
        assert (taken.code, error_code(taken)) == (400, "name_taken")
        assert (await browser.json("/api/status"))["user"]["name"] == "Maria"


@pytest.mark.gen_test
async def test_a_new_password_signs_everybody_else_out_of_it() -> None:
    async with guarded() as hearth:
        here, there = await mia(hearth), Browser(hearth)
        await there.signs_in("Mia")
        wrong = await here.send("POST", "/api/account/password", {"old": "wrong horse", "new": NEW_PASSWORD})
        assert (wrong.code, error_code(wrong)) == (403, "wrong_password")
        short = await here.send("POST", "/api/account/password", {"old": PASSWORD, "new": "x"})
        assert (short.code, error_code(short)) == (400, "bad_password")
        old = dict(here.cookies)
        assert (await here.send("POST", "/api/account/password", {"old": PASSWORD, "new": NEW_PASSWORD})).code == 204
        assert (await here.get("/api/account")).code == 200 and here.cookies["hearth"] != old["hearth"]
        assert (await there.get("/api/account")).code == 401
        assert (await here.get("/api/account", Cookie=f"hearth={old['hearth']}")).code == 401


@pytest.mark.gen_test
async def test_guessing_the_old_password_is_slowed_down() -> None:
    async with guarded() as hearth:
        browser = await mia(hearth)
        guess = {"old": "wrong horse", "new": NEW_PASSWORD}
        codes = [(await browser.send("POST", "/api/account/password", guess)).code for _ in range(TRIES + 1)]
        assert codes == [403] * TRIES + [429]


@pytest.mark.gen_test
async def test_a_new_password_closes_the_sockets_that_the_old_one_opened() -> None:
    async with guarded() as hearth:
        here, there = await mia(hearth), Browser(hearth)
        await there.signs_in("Mia")
        status = await hearth.stream("/api/conversations", Cookie=f"hearth={there.cookies['hearth']}")
        await status.until(b"200 OK")
        await here.send("POST", "/api/account/password", {"old": PASSWORD, "new": NEW_PASSWORD})
        async with asyncio.timeout(10):
            while await status.reader.read(65536):
                pass


@pytest.mark.gen_test
async def test_my_sessions_can_be_seen_and_ended() -> None:
    async with guarded() as hearth:
        here, there = await mia(hearth), Browser(hearth, User_Agent="Mozilla/5.0 (Phone)")
        await there.signs_in("Mia")
        sessions = (await here.json("/api/account/sessions"))["sessions"]
        assert [one["current"] for one in sorted(sessions, key=lambda one: one["current"])] == [False, True]
        other = next(one for one in sessions if not one["current"])
        assert other["agent"] == "Mozilla/5.0 (Phone)" and other["address"] == "127.0.0.1"
        assert set(other) == {"id", "agent", "address", "created_at", "seen_at", "current"}
        stranger = await (await olga(hearth)).send("DELETE", f"/api/account/sessions/{other['id']}")
        assert stranger.code == 404
        assert (await here.send("DELETE", f"/api/account/sessions/{other['id']}")).code == 204
        assert (await there.get("/api/account")).code == 401
        await there.signs_in("Mia")
        assert (await here.send("DELETE", "/api/account/sessions")).code == 204
        assert (await there.get("/api/account")).code == 401 and (await here.get("/api/account")).code == 200


@pytest.mark.gen_test
async def test_a_token_is_shown_once_works_as_far_as_it_goes_and_can_be_ended() -> None:
    async with guarded() as hearth:
        browser = await mia(hearth)
        made = body(
            await browser.send("POST", "/api/account/tokens", {"name": "lamp", "scopes": ["read"], "days": 3}), 201
        )
        script = Browser(hearth, Authorization=f"Bearer {made['token']}")
        assert (await script.get("/api/conversations")).code == 200
        for method, path in [("POST", "/api/conversations"), *ROUTES]:
            refused = await script.send(method, path, {})
            assert (refused.code, error_code(refused)) == (403, "forbidden"), path
        (listed,) = (await browser.json("/api/account/tokens"))["tokens"]
        assert set(listed) == {"id", "name", "scopes", "created_at", "expires_at", "seen_at"} and listed["seen_at"]
        assert (await (await olga(hearth)).send("DELETE", f"/api/account/tokens/{made['id']}")).code == 404
        assert (await browser.send("DELETE", f"/api/account/tokens/{made['id']}")).code == 204
        assert (await script.get("/api/conversations")).code == 401


@pytest.mark.gen_test
async def test_the_owner_s_token_is_not_the_owner() -> None:
    async with guarded() as hearth:
        browser = await olga(hearth)
        scopes = {"name": "all of it", "scopes": ["ask", "read"]}
        made = body(await browser.send("POST", "/api/account/tokens", scopes), 201)
        script = Browser(hearth, Authorization=f"Bearer {made['token']}")
        for method, path in OWNERS:
            assert (await script.send(method, path, {})).code == 403, path


@pytest.mark.gen_test
async def test_leaving_takes_the_password_and_everything_goes(clean_log: None) -> None:
    async with guarded() as hearth:
        browser = await mia(hearth)
        conversation = body(await browser.send("POST", "/api/conversations", {}), 201)["id"]
        reply = await ask(browser, conversation)
        wrong = await browser.send("DELETE", "/api/account", {"password": "wrong horse"})
        assert (wrong.code, error_code(wrong)) == (403, "wrong_password")
        assert (await browser.send("DELETE", "/api/account", {"password": PASSWORD})).code == 204
        assert (await browser.get("/api/account")).code == 401
        assert (await browser.signs_in("Mia")).code == 403
        await eventually(lambda: hearth.house.generations.known(reply["generation"]) is None)
        people = (await (await olga(hearth)).json("/api/people"))["people"]
        assert [one["name"] for one in people] == ["Olga"]


async def ask(browser: Browser, conversation: str) -> dict[str, Any]:
    path = f"/api/conversations/{conversation}/messages"
    asked = body(await browser.send("POST", path, {"content": "a very private walrus"}), 202)
    reply: dict[str, Any] = asked["reply"]
    return reply


# -- the owner


@pytest.mark.gen_test
async def test_the_owner_sees_how_much_people_have_but_not_what() -> None:
    async with guarded() as hearth:
        theirs = await mia(hearth)
        conversation = body(await theirs.send("POST", "/api/conversations", {}), 201)["id"]
        await ask(theirs, conversation)
        answer = await (await olga(hearth)).get("/api/people")
        person = next(one for one in body(answer)["people"] if one["name"] == "Mia")
        assert (person["conversations"], person["messages"]) == (1, 2)
        assert set(person) == {
            *("id", "name", "role", "disabled", "manages_models", "models", "at_once", "has_password"),
            *("created_at", "seen_at", "conversations", "messages"),
        }
        assert b"walrus" not in answer.body and conversation.encode() not in answer.body


@pytest.mark.gen_test
async def test_what_a_person_may_do_is_for_the_owner_to_say() -> None:
    async with guarded() as hearth:
        owner, theirs = await olga(hearth), await mia(hearth)
        path = f"/api/people/{await id_of(theirs)}"
        changed = body(await owner.send("PATCH", path, {"manages_models": True, "models": ["llama3"], "at_once": 2}))
        assert (changed["manages_models"], changed["models"], changed["at_once"]) == (True, ["llama3"], 2)
        assert (await theirs.json("/api/account"))["may"] == {"models": True, "people": False}
        assert body(await owner.send("PATCH", path, {"models": None, "at_once": None}))["models"] is None
        for wrong in ({"at_once": 0}, {"role": "king"}, {"id": "x"}, {"models": "llama3"}, {"disabled": None}):
            assert (await owner.send("PATCH", path, wrong)).code == 400, wrong
        assert (await owner.send("PATCH", "/api/people/nonsense", {"at_once": 1})).code == 404


@pytest.mark.gen_test
async def test_who_is_closed_out_is_out_and_what_is_written_for_them_stops() -> None:
    async with guarded() as hearth:
        hearth.fake.pace = 0.05
        owner, theirs = await olga(hearth), await mia(hearth)
        conversation = body(await theirs.send("POST", "/api/conversations", {}), 201)["id"]
        reply = await ask(theirs, conversation)
        assert (await owner.send("PATCH", f"/api/people/{await id_of(theirs)}", {"disabled": True})).code == 200
        assert (await theirs.get("/api/account")).code == 401
        generation = hearth.house.generations.known(reply["generation"])
        assert generation is not None
        await eventually(lambda: generation.log.ending is not None)


@pytest.mark.gen_test
async def test_the_last_owner_stays_and_nobody_deletes_themselves_by_mistake() -> None:
    async with guarded() as hearth:
        owner = await olga(hearth)
        for change in ({"role": "member"}, {"disabled": True}):
            refused = await owner.send("PATCH", "/api/people/house", change)
            assert (refused.code, error_code(refused)) == (400, "last_owner")
        assert (await owner.send("DELETE", "/api/people/house", None)).code == 400
        refused = await owner.send("DELETE", "/api/account", {"password": PASSWORD})
        assert (refused.code, error_code(refused)) == (400, "last_owner")


@pytest.mark.gen_test
async def test_a_deleted_person_s_replies_stop_and_leave_no_file(clean_log: None) -> None:
    async with guarded() as hearth:
        hearth.fake.pace = 0.05
        owner, theirs = await olga(hearth), await mia(hearth)
        conversation = body(await theirs.send("POST", "/api/conversations", {}), 201)["id"]
        reply = await ask(theirs, conversation)
        person = await id_of(theirs)
        assert (await owner.send("DELETE", f"/api/people/{person}")).code == 204
        assert (await theirs.get("/api/account")).code == 401
        assert hearth.house.generations.known(reply["generation"]) is None
        assert await hearth.house.generations.find(person, reply["generation"]) is None
        assert (await owner.send("DELETE", f"/api/people/{person}")).code == 404


@pytest.mark.gen_test
async def test_the_owner_invites_and_takes_it_back() -> None:
    async with guarded() as hearth:
        owner = await olga(hearth)
        made = body(await owner.send("POST", "/api/invitations", {"name": "Tom"}), 201)
        assert made["link"].startswith("/invitation/") and made["person"] is None
        (listed,) = (await owner.json("/api/people"))["invitations"]
        assert set(listed) == {"id", "name", "person", "created_at", "expires_at"} and listed["id"] == made["id"]
        assert (await Browser(hearth).get(made["link"])).code == 200
        assert (await owner.send("DELETE", f"/api/invitations/{made['id']}")).code == 204
        assert (await Browser(hearth).get(made["link"])).code == 403
        assert (await owner.send("DELETE", f"/api/invitations/{made['id']}")).code == 404


@pytest.mark.gen_test
async def test_the_owner_gives_somebody_a_new_password_by_a_link() -> None:
    async with guarded() as hearth:
        owner, theirs = await olga(hearth), await mia(hearth)
        made = body(await owner.send("POST", "/api/invitations", {"person": await id_of(theirs)}), 201)
        assert (await Browser(hearth).fill(made["link"], password=NEW_PASSWORD)).code == 303
        assert (await theirs.get("/api/account")).code == 401
        assert (await Browser(hearth).signs_in("Mia", NEW_PASSWORD)).code == 303
        assert (await owner.send("POST", "/api/invitations", {"person": "nonsense"})).code == 404
        assert (await owner.send("POST", "/api/invitations", {"person": "house", "name": "Tom"})).code == 400
