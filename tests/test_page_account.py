"""The page in a real browser: one's own account, being signed out, and what stays in the browser then."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from .support_page import HearthProcess, Reader, Readers
from .support_people import (
    GUARDED,
    MEMBER,
    NEW_PASSWORD,
    OWNER,
    PASSWORD,
    choose,
    fill_in,
    fold,
    household,
    sheet,
    sign_in,
    signed_in,
)
from .test_page_late import held

__all__ = ["household"]

guarded = pytest.mark.parametrize("hearth", [GUARDED], indirect=True)
pytestmark = pytest.mark.usefixtures("household")

KEPT = """async () => {
  const open = () => new Promise((resolve) => {
    const request = indexedDB.open('hearth');
    request.onsuccess = () => resolve(request.result);
  });
  const database = await open();
  const names = [...database.objectStoreNames];
  const count = names.length ? await new Promise((resolve) => {
    const request = database.transaction(names[0]).objectStore(names[0]).count();
    request.onsuccess = () => resolve(request.result);
  }) : 0;
  database.close();
  return { values: [...Object.values(localStorage), ...Object.values(sessionStorage)].join('\\n'), count };
}"""


def kept(me: Reader) -> dict[str, Any]:
    found: dict[str, Any] = me.page.evaluate(KEPT)
    return found


def session_ends(me: Reader) -> None:
    """Behind the page's back."""
    assert me.page.context.request.post(f"{me.hearth}/sign-out", headers={"Origin": me.hearth}).ok


@guarded
def test_who_is_signed_out_finds_the_draft_again_after_signing_in(reader: Readers) -> None:
    me = signed_in(reader).choose("quick").ask("Hi")
    me.wait_for("Hello, world!")
    address = me.page.url
    me.composer.fill("Half a thou")
    session_ends(me)
    me.page.wait_for_url("**/sign-in?next=*")
    fill_in(me, OWNER.lower())  # the same form again at once would be a double click
    me.page.wait_for_url(address)
    expect(me.composer).to_have_value("Half a thou")


@guarded
def test_a_question_to_a_hearth_that_does_not_know_one_any_more_is_not_lost(reader: Readers) -> None:
    me = signed_in(reader)
    me.composer.fill("Are you there?")
    me.page.context.clear_cookies()
    me.composer.press("Enter")
    me.page.wait_for_url("**/sign-in?next=*")
    fill_in(me, OWNER.lower())
    expect(me.composer).to_have_value("Are you there?")


@guarded
def test_signing_out_leaves_nothing_in_the_browser(reader: Readers) -> None:
    me = signed_in(reader).choose("quick").ask("A secret about cats")
    me.wait_for("Hello, world!")
    me.page.evaluate("localStorage.setItem('hearth.theme', 'dark')")
    me.page.locator("input[type=file]").first.set_input_files(
        {"name": "cats.txt", "mimeType": "text/plain", "buffer": b"cats and more cats"}
    )
    me.composer.fill("Half a thought about cats")
    expect(me.page.locator("attachment-list")).to_contain_text("cats.txt")
    me.page.wait_for_function("sessionStorage.length > 1")
    choose(me, "Sign out")
    me.page.wait_for_url("**/sign-in")
    found = kept(me)
    assert "cats" not in found["values"] and found["count"] == 0
    assert found["values"].split() == ["dark"]
    assert not [one for one in me.page.context.cookies() if one["name"] == "hearth"]


@guarded
def test_signing_out_leaves_nothing_also_where_its_answer_comes_last(reader: Readers) -> None:
    me = signed_in(reader)
    me.composer.fill("Half a thought about cats")
    over: list[str] = []

    def late(route: Route) -> None:
        """The line to Hearth is cut before."""
        answer = route.fetch(max_redirects=0)
        me.page.locator("input[name=password]").wait_for()
        route.fulfill(response=answer)
        over.append(route.request.url)

    me.page.route("**/sign-out", late)
    choose(me, "Sign out")
    me.page.wait_for_url("**/sign-in")
    me.until(lambda: over)
    assert "cats" not in kept(me)["values"]


@guarded
def test_a_member_who_opens_another_tab_keeps_what_is_attached_in_the_first(reader: Readers) -> None:
    me = signed_in(reader, MEMBER)
    me.page.locator("input[type=file]").first.set_input_files(
        {"name": "cats.txt", "mimeType": "text/plain", "buffer": b"cats and more cats"}
    )
    expect(me.page.locator("attachment-list")).to_contain_text("cats.txt")
    me.until(lambda: kept(me)["count"] == 1)
    Reader(me.page.context.new_page(), me.hearth).open()
    me.page.reload()
    expect(me.page.locator("attachment-list")).to_contain_text("cats.txt")


@guarded
def test_what_can_not_be_opened_while_hearth_is_away_says_so_and_comes_later(reader: Readers) -> None:
    me = signed_in(reader)
    me.page.route("**/parts/account.js", lambda route: route.abort())
    choose(me, "My account")
    expect(me.page.locator("toast-list .toast")).to_contain_text("Hearth can’t be reached")
    me.page.unroute("**/parts/account.js")
    # Firefox never asks again for a module that did not come.
    with me.page.expect_request(lambda request: request.url.endswith("/parts/account.js?")):
        expect(sheet(me, "My account")).to_be_visible()


@guarded
def test_a_changed_password_is_changed_also_where_the_list_of_browsers_does_not_come(reader: Readers) -> None:
    me = signed_in(reader)
    dialog = sheet(me, "My account")
    form = fold(dialog, "Change the password")
    form.get_by_label("Password now").fill(PASSWORD)
    form.get_by_label("New password").fill(NEW_PASSWORD)
    me.page.route("**/api/account/sessions", lambda route: route.abort())
    form.get_by_role("button").click()
    expect(form).to_contain_text("The password is changed.")


@guarded
def test_the_next_person_at_this_browser_finds_nothing_of_the_one_before(reader: Readers) -> None:
    me = signed_in(reader)
    me.composer.fill("Half a thought about cats")
    me.page.goto("about:blank")  # or the page may be on its own way to the same form
    me.page.context.clear_cookies()
    sign_in(me, MEMBER)
    expect(me.composer).to_have_value("")
    assert "cats" not in kept(me)["values"]


@guarded
def test_a_tab_that_stayed_open_shows_nothing_to_the_next_person(reader: Readers) -> None:
    me = signed_in(reader).choose("quick").ask("A secret about cats")
    me.wait_for("Hello, world!")
    other = Reader(me.page.context.new_page(), me.hearth)
    other.open()
    session_ends(other)
    for one in (me, other):  # both go there by themselves
        one.page.wait_for_url("**/sign-in?next=*")
    fill_in(other, MEMBER)
    expect(other.page.locator("person-menu")).to_contain_text(MEMBER)
    me.page.goto(me.hearth)
    expect(me.page.locator("person-menu")).to_contain_text(MEMBER)
    expect(me.page.get_by_text("cats")).to_have_count(0)


@guarded
def test_the_menu_says_who_is_signed_in_and_shows_what_they_look_after(reader: Readers) -> None:
    entries = {OWNER: ["My account", "People", "Models", "Settings", "Sign out"]}
    entries[MEMBER] = ["My account", "Settings", "Sign out"]
    for name, expected in entries.items():
        me = signed_in(reader, name)
        button = me.page.get_by_role("button", name=f"{name}: account and settings")
        expect(button).to_contain_text(name)
        button.focus()
        me.page.keyboard.press("Enter")
        expect(me.page.get_by_role("menuitem")).to_have_text(expected)
        me.page.keyboard.press("ArrowDown")
        expect(me.page.get_by_role("menuitem").nth(1)).to_be_focused()
        me.page.keyboard.press("Escape")
        expect(button).to_be_focused()


def test_where_nobody_signs_in_there_are_settings_and_models_but_no_account(reader: Readers) -> None:
    me = reader().open()
    side = me.page.locator("side-bar .foot")
    expect(side.get_by_role("button", name="Models")).to_be_visible()
    expect(side.get_by_role("button", name="Settings")).to_be_visible()
    expect(me.page.locator("person-menu")).to_be_hidden()


@guarded
def test_a_new_name_is_seen_at_once_and_one_that_somebody_has_is_refused_in_its_place(reader: Readers) -> None:
    me = signed_in(reader)
    dialog = sheet(me, "My account")
    name = dialog.get_by_label("Your name")
    name.fill("mia")
    name.press("Enter")
    expect(dialog.get_by_text("Somebody here has this name already")).to_be_visible()
    expect(name).to_be_focused()
    expect(name).to_have_attribute("aria-invalid", "true")
    # Whatever time Ollama takes to list its models anew.
    expect(me.page.locator("model-picker")).to_contain_text("quick")
    with held(me, "**/api/models"):
        name.fill("Ольга")
        name.press("Enter")
        expect(dialog.get_by_text("Saved")).to_be_visible()
        expect(me.page.locator("person-menu .name")).to_have_text("Ольга")
        expect(me.page.locator("person-menu .initial")).to_have_text("О")


@guarded
def test_another_password_signs_out_every_other_browser_and_this_page_goes_on(reader: Readers) -> None:
    me, elsewhere = signed_in(reader), signed_in(reader, OWNER.lower())
    dialog = sheet(me, "My account")
    form = fold(dialog, "Change the password")
    old, new = form.get_by_label("Password now"), form.get_by_label("New password")
    old.fill("not it at all")
    new.fill(NEW_PASSWORD)
    form.get_by_role("button").click()
    expect(form.get_by_text("That isn’t the password")).to_be_visible()
    expect(old).to_be_focused()
    old.fill(PASSWORD)
    new.fill("short")
    form.get_by_role("button").click()
    expect(form.get_by_text("at least 8 characters, not the name")).to_be_visible()
    expect(new).to_be_focused()
    new.fill(NEW_PASSWORD)
    form.get_by_role("button").click()
    expect(form.get_by_text("The password is changed.")).to_be_visible()
    elsewhere.page.wait_for_url("**/sign-in?next=*")
    me.page.keyboard.press("Escape")
    me.choose("quick").ask("Still here?")
    me.wait_for("Hello, world!")


@guarded
def test_where_one_is_signed_in_and_an_end_to_it_from_here(reader: Readers) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    elsewhere = sign_in(reader(user_agent=firefox), OWNER.lower())
    me = signed_in(reader)
    sessions = fold(sheet(me, "My account"), "Where you are signed in")
    rows = sessions.get_by_role("listitem")
    expect(rows).to_have_count(2)
    expect(rows.filter(has_text="This browser")).to_contain_text("Chrome on Linux")
    expect(rows.filter(has_text="This browser").get_by_role("button")).to_have_count(0)
    rows.filter(has_text="Firefox on Windows").get_by_role("button").click()
    expect(rows).to_have_count(1)
    elsewhere.page.wait_for_url("**/sign-in?next=*")


@guarded
def test_a_token_is_shown_once_works_in_a_script_and_can_be_revoked(reader: Readers, hearth: HearthProcess) -> None:
    me = signed_in(reader)
    tokens = fold(sheet(me, "My account"), "API tokens")
    tokens.get_by_text("Make a token").click()
    tokens.get_by_role("button", name="Make it").click()
    expect(tokens.get_by_text("Give it a name")).to_be_visible()
    tokens.get_by_label("What it is for").fill("Weather")
    tokens.get_by_role("combobox").select_option("A year")
    tokens.get_by_role("button", name="Make it").click()
    token = tokens.get_by_label("The new token").input_value()
    row = tokens.locator("li").filter(has_text="Weather")
    expect(row).to_contain_text(re.compile("ask models · until .* · not used yet"))
    expect(tokens.locator("copy-command")).to_contain_text(f"Bearer {token}")

    def asks() -> int:
        request = urllib.request.Request(f"{hearth.url}/chat?question=Hi&model=quick")
        request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    assert asks() == 200
    me.page.reload()
    tokens = fold(sheet(me, "My account"), "API tokens")
    expect(tokens.locator("li")).to_contain_text("used just now")
    assert token not in me.page.content()
    tokens.get_by_role("button", name="Revoke").click()
    tokens.get_by_role("group", name="Revoke “Weather”?").get_by_role("button", name="Revoke").click()
    expect(tokens.locator("li")).to_have_count(0)
    assert asks() == 401


@guarded
def test_everything_of_mine_comes_as_one_file(reader: Readers, tmp_path: Path) -> None:
    me = signed_in(reader).choose("quick").ask("A question of mine")
    me.wait_for("Hello, world!")
    data = fold(sheet(me, "My account"), "Your data")
    with me.page.expect_download() as waiting:
        data.get_by_role("link", name="Download everything").click()
    waiting.value.save_as(tmp_path / "mine.json")
    exported = json.loads((tmp_path / "mine.json").read_text())
    assert "A question of mine" in json.dumps(exported)


@guarded
def test_an_account_is_deleted_with_its_password_but_never_the_last_owners(reader: Readers) -> None:
    me = signed_in(reader)
    leaving = fold(sheet(me, "My account"), "Delete the account")
    expect(leaving).to_contain_text("You are the only owner")
    expect(leaving.get_by_role("button")).to_have_count(0)
    mia = signed_in(reader, MEMBER)
    mia.composer.fill("Half a thought about cats")
    leaving = fold(sheet(mia, "My account"), "Delete the account")
    leaving.get_by_label("Your password").fill("not it at all")
    leaving.get_by_role("button").click()
    expect(leaving.get_by_text("That isn’t the password")).to_be_visible()
    leaving.get_by_label("Your password").fill(PASSWORD)
    leaving.get_by_role("button").click()
    mia.page.wait_for_url("**/sign-in")
    assert "cats" not in kept(mia)["values"]
    fill_in(mia, MEMBER)
    expect(mia.page.locator("input[name=password]")).to_be_visible()


def test_whom_a_proxy_signed_out_is_told_to_load_the_page_anew(reader: Readers) -> None:
    me = reader().open()
    me.composer.fill("Half a thou")
    status = {"version": "0", "ollama": {"url": None, "reachable": None}, "user": None, "auth": "proxy", "demo": False}
    no = {"error": {"code": "unauthorized", "message": "Sign in first"}}

    def stranger(route: Route) -> None:
        known = route.request.url.endswith("/api/status")
        route.fulfill(status=200 if known else 401, json=status if known else no)

    me.page.route("**/api/**", stranger)
    me.composer.press("Enter")
    toast = me.page.locator("toast-list .toast")
    expect(toast).to_contain_text("You are signed out")
    me.page.unroute("**/api/**")
    toast.get_by_role("button", name="Reload").click()
    expect(me.composer).to_have_value("Half a thou")
