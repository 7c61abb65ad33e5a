"""Messages and runs in the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from . import rows
from .conversations import first_number, last_number, searchable, touch
from .errors import StoreError
from .records import Conversation, Message, Run
from .schema import MESSAGE_BITS
from .search import reindex

_ADD = f"INSERT INTO messages (number, {rows.MESSAGE}) VALUES (?, {rows.marks(rows.MESSAGE)})"
# A message is the person's whose conversation it is in.
_THEIRS = f"(SELECT person FROM conversations WHERE number = messages.number >> {MESSAGE_BITS}) = ?"
_GET = f"SELECT {rows.MESSAGE} FROM messages WHERE id = ? AND {_THEIRS}"
_LAST = "SELECT max(number) FROM messages WHERE number BETWEEN ? AND ?"
_NUMBER_OF = "SELECT number FROM conversations WHERE id = ? AND person = ?"
_ALL = f"SELECT {rows.MESSAGE} FROM messages WHERE number BETWEEN ? AND ? ORDER BY number"
_BRANCH = f"""WITH RECURSIVE branch (number, parent) AS (
        SELECT number, parent FROM messages WHERE id = ? AND {_THEIRS}
        UNION ALL SELECT above.number, above.parent FROM branch JOIN messages AS above ON above.id = branch.parent
            AND above.number >> {MESSAGE_BITS} = branch.number >> {MESSAGE_BITS} -- never into another conversation
    ) SELECT {rows.MESSAGE} FROM messages WHERE number IN (SELECT number FROM branch) ORDER BY number"""
_UNFINISHED = f"""SELECT (SELECT person FROM conversations WHERE number = messages.number >> {MESSAGE_BITS}),
    {rows.MESSAGE} FROM messages WHERE state IN ('queued', 'running') ORDER BY number"""
_INDEXED = f"SELECT number, role, state, content FROM messages WHERE id = ? AND {_THEIRS}"
_UPDATE = f"UPDATE messages SET {rows.assignments(rows.MESSAGE)} WHERE number = ?"

_REQUEST = """SELECT question, reply FROM requests WHERE conversation = ? AND id = ?
    AND (SELECT person FROM conversations WHERE id = requests.conversation) = ?"""
_ADD_REQUEST = "INSERT INTO requests (conversation, id, question, reply) VALUES (?, ?, ?, ?)"

_BEGIN_RUN = f"""INSERT INTO runs ({rows.RUN}, person) VALUES ({rows.marks(rows.RUN)}, ?)
    ON CONFLICT (id) DO UPDATE SET state = excluded.state, last = excluded.last, ended_at = excluded.ended_at
    WHERE person = excluded.person"""
_END_RUN = "UPDATE runs SET state = ?, last = ?, ended_at = ? WHERE id = ? AND person = ?"
_WITHOUT_RUN = "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM runs)"
_RUN = f"SELECT {rows.RUN} FROM runs WHERE id = ? AND person = ?"


def get(db: sqlite3.Connection, person: str, message_id: str) -> Message | None:
    row = db.execute(_GET, (message_id, person)).fetchone()
    return None if row is None else rows.message(row)


def tree(db: sqlite3.Connection, person: str, conversation_id: str) -> list[Message]:
    row = db.execute(_NUMBER_OF, (conversation_id, person)).fetchone()
    if row is None:
        return []
    return [rows.message(one) for one in db.execute(_ALL, (first_number(row[0]), last_number(row[0]))).fetchall()]


def branch(db: sqlite3.Connection, person: str, message_id: str) -> list[Message]:
    found = db.execute(_BRANCH, (message_id, person)).fetchall()  # a parent is always older
    return [rows.message(row) for row in found]


def unfinished(db: sqlite3.Connection) -> list[tuple[str, Message]]:
    return [(person, rows.message(tuple(row))) for person, *row in db.execute(_UNFINISHED).fetchall()]


def add_exchange(
    db: sqlite3.Connection,
    person: str,
    conversation: Conversation,
    question: Message,
    reply: Message,
    request_id: str | None,
) -> tuple[Message, Message]:
    if request_id is not None:
        known = db.execute(_REQUEST, (conversation.id, request_id, person)).fetchone()
        if known is not None:
            old = get(db, person, known[0]), get(db, person, known[1])
            assert old[0] and old[1], "they go with their conversation, as the request does"
            return old[0], old[1]
    number = touch(db, person, conversation)  # Gone, where it is another's
    if request_id is not None:
        db.execute(_ADD_REQUEST, (conversation.id, request_id, question.id, reply.id))
    _add(db, number, question)
    _add(db, number, reply)
    _begin(db, person, reply)
    return question, reply


def add_reply(db: sqlite3.Connection, person: str, conversation: Conversation, reply: Message) -> None:
    _add(db, touch(db, person, conversation), reply)
    _begin(db, person, reply)


def update(db: sqlite3.Connection, person: str, message: Message) -> None:
    row = db.execute(_INDEXED, (message.id, person)).fetchone()
    if row is None:
        return
    number, role, state, content = row
    db.execute(_UPDATE, (*rows.message_row(message), number))
    reindex(db, number, searchable(role, state, content), searchable(message.role, message.state, message.content))


def begin_run(db: sqlite3.Connection, person: str, run: Run) -> None:
    db.execute(_BEGIN_RUN, (*rows.run_row(run), person))


def end_run(db: sqlite3.Connection, person: str, run_id: str, state: str, last: int) -> None:
    db.execute(_END_RUN, (state, last, rows.moment(datetime.now(UTC)), run_id, person))


def run(db: sqlite3.Connection, person: str, run_id: str) -> Run | None:
    row = db.execute(_RUN, (run_id, person)).fetchone()
    return None if row is None else rows.run(row)


def without_run(db: sqlite3.Connection, ids: Sequence[str]) -> list[str]:
    return [one for (one,) in db.execute(_WITHOUT_RUN, (msgspec.json.encode(ids).decode(),)).fetchall()]


def _add(db: sqlite3.Connection, conversation: int, message: Message) -> None:
    last = db.execute(_LAST, (first_number(conversation), last_number(conversation))).fetchone()[0]
    number = (last or first_number(conversation)) + 1
    if number > last_number(conversation):
        raise StoreError("This conversation can't hold any more messages: begin a new one")
    db.execute(_ADD, (number, *rows.message_row(message)))
    reindex(db, number, None, searchable(message.role, message.state, message.content))


def _begin(db: sqlite3.Connection, person: str, reply: Message) -> None:
    if reply.generation is not None:
        begin_run(db, person, Run(reply.generation, reply.conversation, reply.id, reply.state or "queued"))
