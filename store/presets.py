"""Presets in the database."""

from __future__ import annotations

import sqlite3

from . import rows
from .conversations import check_person
from .forgetting import mark
from .records import Preset

_ALL = f"SELECT {rows.PRESET} FROM presets WHERE person = ?"
_KEEP = f"""INSERT INTO presets ({rows.PRESET}, person) VALUES ({rows.marks(rows.PRESET)}, ?)
    ON CONFLICT (id) DO UPDATE SET {rows.excluded(rows.PRESET)} WHERE person = excluded.person"""
_DELETE = "DELETE FROM presets WHERE id = ? AND person = ?"


def every(db: sqlite3.Connection, person: str) -> list[Preset]:
    return [rows.preset(row) for row in db.execute(_ALL, (person,)).fetchall()]


def keep(db: sqlite3.Connection, person: str, preset: Preset) -> None:
    check_person(db, person)
    db.execute(_KEEP, (*rows.preset_row(preset), person))


def delete(db: sqlite3.Connection, person: str, preset_id: str) -> bool:
    gone = db.execute(_DELETE, (preset_id, person)).rowcount > 0
    if gone:
        mark(db)
    return gone
