"""A form that a double click sends twice is done once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

TWICE = 3.0  # seconds within which the same again is the second click


class Once:
    def __init__(self, within: float = TWICE) -> None:
        self._within = within
        self._doing: dict[bytes, asyncio.Future[Any]] = {}  # by the form's hash: what was typed is not kept

    def __repr__(self) -> str:
        return f"<Once, {len(self._doing)} forms of late>"

    def __contains__(self, form: tuple[object, ...]) -> bool:
        return _key(form) in self._doing

    async def do(self, form: tuple[object, ...], work: Coroutine[Any, Any, T]) -> T:
        """What `work` gives, or what that of the first click gave."""
        key = _key(form)
        if key in self._doing:
            work.close()
            found: T = await asyncio.shield(self._doing[key])
            return found
        doing = self._doing[key] = asyncio.ensure_future(work)
        over = asyncio.get_running_loop().call_later(self._within, self._doing.pop, key, None)
        try:
            return await asyncio.shield(doing)
        except Exception:  # who is told what is wrong may try again at once
            over.cancel()  # it would forget the next try too soon
            self._doing.pop(key, None)
            raise


def _key(form: tuple[object, ...]) -> bytes:
    return hashlib.sha256(repr(form).encode()).digest()
