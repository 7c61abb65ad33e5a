"""The page in a real browser: what says what to do."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from .support_page import Ollama, Readers


def test_ollama_not_running_and_then_running(reader: Readers, ollama: Ollama) -> None:
    ollama.leave()
    me = reader().open()
    expect(me.page.get_by_role("heading", name="Ollama isn’t running")).to_be_visible()
    expect(me.page.locator("ollama-guide")).to_contain_text(ollama.url)
    expect(me.page.locator("ollama-guide")).to_contain_text("ollama serve")
    ollama.come()
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.choose("quick").ask("One")
    me.sees("One", "Hello, world!")


def test_ollama_leaving_between_two_questions(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    ollama.leave()
    me.ask("Two")
    expect(me.replies.last).to_contain_text("Ollama can’t be reached")
    expect(me.page.locator("ollama-guide")).to_be_visible()
    ollama.come()
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.page.get_by_role("button", name="Try again").last.click()
    me.sees("One", "Hello, world!", "Two", "Hello, world!")


def test_no_model_installed_and_then_one(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.models = ["embed:latest"]
    me = reader().open()
    expect(me.page.get_by_role("heading", name="One step left: a model")).to_be_visible()
    expect(me.page.locator("model-cards").get_by_role("button")).to_have_count(3)
    expect(me.page.locator("model-picker")).to_contain_text("No model")
    ollama.fake.models = ["embed:latest", "quick:latest"]
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.ask("One")
    me.sees("One", "Hello, world!")
    me.page.locator("model-picker > button").click()
    expect(me.page.get_by_role("option")).to_have_count(1)


def test_a_model_that_was_removed(reader: Readers, ollama: Ollama) -> None:
    me = reader().open()
    with me.page.expect_response("**/api/models"):  # where it is still listed
        me.choose("quick")
    ollama.fake.models.remove("quick:latest")
    me.ask("One")
    expect(me.replies.last).to_contain_text("ollama pull quick")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("failing", "unexpected EOF"),
        ("cut", "The line to Ollama broke. What was written so far is kept."),
        ("resetfirst", "The line to Ollama broke before the reply began."),
        ("busy", "Ollama has too much to do"),
        ("overflow", "longer than the model can read"),
        ("length", "reached its length limit"),
    ],
)
def test_a_reply_that_ends_badly_says_why_and_can_be_had_again(reader: Readers, model: str, words: str) -> None:
    me = reader().open().choose(model).ask("One")
    expect(me.replies.last).to_contain_text(words)
    expect(me.page.get_by_role("button", name="Try again")).to_be_visible()
    expect(me.page.get_by_role("button", name="Send")).to_be_visible()


def test_an_address_without_a_conversation(reader: Readers) -> None:
    me = reader().open("/c/nowhere")
    expect(me.page.get_by_role("heading", name="This conversation isn’t here")).to_be_visible()
    me.page.get_by_role("main").get_by_role("button", name="New chat").click()
    expect(me.page).to_have_url(me.hearth + "/")
    expect(me.composer).to_be_focused()


def test_a_question_that_is_too_long_is_not_lost(reader: Readers) -> None:
    me = reader().open().choose("quick")
    me.page.route("**/messages", lambda route: route.fulfill(status=413, json={"error": {"code": "too_large"}}))
    me.ask("A very long question")
    expect(me.page.get_by_role("alert")).to_contain_text("too long")
    expect(me.composer).to_have_value("A very long question")
    expect(me.questions).to_have_count(0)
