"""Fixtures for all tests; clients and servers to use in them are in tests/hearth.py and tests/fake_ollama.py."""

import asyncio
import logging
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


@pytest.fixture
def clean_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Behind the test: nothing went wrong inside, whatever was sent from outside."""
    yield
    wrong = [one.getMessage() for one in caplog.get_records("call") if one.levelno >= logging.ERROR or one.exc_info]
    assert not wrong, wrong
