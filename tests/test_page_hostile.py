"""Nothing that a reply says is run or fetched: under the page's policy, and also if there were none.

The replies are in tests/hostile/payloads.txt.
"""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from .support_page import HearthProcess, Ollama, Reader, guarded

FILE = Path(__file__).parent / "hostile" / "payloads.txt"
RUN = "window.pwned=(window.pwned||'')+'x'"
# With the policy on, this is refused and told in the console; with the policy off, it runs.
PROOF = """async () => {
  try {
    document.body.insertAdjacentHTML('beforeend', '<img src="data:," onerror="window.proof = true">');
  } catch {
    return false;
  }
  while (!window.proof) await new Promise((resolve) => setTimeout(resolve, 10));
  return true;
}"""
# What no reply may become, whoever made it: all that is in the messages and should not be.
FORBIDDEN = """() => {
  const names = new Set(
    `script style link meta base iframe frame object embed form video audio source picture template noscript image
     foreignobject animate set use maction body dialog portal`.split(/\\s+/),
  );
  const attributes =
    /^(on.*|srcdoc|srcset|action|formaction|ping|background|poster|xlink:href|http-equiv|autofocus)$/i;
  const picture = /^data:image[/](png|jpeg|gif|webp)[;,]/;
  const badAttribute = ({ name, value }) =>
    attributes.test(name) ||
    (name === 'style' && /url|@import|fixed/i.test(value)) ||
    (name === 'src' && !picture.test(value)) ||
    (name === 'id' && document.querySelectorAll(`#${CSS.escape(value)}`).length > 1);
  const badLink = (element) => {
    const address = element.getAttribute('href');
    if (!address || address.startsWith('#')) return false;
    const known = ['http:', 'https:', 'mailto:'].includes(new URL(element.href, location).protocol);
    return !(known && /noopener/.test(element.rel) && element.target === '_blank');
  };
  const bad = (element) =>
    names.has(element.localName) ||
    (element.localName === 'input' && !(element.type === 'checkbox' && element.disabled)) ||
    [...element.attributes].some(badAttribute) ||
    badLink(element);
  const all = [...document.querySelectorAll('assistant-message *, user-message *')];
  return all.filter(bad).map((element) => element.outerHTML);
}"""


class Canary:
    """A server that counts who comes."""

    def __init__(self) -> None:
        self.visits: list[bytes] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.address = f"localhost:{self._listening.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _ = self._listening.accept()
                with connection, suppress(OSError):
                    connection.settimeout(2)
                    self.visits.append(connection.recv(4096))

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join()


def payloads(canary: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in re.split(r"^=== ", FILE.read_text(), flags=re.M)[1:]:
        name, _, text = part.partition(" ===\n")
        text = text.strip("\n").replace("CANARY", canary).replace("RUN", RUN)
        found[name] = re.sub(r"\{U\+([0-9A-F]{4})\}", lambda code: chr(int(code[1], 16)), text)
    return found


def joined(replies: dict[str, str]) -> str:
    """In one text; behind a comment that is never closed nothing is shown."""
    last = "script within a comment"
    return "\n\n".join([text for name, text in replies.items() if name != last] + [replies[last]])


@pytest.fixture
def canary() -> Iterator[Canary]:
    one = Canary()
    yield one
    one.close()


@pytest.fixture(params=["policy", "no policy"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    one = browser.new_context(locale="en-US", bypass_csp=request.param == "no policy")
    yield one
    one.close()


class Watch:
    """Everything that a page does which it should not."""

    def __init__(self, context: BrowserContext, hearth: str) -> None:
        self.seen: list[Any] = guarded(context)
        self._own = (hearth, hearth.replace("http", "ws"), "data:image/", "blob:")
        context.on("request", lambda request: self._check("request", request.url))
        context.on("page", self._look)

    def _look(self, page: Page) -> None:
        page.on("dialog", self._dismiss)
        page.on("popup", lambda popup: self._tell("popup", popup.url))
        page.on("framenavigated", lambda frame: self._check("navigation", frame.url))
        page.on("frameattached", lambda frame: self._tell("frame", frame.url))
        page.on("websocket", lambda line: self._check("websocket", line.url))

    def _dismiss(self, dialog: Dialog) -> None:
        self._tell("dialog", dialog.message)
        dialog.dismiss()

    def _check(self, what: str, address: str) -> None:
        if not address.startswith(self._own):
            self._tell(what, address)

    def _tell(self, *what: Any) -> None:
        self.seen.append(what)


def test_nothing_of_a_reply_is_run_or_fetched(
    context: BrowserContext, hearth: HearthProcess, ollama: Ollama, canary: Canary, request: pytest.FixtureRequest
) -> None:
    watch = Watch(context, hearth.url)
    me = Reader(context.new_page(), hearth.url).open().choose("reciter")
    ollama.fake.pace = 0.001
    replies = payloads(canary.address)
    assert len(replies) >= 30
    for number, (name, text) in enumerate(replies.items(), 1):
        ollama.fake.pieces = [text[place : place + 12] for place in range(0, len(text), 12)]
        me.ask(text)
        expect(me.replies).to_have_count(number)
        unharmed(me, watch, canary, name)
    whole(me, ollama, replies)
    unharmed(me, watch, canary, "all of them as thoughts")
    me.page.reload()
    expect(me.replies).to_have_count(len(replies) + 1)
    unharmed(me, watch, canary, "all of them after a reload")
    assert me.page.evaluate(PROOF) == ("no policy" in request.node.name)


def whole(me: Reader, ollama: Ollama, replies: dict[str, str]) -> None:
    """All of them at once, one after the other in one reply, and in its thoughts."""
    ollama.fake.pieces = ollama.fake.thoughts = [joined(replies)]
    me.ask("All of it")
    expect(me.replies).to_have_count(len(replies) + 1)


def unharmed(me: Reader, watch: Watch, canary: Canary, name: str) -> None:
    expect(me.replies.last).to_have_attribute("aria-busy", "false", timeout=20_000)
    expect(me.replies.last.get_by_role("button", name="Copy").last).to_be_visible()
    me.page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert me.page.evaluate("window.pwned ?? null") is None, name
    assert me.page.evaluate(FORBIDDEN) == [], name
    assert (watch.seen, canary.visits) == ([], []), name


def test_clicking_whatever_a_reply_holds_runs_nothing(
    browser: Browser, hearth: HearthProcess, ollama: Ollama, canary: Canary
) -> None:
    """Without the policy; other hosts are cut off, since a link may lead there."""
    context = browser.new_context(locale="en-US", bypass_csp=True, service_workers="block")
    context.route(lambda address: not address.startswith(hearth.url), lambda route: route.abort())
    page = context.new_page()
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: dialogs.append(dialog.message))
    me = Reader(page, hearth.url).open().choose("reciter")
    ollama.fake.pieces = [joined(payloads(canary.address))]
    me.ask("All of it")
    expect(me.replies.last).to_have_attribute("aria-busy", "false", timeout=20_000)
    expect(me.replies.last.locator("a").first).to_be_attached()
    address = page.url
    clicked = me.replies.last.evaluate(
        """(it) => {
             const all = [...it.querySelectorAll('a, [href], summary, [role=button]')];
             for (const one of all) one.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
             return all.length;
           }"""
    )
    expect(me.replies.last).to_be_visible()
    assert page.url.partition("#")[0] == address
    assert page.evaluate("window.pwned ?? null") is None
    assert (dialogs, clicked > 10) == ([], True)
    context.close()
