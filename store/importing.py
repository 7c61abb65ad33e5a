"""Whole conversations into the database. The words of their texts, which take longest, are found outside of it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from . import rows
from .conversations import check_person, first_number, searchable
from .records import Conversation, Message
from .schema import MESSAGE_BITS
from .search import add_words
from .words import index_words

_ADD = f"INSERT INTO conversations ({rows.CONVERSATION}, person) VALUES ({rows.marks(rows.CONVERSATION)}, ?)"
_ADD_MESSAGE = f"INSERT INTO messages (number, {rows.MESSAGE}) VALUES (?, {rows.marks(rows.MESSAGE)})"


class Whole(NamedTuple):
    """A conversation as its rows, with the words that each may be found by."""

    row: rows.Row
    words: str
    messages: list[tuple[rows.Row, str]]


def prepared(whole: Iterable[tuple[Conversation, Sequence[Message]]]) -> list[Whole]:
    return [_whole(conversation, messages) for conversation, messages in whole]


def add(db: sqlite3.Connection, person: str, whole: Iterable[Whole]) -> None:
    check_person(db, person)
    for row, words, messages in whole:
        number = db.execute(_ADD, (*row, person)).lastrowid
        assert number is not None and len(messages) < 1 << MESSAGE_BITS
        add_words(db, first_number(number), words)
        for place, (message, its_words) in enumerate(messages, first_number(number) + 1):
            db.execute(_ADD_MESSAGE, (place, *message))
            add_words(db, place, its_words)


def _whole(conversation: Conversation, messages: Sequence[Message]) -> Whole:
    return Whole(
        rows.conversation_row(conversation),
        index_words(conversation.title or ""),
        [(rows.message_row(one), _words(one)) for one in messages],
    )


def _words(message: Message) -> str:
    return index_words(searchable(message.role, message.state, message.content) or "")
