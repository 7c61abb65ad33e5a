"""The page in a real browser: going on with a reply that was stopped or cut."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .support_page import ENDING, TRANSPORTS, Ollama, Readers, slow_text


@TRANSPORTS
def test_a_stopped_reply_goes_on_in_its_place(reader: Readers, ollama: Ollama, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    me.page.get_by_role("button", name="Stop").click()
    expect(me.page.get_by_role("button", name="Try again")).to_be_visible()
    me.never_takes_back()
    me.page.get_by_role("button", name="Continue").click()
    expect(me.replies.last).not_to_contain_text("You stopped this reply.")
    expect(me.page.get_by_role("button", name="Stop")).to_be_visible()
    me.page.get_by_role("button", name="Stop").click()
    me.page.get_by_role("button", name="Continue").click()
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=20_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)
    assert me.took_back == []
    expect(me.page.get_by_role("button", name="Continue")).to_be_hidden()
    assert len(ollama.fake.chats) in (2, 3)  # the second may have been stopped before it reached Ollama
    expect(me.replies).to_have_count(1)


@TRANSPORTS
def test_where_a_reply_may_not_join_is_marked(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("otherwise").ask("Count")
    me.wait_for("One, two,")
    me.page.get_by_role("button", name="Stop").click()
    me.page.get_by_role("button", name="Continue").click()
    parts = me.text.locator("> *")
    expect(parts).to_have_text(["One, two,", "continued here", "Quite another story."])
    me.page.reload()
    expect(parts).to_have_text(["One, two,", "continued here", "Quite another story."])


def test_a_reply_that_joins_has_no_mark(reader: Readers) -> None:
    me = reader().open().choose("teller").ask("Count")
    me.wait_for("One, two,")
    me.page.get_by_role("button", name="Stop").click()
    me.page.get_by_role("button", name="Continue").click()
    me.sees("Count", "One, two, three, four, five, six.")
    me.page.reload()
    me.sees("Count", "One, two, three, four, five, six.")


def test_seams_are_counted_in_code_points(reader: Readers) -> None:
    me = reader().open()
    parts = me.page.evaluate(
        """async () => {
             const { GrowingText } = await import("/static/lib/growing-text.js");
             const element = document.createElement("plain-text");
             document.querySelector("message-list").append(element);
             const text = new GrowingText("👍🏽 é");
             const shown = () => [...element.children].map((it) => it.textContent);
             element.seams = [4, 6];
             element.text = text;
             const all = [shown()];
             for (const piece of ["🎉", "x", "", "end"]) {
               text.append(piece);
               element.text = text;
               all.push(shown());
             }
             element.seams = [];
             element.text = text;
             return [...all, shown()];
           }"""
    )
    seam = "continued here"
    assert parts == [
        ["👍🏽 é"],
        ["👍🏽 é", seam, "🎉"],
        ["👍🏽 é", seam, "🎉x"],
        ["👍🏽 é", seam, "🎉x"],
        ["👍🏽 é", seam, "🎉x", seam, "end"],
        ["👍🏽 é🎉xend"],
    ]


def test_a_line_tells_what_the_model_is_no_longer_sent(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("long " * 1000)
    me.wait_for("Hello, world!")
    me.choose("echo").ask("long " * 1000)
    me.wait_for("1 messages; the last: long")
    line = "The model is no longer sent what is above this line."
    order = me.page.locator("message-list > *")
    kinds = "(all) => all.map((it) => it.role === 'note' ? it.textContent : it.localName)"
    shown = ["user-message", "assistant-message", line, "user-message", "assistant-message"]
    expect(order).to_have_count(5)
    assert order.evaluate_all(kinds) == shown
    me.page.reload()
    expect(me.page.get_by_text(line)).to_be_visible()
    assert order.evaluate_all(kinds) == shown
    me.ask("Short")
    me.wait_for("the last: Short")
    expect(me.replies).to_have_count(3)
    expect(me.page.get_by_text(line)).to_have_count(1)


def test_the_model_is_given_the_conversation_so_far(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    me.ask("Two\nlines")
    me.wait_for("3 messages; the last: Two\nlines")


def test_thinking_is_folded_away_and_timed(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.held = True
    me = reader().open().choose("thinker").ask("What is it?")
    fold = me.replies.last.locator("thinking-fold")
    expect(fold).to_contain_text(re.compile(r"Thinking… [1-9]\d* s"))
    ollama.fake.held = False
    expect(fold).to_contain_text(re.compile(r"Thought for [1-9]\d* s"))
    me.wait_for("The answer is 42.")
    expect(fold.locator("markdown-text")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("markdown-text")).to_have_text("Let me think about it.")


def test_a_model_that_is_loaded_says_so(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.held = True
    me = reader().open().choose("cold").ask("Hello?")
    expect(me.replies.last).to_contain_text(re.compile(r"Loading the model… \d+ s"))
    ollama.fake.held = False
    me.wait_for("Hello, world!")
