"""Hearth runs on uvloop where that is installed, and on asyncio's own loop where it isn't."""

from __future__ import annotations

import asyncio
import sys
from types import SimpleNamespace

import pytest

import server


def test_without_uvloop_it_is_asyncios_own_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "uvloop", None)
    with asyncio.Runner(loop_factory=server._loop_factory()) as runner:
        assert isinstance(runner.get_loop(), asyncio.BaseEventLoop)


def test_with_uvloop_it_is_that(monkeypatch: pytest.MonkeyPatch) -> None:
    ours = asyncio.new_event_loop()
    monkeypatch.setitem(sys.modules, "uvloop", SimpleNamespace(new_event_loop=lambda: ours))
    with asyncio.Runner(loop_factory=server._loop_factory()) as runner:
        assert runner.get_loop() is ours
