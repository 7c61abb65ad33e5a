"""`kill -9`, again and again, while people ask and read: nothing acknowledged is lost, nobody misses or repeats."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from . import fake_ollama
from .cut_models import CUT
from .killing import Load, integrity, prove
from .restarting import restarting

KILLS = 100
SEED = 20261122


@pytest.mark.gen_test(timeout=300)
async def test_nothing_is_lost_or_doubled_however_often_it_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, behaviour in CUT.items():
        monkeypatch.setitem(fake_ollama.BEHAVIOURS, name, behaviour)
    async with restarting(tmp_path) as hearth:
        load = Load(hearth, SEED)
        await load.run(KILLS)
        await prove(load)
        await hearth.kill()
        assert await asyncio.to_thread(integrity, hearth.data) == "ok"
        assert hearth.log == ""
