"""What programs that watch over Hearth are told."""

from __future__ import annotations

import asyncio
import json

import pytest

from store import StoreError

from .asked import stop
from .hearth import Hearth, error_code, eventually, running


async def ready(hearth: Hearth) -> tuple[int, dict[str, str]]:
    answer = await hearth.get("/readyz")
    return answer.code, json.loads(answer.body)


@pytest.mark.gen_test
async def test_it_lives_whatever_is_missing() -> None:
    async with running() as hearth:
        await hearth.fake.stop()
        answer = await hearth.get("/healthz")
        assert (answer.code, answer.body) == (200, b'{"status":"ok"}')
        assert answer.headers["Cache-Control"] == "no-store"
        assert (await hearth.send("HEAD", "/healthz", None)).code == 200
        assert error_code(await hearth.post("/healthz")) == "method_not_allowed"
        assert error_code(await hearth.get("/healthz", Origin="http://other.example")) == "forbidden"


@pytest.mark.gen_test
async def test_it_is_ready_where_a_question_would_be_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as hearth:
        assert await ready(hearth) == (200, {"status": "ok", "store": "ok", "ollama": "ok"})

        async def broken() -> None:
            raise StoreError("The database can't be used")

        monkeypatch.setattr(hearth.house.readiness._store, "answers", broken)
        assert await ready(hearth) == (503, {"status": "unavailable", "store": "missing", "ollama": "ok"})
        await hearth.fake.stop()
        assert await ready(hearth) == (503, {"status": "unavailable", "store": "missing", "ollama": "missing"})


@pytest.mark.gen_test
async def test_what_does_not_answer_in_time_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chat.status.PATIENCE", 0.5)
    async with running() as hearth:

        async def stuck() -> None:
            await asyncio.Event().wait()

        monkeypatch.setattr(hearth.house.readiness._store, "answers", stuck)
        assert await ready(hearth) == (503, {"status": "unavailable", "store": "missing", "ollama": "ok"})


@pytest.mark.gen_test
async def test_while_it_stops_it_lives_and_is_not_ready() -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="mute"), "hi")
        await eventually(lambda: hearth.fake.at_work)
        closing = asyncio.ensure_future(hearth.house.generations.close(30, 0))
        await eventually(lambda: hearth.house.generations.is_closing)
        assert await ready(hearth) == (503, {"status": "stopping", "store": "ok", "ollama": "ok"})
        assert (await hearth.get("/healthz")).code == 200
        await stop(hearth, reply)
        await closing
