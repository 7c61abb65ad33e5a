"""The page in a real browser: what there is to see of a message, and to do with it."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .support_page import TRANSPORTS, Ollama, Reader, Readers, call

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="


def asked_elsewhere(me: Reader, **question: object) -> None:
    call("POST", me.page.url.partition("?")[0].replace("/c/", "/api/conversations/") + "/messages", question)


@TRANSPORTS
def test_the_numbers_of_a_reply_are_told_when_they_are_wanted(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("thinker").ask("What is it?")
    me.wait_for("The answer is 42.")
    me.replies.last.get_by_role("button", name="About this reply").click()
    sheet = me.page.get_by_role("dialog", name="About this reply")
    for text in (
        "thinker",
        "16 tokens",
        "4 tokens",
        "12.3 tokens/s",
        "when the model was done",
        "20 of 2,048 tokens (1%)",
    ):
        expect(sheet).to_contain_text(text)
    expect(sheet.get_by_text("Thinking", exact=True)).to_be_visible()
    me.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(me.replies.last.get_by_role("button", name="About this reply")).to_be_focused()


def test_how_long_was_thought_is_known_after_a_reload(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.pace = 0.6
    me = reader().open().choose("thinker").ask("What is it?")
    me.done()
    summary = me.replies.last.locator("thinking-fold summary")
    expect(summary).to_contain_text(re.compile(r"Thought for [1-9]\d* s"))
    words = summary.inner_text()
    me.page.reload()
    expect(summary).to_have_text(words)


def test_a_context_that_fills_up_is_told_of(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.context_length = 30
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    meter = me.page.get_by_role("button", name="Context: 20 of 30 tokens used")
    expect(meter).to_have_text("20 of 30")
    meter.click()
    expect(me.page.get_by_role("dialog")).to_contain_text("This is how much the model can read at once.")


def test_a_context_that_is_hardly_used_is_not_worth_a_word(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    expect(me.replies.last.get_by_role("button", name="Copy")).to_be_visible()
    expect(me.page.locator("context-meter")).to_be_hidden()


def test_a_reply_is_copied_without_its_marks(reader: Readers) -> None:
    me = reader(permissions=["clipboard-read", "clipboard-write"]).open().choose("echo").ask("**bold** and `code`")
    expect(me.text.locator("strong")).to_have_text("bold")
    me.replies.last.get_by_role("button", name="More").press("Enter")
    expect(me.page.get_by_role("menuitem", name="Copy as plain text")).to_be_focused()
    me.page.keyboard.press("Enter")
    expect(me.page.locator("live-announcer")).to_contain_text("Copied")
    assert me.page.evaluate("navigator.clipboard.readText()") == "1 messages; the last: bold and code"
    me.questions.last.hover()
    me.questions.last.get_by_role("button", name="Copy").click()
    expect(me.questions.last.get_by_role("button", name="Copied")).to_be_visible()
    assert me.page.evaluate("navigator.clipboard.readText()") == "**bold** and `code`"


def test_pictures_of_a_question_open_large(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    asked_elsewhere(me, content="", images=[PIXEL, PIXEL])
    pictures = me.questions.last.get_by_role("img")
    expect(pictures).to_have_count(2)
    assert pictures.first.evaluate("async (it) => (await it.decode(), it.naturalWidth)") == 1
    me.questions.last.get_by_role("button", name="Picture 2 of 2").click()
    large = me.page.get_by_role("dialog", name="Picture 2 of 2")
    expect(large.get_by_role("img")).to_be_visible()
    me.page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    me.questions.last.get_by_role("button", name="Picture 1 of 2").click()
    me.page.get_by_role("dialog", name="Picture 1 of 2").click(position={"x": 5, "y": 5})
    expect(me.page.get_by_role("dialog")).to_be_hidden()


def test_a_file_of_a_question_opens(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("Read this\n\n```notes.txt\nhello\nworld\n```")
    me.wait_for("Hello, world!")
    fold = me.questions.last.locator("details")
    expect(fold).to_contain_text("12 bytes")
    expect(fold.locator("pre")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("pre")).to_have_text("hello\nworld\n")
    expect(me.questions.last.locator(".bubble")).to_have_text("Read this")


def test_a_long_question_is_folded(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("\n".join(f"line {n}" for n in range(40)))
    me.wait_for("Hello, world!")
    bubble = me.questions.last.locator(".bubble")
    expect(bubble).not_to_contain_text("line 30")
    bubble.get_by_role("button", name="Show more").click()
    expect(bubble).to_contain_text("line 39")
    bubble.get_by_role("button", name="Show less").click()
    expect(bubble).not_to_contain_text("line 30")


def test_a_word_of_a_hundred_thousand_letters_fits_the_page(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 740}).open().choose("echo")
    me.ask("x" * 100_000)
    me.wait_for("1 messages")
    bubble = me.questions.last.locator(".bubble")
    bubble.get_by_role("button", name="Show more").click()
    assert me.page.evaluate("document.querySelector('end-follower').scrollWidth") <= 360
    assert bubble.evaluate("(it) => it.scrollWidth <= it.clientWidth")


def test_a_reply_is_read_out_in_pieces_as_it_comes_and_older_ones_are_not(reader: Readers) -> None:
    me = reader().open().choose("slow").ask("Tell me")
    announcer = me.page.locator("live-announcer")
    expect(announcer).to_contain_text("The reply is being written.")
    expect(announcer).to_contain_text("Reply: word0 word1", timeout=20_000)
    me.page.get_by_role("button", name="Stop").click()
    expect(announcer).to_contain_text("You stopped this reply.")
    me.page.reload()
    expect(me.replies.last).to_contain_text("You stopped this reply.")
    expect(announcer).to_have_text("")


def test_the_end_is_left_alone_while_something_is_edited_or_unfolded(reader: Readers, ollama: Ollama) -> None:
    me = reader(viewport={"width": 600, "height": 400}).open().choose("quick")
    me.ask("One " * 200).wait_for("Hello, world!")
    me.choose("slow").ask("Tell me")
    me.wait_for("word60")
    me.questions.last.get_by_role("button", name="Edit").evaluate("(it) => it.click()")
    scroller = me.page.locator("end-follower")
    top = scroller.evaluate("(it) => it.scrollTop")
    me.wait_for("word120")
    ollama.fake.held = True
    assert scroller.evaluate("(it) => it.scrollTop") == top
    me.page.keyboard.press("Escape")
    expect(me.page.get_by_role("button", name="Stop")).to_be_visible()


def test_a_smaller_window_keeps_the_end_in_sight(reader: Readers) -> None:
    me = reader(viewport={"width": 600, "height": 700}).open().choose("quick")
    me.ask("One\n" * 15).wait_for("Hello, world!")
    me.page.set_viewport_size({"width": 600, "height": 350})
    expect(me.replies.last.get_by_role("button", name="Copy")).to_be_in_viewport()


def test_about_a_reply_in_chinese(reader: Readers) -> None:
    me = reader(locale="zh-CN").open().choose("quick").ask("你好")
    me.wait_for("Hello, world!")
    me.replies.last.get_by_role("button", name="关于这次回答").click()
    expect(me.page.get_by_role("dialog")).to_contain_text("每秒 12.3 个词元")
