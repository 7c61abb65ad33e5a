"""What counts as a word: of a text, of a query, and where it stands.

Chinese, Japanese, Korean and the scripts of South-East Asia don't part their words by spaces: there every character and
every pair of neighbours counts as a word. Elsewhere a word is found by its beginning, as one types.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from unicodedata import normalize

HEADS = 5  # beginnings of up to so many letters are words of their own: see search.py
LONGEST = 40  # of a longer word only so much counts; long ones are keys and blobs
MOST = 32  # words of a query that count
SHOWN = 160  # characters of a snippet
BEFORE = 40  # of which so many stand before what was found

_MARKS = re.compile("[\u0300-\u036f\u0591-\u05bd\u05bf-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670]")
_ALONE = (
    "\u0e00-\u0fff\u1000-\u109f\u1100-\u11ff\u1780-\u17ff"  # Thai, Lao, Tibetan, Burmese, jamo, Khmer
    "\u3005-\u3007\u3040-\u30fa\u30fc-\u318f\u31f0-\u31ff"  # kana, bopomofo, jamo
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Chinese characters
    "\uac00-\ud7af"  # Hangul
    "\u2600-\u27bf\U0001f000-\U0001faff"  # symbols and emoji
)
_INDIC = "\u0900-\u0963\u0966-\u0dff"  # vowel signs are marks, and yet part of the word
_RUN = re.compile(f"(?:[^\\W_]|[{_INDIC}{_ALONE}])+[+#]*")
_PART = re.compile(f"[{_ALONE}]+|[^{_ALONE}]+")
_PLAIN = re.compile("[a-z0-9]+[+#]*")
_FIRST_ALONE = re.compile(f"[{_ALONE}]")


def fold(text: str) -> str:
    """Without case, accents, and differences of form only (full-width letters, ligatures)."""
    if text.isascii():
        return text.lower()
    return normalize("NFC", _MARKS.sub("", normalize("NFKD", text).casefold()))


def index_words(text: str) -> str:
    """All that the text may be found by, each once, parted by spaces."""
    words: set[str] = set()
    for part in _parts(fold(text)):
        if _FIRST_ALONE.match(part):
            words.update(part)
            words.update(_pairs(part))
        else:
            words.add(part[:LONGEST])
            words.update(_head(part[:length]) for length in range(1, min(len(part), HEADS) + 1))
    return " ".join(words)


class Query:
    """Any text; `match` is what FTS5 is asked, None where there is nothing to ask for."""

    def __init__(self, text: str) -> None:
        self.parts = list(dict.fromkeys(_parts(fold(text))))[:MOST]
        terms = list(dict.fromkeys(term for part in self.parts for term in _terms(part)))[:MOST]
        self.match = " AND ".join(terms) or None
        self.ranges = any(term.endswith("*") for term in terms)

    def __repr__(self) -> str:
        return f"<Query {self.match}>"

    def snippet(self, text: str) -> str:
        """The stretch of the text around most of what was searched for, on one line."""
        folded, places = _folded(text)
        start = _densest(sorted(place for part in self.parts[:8] for place in _occurrences(part, folded)))
        return _cut(text, places[start] if places and start < len(places) else start)


def _parts(folded: str) -> Iterator[str]:
    if folded.isascii():
        yield from _PLAIN.findall(folded)
        return
    for run in _RUN.findall(folded):
        yield from (part for part in _PART.findall(run) if part.strip("+#"))


def _pairs(part: str) -> Iterator[str]:
    return (part[at : at + 2] for at in range(len(part) - 1))


def _head(letters: str) -> str:
    return letters + "…"  # no text holds it: folding makes three dots of it


def _terms(part: str) -> Iterator[str]:
    if _FIRST_ALONE.match(part):
        yield from (f'"{word}"' for word in (_pairs(part) if len(part) > 1 else part))
    elif len(part) <= HEADS:
        yield f'"{_head(part)}"'
    else:
        yield f'"{part[:LONGEST]}"*'


def _looking_for(part: str) -> re.Pattern[str]:
    if _FIRST_ALONE.match(part):
        return re.compile(f"{re.escape(part)}|{re.escape(part[:2])}")
    return re.compile(rf"(?<![^\W_]){re.escape(part)}")


def _occurrences(part: str, folded: str) -> Iterator[tuple[int, str]]:
    return ((match.start(), part) for match in islice(_looking_for(part).finditer(folded), 20))


def _densest(found: list[tuple[int, str]]) -> int:
    """Where a snippet shows most of the different words."""
    start, most = 0, 0
    for at, (place, _) in enumerate(found):
        shown = len({part for other, part in found[at:] if other < place + SHOWN - BEFORE})
        if shown > most:
            start, most = place, shown
    return start


def _folded(text: str) -> tuple[str, list[int] | None]:
    """And where each of its characters stands in the text, if not at the same place."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded, None
    pieces = [fold(character) for character in text]
    return "".join(pieces), [place for place, piece in enumerate(pieces) for _ in piece]


def _cut(text: str, place: int) -> str:
    start = max(0, place - BEFORE)
    if start:
        space = text.find(" ", start, place)
        start = space + 1 if space >= 0 else start
    # white space is made one: so a little more is looked at than is shown
    line = " ".join(text[start : start + 4 * SHOWN].split())
    head = "…" if start else ""
    if len(head) + len(line) <= SHOWN and start + 4 * SHOWN >= len(text):
        return head + line
    line = line[: SHOWN - len(head) - 1]
    space = line.rfind(" ", SHOWN - 30)
    return head + (line[:space] if space > 0 else line) + "…"
