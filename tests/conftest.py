"""Fixtures for all tests; clients and servers to use in them are in tests/hearth.py and tests/fake_ollama.py."""

import asyncio
from collections.abc import Iterator

import pytest

from demo.process import DemoModel


@pytest.fixture(scope="module")
def demo() -> Iterator[DemoModel]:
    loop = asyncio.new_event_loop()
    model = DemoModel()
    loop.run_until_complete(model.start())
    yield model
    loop.run_until_complete(model.stop())
    loop.close()
