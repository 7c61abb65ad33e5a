"""Readers who vanish without a word, as a telephone does that leaves the Wi-Fi."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from handlers import absence, sse

from .hearth import running


def test_who_vanished_is_noticed_on_every_kind_of_line() -> None:
    user = [] if os.geteuid() == 0 else ["--user", "--map-root-user"]
    command = ["unshare", *user, "--net", sys.executable, "-m", "tests.vanishing"]
    found = subprocess.run(command, cwd=Path(__file__).parent.parent, capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
    assert json.loads(found.stdout) == {"before": 5, "after": 0, "log": ""}


@pytest.mark.gen_test
async def test_who_vanished_is_noticed_within_half_a_minute() -> None:
    """The test above is in a hurry; this one is about the times that are kept otherwise."""
    assert sse.HEARTBEAT + absence.UNANSWERED < 28
    assert absence.IDLE + absence.AGAIN < 28
    async with running() as hearth:
        await hearth.connect()
        await hearth.get("/api/status")
        for stream in hearth.server._open:
            connection = stream.socket
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 1000 * absence.UNANSWERED
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE) == absence.IDLE
            assert connection.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
