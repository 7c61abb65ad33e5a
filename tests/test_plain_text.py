"""Text as plain HTML, however it comes in pieces."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.plain_text import PlainText, html_of

from .asking import unhurried

CODE = "See:\n```python\nif a < b:\n    x()\n\ndone()\n```\nIt is."

PAIRS = [
    ("", ""),
    ("Hello", '<p dir="auto">Hello</p>\n'),
    ("one\ntwo\n\n\nthree\n", '<p dir="auto">one<br>\ntwo</p>\n<p dir="auto">three</p>\n'),
    ("\r\none\r\ntwo\r\n\r\nthree", '<p dir="auto">one<br>\ntwo</p>\n<p dir="auto">three</p>\n'),
    ("<b>&\"'", '<p dir="auto">&lt;b&gt;&amp;&quot;&#x27;</p>\n'),
    (
        CODE,
        '<p dir="auto">See:</p>\n<pre>\n<code>if a &lt; b:\n    x()\n\ndone()</code></pre>\n<p dir="auto">It is.</p>\n',
    ),
    ("```\n\n  first\n```", "<pre>\n<code>\n  first</code></pre>\n"),
    ("~~~\n```\n~~~\nb", '<pre>\n<code>```</code></pre>\n<p dir="auto">b</p>\n'),
    ("```\nnever closed", "<pre>\n<code>never closed</code></pre>\n"),
    ("```only``` in a line", '<p dir="auto">```only``` in a line</p>\n'),
    ("`", '<p dir="auto">`</p>\n'),
    ("a\0b", '<p dir="auto">a\ufffdb</p>\n'),
]


def normal(html: str) -> str:
    return html.replace("&#39;", "&#x27;")


@pytest.mark.parametrize(("text", "html"), PAIRS)
def test_a_text_becomes_paragraphs_and_code(text: str, html: str) -> None:
    assert normal(html_of(text)) == html


@pytest.mark.parametrize("text", [text for text, _ in PAIRS])
def test_cut_at_every_place_it_is_the_same(text: str) -> None:
    for place in range(len(text) + 1):
        plain = PlainText()
        assert plain.feed(text[:place]) + plain.feed(text[place:]) + plain.end() == html_of(text), place
    plain = PlainText()
    assert "".join(map(plain.feed, text)) + plain.end() == html_of(text)


def test_what_came_is_shown_at_once_also_in_the_middle_of_a_line() -> None:
    plain = PlainText()
    assert plain.feed("Hel") == '<p dir="auto">Hel'
    assert plain.feed("lo") == "lo"
    assert plain.feed("\n``") == ""  # what may become code waits
    assert plain.feed(" no") == "<br>\n`` no"


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        assert attrs in ([], [("dir", "auto")])
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@unhurried
@given(st.lists(st.text(st.sampled_from("a<>&\"'`~ \r\n/\0茶"), max_size=12), max_size=12))
def test_whatever_a_model_writes_is_whole_and_harmless_however_it_is_cut(pieces: list[str]) -> None:
    plain = PlainText()
    html = "".join(map(plain.feed, pieces)) + plain.end()
    assert html == html_of("".join(pieces))
    tags = Tags()
    tags.feed(html)
    tags.close()
    assert not tags.open and tags.seen <= {"p", "pre", "code", "br"}
    written = re.sub(r"\s|`|~|\0|\ufffd", "", unescape(re.sub(r"<[^>]*>", "", html)))
    if "```" not in "".join(pieces) and "~~~" not in "".join(pieces):  # the words behind a fence name the language
        assert written == re.sub(r"\s|`|~|\0", "", "".join(pieces))
