"""Presets: settings under a name, each person's own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from contextlib import suppress
from unicodedata import normalize

from msgspec.structs import replace

from store import Preset, Store

from .errors import Invalid, NotFound
from .ids import new_id
from .messages import now
from .requests import ChangedPreset, NewPreset, plain_options

MOST = 200


class Presets:
    def __init__(self, store: Store, changed: Callable[[str], None]) -> None:
        self._store = store
        self._changed = changed
        self._lock = asyncio.Lock()  # between looking whether a name is free and taking it

    async def all(self, person: str) -> list[Preset]:
        return sorted(await self._store.of(person).presets(), key=lambda one: (_folded(one.name), one.id))

    async def create(self, person: str, new: NewPreset) -> Preset:
        async with self._lock:
            return await self._add(person, new, await self._store.of(person).presets())

    async def take_in(self, person: str, presets: Iterable[NewPreset]) -> None:
        """From elsewhere: those whose name is free here, as far as there is room."""
        async with self._lock:
            others = await self._store.of(person).presets()
            for new in presets:
                with suppress(Invalid):
                    others.append(await self._add(person, new, others))

    async def change(self, person: str, preset_id: str, changed: ChangedPreset) -> Preset:
        async with self._lock:
            others = {one.id: one for one in await self._store.of(person).presets()}
            preset = others.pop(preset_id, None)
            if preset is None:
                raise NotFound("There is no such preset")
            changed_one = replace(preset, **changed.fields(), updated_at=now())
            return await self._keep(person, changed_one, list(others.values()))

    async def delete(self, person: str, preset_id: str) -> None:
        async with self._lock:  # else a change at the same time would bring it back
            if not await self._store.of(person).delete_preset(preset_id):
                raise NotFound("There is no such preset")
        self._changed(person)

    async def _add(self, person: str, new: NewPreset, others: list[Preset]) -> Preset:
        if len(others) >= MOST:
            raise Invalid(f"There are {MOST} presets already: delete one that is not needed")
        return await self._keep(person, _preset(new), others)

    async def _keep(self, person: str, preset: Preset, others: list[Preset]) -> Preset:
        if _folded(preset.name) in {_folded(one.name) for one in others}:
            raise Invalid("`name` is the name of another preset already: choose a different one")
        await self._store.of(person).keep_preset(preset)
        self._changed(person)
        return preset


def _preset(new: NewPreset) -> Preset:
    moment = now()
    return Preset(
        id=new_id(),
        name=new.name,
        model=new.model,
        system=new.system,
        options=plain_options(new.options),
        think=new.think,
        keep_alive=new.keep_alive,
        created_at=moment,
        updated_at=moment,
    )


def _folded(name: str) -> str:
    return normalize("NFC", name).casefold()
