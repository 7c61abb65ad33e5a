"""What was done to software of this kind, done to Hearth: requests that should not work, and don't."""

from __future__ import annotations

import asyncio
import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest

from .at_home import PASSWORD, Home, Visitor, at_home
from .hearth import running

NOBODY = "0123456789abcdef01234567"
HANDSHAKE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec_WebSocket_Version": "13",
    "Sec_WebSocket_Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


async def sign_in(visitor: Visitor, name: str, password: str, **headers: str) -> tuple[int, str]:
    """The status and the cookies that were set."""
    answer = await visitor.send("POST", "/sign-in", form(name=name, password=password), **headers)
    return answer.code, "; ".join(answer.headers.get_list("Set-Cookie"))


def session_of(cookies: str) -> str:
    return next(one.partition("=")[2] for one in cookies.split("; ") if one.startswith("hearth="))


# -- pages of other sites


@pytest.mark.gen_test
@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "null",
        "{ours}.evil.example",
        "{ours}1",
        "https://127.0.0.1:{port}",
        "{ours}@evil.example",
    ],
)
async def test_another_sites_page_can_use_nobodys_cookie(origin: str) -> None:
    async with at_home() as home:
        origin = origin.format(ours=home.hearth.url, port=home.hearth.port)
        headers = {"Origin": origin}
        assert (await home.anna.get("/api/conversations", **headers)).code == 403
        assert (await home.anna.post("/api/conversations", {}, **headers)).code == 403
        assert (await home.anna.get("/chat?question=hi", **headers)).code == 403
        assert (await home.anna.get("/ws", **HANDSHAKE, **headers)).code == 403


@pytest.mark.gen_test
async def test_a_name_that_a_stranger_points_at_the_house_is_not_answered() -> None:
    async with at_home() as home:
        for host in ("evil.example", f"evil.example:{home.hearth.port}", "127.0.0.1.evil.example"):
            assert (await home.anna.get("/api/conversations", Host=host)).code == 421


@pytest.mark.gen_test
async def test_nobody_is_signed_in_or_out_by_another_sites_form() -> None:
    async with at_home() as home:
        foreign = {"Origin": "http://evil.example"}
        code, cookies = await sign_in(home.stranger(), "ben", PASSWORD.format("ben"), **foreign)
        assert (code, cookies) == (403, "")
        assert (await home.anna.send("POST", "/sign-out", b"", **foreign)).code == 403
        assert (await home.anna.get("/sign-out")).code == 405
        assert (await home.anna.get("/api/conversations")).code == 200


@pytest.mark.gen_test
async def test_the_pages_where_one_signs_in_can_be_put_into_no_frame_and_no_cache() -> None:
    async with at_home() as home:
        for path in ("/sign-in", f"/invitation/{NOBODY}"):
            answer = await home.stranger().get(path)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
            assert "script-src" not in answer.headers["Content-Security-Policy"] or "'self'" in str(answer.headers)
            assert answer.headers["Cache-Control"] == "no-store"


# -- ways in


@pytest.mark.gen_test
async def test_the_first_to_come_does_not_become_the_owner() -> None:
    async with running("--auth=required") as hearth:
        codes: list[str] = []
        hearth.accounts.entrance.first_owner.tell = codes.append
        hearth.accounts.entrance.first_owner.ask()
        for guess in ("", "0000-0000", codes[0][:-1], "A" * 5000):
            answer = await hearth.send("POST", "/setup", form(code=guess, name="eve", password="a long enough one"))
            assert answer.code in (400, 403) and "Set-Cookie" not in answer.headers
        assert not hearth.accounts.has_owner


@pytest.mark.gen_test
async def test_the_owners_code_can_be_guessed_five_times_in_all() -> None:
    async with running("--auth=required") as hearth:
        codes: list[str] = []
        hearth.accounts.entrance.first_owner.tell = codes.append
        hearth.accounts.entrance.first_owner.ask()
        tries = [form(code=f"0000-000{n}", name="eve", password="a long enough one") for n in range(5)]
        for one in tries:
            await hearth.send("POST", "/setup", one)
        right = form(code=codes[0], name="eve", password="a long enough one")
        assert (await hearth.send("POST", "/setup", right)).code == 403
        assert not hearth.accounts.has_owner


@pytest.mark.gen_test
async def test_a_house_that_has_an_owner_gets_no_second_one_by_its_code() -> None:
    async with at_home() as home:
        home.hearth.accounts.entrance.first_owner.tell = lambda code: None
        answer = await home.stranger().send("POST", "/setup", form(code="x", name="eve", password="a long enough one"))
        assert answer.code in (303, 400, 403) and "Set-Cookie" not in answer.headers
        assert len(await home.hearth.accounts.people()) == 3


@pytest.mark.gen_test
async def test_a_cookie_that_was_planted_is_not_the_one_somebody_is_signed_in_with() -> None:
    async with at_home() as home:
        planted = "A" * 43
        code, cookies = await sign_in(home.stranger(), "ben", PASSWORD.format("ben"), Cookie=f"hearth={planted}")
        assert code == 303 and session_of(cookies) != planted
        assert (await home.stranger().get("/api/account", Cookie=f"hearth={planted}")).code == 401


@pytest.mark.gen_test
@pytest.mark.parametrize(
    "path", ["//evil.example", "https://evil.example", "/\\evil.example", "/%2F/evil", "javascript:alert(1)"]
)
async def test_signing_in_leads_to_no_other_site(path: str) -> None:
    async with at_home() as home:
        fields = form(name="ben", password=PASSWORD.format("ben"), next=path)
        answer = await home.stranger().send("POST", f"/sign-in?{urlencode({'next': path})}", fields)
        assert (answer.code, answer.headers["Location"]) == (303, "/")


@pytest.mark.gen_test
async def test_a_name_that_nobody_has_is_answered_as_a_wrong_password_is() -> None:
    async with at_home() as home:
        answers = []
        for name in ("anna", "nobody"):
            fields = form(name=name, password="not the right one")
            answer = await home.stranger().send("POST", "/sign-in", fields)
            page = re.sub(rb'name="form" value="[^"]+"', b"", answer.body)  # each form has a name of its own
            answers.append((answer.code, page.replace(name.encode(), b"NAME")))
        assert answers[0] == answers[1]


@pytest.mark.gen_test(timeout=60)
async def test_two_hundred_guesses_cost_a_few_hashes_and_keep_nobody_out() -> None:
    async with at_home() as home:
        passwords = home.hearth.accounts.entrance.passwords
        before = passwords.computed
        guesses = [sign_in(home.stranger(), "anna", f"guess number {n}") for n in range(200)]
        codes = [code for code, _ in await asyncio.gather(*guesses)]
        assert codes.count(429) >= 190 and passwords.computed - before <= 10
        assert (await home.enter("anna", address="192.168.1.7")).id == home.anna.id
        assert (await home.anna.get("/api/account")).code == 200


@pytest.mark.gen_test
async def test_a_huge_password_is_refused_before_anything_is_computed() -> None:
    async with at_home() as home:
        before = home.hearth.accounts.entrance.passwords.computed
        link = await home.owner.json("POST", "/api/invitations", {"name": "carol"})
        fields = form(name="carol", password="x" * 10_000)
        assert (await home.stranger().send("POST", link["link"], fields)).code == 400
        body = {"old": PASSWORD.format("anna"), "new": "x" * 10_000}
        assert (await home.anna.post("/api/account/password", body)).code == 400
        assert home.hearth.accounts.entrance.passwords.computed == before


@pytest.mark.gen_test
async def test_an_invitation_lets_one_in_however_many_click_at_once() -> None:
    async with at_home() as home:
        link = (await home.owner.json("POST", "/api/invitations", {}))["link"]
        for _ in range(3):  # a messenger's preview
            assert (await home.stranger().get(link)).code == 200
        forms = [form(name=f"guest{n}", password="a long enough one") for n in range(4)]
        answers = await asyncio.gather(*(home.stranger().send("POST", link, one) for one in forms))
        assert sorted(answer.code for answer in answers)[0] == 303
        assert [answer.code for answer in answers].count(303) == 1
        assert len(await home.hearth.accounts.people()) == 4
        assert (await home.stranger().get(link)).code in (403, 404, 410)


@pytest.mark.gen_test
async def test_a_link_for_a_new_password_names_no_host() -> None:
    async with at_home() as home:
        wanted = {"person": home.anna.id}
        link = await home.owner.json("POST", "/api/invitations", wanted)
        assert link["link"].startswith("/invitation/") and "://" not in json.dumps(link)


# -- sessions that have ended


async def _ends(home: Home, end: Any) -> None:
    """After `end`, Anna's cookie opens nothing, and what was open is closed long before a heartbeat."""
    conversation = await home.anna.conversation()
    generation = (await home.anna.ask(conversation, "tell", model="slow"))["reply"]["generation"]
    stream = await home.anna.stream(f"/api/generations/{generation}/events")
    await stream.until(b"event: status")
    socket = await home.anna.socket()
    await end()
    async with asyncio.timeout(5):
        while await stream.reader.read(65536):
            pass
        while await socket.read_message() is not None:
            pass
    socket.close()
    assert (await home.anna.get("/api/conversations")).code == 401
    again = await home.anna.get(f"/api/generations/{generation}/events", Last_Event_ID="1")
    assert again.code == 401


@pytest.mark.gen_test(timeout=10)
async def test_a_cookie_and_a_stream_end_with_the_session() -> None:
    async with at_home() as home:
        await _ends(home, lambda: home.anna.send("POST", "/sign-out", b""))


@pytest.mark.gen_test(timeout=10)
async def test_a_cookie_does_not_outlive_a_changed_password() -> None:
    async with at_home() as home:
        body = {"old": PASSWORD.format("anna"), "new": "another good one"}
        await _ends(home, lambda: home.anna.post("/api/account/password", body))


@pytest.mark.gen_test(timeout=10)
async def test_who_is_closed_out_is_out_at_once() -> None:
    async with at_home() as home:
        script = await home.script_of(home.anna, "read")
        path = f"/api/people/{home.anna.id}"
        await _ends(home, lambda: home.owner.send("PATCH", path, {"disabled": True}))
        assert (await script.get("/api/conversations")).code == 401


@pytest.mark.gen_test(timeout=10)
async def test_a_session_that_was_ended_from_elsewhere_is_over() -> None:
    async with at_home() as home:
        elsewhere = await home.enter("anna")
        await _ends(home, lambda: elsewhere.send("DELETE", f"/api/account/sessions/{home.anna.caller.key}", None))
        assert (await elsewhere.get("/api/account")).code == 200


@pytest.mark.gen_test
async def test_a_forged_cookie_is_nobodys() -> None:
    async with at_home() as home:
        real = home.anna.headers["Cookie"].partition("=")[2]
        for forged in (real[:-1], real + "A", real.swapcase(), "", "../../etc", "A" * 100_00, NOBODY, "null"):
            assert (await home.stranger().get("/api/account", Cookie=f"hearth={forged}")).code == 401


# -- tokens


@pytest.mark.gen_test
async def test_a_token_counts_in_its_own_header_only() -> None:
    async with at_home() as home:
        script = await home.script_of(home.anna, "read")
        token = script.headers["Authorization"].partition(" ")[2]
        stranger = home.stranger()
        assert (await script.get("/api/conversations")).code == 200
        for headers in ({"X_API_Key": token}, {"Authorization": token}, {"Authorization": f"Basic {token}"},
                        {"Cookie": f"hearth={token}"}, {"X_Authorization": f"Bearer {token}"}):  # fmt: skip
            assert (await stranger.get("/api/conversations", **headers)).code == 401
        for query in (f"token={token}", f"access_token={token}", f"authorization=Bearer+{token}"):
            assert (await stranger.get(f"/api/conversations?{query}")).code == 401
        for cut in (token[:-1], token[7:], token.upper(), "hearth_"):
            assert (await stranger.get("/api/conversations", Authorization=f"Bearer {cut}")).code == 401


@pytest.mark.gen_test
async def test_a_token_does_what_it_is_for_and_no_more() -> None:
    async with at_home() as home:
        conversation = await home.anna.conversation()
        ask, read = await home.script_of(home.anna, "ask"), await home.script_of(home.anna, "read")
        both = await home.script_of(home.owner, "ask", "read")
        assert (await ask.post(f"/api/conversations/{conversation}/messages", {"content": "hi"})).code == 202
        assert (await ask.get("/api/conversations")).code == 403
        assert (await read.get(f"/api/conversations/{conversation}")).code == 200
        assert (await read.post(f"/api/conversations/{conversation}/messages", {"content": "hi"})).code == 403
        beyond = await read.get("/chat?question=hi")
        assert beyond.code == 403 and b"make one on the page" in beyond.body
        for method, path in (
            ("DELETE", f"/api/conversations/{conversation}"), ("PATCH", "/api/account"), ("GET", "/api/account"),
            ("POST", "/api/account/tokens"), ("GET", "/api/account/export"), ("GET", "/api/people"),
            ("POST", "/api/invitations"), ("POST", "/api/pulls"), ("DELETE", "/api/models/quick"), ("GET", "/"),
            ("POST", "/plain"), ("POST", f"/api/conversations/{conversation}/shares"),
        ):  # fmt: skip
            for script in (ask, read, both):
                never = await script.send(method, path)
                assert never.code == 403 and b"No token may" in never.body, (method, path)


@pytest.mark.gen_test
async def test_a_socket_that_hears_of_everything_needs_a_token_that_may_read() -> None:
    async with at_home() as home:
        ask, both = await home.script_of(home.anna, "ask"), await home.script_of(home.anna, "ask", "read")
        assert (await ask.get("/ws", **HANDSHAKE, Sec_WebSocket_Protocol="hearth.v1")).code == 403
        (await ask.socket(None)).close()
        (await both.socket()).close()


# -- proxies


@pytest.mark.gen_test
async def test_a_name_in_a_header_is_believed_of_nobody_but_the_proxy() -> None:
    async with at_home() as home:
        for header in ("Remote_User", "X_Forwarded_User", "X_Remote_User"):
            assert (await home.stranger().get("/api/account", **{header: "owner"})).code == 401
    async with running("--auth=proxy", "--trusted-proxies=127.0.0.2") as hearth:
        await hearth.accounts.add("owner", PASSWORD)
        assert (await hearth.get("/api/account", Remote_User="owner")).code == 401
        forwarded = {"X_Forwarded_For": "127.0.0.2", "Remote_User": "owner"}
        assert (await hearth.get("/api/account", **forwarded)).code == 401


@pytest.mark.gen_test
async def test_a_name_that_comes_twice_is_not_believed() -> None:
    async with running("--auth=proxy", "--trusted-proxies=127.0.0.1") as hearth:
        await hearth.accounts.add("owner", PASSWORD)
        assert json.loads((await hearth.get("/api/account", Remote_User="owner")).body)["name"] == "owner"
        stream = await hearth.stream("/api/account", Remote_User="eve\r\nRemote-User: owner")
        assert b"401" in await stream.until(b"\r\n")


@pytest.mark.gen_test
async def test_what_a_stranger_says_of_tls_changes_no_cookie() -> None:
    async with at_home() as home:
        code, cookies = await sign_in(home.stranger(), "ben", PASSWORD.format("ben"), X_Forwarded_Proto="https")
        assert code == 303 and "__Host-" not in cookies and "Secure" not in cookies


@pytest.mark.gen_test
async def test_over_tls_a_cookie_is_bound_to_this_host_and_no_other_is_taken() -> None:
    async with at_home("--trusted-proxies=127.0.0.1") as home:
        tls = {"X_Forwarded_Proto": "https", "X_Forwarded_For": "192.168.1.5"}
        code, cookies = await sign_in(home.stranger(), "ben", PASSWORD.format("ben"), **tls)
        assert code == 303
        assert "__Host-hearth=" in cookies and cookies.count("Secure") == 2 and cookies.count("HttpOnly") == 2
        assert cookies.count("SameSite=Lax") == 2 and "Domain" not in cookies and cookies.count("Path=/") == 2
        assert (await home.anna.get("/api/account", **tls)).code == 401  # a cookie that plain http could have planted
