"""The pages through which people come in, as a browser without JavaScript sees them."""

from __future__ import annotations

import asyncio
import html
import json
import logging
import re

import pytest
from tornado.httpclient import HTTPResponse

from handlers.entry import BESIDE
from people.errors import NAME_FAULTS, PASSWORD_FAULTS
from people.requests import ChangedPerson, NewInvitation
from people.throttle import TRIES

from .accounts import NEW_PASSWORD, PASSWORD
from .at_home import at_home
from .hearth import ROOT, running
from .signing_in import Browser, code_of, guarded, mia, olga

SECRETS = (PASSWORD, NEW_PASSWORD)


def text(answer: HTTPResponse) -> str:
    """Unescaped; passwords never come back."""
    page = answer.body.decode()
    assert not any(one in page for one in SECRETS)
    assert "script-src" not in answer.headers["Content-Security-Policy"] and "<script" not in page
    assert answer.headers["Cache-Control"] == "no-store"
    return html.unescape(page)


@pytest.mark.gen_test
async def test_who_is_not_signed_in_is_led_to_the_page_where_one_does_and_back() -> None:
    async with guarded() as hearth:
        browser = Browser(hearth)
        asked = await browser.get("/c/abc123")
        assert (asked.code, asked.headers["Location"]) == (303, "/sign-in?next=%2Fc%2Fabc123")
        page = await browser.get(asked.headers["Location"])
        assert page.code == 200 and 'name="next" value="/c/abc123"' in text(page)
        entered = await browser.fill("/sign-in", name="Olga", password=PASSWORD, next="/c/abc123")
        assert (entered.code, entered.headers["Location"]) == (303, "/c/abc123")
        assert (await browser.json("/api/status"))["user"]["name"] == "Olga"
        again = await browser.get("/sign-in?next=/c/abc123")
        assert (again.code, again.headers["Location"]) == (303, "/c/abc123")


@pytest.mark.parametrize(
    "next_",
    [
        "//evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "/c/../api",
        "/c/a\r\nX: y",
        "/sign-out",
    ],
)
@pytest.mark.gen_test
async def test_signing_in_leads_nowhere_but_to_a_page_of_ours(next_: str) -> None:
    async with guarded() as hearth:
        entered = await Browser(hearth).fill("/sign-in", name="Olga", password=PASSWORD, next=next_)
        assert (entered.code, entered.headers["Location"]) == (303, "/")


@pytest.mark.gen_test
async def test_the_cookies_are_for_this_host_and_no_script() -> None:
    async with guarded("--trusted-proxies=127.0.0.1") as hearth:
        browser = Browser(hearth)
        await browser.signs_in("Olga")
        assert set(browser.cookies) == {"hearth", "hearth_device"}
        assert all("HttpOnly" in one and "SameSite=Lax" in one and "Path=/" in one for one in browser.told)
        assert not any("Secure" in one or "Domain" in one for one in browser.told)
        over_tls = Browser(hearth, X_Forwarded_Proto="https", X_Forwarded_For="192.168.1.9")
        await over_tls.signs_in("Olga")
        assert set(over_tls.cookies) == {"__Host-hearth", "__Host-hearth_device"}
        assert all("Secure" in one and "HttpOnly" in one and "Domain" not in one for one in over_tls.told)
        assert (await over_tls.json("/api/account"))["name"] == "Olga"


@pytest.mark.gen_test
async def test_opening_the_page_keeps_the_cookie_for_another_90_days() -> None:
    async with guarded() as hearth:
        browser = await olga(hearth)
        assert (await browser.get("/")).code == 200
        assert browser.told and "Max-Age=7776000" in browser.told[-1]


@pytest.mark.gen_test
async def test_a_wrong_password_is_said_beside_it_and_the_name_is_still_there() -> None:
    async with guarded() as hearth:
        for name in ('Olga"><b>', "Olga"):
            page = await Browser(hearth).signs_in(name, "wrong horse")
            assert page.code == 403 and "<b>" not in page.body.decode()
            words = text(page)
            assert f'value="{name}"' in words and "don’t go together" in words
            assert words.count('aria-invalid="true"') == 1 and "wrong horse" not in words


@pytest.mark.gen_test
async def test_who_guesses_is_told_how_long_to_wait() -> None:
    async with guarded() as hearth:
        browser = Browser(hearth)
        for _ in range(TRIES):
            assert (await browser.signs_in("Olga", "wrong horse")).code == 403
        page = await browser.signs_in("Olga")
        assert page.code == 429 and 1 <= int(page.headers["Retry-After"]) <= 30
        assert page.headers["Retry-After"] in text(page)


@pytest.mark.gen_test
async def test_whatever_is_sent_gets_a_page(clean_log: None) -> None:
    async with guarded() as hearth:
        for body in (b"", b"\xff\xfe", b"name=%ff&password=%00", b"a=1&" * 30, b"name=" + b"x" * 100_000, b"{}"):
            for path in ("/sign-in", "/invitation/x"):
                page = await hearth.send("POST", path, body)
                assert page.code in (400, 403) and "<h1" in text(page), body


@pytest.mark.gen_test
async def test_signing_out_ends_the_session_and_the_cookie() -> None:
    async with guarded() as hearth:
        browser = await olga(hearth)
        stolen = browser.cookies["hearth"]
        left = await browser.fill("/sign-out")
        assert (left.code, left.headers["Location"]) == (303, "/sign-in")
        assert "hearth" not in browser.cookies and "hearth_device" in browser.cookies
        assert (await browser.get("/api/account", Cookie=f"hearth={stolen}")).code == 401
        assert (await browser.fill("/sign-out")).code == 303
        assert (await browser.get("/sign-out")).code == 405


@pytest.mark.gen_test
async def test_signing_in_as_another_ends_the_session_that_was_here() -> None:
    async with guarded() as hearth:
        browser, _ = await olga(hearth), await mia(hearth)
        stolen = browser.cookies["hearth"]
        assert (await browser.signs_in("Mia")).code == 303
        assert (await browser.json("/api/account"))["name"] == "Mia"
        assert (await browser.get("/api/account", Cookie=f"hearth={stolen}")).code == 401


@pytest.mark.gen_test
async def test_another_site_s_page_can_sign_nobody_in_or_out() -> None:
    async with guarded() as hearth:
        browser = await olga(hearth)
        for path in ("/sign-in", "/sign-out", "/setup", "/invitation/x"):
            foreign = await browser.send("POST", path, b"name=Olga", Origin="http://evil.example")
            assert foreign.code == 403
        assert (await browser.get("/api/account")).code == 200


# -- the first owner


@pytest.mark.gen_test
async def test_who_types_the_code_from_the_log_is_the_owner() -> None:
    async with guarded(owned=False) as hearth:
        browser = Browser(hearth)
        assert (await browser.get("/")).headers["Location"] == "/setup"
        assert (await browser.get("/sign-in")).headers["Location"] == "/setup"
        code = code_of(hearth)
        assert code not in text(await browser.get("/setup"))
        wrong = await browser.fill("/setup", code="0000-0000", name="Olga", password=PASSWORD)
        assert wrong.code == 403 and "Tries left: 4" in text(wrong) and 'value="Olga"' in text(wrong)
        short = await browser.fill("/setup", code=code, name="Olga", password="x")
        assert short.code == 400 and "at least 8" in text(short)
        for again in (NEW_PASSWORD, ""):  # left empty, which a text browser sends
            differs = await browser.fill("/setup", code=code, name="Olga", password=PASSWORD, again=again)
            assert differs.code == 400 and "differ" in text(differs)
        assert (await browser.fill("/setup", code=code, name="Olga", password=PASSWORD, again=PASSWORD)).code == 303
        assert (await browser.json("/api/account"))["role"] == "owner"
        assert (await browser.get("/setup")).headers["Location"] == "/sign-in"
        late = await Browser(hearth).fill("/setup", code=code, name="Mallory", password=PASSWORD)
        assert (late.code, late.headers["Location"]) == (303, "/sign-in")


@pytest.mark.gen_test
async def test_a_second_click_is_no_second_owner_and_no_problem() -> None:
    async with guarded(owned=False) as hearth:
        code = code_of(hearth)
        browsers = Browser(hearth), Browser(hearth)
        form = {"code": code, "name": "Olga", "password": PASSWORD}
        answers = await asyncio.gather(*(one.fill("/setup", **form) for one in browsers))
        late = Browser(hearth)
        answers.append(await late.fill("/setup", **form))  # when the owner is there already
        assert [one.code for one in answers] == [303, 303, 303]
        assert browsers[0].cookies == browsers[1].cookies == late.cookies != {}


@pytest.mark.gen_test
async def test_a_new_code_goes_into_the_log_once_a_minute_and_never_onto_the_page() -> None:
    async with guarded(owned=False) as hearth:
        told: list[str] = []
        hearth.accounts.entrance.first_owner.tell = told.append
        browser = Browser(hearth)
        page = await browser.fill("/setup/code")
        assert page.code == 200 and "in the log now" in text(page) and told[0] not in text(page)
        assert 'action="/setup"' in text(page)
        page = await browser.fill("/setup/code")
        assert page.code == 429 and "just now" in text(page) and len(told) == 1
        assert (await browser.get("/setup/code")).headers["Location"] == "/setup"


# -- invitations


@pytest.mark.gen_test
async def test_who_has_a_link_chooses_name_and_password_once() -> None:
    async with guarded() as hearth:
        _, secret = await hearth.accounts.invitations.create(NewInvitation(name="Mia"))
        browser = Browser(hearth, Accept_Language="zh-CN")
        page = text(await browser.get(f"/invitation/{secret}"))
        assert 'value="Mia"' in page and 'lang="zh' in page and "欢迎" in page
        taken = await browser.fill(f"/invitation/{secret}", name="olga", password=PASSWORD)
        assert taken.code == 400 and "已有人使用" in text(taken) and 'value="olga"' in text(taken)
        entered = await browser.fill(f"/invitation/{secret}", name="Mia", password=PASSWORD)
        assert (entered.code, entered.headers["Location"]) == (303, "/")
        assert (await browser.json("/api/account"))["role"] == "member"
        for used in (await browser.get(f"/invitation/{secret}"), await Browser(hearth).get("/invitation/nonsense")):
            assert used.code == 403 and "<form" not in text(used)
        late = await Browser(hearth).fill(f"/invitation/{secret}", name="Tom", password=PASSWORD)
        assert late.code == 403 and "used already" in text(late)


@pytest.mark.gen_test
async def test_a_second_click_on_an_invitation_comes_in_also_when_the_first_one_was_quick() -> None:
    async with guarded() as hearth:
        _, secret = await hearth.accounts.invitations.create(NewInvitation())
        browsers = Browser(hearth), Browser(hearth)
        answers = [await one.fill(f"/invitation/{secret}", name="Mia", password=PASSWORD) for one in browsers]
        assert [one.code for one in answers] == [303, 303]
        assert browsers[0].cookies == browsers[1].cookies != {}


@pytest.mark.gen_test
async def test_who_presses_again_before_the_first_page_is_there_stays_signed_in() -> None:
    async with guarded() as hearth:
        _, secret = await hearth.accounts.invitations.create(NewInvitation())
        browser = Browser(hearth)
        for address in (f"/invitation/{secret}", "/sign-in"):
            again = [await browser.fill(address, name="Mia", password=PASSWORD) for _ in range(2)]
            assert [one.code for one in again] == [303, 303]
            assert (await browser.json("/api/account"))["name"] == "Mia"
        assert len((await browser.json("/api/account/sessions"))["sessions"]) == 1


@pytest.mark.gen_test
async def test_two_pages_or_scripts_that_send_the_same_are_no_double_click() -> None:
    async with guarded() as hearth:
        await mia(hearth)
        for forms in (("one", "other"), ("", "")):
            browsers = Browser(hearth), Browser(hearth)
            for one, form in zip(browsers, forms, strict=True):
                assert (await one.fill("/sign-in", form=form, name="Mia", password=PASSWORD)).code == 303
            assert browsers[0].cookies["hearth"] != browsers[1].cookies["hearth"]


@pytest.mark.gen_test
@pytest.mark.parametrize("end", ["sign out", "new password", "closed"])
async def test_a_form_that_comes_again_behind_the_end_of_its_session_is_looked_at_anew(end: str) -> None:
    async with guarded() as hearth:
        person = (await (await mia(hearth)).json("/api/account"))["id"]
        browser = Browser(hearth)
        assert (await browser.signs_in("Mia")).code == 303
        old = browser.cookies["hearth"]
        if end == "sign out":
            await browser.fill("/sign-out")
        elif end == "new password":
            await hearth.accounts.add("Mia", NEW_PASSWORD)
        else:
            await hearth.accounts.change(person, ChangedPerson(disabled=True))
        for _ in range(2):
            again = await browser.signs_in("Mia")
            assert again.code == (303 if end == "sign out" else 403)
        assert (browser.cookies["hearth"] == old) is (end != "sign out")
        assert len(hearth.accounts.sessions.of(person)) == {"sign out": 2, "new password": 0, "closed": 0}[end]


@pytest.mark.gen_test
async def test_a_link_for_a_new_password_tells_whose_it_is_and_takes_no_other_name() -> None:
    async with guarded() as hearth:
        browser = await mia(hearth)
        person = (await browser.json("/api/account"))["id"]
        _, secret = await hearth.accounts.invitations.create(NewInvitation(person=person))
        page = text(await Browser(hearth).get(f"/invitation/{secret}"))
        assert 'value="Mia" readonly' in page and "new password" in page.lower()
        phone = Browser(hearth)
        assert (await phone.fill(f"/invitation/{secret}", name="Olga", password=NEW_PASSWORD)).code == 303
        assert (await phone.json("/api/account"))["name"] == "Mia"
        assert (await browser.get("/api/account")).code == 401


@pytest.mark.gen_test
async def test_no_link_code_or_password_is_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    async with guarded() as hearth:
        _, secret = await hearth.accounts.invitations.create(NewInvitation())
        browser = Browser(hearth)
        await browser.get(f"/invitation/{secret}")
        await browser.fill(f"/invitation/{secret}", name="Mia", password=PASSWORD)
        await browser.get("/s/a-link-that-is-a-secret")
        await browser.signs_in("Mia", NEW_PASSWORD)
        assert "/invitation/…" in caplog.text
        for canary in (secret, PASSWORD, NEW_PASSWORD, "a-link-that-is", *browser.cookies.values()):
            assert canary not in caplog.text


# -- where nobody signs in here


@pytest.mark.gen_test
async def test_where_nobody_signs_in_these_pages_lead_to_the_chat() -> None:
    async with running() as hearth:
        for path in ("/sign-in", "/setup"):
            for answer in (await hearth.get(path), await hearth.send("POST", path, b"name=x&password=y")):
                assert (answer.code, answer.headers["Location"]) == (303, "/")


@pytest.mark.gen_test
async def test_behind_a_proxy_that_signs_people_in_the_owner_needs_only_the_code() -> None:
    async with running("--auth=proxy", "--trusted-proxies=127.0.0.1") as hearth:
        proxied = Browser(hearth, Remote_User="Olga")
        assert (await proxied.get("/")).headers["Location"] == "/setup"
        page = text(await proxied.get("/setup"))
        assert 'value="Olga" readonly' in page and 'type="password"' not in page
        assert (await proxied.get("/api/conversations")).code == 403
        stranger = await Browser(hearth).get("/setup")
        assert stranger.code == 403 and "proxy" in text(stranger)
        code = code_of(hearth)
        assert (await Browser(hearth).fill("/setup", code=code, name="Mallory")).code == 403
        assert (await proxied.fill("/setup", code=code, name="Mallory")).code == 303
        assert (await proxied.json("/api/account"))["name"] == "Olga"
        assert (await proxied.get("/setup")).code == 303
        tom = Browser(hearth, Remote_User="Tom")
        assert (await tom.json("/api/account"))["role"] == "member"
        assert (await tom.get("/sign-in")).headers["Location"] == "/"


@pytest.mark.gen_test
async def test_a_closed_account_is_told_so_beside_the_password() -> None:
    async with guarded() as hearth:
        browser = await mia(hearth)
        person = (await browser.json("/api/account"))["id"]
        await hearth.accounts.change(person, ChangedPerson(disabled=True))
        page = await Browser(hearth).signs_in("Mia")
        assert page.code == 403 and "closed" in text(page)


# -- words


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_word_of_these_pages_is_there_and_none_is_left_over(language: str) -> None:
    words = json.loads((ROOT / "static" / "locales" / f"{language}.json").read_text("utf-8"))
    sources = [
        ROOT / "handlers" / "sign_in.py",
        ROOT / "handlers" / "entry.py",
        *(ROOT / "handlers" / "pages").glob("*.html"),
    ]
    asked = set(re.findall(r"entry\.[a-z_]+", "".join(one.read_text("utf-8") for one in sources))) - {"entry.problem"}
    problems = {f"entry.problem.{code}" for code in (*BESIDE, "link_used")} - {
        *("entry.problem.bad_name", "entry.problem.bad_password")
    }
    problems |= {f"entry.problem.bad_name.{fault}" for fault in NAME_FAULTS}
    problems |= {f"entry.problem.bad_password.{fault}" for fault in PASSWORD_FAULTS}
    assert {key for key in words if key.startswith("entry.")} == asked | problems


@pytest.mark.gen_test
async def test_without_scripts_one_can_leave_again() -> None:
    async with at_home() as home:
        page = await home.anna.get("/plain")
        assert b'action="/sign-out"' in page.body and b"anna" in page.body
        assert (await home.anna.send("POST", "/sign-out", b"")).code == 303
        assert (await home.anna.get("/plain")).headers["Location"] == "/sign-in?next=%2Fplain"
    async with running() as hearth:
        assert b"/sign-out" not in (await hearth.get("/plain")).body
