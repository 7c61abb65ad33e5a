"""The page in a real browser, in front of the real server and a scripted Ollama."""

from __future__ import annotations

import json
import re
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Route, WebSocket, expect

from .support_page import HearthProcess, Ollama, Reader, chromium, guarded, slow_text

# What the browser itself reports where a test cuts lines or asks for what isn't there.
NETWORK = re.compile(r"(Failed to load resource|WebSocket connection to).*/(api|ws)\b")

TRANSPORTS = pytest.mark.parametrize("transport", ["ws", "sse"])
ENDING = re.compile("word199")

Readers = Callable[..., Reader]


def call(method: str, address: str, body: dict[str, Any] | None = None) -> None:
    """What happens elsewhere."""
    data = None if body is None else json.dumps(body).encode()
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(address.partition("?")[0], data, headers, method=method)
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.status in (200, 204)


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
        context.close()
    assert problems == []


# --- asking


@TRANSPORTS
def test_a_reply_grows_word_by_word_and_stays(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    expect(me.page).to_have_url(re.compile(r"/c/\w+\?transport="))
    me.wait_for("word3")
    early = me.text.inner_text()
    me.wait_for("word20")
    assert me.text.inner_text().startswith(early)
    expect(me.page.get_by_role("button", name="Stop")).to_be_visible()
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=20_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)
    expect(me.page.locator("live-announcer")).to_contain_text("Reply: word0 word1")
    assert me.page.title() == "Tell me · Hearth"


@TRANSPORTS
def test_a_reload_in_mid_reply_goes_on_with_nothing_twice(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word10")
    me.page.reload()
    me.wait_for("word40")
    assert slow_text(me.text.inner_text())
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=20_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)


@TRANSPORTS
def test_stop_keeps_what_was_written(reader: Readers, ollama: Ollama, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    me.page.get_by_role("button", name="Stop").click()
    expect(me.replies.last).to_contain_text("You stopped this reply.")
    assert slow_text(me.text.inner_text())
    expect(me.page.get_by_role("button", name="Send")).to_be_visible()
    assert ollama.fake.at_work == set()
    me.page.reload()
    expect(me.replies.last).to_contain_text("You stopped this reply.")


def test_escape_stops_a_model_that_has_not_said_anything(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("mute").ask("Are you there?")
    expect(me.replies.last.locator("reply-status")).to_contain_text("…")
    me.page.keyboard.press("Escape")
    expect(me.replies.last).to_contain_text("Stopped before it began.")
    assert ollama.fake.at_work == set()


@TRANSPORTS
def test_a_second_tab_follows_the_same_reply(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    other = Reader(me.page.context.new_page(), me.hearth)
    other.page.goto(me.page.url)
    other.wait_for("word20")
    assert slow_text(other.text.inner_text())
    other.page.get_by_role("button", name="Stop").click()
    expect(me.replies.last).to_contain_text("You stopped this reply.")
    assert me.text.inner_text() == other.text.inner_text()


def test_a_second_tab_catches_up_with_what_was_asked_in_the_first(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    other = Reader(me.page.context.new_page(), me.hearth)
    other.page.goto(me.page.url)
    other.sees("One", "Hello, world!")
    me.ask("Two")
    me.sees("One", "Hello, world!", "Two", "Hello, world!")
    other.comes_back()
    other.sees("One", "Hello, world!", "Two", "Hello, world!")


def test_a_second_tab_hears_of_a_question_asked_in_the_first(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    other = Reader(me.page.context.new_page(), me.hearth)
    other.page.goto(me.page.url)
    other.sees("One", "Hello, world!")
    me.choose("slow").ask("Two")
    other.wait_for("word5")
    assert slow_text(other.text.inner_text())
    me.page.get_by_role("button", name="Stop").click()
    expect(other.replies.last).to_contain_text("You stopped this reply.")
    other.never_takes_back()
    me.page.get_by_role("button", name="Continue").click()
    other.wait_for("word199")
    assert slow_text(other.text.inner_text())
    assert other.took_back == []


def test_a_conversation_that_is_renamed_and_deleted_elsewhere(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    expect(me.page).to_have_title("One · Hearth")
    address = me.page.url.replace("/c/", "/api/conversations/")
    call("PATCH", address, {"title": "Something else"})
    expect(me.page).to_have_title("Something else · Hearth")
    call("DELETE", address)
    expect(me.page.get_by_role("heading", name="This conversation isn’t here")).to_be_visible()


@pytest.mark.parametrize("hearth", [["--titles=true"]], indirect=True)
def test_the_title_that_the_model_finds_comes_by_itself(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    expect(me.page).to_have_title("What a model calls it · Hearth")


def test_one_socket_while_a_conversation_is_looked_at(reader: Readers, hearth: HearthProcess) -> None:
    me = reader()
    sockets: list[WebSocket] = []
    me.page.on("websocket", lambda socket: sockets.append(socket))
    me.open().choose("quick")
    assert sockets == []
    me.ask("One")
    me.sees("One", "Hello, world!")
    me.ask("Two")
    me.sees("One", "Hello, world!", "Two", "Hello, world!")
    assert [one.is_closed() for one in sockets] == [False]
    address = me.page.url.replace("/c/", "/api/conversations/")
    hearth.kill()
    expect(me.page.get_by_text("Reconnecting…")).to_be_visible()
    hearth.start()
    call("PATCH", address, {"title": "While nobody heard"})
    expect(me.page).to_have_title("While nobody heard · Hearth", timeout=15_000)
    expect(me.page.get_by_text("Reconnecting…")).to_be_hidden()
    me.page.get_by_role("link", name="New chat").last.click()
    expect(me.page.locator("empty-state")).to_be_visible()
    assert all(one.is_closed() for one in sockets)


# --- going on with a reply


@TRANSPORTS
def test_a_stopped_reply_goes_on_in_its_place(reader: Readers, ollama: Ollama, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    me.page.get_by_role("button", name="Stop").click()
    expect(me.page.get_by_role("button", name="Try again")).to_be_visible()
    me.never_takes_back()
    me.page.get_by_role("button", name="Continue").click()
    expect(me.replies.last).not_to_contain_text("You stopped this reply.")
    expect(me.page.get_by_role("button", name="Stop")).to_be_visible()
    me.page.get_by_role("button", name="Stop").click()
    me.page.get_by_role("button", name="Continue").click()
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=20_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)
    assert me.took_back == []
    expect(me.page.get_by_role("button", name="Continue")).to_be_hidden()
    assert len(ollama.fake.chats) == 3
    expect(me.replies).to_have_count(1)


@TRANSPORTS
def test_where_a_reply_may_not_join_is_marked(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("otherwise").ask("Count")
    me.wait_for("One, two,")
    me.page.get_by_role("button", name="Stop").click()
    me.page.get_by_role("button", name="Continue").click()
    parts = me.text.locator("> *")
    expect(parts).to_have_text(["One, two,", "continued here", "Quite another story."])
    me.page.reload()
    expect(parts).to_have_text(["One, two,", "continued here", "Quite another story."])


def test_a_reply_that_joins_has_no_mark(reader: Readers) -> None:
    me = reader().open().choose("teller").ask("Count")
    me.wait_for("One, two,")
    me.page.get_by_role("button", name="Stop").click()
    me.page.get_by_role("button", name="Continue").click()
    me.sees("Count", "One, two, three, four, five, six.")
    me.page.reload()
    me.sees("Count", "One, two, three, four, five, six.")


def test_seams_are_counted_in_code_points(reader: Readers) -> None:
    me = reader().open()
    parts = me.page.evaluate(
        """async () => {
             const { GrowingText } = await import("/static/lib/growing-text.js");
             const element = document.createElement("plain-text");
             document.querySelector("message-list").append(element);
             const text = new GrowingText("👍🏽 é");
             const shown = () => [...element.children].map((it) => it.textContent);
             element.seams = [4, 6];
             element.text = text;
             const all = [shown()];
             for (const piece of ["🎉", "x", "", "end"]) {
               text.append(piece);
               element.text = text;
               all.push(shown());
             }
             element.seams = [];
             element.text = text;
             return [...all, shown()];
           }"""
    )
    seam = "continued here"
    assert parts == [
        ["👍🏽 é"],
        ["👍🏽 é", seam, "🎉"],
        ["👍🏽 é", seam, "🎉x"],
        ["👍🏽 é", seam, "🎉x"],
        ["👍🏽 é", seam, "🎉x", seam, "end"],
        ["👍🏽 é🎉xend"],
    ]


def test_what_was_left_out_is_said_below_the_latest_reply(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("long " * 1000)
    me.wait_for("Hello, world!")
    me.choose("echo").ask("long " * 1000)
    me.wait_for("1 messages; the last: long")
    left_out = me.page.locator(".left-out:visible")
    expect(left_out).to_have_text("The first 2 messages were no longer sent to the model.")
    me.page.reload()
    expect(left_out).to_have_text("The first 2 messages were no longer sent to the model.")
    me.ask("Short")
    me.wait_for("the last: Short")
    expect(me.replies).to_have_count(3)
    expect(left_out).to_have_count(1)


def test_the_model_is_given_the_conversation_so_far(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    me.ask("Two\nlines")
    me.wait_for("3 messages; the last: Two\nlines")


def test_thinking_is_folded_away_and_timed(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.pace = 0.4
    me = reader().open().choose("thinker").ask("What is it?")
    fold = me.replies.last.locator("thinking-fold")
    expect(fold).to_contain_text(re.compile(r"Thinking… \d+ s"))
    expect(fold).to_contain_text(re.compile(r"Thought for 1 s"))
    me.wait_for("The answer is 42.")
    expect(fold.locator("plain-text")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator("plain-text")).to_have_text("Let me think about it.")


def test_a_model_that_is_loaded_says_so(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.load = 1.5
    me = reader().open().choose("cold").ask("Hello?")
    expect(me.replies.last).to_contain_text(re.compile(r"Loading the model… \d s"))
    me.wait_for("Hello, world!")


# --- lines that break


def test_without_websockets_the_page_falls_back_to_sse(reader: Readers) -> None:
    me = reader()
    me.page.route_web_socket(re.compile("/ws"), lambda socket: socket.close())
    me.open().choose("slow").ask("Tell me")
    me.wait_for("word10")
    assert slow_text(me.text.inner_text())
    expect(me.page.locator("connection-note")).to_be_hidden()


@TRANSPORTS
def test_hearth_goes_away_in_mid_reply(reader: Readers, hearth: HearthProcess, ollama: Ollama, transport: str) -> None:
    me = reader().open(transport=transport).choose("slow").ask("Tell me")
    me.wait_for("word5")
    hearth.kill()
    expect(me.page.get_by_text("Reconnecting…")).to_be_visible()
    me.never_takes_back()
    hearth.start()
    expect(me.page.get_by_text("Reconnecting…")).to_be_hidden(timeout=15_000)
    expect(me.replies.last).to_have_class(re.compile("done"), timeout=30_000)
    assert slow_text(me.text.inner_text())
    expect(me.text).to_contain_text(ENDING)
    assert me.took_back == []
    assert len(ollama.fake.chats) == 2
    expect(me.page.get_by_text("Reconnecting…")).to_be_hidden()
    me.page.reload()
    expect(me.text).to_contain_text(ENDING)
    assert slow_text(me.text.inner_text())


def test_a_question_asked_while_hearth_is_away_is_asked_once_when_it_is_back(
    reader: Readers, hearth: HearthProcess, ollama: Ollama
) -> None:
    me = reader().open().choose("quick")
    hearth.kill()
    me.ask("One")
    expect(me.page.get_by_text("Reconnecting…")).to_be_visible()
    expect(me.questions).to_have_text(re.compile("One"))
    hearth.start()
    expect(me.text).to_have_text("Hello, world!", timeout=15_000)
    assert len(ollama.fake.chats) == 1


def test_an_answer_that_gets_lost_asks_nothing_twice(reader: Readers, ollama: Ollama) -> None:
    me = reader()
    lost: list[Route] = []

    def lose(route: Route) -> None:
        if lost:
            return route.continue_()
        lost.append(route)
        route.fetch()
        return route.abort()

    me.page.route("**/messages", lose)
    me.open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    assert len(ollama.fake.chats) == 1


# --- what says what to do


def test_ollama_not_running_and_then_running(reader: Readers, ollama: Ollama) -> None:
    ollama.leave()
    me = reader().open()
    expect(me.page.get_by_role("heading", name="Ollama isn’t running")).to_be_visible()
    expect(me.page.locator("ollama-guide")).to_contain_text(ollama.url)
    expect(me.page.locator("ollama-guide")).to_contain_text("ollama serve")
    ollama.come()
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.choose("quick").ask("One")
    me.sees("One", "Hello, world!")


def test_ollama_leaving_between_two_questions(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    ollama.leave()
    me.ask("Two")
    expect(me.replies.last).to_contain_text("Ollama can’t be reached")
    expect(me.page.locator("ollama-guide")).to_be_visible()
    ollama.come()
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.page.get_by_role("button", name="Try again").last.click()
    me.sees("One", "Hello, world!", "Two", "Hello, world!")


def test_no_model_installed_and_then_one(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.models = ["embed:latest"]
    me = reader().open()
    expect(me.page.locator("ollama-guide")).to_contain_text("ollama pull llama3.2")
    expect(me.page.locator("model-picker")).to_contain_text("No model")
    ollama.fake.models = ["embed:latest", "quick:latest"]
    expect(me.page.locator("ollama-guide")).to_be_hidden(timeout=15_000)
    me.ask("One")
    me.sees("One", "Hello, world!")
    me.page.locator("model-picker > button").click()
    expect(me.page.get_by_role("option")).to_have_count(1)


def test_a_model_that_was_removed(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("quick")
    ollama.fake.models.remove("quick:latest")
    me.ask("One")
    expect(me.replies.last).to_contain_text("ollama pull quick")


@pytest.mark.parametrize(
    ("model", "words"),
    [
        ("failing", "unexpected EOF"),
        ("cut", "The line to Ollama broke. What was written so far is kept."),
        ("resetfirst", "The line to Ollama broke before the reply began."),
        ("busy", "Ollama has too much to do"),
        ("overflow", "longer than the model can read"),
        ("length", "reached its length limit"),
    ],
)
def test_a_reply_that_ends_badly_says_why_and_can_be_had_again(reader: Readers, model: str, words: str) -> None:
    me = reader().open().choose(model).ask("One")
    expect(me.replies.last).to_contain_text(words)
    expect(me.page.get_by_role("button", name="Try again")).to_be_visible()
    expect(me.page.get_by_role("button", name="Send")).to_be_visible()


def test_an_address_without_a_conversation(reader: Readers) -> None:
    me = reader().open("/c/nowhere")
    expect(me.page.get_by_role("heading", name="This conversation isn’t here")).to_be_visible()
    me.page.get_by_role("main").get_by_role("button", name="New chat").click()
    expect(me.page).to_have_url(me.hearth + "/")
    expect(me.composer).to_be_focused()


def test_a_question_that_is_too_long_is_not_lost(reader: Readers) -> None:
    me = reader().open().choose("quick")
    me.page.route("**/messages", lambda route: route.fulfill(status=413, json={"error": {"code": "too_large"}}))
    me.ask("A very long question")
    expect(me.page.get_by_role("alert")).to_contain_text("too long")
    expect(me.composer).to_have_value("A very long question")
    expect(me.questions).to_have_count(0)


# --- the composer


def test_enter_sends_and_shift_enter_breaks(reader: Readers) -> None:
    me = reader().open().choose("echo")
    me.composer.press_sequentially("one")
    me.composer.press("Shift+Enter")
    me.composer.press_sequentially("two")
    expect(me.composer).to_have_value("one\ntwo")
    me.composer.press("Enter")
    me.wait_for("the last: one\ntwo")
    expect(me.composer).to_have_value("")


@pytest.mark.parametrize("how", ["{isComposing: true}", "{keyCode: 229}"])
def test_enter_sends_nothing_while_an_input_method_is_composing(reader: Readers, how: str) -> None:
    me = reader().open().choose("quick")
    me.composer.fill("你好")
    me.composer.evaluate(
        f"(area) => area.dispatchEvent(new KeyboardEvent('keydown', {{key: 'Enter', bubbles: true, ...{how}}}))"
    )
    expect(me.composer).to_have_value("你好")
    expect(me.questions).to_have_count(0)
    me.composer.press("Enter")
    me.sees("你好", "Hello, world!")


def test_only_white_space_is_no_question(reader: Readers) -> None:
    me = reader().open().choose("quick")
    me.composer.fill("  \n ")
    expect(me.page.get_by_role("button", name="Send")).to_be_disabled()
    me.composer.press("Enter")
    expect(me.questions).to_have_count(0)


def test_a_draft_survives_a_reload_and_typing_goes_on_during_a_reply(reader: Readers) -> None:
    me = reader().open().choose("slow").ask("One")
    me.wait_for("word3")
    me.composer.fill("Half a thou")
    me.composer.press("Enter")
    me.page.reload()
    me.wait_for("word5")
    expect(me.composer).to_have_value("Half a thou")
    expect(me.questions).to_have_count(1)


def test_the_composer_grows_with_its_text_up_to_a_limit(reader: Readers) -> None:
    me = reader().open()
    low = me.composer.bounding_box()
    me.composer.fill("line\n" * 5)
    middle = me.composer.bounding_box()
    me.composer.fill("line\n" * 100)
    high = me.composer.bounding_box()
    assert low and middle and high
    assert low["height"] < middle["height"] < high["height"] <= 0.41 * 800


def test_an_example_is_asked_with_a_click(reader: Readers) -> None:
    me = reader().open().choose("echo")
    me.page.locator("empty-state button").first.click()
    me.wait_for("1 messages; the last: Explain to a six-year-old")


# --- around it


def test_back_and_forward_and_a_new_chat(reader: Readers) -> None:
    me = reader().open().choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    conversation = me.page.url
    me.page.get_by_role("link", name="New chat").last.click()
    expect(me.page).to_have_url(me.hearth + "/")
    expect(me.composer).to_be_focused()
    expect(me.replies).to_have_count(0)
    me.page.go_back()
    expect(me.page).to_have_url(conversation)
    me.sees("One", "Hello, world!")
    me.page.go_forward()
    expect(me.page.locator("empty-state")).to_be_visible()


def test_the_model_is_chosen_by_keyboard_and_remembered(reader: Readers) -> None:
    me = reader().open()
    picker = me.page.locator("model-picker > button")
    expect(picker).to_be_enabled()
    picker.press("ArrowDown")
    expect(me.page.get_by_role("listbox")).to_be_focused()
    me.page.keyboard.press("t")
    me.page.keyboard.press("Enter")
    expect(picker).to_contain_text("thinker")
    me.page.reload()
    expect(picker).to_contain_text("thinker")
    me.choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    conversation = me.page.url
    me.open().choose("echo")
    me.page.goto(conversation)
    expect(picker).to_contain_text("quick")


def test_the_end_is_followed_only_while_the_reader_is_there(reader: Readers) -> None:
    me = reader(viewport={"width": 600, "height": 400}).open().choose("slow").ask("Tell me")
    me.wait_for("word120")
    scroller = me.page.locator("end-follower")
    distance = "(it) => it.scrollHeight - it.clientHeight - it.scrollTop"
    assert scroller.evaluate(distance) <= 1
    scroller.hover()
    me.page.mouse.wheel(0, -60)
    latest = me.page.get_by_role("button", name="To the latest")
    expect(latest).to_be_visible()
    top = scroller.evaluate("(it) => it.scrollTop")
    me.wait_for("word150")
    assert scroller.evaluate("(it) => it.scrollTop") == top
    latest.click()
    expect(latest).to_be_hidden()
    me.wait_for("word170")
    assert scroller.evaluate(distance) <= 1


def test_a_reply_is_copied_as_it_is(reader: Readers) -> None:
    me = reader(permissions=["clipboard-read", "clipboard-write"]).open().choose("lines").ask("One")
    expect(me.replies.last).to_have_class(re.compile("done"))
    me.page.get_by_role("button", name="Copy").click()
    copied = me.page.evaluate("navigator.clipboard.readText()")
    assert copied.replace("\r\n", "\n").replace("\r", "\n") == "a\nb\nc\n\n d é\u2028"


def test_in_chinese(reader: Readers) -> None:
    me = reader(locale="zh-CN").open().choose("slow")
    expect(me.page.locator("html")).to_have_attribute("lang", "zh-Hans")
    expect(me.page.get_by_text("想聊点什么？")).to_be_visible()
    me.ask("你好")
    me.wait_for("word3")
    me.page.get_by_role("button", name="停止").click()
    expect(me.replies.last).to_contain_text("你停止了这次回答。")


def test_on_a_phone(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).open()
    expect(me.page.locator("model-picker > button")).to_be_enabled()
    assert me.page.evaluate("document.documentElement.scrollWidth") <= 360
    me.composer.fill("one")
    me.composer.press("Enter")
    expect(me.composer).to_have_value("one\n")
    expect(me.questions).to_have_count(0)
    me.choose("echo")
    me.composer.fill("x" * 500)
    me.page.get_by_role("button", name="Send").tap()
    me.wait_for("1 messages")
    assert me.page.evaluate("document.documentElement.scrollWidth") <= 360
    small = me.page.evaluate(
        """[...document.querySelectorAll("button, header a")]
             .map((one) => [one.outerHTML, one.getBoundingClientRect()])
             .filter(([, {width, height}]) => width && (width < 44 || height < 44)).map(([html]) => html)"""
    )
    assert small == []


def test_a_very_long_reply_costs_no_more_at_its_end(reader: Readers) -> None:
    me = reader().open()
    milliseconds = me.page.evaluate(
        """async () => {
             const { GrowingText } = await import("/static/lib/growing-text.js");
             const element = document.createElement("plain-text");
             document.querySelector("message-list").append(element);
             const text = new GrowingText();
             const thousand = () => {
               const start = performance.now();
               for (let n = 0; n < 1000; n++) {
                 text.append(n % 20 ? "token " : "token\\n");
                 element.text = text;
                 if (n % 10 === 0) element.offsetHeight;
               }
               return performance.now() - start;
             };
             thousand();
             const first = thousand();
             for (let n = 0; n < 18; n++) thousand();
             return [first, thousand()];
           }"""
    )
    first, last = milliseconds
    assert last < 3 * first + 20, milliseconds
