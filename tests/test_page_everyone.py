"""The page in a real browser: for every person, every size of screen, and every line.

What axe-core finds, what is too wide, what a keyboard can't reach, and how much a first visit weighs.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, expect

from .support_page import Ollama, Reader, Readers

AXE = (files("axe_playwright_python") / "axe.min.js").read_text()
ARTIFACTS = Path(__file__).parent / "artifacts"
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}
FIXTURES = Path(__file__).parent / "markdown"
WEIGHT = 150_000  # bytes over the wire that a first visit may take

REPLY = """## Bread

A [simple](https://example.com) loaf[^1] with **three** things:

1. flour
   - rye
   - wheat
2. water
3. salt

- [x] knead
- [ ] bake

| part | grams |
|---|--:|
| flour | 500 |

> Patience.

```python
def bake(loaf: str) -> None:
    print(f"{loaf} is done")  # at last
```

It takes $t = \\frac{m}{2}$ minutes, and costs $5.

$$\\int_0^1 x^2\\,dx = \\tfrac13$$

[^1]: Of any kind.
"""


def violations(me: Reader) -> list[str]:
    me.page.evaluate(AXE)
    # Behind an open drawer everything is inert, the landmark and its heading too.
    enabled = me.page.locator(".room[inert]").count() == 0
    rules = RULES | {"rules": {name: {"enabled": enabled} for name in ("landmark-one-main", "page-has-heading-one")}}
    found: dict[str, Any] = me.page.evaluate("(rules) => axe.run(document, rules)", rules)
    return [f"{one['id']}: {node['html'][:160]}" for one in found["violations"] for node in one["nodes"]]


def nothing(me: Reader) -> None:
    me.composer.wait_for()


def conversation(me: Reader) -> None:
    me.choose("reciter").composer.fill("How do I bake bread?")
    me.page.locator("message-composer .send").click()
    me.wait_for("Of any kind.")
    expect(me.page.locator("math-formula .katex").first).to_be_visible()
    expect(me.page.locator("code-block span[class]").first).to_be_visible()


def pointed_at(me: Reader) -> None:
    conversation(me)
    me.replies.last.hover()
    me.replies.last.locator(".actions button").first.focus()
    me.page.locator("end-follower").evaluate("(it) => it.scrollTo(0, it.scrollHeight)")
    expect(me.page.locator(".latest")).to_be_hidden()


def picker(me: Reader) -> None:
    me.page.locator("model-picker > button").click()
    expect(me.page.get_by_role("listbox")).to_be_visible()


def settings(me: Reader) -> None:
    me.page.evaluate("document.dispatchEvent(new CustomEvent('open-app-settings'))")
    expect(me.page.get_by_role("dialog")).to_be_visible()


def chat_settings(me: Reader) -> None:
    me.page.evaluate("document.dispatchEvent(new CustomEvent('open-chat-settings'))")
    expect(me.page.get_by_role("dialog")).to_be_visible()


def keys(me: Reader) -> None:
    me.page.evaluate("document.dispatchEvent(new CustomEvent('open-help'))")
    expect(me.page.get_by_role("dialog")).to_be_visible()


def models(me: Reader) -> None:
    me.page.locator("model-picker > button:enabled").wait_for()
    me.page.evaluate("document.dispatchEvent(new CustomEvent('open-models'))")
    me.page.get_by_label("Filter models").or_(me.page.get_by_label("筛选模型")).fill("quick")
    me.page.locator("model-row:visible summary").first.click()
    me.page.locator("model-row .about > .fold").last.locator("summary").first.click()
    me.page.locator("model-row .remove button").first.click()


def drawer(me: Reader) -> None:
    conversation(me)
    if me.page.locator("side-bar .panel").is_hidden():
        me.page.locator(".side-open").click()
    expect(me.page.locator("side-bar").get_by_role("searchbox")).to_be_visible()


def statistics(me: Reader) -> None:
    conversation(me)
    me.replies.last.get_by_role("button", name="About this reply").click()


STATES = [nothing, conversation, pointed_at, picker, settings, chat_settings, keys, models, drawer, statistics]
LOOKS: dict[str, dict[str, Any]] = {
    "wide-light": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "light"},
    "wide-dark": {"viewport": {"width": 1280, "height": 800}, "color_scheme": "dark"},
    "phone-light": {"viewport": {"width": 360, "height": 740}, "color_scheme": "light", "has_touch": True},
    "phone-dark": {"viewport": {"width": 360, "height": 740}, "color_scheme": "dark", "has_touch": True},
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing_and_nothing_is_too_wide(
    reader: Readers, ollama: Ollama, state: Callable[[Reader], None], look: str
) -> None:
    ollama.fake.pieces = [REPLY]
    me = reader(reduced_motion="reduce", **LOOKS[look]).open()
    me.composer.wait_for()
    state(me)
    ARTIFACTS.mkdir(exist_ok=True)
    me.page.screenshot(path=ARTIFACTS / f"{state.__name__}-{look}.png")
    assert violations(me) == []
    assert me.page.evaluate("document.documentElement.scrollWidth") <= LOOKS[look]["viewport"]["width"]


@pytest.mark.parametrize("state", [nothing, conversation, settings, chat_settings, models])
def test_in_chinese_too(reader: Readers, ollama: Ollama, state: Callable[[Reader], None]) -> None:
    ollama.fake.pieces = [REPLY]
    me = reader(locale="zh-CN", reduced_motion="reduce", **LOOKS["phone-light"]).open()
    me.composer.wait_for()
    state(me)
    me.page.screenshot(path=ARTIFACTS / f"{state.__name__}-chinese.png")
    assert violations(me) == []
    assert me.page.evaluate("document.documentElement.scrollWidth") <= 360


def test_text_that_runs_from_the_right_does_so_in_its_own_block(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.pieces = ["مرحبا بالعالم.\n\nHello, world.\n\n- شاي\n- قهوة\n"]
    me = reader().open().choose("reciter").ask("قل مرحبا")
    expect(me.text.locator("li")).to_have_text(["شاي", "قهوة"])
    direction = "(all) => all.map((one) => getComputedStyle(one).direction)"
    assert me.text.locator("p").evaluate_all(direction)[:2] == ["rtl", "ltr"]
    assert me.text.locator("li").first.evaluate("(one) => getComputedStyle(one).direction") == "rtl"
    assert me.questions.locator(".bubble .content").last.evaluate("(one) => getComputedStyle(one).direction") == "rtl"


def test_a_whole_conversation_by_keyboard_alone(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.pieces = ["Tea."]
    me = reader().open()
    expect(me.page.locator("model-picker > button")).to_contain_text("quick")
    press = me.page.keyboard.press
    press("Control+Shift+M")
    expect(me.page.get_by_role("combobox", name="Search models")).to_be_focused()
    me.page.keyboard.type("recit")
    press("Enter")
    expect(me.page.locator("model-picker > button")).to_contain_text("reciter")
    expect(me.composer).to_be_focused()
    me.page.keyboard.type("What is green?")
    press("Enter")
    me.wait_for("Tea.")
    me.done()
    press("ArrowUp")
    editor = me.questions.last.get_by_role("textbox")
    expect(editor).to_be_focused()
    press("Control+a")
    me.page.keyboard.type("What is black?")
    press("Enter")
    me.sees("What is black?", "Tea.")
    expect(me.composer).to_be_focused()
    me.replies.last.get_by_role("button", name="Try again").press("Enter")
    expect(me.replies.last.locator("branch-switch")).to_contain_text("2/2")
    expect(me.composer).to_be_focused()
    press("Control+k")
    expect(me.page.get_by_role("searchbox")).to_be_focused()
    me.page.keyboard.type("black")
    expect(me.page.locator("conversation-list a")).to_have_count(1)
    press("Escape")


def test_nothing_moves_for_who_asked_for_that(reader: Readers, ollama: Ollama) -> None:
    me = reader(reduced_motion="reduce").open().choose("slow").ask("Hi")
    me.wait_for("word3")
    assert me.page.evaluate("document.getAnimations().filter((one) => one.playState === 'running').length") == 0


def transferred(session: CDPSession) -> list[float]:
    sizes: list[float] = []
    session.send("Network.enable")
    session.on("Network.loadingFinished", lambda event: sizes.append(event["encodedDataLength"]))
    return sizes


def test_a_first_visit_is_light(reader: Readers) -> None:
    me = reader()
    sizes = transferred(me.page.context.new_cdp_session(me.page))
    me.open()
    expect(me.page.locator("model-picker > button")).to_contain_text("quick")
    me.page.wait_for_load_state("networkidle")
    assert 20_000 < sum(sizes) < WEIGHT, f"{sum(sizes):.0f} bytes in {len(sizes)} files"
    assert len(sizes) < 25


def test_a_second_visit_sends_no_file_again(reader: Readers) -> None:
    me = reader().open()
    expect(me.page.locator("model-picker > button")).to_contain_text("quick")
    sent: dict[str, int] = {}
    me.page.on("response", lambda answer: sent.update({answer.url: answer.status}))
    sizes = transferred(me.page.context.new_cdp_session(me.page))
    me.page.reload()
    expect(me.page.locator("model-picker > button")).to_contain_text("quick")
    me.page.wait_for_load_state("networkidle")
    assert len(sent) > 5
    assert sum(sizes) < 25_000  # what the API says, and of each file that it stayed the same


def test_libraries_come_when_they_are_needed(reader: Readers, ollama: Ollama) -> None:
    asked: list[str] = []
    me = reader()
    me.page.on("request", lambda request: asked.append(request.url))
    me.open().choose("reciter")
    me.page.wait_for_load_state("networkidle")
    assert not [url for url in asked if "/vendor/" in url]
    for reply, library in (("Plain *words*.", "marked"), ("```js\nlet a\n```", "highlight"), ("$$x^2$$", "katex")):
        assert not [url for url in asked if library in url]
        ollama.fake.pieces = [reply]
        with me.page.expect_request(lambda request, library=library: f"/vendor/{library}" in request.url):  # type: ignore[misc]
            me.ask("More")
        me.done()
