"""The page in a real browser: the people of the house, as their owner looks after them."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Route, expect

from .support_page import Reader, Readers
from .support_people import GUARDED, MEMBER, OWNER, PASSWORD, fill_in, fold, household, sheet, sign_in, signed_in
from .test_page_everyone import LOOKS, violations

__all__ = ["household"]

SMALL = """(all) => all.filter((one) => one.checkVisibility() && one.offsetHeight < 44).map((one) => one.outerHTML)"""

pytestmark = [
    pytest.mark.usefixtures("household"),
    pytest.mark.parametrize("hearth", [GUARDED], indirect=True),
]


def people(reader: Readers) -> tuple[Reader, Locator]:
    me = signed_in(reader)
    return me, sheet(me, "People")


def person(dialog: Locator, name: str) -> Locator:
    """The row of one, unfolded."""
    row = dialog.locator("person-row").filter(has=dialog.page.locator("strong", has_text=re.compile(f"^{name}$")))
    row.locator("summary").click()
    return row


def accept(me: Reader, link: str, name: str | None = None) -> None:
    me.page.goto(link)
    if name is not None:
        me.page.locator("input[name=name]").fill(name)
    me.page.locator("input[name=password]").fill(PASSWORD)
    me.page.locator("input[name=again]").fill(PASSWORD)
    me.page.locator("input[name=again]").press("Enter")
    me.page.locator("html[data-ready]").wait_for(state="attached")


def test_somebody_is_invited_by_a_link_that_is_shown_once_and_works_once(reader: Readers) -> None:
    me, dialog = people(reader)
    form = fold(dialog, "Invite somebody")
    form.get_by_label("Their name").fill("mia")
    form.get_by_role("button").click()
    expect(form.get_by_text("Somebody here has this name already")).to_be_visible()
    form.get_by_label("Their name").fill("Ben")
    form.get_by_role("button").click()
    link = dialog.get_by_label("The link", exact=True).input_value()
    assert link.startswith(f"{me.hearth}/invitation/")
    expect(dialog.locator(".invitations li")).to_contain_text("Ben")
    ben = reader()
    accept(ben, link, "Ben")
    expect(ben.page.locator("person-menu")).to_contain_text("Ben")
    me.page.reload()
    dialog = sheet(me, "People")
    expect(dialog.locator("person-row")).to_contain_text(["Ben", MEMBER, OWNER])
    expect(dialog.locator(".invitations li")).to_have_count(0)
    assert link not in me.page.content()


def test_an_open_invitation_can_be_ended(reader: Readers) -> None:
    _, dialog = people(reader)
    fold(dialog, "Invite somebody").get_by_role("button").click()
    link = dialog.get_by_label("The link", exact=True).input_value()
    dialog.get_by_role("button", name="End the invitation: For somebody new").click()
    expect(dialog.locator(".invitations li")).to_have_count(0)
    expect(dialog.get_by_label("The link", exact=True)).to_have_count(0)
    stranger = reader()
    stranger.page.goto(link)
    expect(stranger.page.locator("input[name=password]")).to_have_count(0)


def test_by_keyboard_the_focus_stays_in_the_sheet_when_an_invitation_is_ended(reader: Readers) -> None:
    _, dialog = people(reader)
    expect(dialog.locator("person-row")).to_have_count(2)
    expect(dialog.get_by_role("button", name="Close", exact=True)).to_be_focused()
    fold(dialog, "Invite somebody").get_by_role("button", name="Make an invitation").click()
    end = dialog.get_by_role("button", name="End the invitation")
    end.focus()
    end.press("Enter")
    expect(end).to_have_count(0)
    expect(dialog.get_by_role("button", name="Close", exact=True)).to_be_focused()


def test_the_owner_sees_counts_and_never_what_was_said(reader: Readers) -> None:
    mia = signed_in(reader, MEMBER).choose("quick").ask("A secret about cats")
    mia.wait_for("Hello, world!")
    me, dialog = people(reader)
    row = dialog.locator("person-row").filter(has_text=MEMBER)
    expect(row).to_contain_text("here just now · 1 conversation · 2 messages")
    expect(me.page.get_by_text("cats")).to_have_count(0)


def allowed(me: Reader, name: str) -> list[str]:
    """The models that Hearth lets this person see."""
    people = me.page.request.get(f"{me.hearth}/api/people").json()["people"]
    models: list[str] = next(one["models"] for one in people if one["name"] == name)
    return models


def test_what_a_person_may_is_kept_and_holds_at_once(reader: Readers) -> None:
    mia = signed_in(reader, MEMBER)
    me, dialog = people(reader)
    row = person(dialog, MEMBER)
    row.get_by_label("May manage models").check()
    expect(row.locator(".marks")).to_have_text("Manages models")
    row.get_by_role("combobox", name="Replies at once").select_option("2")
    row.get_by_role("combobox", name="Models they see").select_option("A choice")
    for box in row.locator(".names input").all():
        box.set_checked(box.get_attribute("value") == "quick:latest")
    expect(row.locator(".names input:checked")).to_have_count(1)
    me.until(lambda: allowed(me, MEMBER) == ["quick:latest"])
    me.page.reload()
    row = person(sheet(me, "People"), MEMBER)
    expect(row.get_by_role("combobox", name="Replies at once")).to_have_value("2")
    expect(row.locator(".names input:checked")).to_have_count(1)
    mia.page.reload()
    mia.page.locator("model-picker > button").click()
    expect(mia.page.get_by_role("option")).to_have_count(1)
    mia.page.keyboard.press("Escape")
    mia.page.locator("person-menu > button").click()
    expect(mia.page.get_by_role("menuitem", name="Models")).to_be_visible()


def test_models_can_be_chosen_from_as_soon_as_they_are_known(reader: Readers) -> None:
    me = reader()
    held: list[Route] = []
    me.page.route("**/api/models", lambda route: held.append(route), times=1)
    row = person(sheet(sign_in(me), "People"), MEMBER)
    choice = row.locator("option[value=some]")
    expect(choice).to_be_disabled()
    me.until(lambda: held)
    held[0].continue_()
    expect(choice).to_be_enabled()


def test_nothing_is_lost_of_what_is_typed_and_chosen_while_hearth_is_slow(reader: Readers) -> None:
    me, dialog = people(reader)
    row = person(dialog, MEMBER)
    row.get_by_label("Name", exact=True).fill("Half a na")
    row.get_by_label("May manage models").check()
    expect(row.locator(".marks")).to_have_text("Manages models")
    expect(row.get_by_label("Name", exact=True)).to_have_value("Half a na")
    held: list[Route] = []
    me.page.route("**/api/people/*", lambda route: held.append(route), times=1)
    row.get_by_label("May manage models").uncheck()
    row.get_by_role("combobox", name="Replies at once").select_option("2")
    me.until(lambda: held)
    me.page.keyboard.press("Escape")
    row = person(sheet(me, "People"), MEMBER)
    held[0].continue_()
    expect(row.get_by_role("combobox", name="Replies at once")).to_have_value("2")
    expect(row.locator(".marks")).to_have_text("")


def test_what_is_refused_goes_back_to_what_it_was_and_says_why(reader: Readers) -> None:
    me, dialog = people(reader)
    row = person(dialog, MEMBER)
    problem = {"error": {"code": "last_owner", "message": "This is the only owner"}}
    me.page.route("**/api/people/*", lambda route: route.fulfill(status=400, json=problem))
    row.get_by_role("combobox", name="Role").select_option("Owner")
    expect(row.get_by_role("alert")).to_contain_text("This is the only owner.")
    expect(row.get_by_role("combobox", name="Role")).to_have_value("member")


def test_who_gets_another_name_keeps_the_row_open_and_a_taken_one_is_refused(reader: Readers) -> None:
    _, dialog = people(reader)
    person(dialog, MEMBER)
    row = dialog.locator("person-row").filter(has=dialog.page.locator("details[open]"))
    name = row.get_by_label("Name", exact=True)
    name.fill(OWNER.upper())
    name.press("Enter")
    expect(row.get_by_text("Somebody here has this name already")).to_be_visible()
    name.fill("Zoe")
    name.press("Enter")
    expect(dialog.locator("person-row strong")).to_have_text([OWNER, "Zoe"])
    name.fill("Ann")
    name.press("Enter")
    expect(dialog.locator("person-row strong")).to_have_text(["Ann", OWNER])
    expect(name).to_be_focused()
    save = row.get_by_role("button", name="Save")
    save.press("Enter")
    expect(row.get_by_text("Saved")).to_be_visible()
    expect(save).to_be_focused()


def test_who_is_closed_out_is_signed_out_at_once_and_can_come_back(reader: Readers) -> None:
    mia = signed_in(reader, MEMBER)
    _, dialog = people(reader)
    row = person(dialog, MEMBER)
    row.get_by_role("button", name="Close the account").click()
    expect(row.locator(".marks")).to_have_text("Closed")
    mia.page.wait_for_url("**/sign-in?next=*")
    row.get_by_role("button", name="Open it again").click()
    expect(row.locator(".marks")).to_have_text("")
    fill_in(mia, MEMBER.lower())  # the same form again at once would be a double click
    expect(mia.page.locator("person-menu")).to_contain_text(MEMBER)


def test_a_link_for_a_new_password(reader: Readers) -> None:
    _, dialog = people(reader)
    row = person(dialog, MEMBER)
    row.get_by_role("button", name="Link for a new password").click()
    link = row.get_by_label("The link", exact=True).input_value()
    expect(dialog.locator(".invitations li")).to_contain_text(f"New password for {MEMBER}")
    mia = reader()
    accept(mia, link)
    expect(mia.page.locator("person-menu")).to_contain_text(MEMBER)


def test_who_is_deleted_is_gone_with_everything_after_a_question_that_names_it(reader: Readers) -> None:
    mia = signed_in(reader, MEMBER).choose("quick").ask("Hi")
    mia.wait_for("Hello, world!")
    me, dialog = people(reader)
    row = person(dialog, MEMBER)
    row.get_by_role("button", name="Delete…").click()
    question = row.get_by_role("group", name=re.compile(f"Delete {MEMBER}. 1 conversation and 2 messages"))
    expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    me.page.keyboard.press("Escape")
    expect(dialog).to_be_visible()
    expect(question).to_be_hidden()
    row.get_by_role("button", name="Delete…").click()
    question.get_by_role("button", name="Delete for good").click()
    expect(dialog.locator("person-row strong")).to_have_text([OWNER])
    mia.page.wait_for_url("**/sign-in?next=*")


def test_the_owners_own_row_leaves_out_what_would_lock_them_out(reader: Readers) -> None:
    _, dialog = people(reader)
    row = person(dialog, OWNER)
    expect(row.get_by_text("This is you.")).to_be_visible()
    expect(row.get_by_role("combobox", name="Role")).to_have_count(0)
    expect(row.get_by_role("button", name=re.compile("Delete|Close"))).to_have_count(0)


def test_what_is_read_for_a_sheet_that_was_closed_takes_nothing_away_in_the_next(reader: Readers) -> None:
    me = signed_in(reader)
    held: list[Route] = []
    me.page.route("**/api/account", lambda route: held.append(route), times=1)
    sheet(me, "My account")
    me.until(lambda: held)
    me.page.keyboard.press("Escape")
    name = sheet(me, "My account").get_by_label("Your name")
    name.fill("Half a na")
    with me.page.expect_response("**/api/account"):
        held[0].continue_()
    me.page.evaluate("fetch('/api/status').then((answer) => answer.text())")  # behind it
    expect(name).to_have_value("Half a na")


@pytest.mark.parametrize("look", ["phone-light", "wide-dark"])
def test_axe_finds_nothing_in_the_sheets_of_people_and_nothing_is_too_wide(reader: Readers, look: str) -> None:
    me = signed_in(reader, reduced_motion="reduce", **LOOKS[look])
    for entry in ("My account", "People"):
        dialog = sheet(me, entry)
        dialog.locator("form").first.wait_for(state="attached")
        for folded in dialog.locator("details:not([open]) > summary").all()[::-1]:
            folded.evaluate("(summary) => (summary.parentElement.open = true)")
        assert violations(me) == []
        assert dialog.evaluate("(it) => it.scrollWidth <= it.clientWidth")
        assert me.page.evaluate("document.documentElement.scrollWidth") <= LOOKS[look]["viewport"]["width"]
        small = dialog.locator("button, summary, select").evaluate_all(SMALL)
        assert not LOOKS[look].get("has_touch") or small == []
        me.page.keyboard.press("Escape")
