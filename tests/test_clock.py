"""The clock set back an hour, as a machine without a battery does that finds the time in the network late."""

from __future__ import annotations

import time

import pytest

from .hearth import running
from .wire import PING, TEXT, raw_socket


@pytest.mark.gen_test(timeout=30)
async def test_a_clock_that_is_set_back_an_hour_silences_no_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("sse", "talk_events", "talk_plain"):
        monkeypatch.setattr(f"handlers.{module}.HEARTBEAT", 0.1)
    async with running("--model=mute") as hearth:
        stream = await hearth.stream("/chat?model=mute&question=hi")
        sockets = [await raw_socket(hearth, subprotocol) for subprotocol in (None, "hearth.v1")]
        sockets[0].send(TEXT, b"hi")
        for one in sockets:
            assert (await one.of(PING))[0] == PING
        await stream.until(b":\n\n")
        now = time.time
        monkeypatch.setattr(time, "time", lambda: now() - 3600)
        for _ in range(3):
            for one in sockets:
                assert (await one.of(PING))[0] == PING
            stream.seen = b""
            await stream.until(b":\n\n")
        reply = await hearth.ask(await hearth.conversation(model="slow"), "hi")
        hearth.fake.pace = 0
        assert (await hearth.events(reply["generation"]))[-1]["type"] == "done"
