"""Hearth in a browser whose JavaScript is switched off."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from .support_page import HearthProcess, Ollama, without_scripts

HOSTILE = "<script>document.title='gone'</script><img src=x onerror=alert(1)><b>bold</b>"

Open = Callable[..., Page]


@pytest.fixture
def unscripted(browser: Browser, hearth: HearthProcess) -> Iterator[Open]:
    with without_scripts(browser, hearth.url) as make:
        yield make


def ask(page: Page, question: str) -> None:
    page.get_by_role("textbox", name="Your message").fill(question)
    page.get_by_role("button", name="Send").click(no_wait_after=True)


def test_the_first_page_is_a_form_and_the_reply_streams_into_a_page(unscripted: Open, ollama: Ollama) -> None:
    ollama.fake.models = ["teller:latest", "echo:latest"]
    page = unscripted()
    expect(page.locator("header")).to_be_hidden()
    ask(page, "Tell me a lot")
    expect(page).to_have_url(re.compile(r"/c/\w+/plain#reply$"))
    expect(page.locator("#reply")).to_contain_text("One, two,")
    expect(page.get_by_role("button", name="Send")).to_have_count(0)  # it is shown while it is written
    page.get_by_role("button", name="Stop").click(no_wait_after=True)
    expect(page.get_by_text("You stopped this reply.")).to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_hidden()
    expect(page.get_by_role("button", name="Continue")).to_be_visible()
    page.get_by_label("Model").select_option("echo:latest")
    ask(page, "And now?")
    expect(page.get_by_text("3 messages; the last: And now?")).to_be_visible()


def test_a_conversation_can_be_read_and_gone_on_with(unscripted: Open, ollama: Ollama) -> None:
    ollama.fake.models = ["quick:latest"]
    page = unscripted("/plain")
    ask(page, "One")
    expect(page.get_by_text("Hello, world!")).to_be_visible()
    conversation = re.sub(r"/plain.*", "", page.url)
    page.goto(conversation)
    page.get_by_role("link", name="Read this conversation").click()
    expect(page.get_by_text("Hello, world!")).to_be_visible()
    page.goto(conversation)
    ask(page, "Two")
    expect(page.get_by_text("Hello, world!")).to_have_count(2)
    page.get_by_role("link", name="Hearth").click()
    page.get_by_role("listitem").get_by_role("link", name="One").click()
    expect(page.get_by_text("Hello, world!")).to_have_count(2)


def test_what_is_written_stays_text(unscripted: Open, ollama: Ollama) -> None:
    ollama.fake.models = ["echo:latest"]
    page = unscripted(java_script_enabled=True, bypass_csp=True)
    page.goto(page.url + "plain")
    ask(page, HOSTILE)
    expect(page.locator("#ask")).to_be_visible()
    assert page.locator("img, b, main script").count() == 0
    expect(page.locator("section.assistant")).to_contain_text(HOSTILE)
    assert page.title() == HOSTILE


def test_an_empty_message_is_refused_in_words_by_who_lets_it_through(unscripted: Open) -> None:
    page = unscripted("/plain")
    page.locator("form").evaluate("(it) => it.noValidate = true")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("alert")).to_have_text("The message is empty: write something first.")


def test_it_fits_a_small_phone_and_can_be_tapped(unscripted: Open, ollama: Ollama) -> None:
    ollama.fake.models = ["echo:latest"]
    page = unscripted(viewport={"width": 360, "height": 640}, locale="zh-CN")
    for _ in range(2):
        page.get_by_role("textbox").fill("很长" * 300 + "x" * 3000 + "\n```\n" + "code " * 200 + "\n```")
        assert page.locator("html").evaluate("(it) => it.scrollWidth <= 360")
        for control in page.locator("button:visible, select:visible, textarea:visible").all():
            box = control.bounding_box()
            assert box and box["height"] >= 44
        page.get_by_role("button", name="发送").click()
        expect(page.locator("#ask")).to_be_visible()
    assert page.locator("html").get_attribute("lang") == "zh-Hans"


def test_a_browser_that_is_too_old_for_the_page_gets_the_one_without_scripts(unscripted: Open, ollama: Ollama) -> None:
    ollama.fake.models = ["quick:latest"]
    page = unscripted("/plain", java_script_enabled=True)
    ask(page, "One")
    expect(page.get_by_text("Hello, world!")).to_be_visible()
    plain = page.url.replace("#reply", "")
    page.add_init_script("CSS.supports = (name, value) => !value.startsWith('light-dark')")
    page.goto(plain.removesuffix("/plain"))
    expect(page).to_have_url(plain)
    expect(page.get_by_text("Hello, world!")).to_be_visible()
    page.get_by_role("link", name="Hearth").click()
    expect(page).to_have_url(re.compile(r":\d+/plain$"))
