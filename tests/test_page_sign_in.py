"""Coming in, in a browser: without JavaScript, by keyboard, on a phone, for everyone."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from .accounts import NEW_PASSWORD, PASSWORD
from .support_page import ROOT, HearthProcess, Ollama, without_scripts

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
PHONE, WIDE = {"width": 360, "height": 740}, {"width": 1280, "height": 800}

Open = Callable[..., Page]


@pytest.fixture
def house(ollama: Ollama, tmp_path: Path) -> Iterator[HearthProcess]:
    """With an owner, Olga."""
    command = [sys.executable, str(ROOT / "server.py"), "--add-user=Olga", f"--data={tmp_path}"]
    subprocess.run(command, input=PASSWORD.encode(), check=True, capture_output=True, timeout=30)
    one = HearthProcess(ollama, tmp_path, "--titles=false", "--auth=required")
    yield one
    one.kill()


@pytest.fixture
def unscripted(browser: Browser, house: HearthProcess) -> Iterator[Open]:
    with without_scripts(browser, house.url) as make:
        yield make


def sign_in(page: Page, password: str = PASSWORD) -> None:
    page.get_by_label("Name").fill("Olga")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def invitation(page: Page, **body: str) -> str:
    """The link that the owner makes, who is signed in on this page."""
    made = page.request.post(re.sub(r"(//[^/]+).*", r"\1/api/invitations", page.url), data=body)
    assert made.status == 201, made.text()
    return str(made.json()["link"])


def test_by_keyboard_one_comes_in_and_is_where_one_wanted_to_be(unscripted: Open) -> None:
    page = unscripted("/plain")
    expect(page).to_have_url(re.compile(r"/sign-in\?next=%2Fplain$"))
    expect(page.get_by_label("Name")).to_be_focused()
    page.keyboard.type("Olga")
    page.keyboard.press("Tab")
    page.keyboard.type("wrong horse")
    page.keyboard.press("Enter")
    field = page.get_by_label("Password")
    expect(field).to_have_accessible_description(re.compile("don’t go together"))
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(page.get_by_label("Name")).to_have_value("Olga")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/plain$"))
    expect(page.get_by_role("heading", name="Ask Hearth")).to_be_visible()


def test_an_invited_person_comes_in_once(unscripted: Open) -> None:
    owner = unscripted("/plain")
    sign_in(owner)
    expect(owner).to_have_url(re.compile("/plain$"))
    link = invitation(owner, name="Mia")
    guest = unscripted(link)
    expect(guest.get_by_label("Name")).to_have_value("Mia")
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    guest.get_by_label("The same password again").fill(PASSWORD + "!")
    guest.get_by_role("button", name="Join").click()
    again = guest.get_by_label("The same password again")
    expect(again).to_have_accessible_description(re.compile("differ"))
    guest.get_by_label("Password", exact=True).fill(PASSWORD)
    again.fill(PASSWORD)
    guest.get_by_role("button", name="Join").click()
    expect(guest).to_have_url(re.compile(r"//[^/]+/$"))
    late = unscripted(link)
    expect(late.get_by_role("alert")).to_contain_text("used already")
    late.get_by_role("link", name="Sign in").click()
    expect(late.get_by_role("heading", name="Sign in")).to_be_visible()


def test_a_new_password_by_a_link(unscripted: Open) -> None:
    owner = unscripted("/plain")
    sign_in(owner)
    expect(owner).to_have_url(re.compile("/plain$"))
    page = unscripted(invitation(owner, person="house"))
    expect(page.get_by_label("Name")).to_have_value("Olga")
    expect(page.get_by_label("Name")).not_to_be_editable()
    expect(page.get_by_label("New password")).to_be_focused()
    page.get_by_label("New password").fill(NEW_PASSWORD)
    page.get_by_label("The same password again").fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set password").click()
    expect(page).to_have_url(re.compile(r"//[^/]+/$"))
    owner.reload()
    expect(owner.get_by_role("heading", name="Sign in")).to_be_visible()


@pytest.mark.parametrize(
    ("scheme", "locale", "viewport"),
    [("light", "en-US", PHONE), ("dark", "zh-CN", PHONE), ("light", "zh-CN", WIDE), ("dark", "en-US", WIDE)],
    ids=["phone-light-english", "phone-dark-chinese", "wide-light-chinese", "wide-dark-english"],
)
def test_axe_finds_nothing_all_can_be_tapped_and_nothing_is_too_wide(
    unscripted: Open, scheme: str, locale: str, viewport: dict[str, int]
) -> None:
    owner = unscripted("/plain")
    sign_in(owner)
    expect(owner).to_have_url(re.compile("/plain$"))
    page = unscripted(
        "/sign-in", color_scheme=scheme, locale=locale, viewport=viewport, java_script_enabled=True, bypass_csp=True
    )
    origin = re.sub(r"(//[^/]+).*", r"\1", page.url)
    for path in ("/sign-in", invitation(owner), invitation(owner, person="house"), "/invitation/used"):
        page.goto(origin + path)
        check(page)
    page.goto(origin + "/sign-in")
    page.locator("#name").fill("x" * 300)
    page.locator("#password").fill("wrong horse")
    page.locator(".entry button").click()
    expect(page.locator(".wrong")).to_be_visible()
    check(page)


def check(page: Page) -> None:
    page.evaluate(AXE)
    found = page.evaluate("(rules) => axe.run(document, rules)", RULES)
    assert [(one["id"], one["nodes"][0]["html"]) for one in found["violations"]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for target in page.locator("button, a, input:not([type=hidden])").all():
        box = target.bounding_box()
        assert box is not None and box["height"] >= 44, target
