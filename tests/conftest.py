"""Fixtures for all tests; clients and servers to use in them are in tests/hearth.py and tests/fake_ollama.py."""

import asyncio
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext

from demo.process import DemoModel

from .support_page import NETWORK, HearthProcess, Ollama, Reader, Readers, chromium, guarded


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


# -- the page in a browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as one:
        yield one


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    one = Ollama()
    one.fake.pace = 0.03
    yield one
    one.close()


@pytest.fixture
def hearth(ollama: Ollama, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[HearthProcess]:
    one = HearthProcess(ollama, tmp_path, *getattr(request, "param", ["--titles=false"]))
    yield one
    one.kill()


@pytest.fixture
def reader(browser: Browser, hearth: HearthProcess) -> Iterator[Readers]:
    """Opens browsers, each of a person of its own; after the test none of them has complained of anything."""
    contexts: list[tuple[BrowserContext, list[str]]] = []

    def make(**options: Any) -> Reader:
        context = browser.new_context(**{"locale": "en-US", "viewport": {"width": 1280, "height": 800}} | options)
        contexts.append((context, guarded(context)))
        return Reader(context.new_page(), hearth.url)

    yield make
    problems = [problem for _, found in contexts for problem in found if not NETWORK.search(problem)]
    for context, _ in contexts:
        for page in context.pages:
            page.unroute_all(behavior="ignoreErrors")  # what is still at work is told to no other test
        context.close()
    assert problems == []
