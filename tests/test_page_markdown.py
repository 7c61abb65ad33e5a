"""The page in a real browser: Markdown while it is written."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from .support_page import Readers

# A reply whose text the test gives: `window.say(text)`, and at its end `window.end()`.
REPLY = """async () => {
  const { GrowingText } = await import("/static/lib/growing-text.js");
  await customElements.whenDefined("markdown-text");
  const reply = document.createElement("div");
  reply.className = "running writing";
  const element = document.createElement("markdown-text");
  element.id = "reply";
  reply.append(element);
  document.querySelector("message-list").append(reply);
  const text = new GrowingText();
  element.live = true;
  window.say = async (more) => {
    text.append(more);
    element.text = text;
    await new Promise(requestAnimationFrame);
  };
  window.end = () => {
    element.live = false;
    reply.className = "done";
  };
}"""

LONG = "# Title\n\nSome **bold** text.\n\n- one\n- two\n\n```js\nlet a;\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n"


@pytest.fixture
def page(reader: Readers) -> Page:
    page = reader().open().page
    page.evaluate(REPLY)
    return page


def say(page: Page, *pieces: str) -> None:
    page.evaluate("async (pieces) => { for (const piece of pieces) await window.say(piece) }", list(pieces))


def end(page: Page) -> None:
    page.evaluate("window.end()")


def markup(page: Page) -> Any:
    return page.evaluate("[...document.querySelector('#reply').children].map((it) => it.localName)")


def test_a_reply_is_shown_as_markdown_while_it_is_written(page: Page) -> None:
    say(page, "# Ti", "tle\n\nSome **bo")
    expect(page.locator("#reply h3")).to_have_text("Title")
    expect(page.locator("#reply strong")).to_have_text("bo")
    say(page, "ld** text.\n\n- one\n- tw")
    expect(page.locator("#reply li")).to_have_text(["one", "tw"])
    say(page, "o\n\n```js\nlet a;\n``")
    expect(page.locator("#reply code-block pre")).to_have_text("let a;")
    say(page, "`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\nThe end.")
    end(page)
    expect(page.locator("#reply td")).to_have_text(["1", "2"])
    assert markup(page) == ["h3", "p", "ul", "code-block", "div", "p"]


def test_what_is_finished_is_never_touched_again(page: Page) -> None:
    say(page, LONG)
    expect(page.locator("#reply td")).to_have_count(2)
    expect(page.locator("#reply > .past")).to_have_count(5)
    page.evaluate(
        """() => {
             window.touched = [];
             const all = { subtree: true, childList: true, characterData: true, attributes: true };
             const finished = [...document.querySelectorAll('#reply > :not(code-block)')];
             const look = (changes) => window.touched.push(...changes.map(({ target }) => target.nodeName));
             window.watch = new MutationObserver(look);
             for (const it of finished) window.watch.observe(it, all);
             window.finished = finished;
           }"""
    )
    say(page, *"The end **of it**.\n\n- more\n- and more\n\nDone", "!")
    end(page)
    expect(page.locator("#reply > p").last).to_have_text("Done!")
    assert page.evaluate("window.finished.every((it) => it.isConnected)")
    assert page.evaluate("window.touched") == []


def test_items_and_rows_that_are_finished_are_never_touched_again(page: Page) -> None:
    say(page, "- first\n- second\n- and\n- th")
    expect(page.locator("#reply li")).to_have_count(4)
    page.evaluate(
        """() => {
             window.touched = 0;
             const watch = new MutationObserver((changes) => (window.touched += changes.length));
             const all = { subtree: true, childList: true, characterData: true, attributes: true };
             for (const it of [...document.querySelectorAll('#reply li')].slice(0, 2)) watch.observe(it, all);
           }"""
    )
    say(page, "ird\n\n- fo", "urth\n  - in **it**\n", "\nText")
    expect(page.locator("#reply > ul")).to_have_class("loose")
    expect(page.locator("#reply > ul > li")).to_have_count(5)
    assert page.evaluate("window.touched") == 0


def test_a_selection_survives_what_is_written_behind_it(page: Page) -> None:
    say(page, "First paragraph.\n\nSecond with some wor")
    expect(page.locator("#reply p").last).to_have_text("Second with some wor")
    page.evaluate(
        """() => {
             const [first, second] = document.querySelectorAll('#reply p');
             getSelection().setBaseAndExtent(first.firstChild, 6, second.firstChild, 11);
           }"""
    )
    say(page, "ds and **bold** ones", " and more.\n\n- and", " a list\n")
    end(page)
    assert page.evaluate("String(getSelection())").split() == ["paragraph.", "Second", "with"]


def test_what_may_not_join_is_marked_and_stands_by_itself(page: Page) -> None:
    page.evaluate("document.querySelector('#reply').seams = [8]")
    say(page, "One **tw", "o** three\n\n- four")
    end(page)
    parts = page.locator("#reply > *")
    expect(parts).to_have_text(["One **tw", "continued here", "o** three", "four"])


def test_footnotes_lead_there_and_back_without_changing_the_address(page: Page) -> None:
    before = page.url
    say(page, "Goats[^1] found it.\n\n" + "Text.\n\n" * 60 + "[^1]: So they say.")
    end(page)
    page.locator("#reply a[role=doc-noteref]").click()
    expect(page.locator("#reply .notes li")).to_be_focused()
    page.locator("#reply a[role=doc-backlink]").click()
    expect(page.locator("#reply a[role=doc-noteref]")).to_be_focused()
    assert page.url == before


def test_a_long_text_is_read_in_parts_and_whole_in_the_end(page: Page) -> None:
    say(page, "word **bold** and\n\n- item\n\n" * 8_000)
    end(page)
    expect(page.locator("#reply > ul")).to_have_count(8_000, timeout=60_000)


def test_nothing_moves_when_a_reply_ends(page: Page) -> None:
    places = """() => {
      const { top } = document.querySelector('#reply').getBoundingClientRect();
      const place = (it) => [it.y - top, it.height];
      return [...document.querySelectorAll('#reply > *, #reply li')].map((it) => place(it.getBoundingClientRect()));
    }"""
    for _ in range(12):
        say(page, LONG, "- a\n  - b\n- c\n\n  d\n\n> ## quoted\n> - e\n\n$$x$$\n\n")
    expect(page.locator("#reply > math-formula")).to_have_count(12)
    expect(page.locator("#reply > :not(.past, math-formula)")).to_have_count(0)
    expect(page.locator("#reply math-formula:has(.katex)")).to_have_count(12)
    page.evaluate("Promise.all([...document.fonts].map((font) => font.load())).then(() => document.fonts.ready)")
    page.evaluate("new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))")
    before = page.evaluate(places)
    end(page)
    after = page.evaluate(places)
    assert len(after) == len(before)
    for was, now in zip(before, after, strict=True):
        assert now == pytest.approx(was, abs=1)  # a pixel is how the same height is rounded


# Made within the page: so much text is not sent from here.
HUGE = """([piece, times]) => {
  window.say(piece.repeat(times));
  window.end();
}"""


@pytest.mark.parametrize(
    ("piece", "times"),
    [("Some words in a row, **and** more. ", 30_000), ("A paragraph of *a few* words, and a `code`.\n\n", 120_000)],
    ids=["one line of a megabyte", "five megabytes"],
)
def test_a_huge_text_leaves_the_page_usable(page: Page, piece: str, times: int) -> None:
    page.evaluate(HUGE, [piece, times])
    composer = page.locator("message-composer textarea")
    composer.fill("Still here")
    expect(composer).to_have_value("Still here")
    expect(page.locator("#reply > p").first).to_be_visible()


def test_a_word_of_a_hundred_thousand_letters_is_shown(page: Page) -> None:
    say(page, "x" * 100_000)
    end(page)
    whole = "document.querySelector('#reply').textContent.length === 100000"
    page.wait_for_function(whole)
    expect(page.locator("#reply > p").first).to_be_visible()


def test_pictures_elsewhere_are_links_that_say_so(page: Page) -> None:
    say(page, "![A cat](https://pictures.example.org/cat.png) and [x](javascript:alert)")
    end(page)
    link = page.get_by_role("link")
    expect(page.locator("#reply a")).to_have_count(1)
    expect(link.filter(has_text="pictures.example.org")).to_have_attribute("rel", "noopener noreferrer")
    expect(page.locator("#reply img")).to_have_count(0)


def test_boxes_of_tasks_have_names_and_tables_can_be_reached(page: Page) -> None:
    say(page, "- [x] Milk\n- [ ] Bread\n\n| a | b |\n|---|---|\n| 1 | 2 |\n")
    end(page)
    expect(page.get_by_role("checkbox", name="not done")).not_to_be_checked()
    expect(page.get_by_role("checkbox", name="done", exact=True)).to_be_checked()
    table = page.get_by_role("group", name="Table")
    table.focus()
    expect(table).to_be_focused()


def test_right_to_left_words_stand_right(page: Page) -> None:
    say(page, "مرحبا\n\n- عنصر\n\nHello\n")
    end(page)
    expect(page.locator("#reply li")).to_have_text("عنصر")
    directions = "[...document.querySelector('#reply').children].map((it) => getComputedStyle(it).direction)"
    assert page.evaluate(directions) == ["rtl", "rtl", "ltr"]


def test_the_caret_stands_behind_the_last_thing_only(page: Page) -> None:
    carets = """(text) => {
                  const all = [...document.querySelectorAll('#reply *')];
                  const found = all.filter((it) => getComputedStyle(it, '::after').animationName === 'blink');
                  return found.map((it) => it.textContent.trim()).join() === text;
                }"""
    say(page, "First.\n\n- one\n- two\n  - inner")
    page.wait_for_function(carets, arg="inner")
    say(page, "\n\n```\nlet a;\nlet b;")
    page.wait_for_function(carets, arg="let b;")
    say(page, "\n```\n\n| a |\n|---|\n| cell")
    page.wait_for_function(carets, arg="cell")
    say(page, " |\n\n> quoted")
    page.wait_for_function(carets, arg="quoted")


def test_without_the_parser_the_text_is_shown_as_it_is(reader: Readers) -> None:
    me = reader()

    def refuse(route: Route) -> None:
        route.fulfill(status=200, content_type="text/javascript", body="export const nothing = true;")

    me.page.route(re.compile("/vendor/marked"), refuse)
    me.open().choose("slow").ask("Tell me")
    me.wait_for("word5")
    expect(me.text.locator("> plain-text")).to_be_visible()
