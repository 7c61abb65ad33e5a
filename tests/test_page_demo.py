"""The page in a real browser, in front of the real small model."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from .support_page import TRANSPORTS, HearthProcess, Ollama, Reader, guarded


@pytest.fixture(scope="module")
def demo_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HearthProcess]:
    ollama = Ollama()  # which --demo doesn't ask
    house = HearthProcess(ollama, tmp_path_factory.mktemp("data"), "--demo", "--titles=false")
    yield house
    house.kill()
    ollama.close()


@TRANSPORTS
def test_the_demo_model_answers_goes_on_after_a_reload_and_is_stopped(
    browser: Browser, demo_house: HearthProcess, transport: str
) -> None:
    context = browser.new_context(locale="en-US")
    problems = guarded(context)
    me = Reader(context.new_page(), demo_house.url).open(transport=transport)
    expect(me.page.locator("demo-notice")).to_contain_text("smollm2:135m, a tiny model that runs on this machine")
    me.page.get_by_text("How to get a real one").click()
    expect(me.page.locator("demo-notice copy-command")).to_be_visible()
    me.ask("What is the capital of France?")
    me.wait_for("Paris")
    stop = me.page.get_by_role("button", name="Stop")
    expect(stop).to_have_count(0, timeout=60_000)
    me.ask("Write a very long story about a lighthouse, a cat and the sea.")
    expect(me.replies).to_have_count(2)
    expect(me.text).to_contain_text(re.compile(r"\w+ \w+ \w+"), timeout=60_000)
    me.page.reload()
    expect(me.text).to_contain_text(re.compile(r"\w+ \w+ \w+"), timeout=60_000)
    expect(me.replies).to_have_count(2)
    # The story may be over in this very moment.
    me.page.evaluate("document.querySelector('message-composer.busy .send')?.click()")
    expect(stop).to_have_count(0, timeout=60_000)
    me.replies.last.get_by_role("button", name="About this reply").click()
    expect(me.page.get_by_role("dialog")).to_contain_text("smollm2")
    context.close()
    assert problems == []


def test_the_demo_model_is_among_the_models(browser: Browser, demo_house: HearthProcess) -> None:
    context = browser.new_context(locale="zh-CN")
    me = Reader(context.new_page(), demo_house.url).open()
    me.page.locator("model-picker > button").click()
    expect(me.page.get_by_role("option")).to_contain_text(["smollm2"])
    me.page.screenshot(path=Path(__file__).parent / "artifacts" / "demo-chinese.png")
    context.close()
