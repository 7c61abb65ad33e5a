"""The page in a real browser: from nothing at all to the first question."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from .support_page import Ollama, Reader, Readers

GIB = 1 << 30
SUGGESTIONS = [
    {"model": "gemma3:1b", "size": 815319791, "needs": 1496851770, "note": "quick", "fits": True},
    {"model": "quick", "size": 2019393189, "needs": 2821332507, "note": "light", "fits": True},
    {"model": "gemma3:4b", "size": 3338801804, "needs": 4272681984, "note": "everyday", "fits": False},
]
FACTS: dict[str, Any] = {
    "system": "linux",
    "command": "curl -fsSL https://ollama.com/install.sh | sh",
    "installed": False,
    "container": False,
    "looks": True,
    "here": True,
    "memory": 4 * GIB,
    "gpu": None,
    "suggestions": SUGGESTIONS,
}
PULL: dict[str, Any] = {
    "id": "pull1",
    "model": "quick",
    "server": "http://127.0.0.1:11434",
    "state": "running",
    "phase": "layers",
    "completed": 504848300,
    "total": 2019393189,
    "rate": 20_000_000,
    "left": 75,
    "error": None,
    "created_at": "2026-01-01T10:00:00Z",
    "updated_at": "2026-01-01T10:00:00Z",
}


class Minutes:
    """What Hearth would tell of the machine, of what it fetches and of what it finds; as the test says."""

    def __init__(self, page: Page, facts: dict[str, Any] | None = None, user: dict[str, Any] | None = None) -> None:
        self.pulls: list[dict[str, Any]] = []
        self.found: list[dict[str, Any]] = []
        self.refusal: dict[str, Any] | None = None
        self.asked: list[tuple[str, Any]] = []
        self._facts = FACTS | (facts or {})
        self._clock = 0
        page.route("**/api/first", lambda route: route.fulfill(json=self._facts))
        page.route("**/api/ollama/look", lambda route: route.fulfill(json={"found": self.found}))
        page.route(re.compile("/api/pulls"), self._pull)
        if user is not None:
            page.route("**/api/status", lambda route: self._status(route, user))

    def now(self, **fields: Any) -> dict[str, Any]:
        """The one pull there is, as it is from now on."""
        self._clock += 1
        self.pulls = [(self.pulls or [PULL])[0] | {"updated_at": f"2026-01-01T10:00:{self._clock:02}Z"} | fields]
        return self.pulls[0]

    def _pull(self, route: Route) -> None:
        request = route.request
        path = request.url.partition("/api/pulls")[2]
        self.asked.append((f"{request.method} {path}".strip(), request.post_data_json))
        match request.method, path.rpartition("/")[2]:
            case "POST", "" if self.refusal:
                route.fulfill(status=400, json={"error": self.refusal})
            case "POST", "":
                asked = request.post_data_json or {}
                route.fulfill(status=202, json={"pulls": [self.now(model=asked["model"])]})
            case "POST", "cancel":
                route.fulfill(json=self.now(state="cancelled"))
            case "POST", "resume":
                route.fulfill(status=202, json=self.now(state="running", error=None))
            case "DELETE", _:
                self.pulls = []
                route.fulfill(status=204)
            case _:
                route.fulfill(json={"pulls": self.pulls})

    def _status(self, route: Route, user: dict[str, Any]) -> None:
        answer = route.fetch()
        route.fulfill(json=answer.json() | {"user": user, "auth": "required"})


def opened(reader: Readers, minutes: dict[str, Any] | None = None, **options: Any) -> tuple[Reader, Minutes]:
    me = reader(**options)
    told = Minutes(me.page, minutes)
    return me.open(), told


def without_models(ollama: Ollama) -> None:
    ollama.fake.models = []


def test_without_ollama_the_page_tells_what_it_is_and_the_one_command(reader: Readers, ollama: Ollama) -> None:
    ollama.leave()
    me, _ = opened(reader)
    expect(me.page.get_by_role("heading", name="Ollama isn’t here yet")).to_be_visible()
    guide = me.page.locator("ollama-guide")
    expect(guide).to_contain_text("runs the models that you chat with")
    expect(guide.locator("copy-command")).to_contain_text("curl -fsSL https://ollama.com/install.sh | sh")
    expect(guide).to_contain_text(f"Looking for it at {ollama.url}")
    guide.get_by_role("button").first.focus()
    ollama.come()
    expect(guide).to_be_hidden(timeout=15_000)
    expect(me.composer).to_be_focused()


@pytest.mark.parametrize(
    ("facts", "heading", "words"),
    [
        ({"installed": True, "command": "sudo systemctl start ollama"}, "isn’t running", "It is installed"),
        ({"container": True, "command": "docker run -d ollama/ollama"}, "isn’t here yet", "runs in a container"),
        ({"system": "windows", "command": "irm https://ollama.com"}, "isn’t here yet", "PowerShell"),
    ],
)
def test_what_to_do_depends_on_the_machine(
    reader: Readers, ollama: Ollama, facts: dict[str, Any], heading: str, words: str
) -> None:
    ollama.leave()
    me, _ = opened(reader, facts)
    expect(me.page.get_by_role("heading", name=heading)).to_be_visible()
    expect(me.page.locator("ollama-guide")).to_contain_text(words)
    expect(me.page.locator("copy-command")).to_contain_text(facts["command"])


def test_a_search_that_finds_nothing_and_one_that_finds_it(reader: Readers, ollama: Ollama) -> None:
    ollama.leave()
    me, minutes = opened(reader)
    look = me.page.get_by_role("button", name="Look on my network")
    look.press("Enter")
    expect(me.page.get_by_text("Nothing at the usual places.")).to_be_visible()
    expect(look).to_be_focused()
    minutes.found = [{"url": "http://nas.local:11434", "version": "0.33.0", "models": 1}]
    ollama.come()
    look.press("Enter")
    expect(me.page.get_by_role("group", name="Found Ollama 0.33.0 at http://nas.local:11434.")).to_be_visible()
    expect(me.page.locator("ollama-guide")).to_be_hidden()


def test_where_hearth_was_told_where_ollama_is_it_does_not_offer_to_look(reader: Readers, ollama: Ollama) -> None:
    ollama.leave()
    me, _ = opened(reader, {"looks": False})
    expect(me.page.locator("ollama-guide")).to_contain_text(ollama.url)
    expect(me.page.get_by_role("button", name="Look on my network")).to_have_count(0)


def test_three_models_say_what_they_are_and_what_they_need(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, _ = opened(reader)
    cards = me.page.locator("model-cards").get_by_role("button")
    expect(cards).to_have_count(3)
    expect(cards.nth(1)).to_contain_text("quick")
    expect(cards.nth(1)).to_contain_text("2 GB to download")
    expect(cards.nth(1)).to_contain_text("Fits this machine")
    expect(cards.nth(2)).to_contain_text("Too large for this machine")
    expect(me.page.locator("ollama-guide")).to_contain_text("This machine has 4 GB of memory")


def test_of_another_machine_nothing_is_claimed(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    unknown = [one | {"fits": None} for one in SUGGESTIONS]
    me, _ = opened(reader, {"here": False, "suggestions": unknown})
    expect(me.page.locator("model-cards").get_by_role("button")).to_have_count(3)
    expect(me.page.locator("ollama-guide")).not_to_contain_text("his machine")


def test_one_press_fetches_a_model_and_the_question_typed_meanwhile_is_sent(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, minutes = opened(reader)
    me.page.get_by_role("button", name="quick Light").click()
    progress = me.page.locator("pull-progress")
    expect(progress).to_contain_text("25% · 505 MB of 2 GB · 20 MB/s · 2 min left")
    expect(progress.get_by_role("progressbar", name="Download of quick")).to_be_visible()
    assert ("POST", {"model": "quick", "server": ollama.url}) in minutes.asked
    me.ask("One")
    expect(me.page.get_by_text("Your question goes off as soon as a model is here.")).to_be_visible()
    expect(me.composer).to_have_value("One")
    ollama.fake.models = ["quick:latest"]
    minutes.now(state="done")
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.sees("One", "Hello, world!")
    expect(me.page.locator("model-picker > button")).to_contain_text("quick")
    expect(me.composer).to_have_value("")


def test_a_question_that_is_changed_waits_for_its_reader(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, _ = opened(reader)
    expect(me.page.locator("model-cards")).to_be_visible()
    me.ask("One")
    me.composer.press("End")
    me.composer.press_sequentially(" more")
    expect(me.page.get_by_text("goes off as soon as")).to_be_hidden()
    ollama.fake.models = ["quick:latest"]
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    expect(me.composer).to_have_value("One more")
    me.composer.press("Enter")
    me.sees("One more", "Hello, world!")


def test_the_model_that_was_fetched_is_the_one_that_is_asked(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, minutes = opened(reader)
    me.page.get_by_role("button", name="quick Light").click()
    expect(me.page.locator("pull-progress")).to_be_visible()
    ollama.fake.models = ["slow:latest", "quick:latest"]
    minutes.now(state="done")
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    expect(me.page.locator("model-picker > button")).to_contain_text("quick")
    expect(me.composer).to_be_focused()


def test_a_download_is_cancelled_resumed_and_dismissed_by_the_keyboard(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, minutes = opened(reader)
    me.page.get_by_role("button", name="gemma3:1b").press("Enter")
    cancel, resume = (me.page.get_by_role("button", name=name) for name in ("Cancel", "Go on"))
    expect(cancel).to_be_focused()
    cancel.press("Enter")
    expect(me.page.locator("pull-progress")).to_contain_text("was cancelled. What came so far is kept.")
    expect(resume).to_be_focused()
    resume.press("Enter")
    expect(cancel).to_be_focused()
    cancel.press("Enter")
    me.page.get_by_role("button", name="Dismiss").press("Enter")
    expect(me.page.get_by_role("button", name="gemma3:1b")).to_be_focused()
    assert [asked for asked, _ in minutes.asked if not asked.startswith("GET")] == [
        "POST",
        "POST /pull1/cancel",
        "POST /pull1/resume",
        "POST /pull1/cancel",
        "DELETE /pull1",
    ]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        ({"code": "no_space", "message": "no space left on device"}, "Ollama’s disk is full"),
        ({"code": "no_network", "message": "dial tcp: lookup"}, "Ollama can’t reach the internet"),
        ({"code": "unknown_model", "message": "file does not exist"}, "there is no model called gemma3:1b"),
        ({"code": "failed", "message": "digest mismatch"}, "didn’t come. digest mismatch"),
    ],
)
def test_a_download_that_fails_says_why(reader: Readers, ollama: Ollama, error: dict[str, str], words: str) -> None:
    without_models(ollama)
    me, minutes = opened(reader)
    minutes.now(state="failed", model="gemma3:1b", error=error)
    expect(me.page.locator("pull-progress")).to_contain_text(words, timeout=15_000)
    expect(me.page.get_by_role("button", name="Go on")).to_be_visible()


def test_a_download_that_is_refused_says_why(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, minutes = opened(reader)
    minutes.refusal = {"code": "bad_request", "message": "Something is wrong with that."}
    me.page.get_by_role("button", name="gemma3:1b").click()
    expect(me.page.locator("toast-list")).to_contain_text("could not be started. Something is wrong with that.")
    expect(me.page.get_by_role("button", name="gemma3:1b")).to_be_visible()


def test_a_download_goes_on_over_a_reload(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, minutes = opened(reader)
    me.page.get_by_role("button", name="gemma3:1b").click()
    expect(me.page.locator("pull-progress")).to_contain_text("25%")
    minutes.now(completed=1009696600)
    me.page.reload()
    expect(me.page.locator("pull-progress")).to_contain_text("50%", timeout=15_000)


def test_from_no_model_at_all_to_the_first_reply(reader: Readers, ollama: Ollama) -> None:
    """With nothing in between: Hearth says what fits this machine, and has Ollama fetch it."""
    without_models(ollama)
    ollama.fake.library.pace, ollama.fake.library.step = 0.02, 10_000
    me, there = reader().open(), reader().open()
    me.page.locator("model-cards").get_by_role("button").first.click()
    expect(me.page.locator("pull-progress")).to_contain_text("B/s")
    expect(there.page.locator("pull-progress")).to_contain_text("B/s")
    me.ask("One")
    ollama.fake.library.step = 1_000_000
    for one in (me, there):
        expect(one.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.sees("One", "Hello, world!")


def test_a_download_that_was_begun_elsewhere_is_seen(reader: Readers, ollama: Ollama) -> None:
    without_models(ollama)
    me, minutes = opened(reader)
    expect(me.page.locator("model-cards").get_by_role("button")).to_have_count(3)
    minutes.now(model="slow:latest")
    expect(me.page.locator("pull-progress")).to_contain_text("slow is downloading", timeout=15_000)
    ollama.fake.models = ["quick:latest", "slow:latest"]
    minutes.now(state="done")
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)


@pytest.mark.parametrize("missing", ["ollama", "model"])
def test_who_does_not_look_after_ollama_is_told_whom_to_ask(reader: Readers, ollama: Ollama, missing: str) -> None:
    if missing == "ollama":
        ollama.leave()
    without_models(ollama)
    me = reader()
    may = {"models": False, "people": False}
    Minutes(me.page, user={"id": "house", "name": "Ada", "role": "member", "may": may})
    me.open()
    expect(me.page.locator("ollama-guide")).to_contain_text("looks after this Hearth")
    expect(me.page.locator("ollama-guide").get_by_role("button")).to_have_count(0)
    expect(me.page.locator("ollama-guide copy-command")).to_have_count(0)


@pytest.mark.parametrize("missing", ["ollama", "model"])
@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_on_a_phone_everything_is_in_reach(reader: Readers, ollama: Ollama, missing: str, locale: str) -> None:
    if missing == "ollama":
        ollama.leave()
    without_models(ollama)
    phone: dict[str, Any] = {
        "viewport": {"width": 360, "height": 640},
        "has_touch": True,
        "is_mobile": True,
        "locale": locale,
    }
    me, minutes = opened(reader, **phone)
    minutes.now(model="gemma3:1b")
    guide = me.page.locator("ollama-guide")
    expect(guide.get_by_role("button").last).to_be_attached()
    if missing == "model":
        expect(guide.locator("pull-progress")).to_be_attached(timeout=15_000)
    small = guide.evaluate(
        "it => [...it.querySelectorAll('button')].filter((one) => one.checkVisibility())"
        ".map((one) => one.getBoundingClientRect()).filter(({ width, height }) => Math.min(width, height) < 44).length"
    )
    assert small == 0
    assert me.page.evaluate("document.documentElement.scrollWidth") == 360
