"""Shares in the database: links to a conversation, for people it is not."""

from __future__ import annotations

import sqlite3

from . import rows
from .errors import Gone
from .records import Share

# Only of what is this person's; and nothing is shared that is gone, since a share goes with its conversation.
_ADD = """INSERT INTO shares (id, person, conversation, message, sign_in, created_at)
    SELECT ?, person, id, ?, ?, ? FROM conversations WHERE id = ? AND person = ?"""
_COLUMNS = "id, conversation, message, sign_in, created_at"
_ALL = f"SELECT {_COLUMNS} FROM shares WHERE person = ? ORDER BY created_at DESC, id"
_DELETE = "DELETE FROM shares WHERE id = ? AND person = ?"
_GET = f"SELECT person, {_COLUMNS} FROM shares WHERE id = ?"


def add(db: sqlite3.Connection, person: str, share: Share) -> None:
    values = (share.message, share.sign_in, rows.moment(share.created_at), share.conversation, person)
    if db.execute(_ADD, (share.id, *values)).rowcount != 1:
        raise Gone("The conversation is gone")


def every(db: sqlite3.Connection, person: str) -> list[Share]:
    return [rows.share(row) for row in db.execute(_ALL, (person,)).fetchall()]


def delete(db: sqlite3.Connection, person: str, share_id: str) -> bool:
    return db.execute(_DELETE, (share_id, person)).rowcount > 0


def get(db: sqlite3.Connection, share_id: str) -> tuple[str, Share] | None:
    """With the person who shares it."""
    row = db.execute(_GET, (share_id,)).fetchone()
    return None if row is None else (row[0], rows.share(tuple(row[1:])))
