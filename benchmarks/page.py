"""What the page costs a browser: each token of a long reply, at its beginning and at its end, and the first view.

    python benchmarks/page.py [--tokens=20000] [--rate=200] [--replies=mixed,list,…] [--quick]

Hearth, a scripted Ollama and headless Chromium on this machine. For each kind of reply, printed for the second tenth
of its tokens and for the last: milliseconds of the main thread's CPU per 1,000 tokens (of which script, and layout with
style), the share of frames that came late (more than 25 ms after the one before), and the longest task of the whole
reply. What the page costs while it shows nothing new is measured before and left out. A token is four characters.
--quick writes ten times as fast: good for comparing, but with less idle time between tokens.

The first view is measured with an empty cache and the processor throttled six times: requests, bytes over the wire,
and milliseconds until the composer can be used and no task of more than 50 ms follows.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect
from tornado.options import OptionParser

from tests.support_page import HearthProcess, Ollama, Reader, chromium

TOKEN = 4  # characters
LATE = 25  # milliseconds
THROTTLING = 6
IDLE = 3  # seconds

MIXED = """\
## Part {n}: tea for everyone

The kettle holds **{n} litres**, which is *enough* for a [visit](https://example.org/{n}); see `kettle.py` and
note that water boils at $T = 373.15\\,\\mathrm{{K}}$, or so they say.

- First, fill it with fresh water,
  - not to the brim,
  - and close the lid.
- Then wait for {n} minutes.

```python
def boil(litres: float = {n}) -> str:
    \"\"\"Waits until it sings.\"\"\"
    for minute in range(int(litres * 2)):
        print(f"{{minute}} of {{litres}}")  # patience
    return "hot"
```

| Tea | Minutes | Degrees |
|:----|--------:|:-------:|
| green | {n} | 75 |
| black | 4 | 98 |

$$E = m c^2 + \\sum_{{i=0}}^{{{n}}} x_i$$

> What is left over goes to the plants, when it has cooled down.

"""
REPLIES = {
    "mixed": ("", MIXED),
    "list": ("", "- item {n} with **some** emphasis and `code`\n"),
    "fence": ("```python\n", "    total_{n} = boil(litres={n}) + 'tea'  # and so on\n"),
    "paragraph": ("", "Sentence {n} has *some* emphasis, `code` and a [link](https://example.org/) in it. "),
    "table": ("| n | tea | minutes |\n|---|-----|--------:|\n", "| {n} | black **tea** | {n} |\n"),
}
WATCH = """(late) => {
  const frames = (window.frames_ = { all: 0, late: 0, longest: 0 });
  let last = performance.now();
  const look = (now) => {
    frames.all += 1;
    if (now - last > late) frames.late += 1;
    last = now;
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) frames.longest = Math.max(frames.longest, duration);
  }).observe({ type: 'longtask' });
}"""
# Runs before the page's own scripts.
FIRST = """
  window.first_ = { composer: null, busy: 0 };
  new MutationObserver((records, watcher) => {
    const area = document.querySelector('message-composer textarea');
    if (!area || area.disabled) return;
    window.first_.composer = performance.now();
    watcher.disconnect();
  }).observe(document, { subtree: true, childList: true, attributes: true });
  new PerformanceObserver((list) => {
    for (const { startTime, duration } of list.getEntries()) window.first_.busy = startTime + duration;
  }).observe({ type: 'longtask', buffered: true });
"""


@dataclass
class Figures:
    """Seconds of the main thread so far, and frames."""

    at: float
    task: float
    script: float
    layout: float
    frames: int
    late: int

    def since(self, other: Figures) -> Figures:
        mine, others = vars(self), vars(other)
        return Figures(**{name: mine[name] - others[name] for name in mine})


def pieces(kind: str, tokens: int) -> list[str]:
    head, part = REPLIES[kind]
    size, parts = tokens * TOKEN - len(head), []
    for n in itertools.count(1):
        if size <= 0:
            break
        parts.append(part.format(n=n)[:size])
        size -= len(parts[-1])
    text = head + "".join(parts)
    return [text[place : place + TOKEN] for place in range(0, len(text), TOKEN)]


def figures(page: Page, cdp: CDPSession) -> Figures:
    metrics = {one["name"]: one["value"] for one in cdp.send("Performance.getMetrics")["metrics"]}
    frames = page.evaluate("window.frames_")
    return Figures(
        at=time.monotonic(),
        task=metrics["TaskDuration"],
        script=metrics["ScriptDuration"],
        layout=metrics["LayoutDuration"] + metrics["RecalcStyleDuration"],
        frames=frames["all"],
        late=frames["late"],
    )


def between(page: Page, cdp: CDPSession, begin: float, end: float) -> Figures:
    """From one moment to another."""
    page.wait_for_timeout(max(0, begin - time.monotonic()) * 1000)
    before = figures(page, cdp)
    page.wait_for_timeout(max(0, end - time.monotonic()) * 1000)
    return figures(page, cdp).since(before)


def reply(browser: Browser, hearth: str, ollama: Ollama, kind: str, tokens: int, rate: float) -> None:
    ollama.fake.pieces, ollama.fake.pace = pieces(kind, tokens), 1 / rate
    context = browser.new_context(locale="en-US", viewport={"width": 1280, "height": 800})
    me = Reader(context.new_page(), hearth).open().choose("reciter")
    cdp = context.new_cdp_session(me.page)
    cdp.send("Performance.enable", {"timeDomain": "threadTicks"})
    me.page.evaluate(WATCH, LATE)
    idle = between(me.page, cdp, time.monotonic() + 1, time.monotonic() + 1 + IDLE)
    me.ask("Tell me everything")
    expect(me.replies).to_have_count(1)
    began, tenth = time.monotonic(), tokens / rate / 10
    first = between(me.page, cdp, began + tenth, began + 2 * tenth)
    last = between(me.page, cdp, began + 8.8 * tenth, began + 9.8 * tenth)
    expect(me.replies.last).to_have_attribute("aria-busy", "false", timeout=120_000)
    longest = me.page.evaluate("window.frames_.longest")
    nodes = me.page.evaluate("document.querySelectorAll('*').length")
    for name, part in (("first", first), ("last", last)):
        print(f"{kind:>10} {name:>6} {row(part, idle, rate)}" + (f"{longest:9.0f}{nodes:9}" if part is last else ""))
    context.close()


def row(part: Figures, idle: Figures, rate: float) -> str:
    def cost(name: str) -> float:
        spent, rest = getattr(part, name), getattr(idle, name) / idle.at * part.at
        return float((spent - rest) / (part.at * rate) * 1000 * 1000)

    late = 100 * part.late / max(1, part.frames)
    frames = part.frames / part.at
    return f"{cost('task'):9.1f}{cost('script'):9.1f}{cost('layout'):9.1f}{frames:9.0f}{late:9.1f}"


def first_view(browser: Browser, hearth: str) -> None:
    context = browser.new_context(locale="en-US", viewport={"width": 360, "height": 740}, service_workers="block")
    page = context.new_page()
    loaded = watch_network(context, page)
    page.add_init_script(FIRST)
    cdp = context.new_cdp_session(page)
    cdp.send("Emulation.setCPUThrottlingRate", {"rate": THROTTLING})
    page.goto(hearth, wait_until="networkidle")
    page.wait_for_function("() => window.first_.composer !== null")
    page.wait_for_timeout(1_000)
    first = page.evaluate("window.first_")
    print(f"\n  requests: {len(loaded)}, over the wire: {sum(loaded) / 1000:.1f} kB")
    ready = max(first["composer"], first["busy"])
    print(f"  composer there after {first['composer']:.0f} ms, interactive after {ready:.0f} ms")
    context.close()


def watch_network(context: BrowserContext, page: Page) -> list[float]:
    """The bytes of each answer, headers included."""
    loaded: list[float] = []
    cdp = context.new_cdp_session(page)
    cdp.send("Network.enable")

    def finished(event: dict[str, Any]) -> None:
        loaded.append(event["encodedDataLength"])

    cdp.on("Network.loadingFinished", finished)
    return loaded


def main() -> None:
    options = OptionParser()
    options.define("tokens", 20_000)
    options.define("rate", 200.0, help="tokens a second")
    options.define("replies", ",".join(REPLIES))
    options.define("quick", False)
    options.parse_command_line()
    rate = options.rate * (10 if options.quick else 1)
    ollama = Ollama()
    try:
        with tempfile.TemporaryDirectory() as folder, chromium() as browser:
            hearth = HearthProcess(ollama, Path(folder), "--titles=false")
            try:
                print("                    ms per 1,000 tokens       frames  % late  longest elements")
                print("     reply   part     main   script   layout  a second           task ms")
                for kind in filter(None, options.replies.split(",")):
                    reply(browser, hearth.url, ollama, kind, options.tokens, rate)
                first_view(browser, hearth.url)
            finally:
                hearth.kill()
    finally:
        ollama.close()


if __name__ == "__main__":
    main()
