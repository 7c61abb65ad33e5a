"""Presets in the database."""

from __future__ import annotations

import sqlite3

from . import rows
from .forgetting import mark
from .records import Preset

_ALL = f"SELECT {rows.PRESET} FROM presets"
_KEEP = f"INSERT OR REPLACE INTO presets ({rows.PRESET}) VALUES ({rows.marks(rows.PRESET)})"
_DELETE = "DELETE FROM presets WHERE id = ?"


def every(db: sqlite3.Connection) -> list[Preset]:
    return [rows.preset(row) for row in db.execute(_ALL).fetchall()]


def keep(db: sqlite3.Connection, preset: Preset) -> None:
    db.execute(_KEEP, rows.preset_row(preset))


def delete(db: sqlite3.Connection, preset_id: str) -> bool:
    gone = db.execute(_DELETE, (preset_id,)).rowcount > 0
    if gone:
        mark(db)
    return gone
