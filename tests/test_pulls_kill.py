"""Hearth is killed, or told to stop, while a model is being pulled: the pull goes on where it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from .fake_library import LAYERS
from .hearth import eventually
from .restarting import Restarting, restarting

LARGEST = next(iter(LAYERS))


async def begun(hearth: Restarting) -> str:
    """The id of a pull that is in its midst."""
    hearth.fake.library.step, hearth.fake.library.pace = 50_000, 0.02
    answer = await hearth.send("POST", "/api/pulls", {"model": "big"})
    await eventually(lambda: hearth.fake.library.have.get(LARGEST, 0) > 300_000)
    return str(json.loads(answer.body)["pulls"][0]["id"])


async def done(hearth: Restarting, pull: str) -> dict[str, Any]:
    async def ended() -> dict[str, Any] | None:
        (one,) = (await hearth.get("/api/pulls"))["pulls"]
        assert one["id"] == pull and one["state"] in ("running", "done"), one
        return one if one["state"] == "done" else None

    one: dict[str, Any] = await eventually(ended)
    return one


@pytest.mark.gen_test(timeout=30)
async def test_a_pull_survives_a_kill_and_nothing_is_fetched_twice(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        pull = await begun(hearth)
        await hearth.kill()
        await eventually(lambda: hearth.fake.library.under_way == 0)
        here = hearth.fake.library.have[LARGEST]
        hearth.fake.library.pace = 0.001
        await hearth.start()
        assert (await done(hearth, pull))["completed"] == sum(LAYERS.values())
        assert here < LAYERS[LARGEST] and len(hearth.fake.library.pulls) == 2
        assert "Traceback" not in hearth.log


@pytest.mark.gen_test(timeout=30)
async def test_hearth_that_is_told_to_stop_stops_and_pulls_on_when_it_is_back(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        pull = await begun(hearth)
        assert await hearth.terminate() == 0
        await eventually(lambda: hearth.fake.library.under_way == 0)
        hearth.fake.library.pace = 0.001
        await hearth.start()
        (one,) = (await hearth.get("/api/pulls"))["pulls"]
        assert one["completed"] > 0  # shown from the first moment on
        await done(hearth, pull)
        assert "Traceback" not in hearth.log
