"""What the tests of the page stand on: a scripted Ollama, Hearth as a process of its own, and a browser."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from .fake_ollama import FakeOllama

ROOT = Path(__file__).parent.parent
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
# What the browser itself reports where a test cuts lines or asks for what isn't there.
NETWORK = re.compile(
    r"(Failed to load resource|WebSocket connection to).*/(api|ws|s|invitation|sign-in|built/(parts|elements))\b"
    r"|unknown error occurred when fetching the script"
)

TRANSPORTS = pytest.mark.parametrize("transport", ["ws", "sse"])
ENDING = re.compile("word199")

T = TypeVar("T")


class Ollama:
    """A scripted Ollama on a thread of its own: Playwright's synchronous API occupies the test's."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self.fake = FakeOllama()
        self._do(self.fake.start())
        self.port = self.fake.port

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def leave(self) -> None:
        self._do(self.fake.stop())

    def come(self) -> None:
        self._do(self.fake.start(self.port))

    def close(self) -> None:
        self.leave()
        self._do(self._settle())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _settle(self) -> None:
        """Nothing is left to run when the loop is closed."""
        rest = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        for _ in range(5):  # what is closed gives its socket back
            await asyncio.sleep(0)

    def _do(self, what: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(what, self._loop).result(10)


class HearthProcess:
    """`python server.py`, which can be killed and started again at the same address."""

    def __init__(self, ollama: Ollama, data: Path, *options: str) -> None:
        self._options = [f"--ollama={ollama.url}", f"--data={data}", *options]
        self._port = 0
        self.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "server.py"), f"--port={self._port}", *self._options]
        self._process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:(\d+)/", self._process.stdout.readline())
        assert found, "Hearth did not say where it is listening"
        self._port = int(found[1])

    def kill(self) -> None:
        self._process.kill()
        self._process.communicate()


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """The system's Chromium, the one without windows first; where there is none, the one that Playwright fetched."""
    expect.set_options(timeout=15_000)  # a machine that is busy with other tests
    with sync_playwright() as playwright:
        found = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=found, args=[*ARGUMENTS, *arguments])
        yield browser
        browser.close()


class Reader:
    """A person in front of the page."""

    def __init__(self, page: Page, hearth: str) -> None:
        self.page = page
        self.hearth = hearth
        self.composer: Locator = page.get_by_role("textbox")
        self.replies: Locator = page.locator("assistant-message")
        self.questions: Locator = page.locator("user-message")
        self.text: Locator = self.replies.last.locator("> markdown-text")

    def open(self, path: str = "/", transport: str | None = None) -> Reader:
        self.page.goto(self.hearth + path + (f"?transport={transport}" if transport else ""))
        # The page's modules run behind its `load`, once it has its words.
        self.page.locator("html[data-ready]").wait_for(state="attached")
        return self

    def choose(self, model: str) -> Reader:
        self.page.locator("model-picker > button").click()
        name = self.page.locator(".name", has_text=re.compile(f"^{model}$"))
        self.page.get_by_role("option").filter(has=name).click()
        expect(self.page.locator("model-picker > button")).to_contain_text(model)
        return self

    def ask(self, question: str) -> Reader:
        # Before it is ready, and while a reply is written, the page leaves Enter to the text.
        self.page.locator("html[data-ready]").wait_for(state="attached")
        expect(self.page.locator("message-composer.busy")).to_have_count(0)
        self.composer.fill(question)
        self.composer.press("Enter")
        return self

    @contextmanager
    def keeping(self, method: str = "PATCH") -> Iterator[None]:
        """What the page changes inside has reached Hearth behind it."""
        with self.page.expect_response(lambda answer: answer.request.method == method):
            yield

    def until(self, condition: Callable[[], Any]) -> None:
        """What no locator can tell; Playwright's events come only while it waits."""
        for _ in range(300):
            if condition():
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("not within 15 s")

    def wait_for(self, text: str) -> None:
        expect(self.text).to_contain_text(text, timeout=20_000)

    def done(self) -> None:
        """The last reply has ended by itself, and Hearth keeps it."""
        expect(self.replies.last).to_have_class(re.compile("done"), timeout=20_000)

    def sees(self, *texts: str) -> None:
        """The messages on the page, whole, in order; none of them is still being written."""
        shown = self.page.locator("user-message .bubble, assistant-message > markdown-text")
        expect(shown).to_have_text(list(texts))
        expect(self.page.locator("message-composer.busy")).to_have_count(0)

    def never_takes_back(self) -> None:
        """From now on the last reply's text only grows, in the same element; told by `took_back`."""
        self.text.evaluate(
            """(it) => {
                 window.takenBack = [];
                 const [first] = it.children;
                 let last = it.textContent;
                 const look = () => {
                   const visible = first.isConnected && first.offsetHeight > 0;
                   if (!visible || !it.textContent.startsWith(last)) window.takenBack.push([last, it.textContent]);
                   last = it.textContent;
                 };
                 const all = { subtree: true, childList: true, characterData: true, attributes: true };
                 new MutationObserver(look).observe(document.body, all);
               }"""
        )

    @property
    def took_back(self) -> list[list[str]]:
        found: list[list[str]] = self.page.evaluate("window.takenBack")
        return found

    def comes_back(self) -> None:
        """As if the tab had been in the background: headless tabs are always visible."""
        self.page.evaluate("window.dispatchEvent(new Event('focus'))")


def settled_shell(page: Page) -> None:
    """Waits until the worker keeps everything that the page was made of."""
    page.evaluate(
        """async () => {
             await navigator.serviceWorker.ready;
             const cache = await caches.open('shell');
             const files = performance.getEntriesByType('resource').map(({ name }) => new URL(name).pathname);
             const wanted = ['/', ...files.filter((file) => /^.(static|built)./.test(file))];
             while (!(await Promise.all(wanted.map((file) => cache.match(file)))).every(Boolean)) {
               await new Promise((resolve) => setTimeout(resolve, 50));
             }
           }"""
    )


def slow_text(text: str) -> bool:
    """Whether it is the beginning of what the model `slow` writes: each word once, in order."""
    words = text.split()
    return words == [f"word{n}" for n in range(len(words))]


def guarded(context: BrowserContext) -> list[str]:
    """What went wrong in the page's console from now on; a broken policy is told there too."""
    problems: list[str] = []

    def watch(page: Page) -> None:
        page.on("pageerror", lambda error: problems.append(str(error)))
        page.on("console", lambda it: problems.append(f"{it.text} {it.location}") if it.type == "error" else None)

    context.on("page", watch)
    return problems


Readers = Callable[..., Reader]


def call(method: str, address: str, body: dict[str, Any] | None = None) -> None:
    """What happens elsewhere."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address.partition("?")[0], data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status in (200, 201, 202, 204)


@contextmanager
def without_scripts(browser: Browser, url: str) -> Iterator[Callable[..., Page]]:
    """Opens pages of Hearth in a browser that runs no script, each in a context of its own."""
    contexts: list[BrowserContext] = []

    def make(path: str = "/", **options: Any) -> Page:
        wanted: dict[str, Any] = {"java_script_enabled": False, "locale": "en-US"} | options
        context = browser.new_context(**wanted)
        contexts.append(context)
        page = context.new_page()
        page.goto(url + path)
        return page

    yield make
    for context in contexts:
        context.close()
