"""The two pages that the tutorial wrote for its own server, from this one's address, as they are."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from .support_page import HearthProcess, Ollama, chromium

SSE_PAGE = """<!doctype html>
<input id="question"><button onclick="ask()">Ask</button><div id="answer"></div>
<script>
  function ask() {
    const answer = document.getElementById('answer')
    answer.textContent = ''
    const question = document.getElementById('question').value
    const source = new EventSource('/chat?question=' + encodeURIComponent(question))
    source.onmessage = (event) => { answer.textContent += event.data }
    source.onerror = () => { source.close(); document.title = 'closed' }
  }
</script>"""

SOCKET_PAGE = """<!doctype html>
<input id="question"><button onclick="ask()">Ask</button><div id="answer"></div>
<script>
  const socket = new WebSocket('ws://' + location.host + '/ws')
  socket.onmessage = (event) => { document.getElementById('answer').textContent += event.data }
  function ask() { socket.send(document.getElementById('question').value) }
</script>"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # A page that the test hands to the browser comes from no network, which a socket to loopback is refused to.
    with chromium("--disable-features=LocalNetworkAccessChecks") as one:
        yield one


@pytest.fixture
def ollama() -> Iterator[Ollama]:
    one = Ollama()
    yield one
    one.close()


@pytest.fixture
def page(browser: Browser, ollama: Ollama, tmp_path: Path) -> Iterator[Page]:
    hearth = HearthProcess(ollama, tmp_path)
    context = browser.new_context()
    for path, html in (("sse", SSE_PAGE), ("ws", SOCKET_PAGE)):
        context.route(f"**/{path}.html", partial(_give, html))
    page = context.new_page()
    page.goto(f"{hearth.url}/")
    yield page
    context.close()
    hearth.kill()


def _give(html: str, route: Route) -> None:
    route.fulfill(content_type="text/html", body=html)


@pytest.mark.parametrize("transport", ["sse", "ws"])
def test_the_tutorials_page_types_the_reply_out(page: Page, transport: str) -> None:
    page.goto(page.url + f"{transport}.html")
    if transport == "ws":
        page.wait_for_function("socket.readyState === WebSocket.OPEN")
    page.locator("#question").fill("Say hello & <wait>?")
    page.get_by_role("button").click()
    expect(page.locator("#answer")).to_have_text("Hello, world!")


def test_the_sse_page_is_told_that_there_is_no_more_and_asks_once(page: Page, ollama: Ollama) -> None:
    page.goto(page.url + "sse.html")
    page.locator("#question").fill("Say hello")
    page.get_by_role("button").click()
    expect(page).to_have_title("closed")
    expect(page.locator("#answer")).to_have_text("Hello, world!")
    assert len(ollama.fake.chats) == 1


def test_an_event_source_that_does_not_close_asks_once_too(page: Page, ollama: Ollama) -> None:
    """It comes back by itself when the stream ends, and is then told to stop."""
    state = page.evaluate(
        """() => new Promise((resolve) => {
          let text = ''
          const source = new EventSource('/chat?question=hi')
          source.onmessage = (event) => { text += event.data }
          source.onerror = () => { if (source.readyState === EventSource.CLOSED) resolve(text) }
        })"""
    )
    assert state == "Hello, world!"
    assert len(ollama.fake.chats) == 1
