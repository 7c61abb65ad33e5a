"""Conversations in the database: added, listed, changed, deleted."""

from __future__ import annotations

import sqlite3
from typing import Any

from . import rows
from .errors import Gone
from .forgetting import mark
from .records import GUEST, HOUSE, Conversation, Found
from .schema import MESSAGE_BITS
from .search import Time, find, reindex
from .words import Query

CHANGEABLE = {"title", "titled", "model", "system", "options", "think", "keep_alive", "pinned", "leaf", "updated_at"}
LATEST: Time = (2**63 - 1, "")

_PERSON = "SELECT 1 FROM people WHERE id = ?"
_ADD = f"INSERT INTO conversations ({rows.CONVERSATION}, person) VALUES ({rows.marks(rows.CONVERSATION)}, ?)"
_GET = f"SELECT {rows.CONVERSATION} FROM conversations WHERE id = ? AND person = ?"
_BY_NUMBER = f"SELECT {rows.CONVERSATION} FROM conversations WHERE number = ? AND person = ?"
_LIST = f"""SELECT {rows.CONVERSATION} FROM conversations WHERE person = ? AND (updated_at, id) < (?, ?)
    ORDER BY updated_at DESC, id DESC LIMIT ?"""
_IDS = "SELECT id FROM conversations WHERE person = ? ORDER BY updated_at DESC, id DESC"
_LIST_PINNED = _LIST.replace("WHERE", "WHERE pinned = 1 AND")  # a number in the text, for the index's sake
_LIST_OTHERS = _LIST.replace("WHERE", "WHERE pinned = 0 AND")
_TIME = "SELECT updated_at, id FROM conversations WHERE id = ? AND person = ?"
_TITLE = "SELECT number, title, titled FROM conversations WHERE id = ? AND person = ?"
_TOUCH = """UPDATE conversations SET leaf = ?, updated_at = max(updated_at, ?),
    titled = iif(title IS NULL, ?, titled), title = coalesce(title, ?) WHERE number = ? AND person = ?"""
_GENERATIONS = "SELECT id FROM runs WHERE conversation = ? AND person = ?"
_CONTENTS = "SELECT number, role, state, content FROM messages WHERE number BETWEEN ? AND ?"
_DELETE_MESSAGES = "DELETE FROM messages WHERE number BETWEEN ? AND ?"
_DELETE = "DELETE FROM conversations WHERE number = ? AND person = ?"  # takes its requests and runs along
_CONTENT = "SELECT content FROM messages WHERE number = ?"


def check_person(db: sqlite3.Connection, person: str) -> None:
    """Gone, where the account was deleted a moment ago: nothing new may stay behind."""
    if person not in (HOUSE, GUEST) and db.execute(_PERSON, (person,)).fetchone() is None:
        raise Gone("This account is gone")


def add(db: sqlite3.Connection, person: str, conversation: Conversation) -> None:
    check_person(db, person)
    number = db.execute(_ADD, (*rows.conversation_row(conversation), person)).lastrowid
    assert number is not None
    reindex(db, first_number(number), None, conversation.title)


def get(db: sqlite3.Connection, person: str, conversation_id: str) -> Conversation | None:
    row = db.execute(_GET, (conversation_id, person)).fetchone()
    return None if row is None else rows.conversation(row)


def newest(
    db: sqlite3.Connection, person: str, query: str | None, before: str | None, limit: int, pinned: bool | None = None
) -> tuple[list[Found], bool]:
    start = LATEST if before is None else db.execute(_TIME, (before, person)).fetchone()
    if start is None:
        raise Gone("The conversation to list from is gone")
    if query is None or not query.strip():
        listed = _LIST if pinned is None else _LIST_PINNED if pinned else _LIST_OTHERS
        page = [Found(rows.conversation(row)) for row in db.execute(listed, (person, *start, limit + 1)).fetchall()]
    else:
        asked = Query(query)
        page = [_found(db, person, asked, *hit) for hit in find(db, person, asked, start, limit + 1)]
    return page[:limit], len(page) > limit


def ids(db: sqlite3.Connection, person: str) -> list[str]:
    return [one for (one,) in db.execute(_IDS, (person,)).fetchall()]


def change(db: sqlite3.Connection, person: str, conversation_id: str, changes: dict[str, Any]) -> Conversation | None:
    row = db.execute(_TITLE, (conversation_id, person)).fetchone()
    if row is None:
        return None
    number, title, titled = row
    if titled == "person" and changes.get("titled") == "model":
        changes = {name: value for name, value in changes.items() if name not in ("title", "titled")}
    if changes:
        values = [rows.column(name, value) for name, value in changes.items()]
        assignments = rows.assignments(", ".join(changes))
        db.execute(f"UPDATE conversations SET {assignments} WHERE number = ? AND person = ?", (*values, number, person))
    if changes.get("title", title) != title:
        reindex(db, first_number(number), title, changes["title"])
        if titled == "person":  # whose words stand nowhere else; a model's are those of the conversation
            mark(db)
    return get(db, person, conversation_id)


def touch(db: sqlite3.Connection, person: str, conversation: Conversation) -> int:
    """What a new message changes of it: nothing else of the record is taken, it may be old. Gives its number."""
    row = db.execute(_TITLE, (conversation.id, person)).fetchone()
    if row is None:
        raise Gone("The conversation is gone")
    number, title, _ = row
    time = rows.moment(conversation.updated_at)
    db.execute(_TOUCH, (conversation.leaf, time, conversation.titled, conversation.title, number, person))
    if title is None:
        reindex(db, first_number(number), None, conversation.title)
    return int(number)


def delete(db: sqlite3.Connection, person: str, conversation_id: str) -> list[str] | None:
    row = db.execute(_TITLE, (conversation_id, person)).fetchone()
    if row is None:
        return None
    number, title, _ = row
    span = (first_number(number), last_number(number))
    generations = [generation for (generation,) in db.execute(_GENERATIONS, (conversation_id, person)).fetchall()]
    reindex(db, first_number(number), title, None)
    for message, role, state, content in db.execute(_CONTENTS, span).fetchall():
        reindex(db, message, searchable(role, state, content), None)
    db.execute(_DELETE_MESSAGES, span)
    db.execute(_DELETE, (number, person))
    mark(db)
    return generations


def searchable(role: str, state: str | None, content: str) -> str | None:
    """What of a message is in the index: a reply comes in when it has ended."""
    return content if role in ("user", "assistant") and state not in ("queued", "running") else None


def first_number(conversation: int) -> int:
    return conversation << MESSAGE_BITS


def last_number(conversation: int) -> int:
    return ((conversation + 1) << MESSAGE_BITS) - 1


def _found(db: sqlite3.Connection, person: str, query: Query, number: int, hit: int) -> Found:
    conversation = rows.conversation(db.execute(_BY_NUMBER, (number, person)).fetchone())
    message = db.execute(_CONTENT, (hit,)).fetchone()
    return Found(conversation, query.snippet(message[0]) if message else None)
