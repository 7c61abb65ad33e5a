"""The index of words, and the conversations that a search finds.

Every message and every title is a row of the FTS5 table `search`, that holds no text: what comes off it must be told
exactly as it was put there. Beginnings of up to five letters are indexed as words of their own, because FTS5 gathers
all that match a beginning before it gives the first, which takes a second for one letter and half a million messages.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator

import msgspec

from .schema import MESSAGE_BITS
from .words import Query, index_words

MANY = 10_000  # hits are all looked at (some 10 ms); where there are more, the conversations are asked, newest first,
PATIENCE = 150  # if so many of them are likely to be enough (another 30 ms); if not, the other hits are looked at too
NEAR = 4  # conversations so near to each other are asked together

Time = tuple[int, str]  # updated_at and id of a conversation, which put it in its place in the list

_ADD = "INSERT INTO search (rowid, words) VALUES (?, ?)"
_REMOVE = "INSERT INTO search (search, rowid, words) VALUES ('delete', ?, ?)"
_HITS = "SELECT rowid FROM search WHERE search MATCH ? AND rowid >= ? ORDER BY rowid LIMIT ?"
# rising: FTS5 finds the first of a range by an index of its own, but the last by walking back from its end of all rows
_HITS_IN = "SELECT rowid FROM search WHERE search MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid"
_NEWEST = """SELECT number FROM conversations WHERE person = ? AND (updated_at, id) < (?, ?)
    ORDER BY updated_at DESC, id DESC LIMIT ?"""
_NEWEST_OF = """SELECT number FROM conversations WHERE number IN (SELECT value FROM json_each(?))
    AND person = ? AND (updated_at, id) < (?, ?) ORDER BY updated_at DESC, id DESC LIMIT ?"""


def reindex(db: sqlite3.Connection, number: int, before: str | None, after: str | None) -> None:
    """The row of this number had one text, and gets another."""
    if before == after:
        return
    if old := index_words(before or ""):
        db.execute(_REMOVE, (number, old))
    add_words(db, number, index_words(after or ""))


def add_words(db: sqlite3.Connection, number: int, words: str) -> None:
    if words:
        db.execute(_ADD, (number, words))


def find(db: sqlite3.Connection, person: str, query: Query, before: Time, limit: int) -> list[tuple[int, int]]:
    """A person's newest conversations that have all of it in one message or title: numbers, each with the latest
    such row's."""
    if query.match is None:
        return []
    most = -1 if query.ranges else MANY  # of a range all are gathered before the first comes, whenever it is asked for
    rows = _hits(db, query, 0, most)
    if len(rows) == most:
        if _frequent(rows, limit):
            walked = _walk(db, person, query, before, limit)
            if walked is not None:
                return walked
        rows += _hits(db, query, rows[-1] + 1, -1)
    return _newest(db, person, rows, before, limit)


def _hits(db: sqlite3.Connection, query: Query, first: int, most: int) -> list[int]:
    return [row for (row,) in db.execute(_HITS, (query.match, first, most)).fetchall()]


def _frequent(rows: list[int], limit: int) -> bool:
    """Whether, by these first hits, PATIENCE conversations should hold `limit` that match."""
    conversations = len({row >> MESSAGE_BITS for row in rows})
    return conversations * PATIENCE >= limit * (rows[-1] >> MESSAGE_BITS)


def _newest(db: sqlite3.Connection, person: str, rows: list[int], before: Time, limit: int) -> list[tuple[int, int]]:
    latest = {row >> MESSAGE_BITS: row for row in rows}  # rows rise
    numbers = msgspec.json.encode(list(latest)).decode()
    newest = db.execute(_NEWEST_OF, (numbers, person, *before, limit)).fetchall()
    return [(number, latest[number]) for (number,) in newest]


def _walk(db: sqlite3.Connection, person: str, query: Query, before: Time, limit: int) -> list[tuple[int, int]] | None:
    """None where patience ends first."""
    numbers = [number for (number,) in db.execute(_NEWEST, (person, *before, PATIENCE)).fetchall()]
    found: list[tuple[int, int]] = []
    for start in range(0, len(numbers), limit):
        asked = numbers[start : start + limit]
        latest = {row >> MESSAGE_BITS: row for row in _hits_in(db, query, asked)}
        found += [(number, latest[number]) for number in asked if number in latest]
        if len(found) >= limit:
            return found[:limit]
    return found if len(numbers) < PATIENCE else None


def _hits_in(db: sqlite3.Connection, query: Query, conversations: list[int]) -> Iterator[int]:
    """Asked for by neighbourhoods: what is new was mostly made in a row, and to find a place takes longest."""
    numbers = sorted(conversations)
    first = 0
    for at, number in enumerate(numbers):
        if at + 1 == len(numbers) or numbers[at + 1] - number > NEAR:
            span = (numbers[first] << MESSAGE_BITS, ((number + 1) << MESSAGE_BITS) - 1)
            yield from (row for (row,) in db.execute(_HITS_IN, (query.match, *span)).fetchall())
            first = at + 1
