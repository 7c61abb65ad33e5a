"""The page in a real browser: everything around a conversation."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from .support_page import Reader, Readers


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


# Just before the page is told that it has been scrolled, it becomes longer: once.
GROWS = """(it) => it.addEventListener('scroll', () => {
    const table = document.createElement('div');
    table.style.height = '200px';
    it.firstElementChild.append(table);
}, { capture: true, once: true })"""


# Where it is once a wheel that was turned does not move it any more.
RESTS = """async (it) => {
  for (let last = null; last !== it.scrollTop; ) {
    last = it.scrollTop;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return it.scrollTop;
}"""


def at_the_end(me: Reader) -> None:
    """Within a frame or two: what has just been written is followed once it has been laid out."""
    me.page.wait_for_function(
        "(it) => it.scrollHeight - it.clientHeight - it.scrollTop <= 1",
        arg=me.page.locator("end-follower").element_handle(),
    )


def test_the_end_is_followed_only_while_the_reader_is_there(reader: Readers) -> None:
    me = reader(viewport={"width": 600, "height": 400}).open().choose("slow").ask("Tell me")
    me.wait_for("word120")
    scroller = me.page.locator("end-follower")
    at_the_end(me)
    scroller.hover()
    me.page.mouse.wheel(0, -60)
    latest = me.page.get_by_role("button", name="To the latest")
    expect(latest).to_be_visible()
    top = scroller.evaluate(RESTS)
    me.wait_for("word150")
    assert scroller.evaluate("(it) => it.scrollTop") == top
    latest.click()
    expect(latest).to_be_hidden()
    scroller.evaluate(GROWS)
    scroller.evaluate("(it) => (it.style.zoom = 1.33)")
    me.wait_for("word180")
    expect(latest).to_be_hidden()
    scroller.evaluate("(it) => (it.style.zoom = 1)")
    me.wait_for("word190")
    expect(latest).to_be_hidden()
    at_the_end(me)
    # The buttons at its end have their room before they come, or what is read would move.
    actions, height = me.replies.last.locator(".actions"), "(it) => it.offsetHeight"
    room = actions.evaluate(height)
    expect(me.replies.last).to_have_class("done")
    assert actions.evaluate(height) == room


def test_a_reply_is_copied_as_it_is(reader: Readers) -> None:
    me = reader(permissions=["clipboard-read", "clipboard-write"]).open().choose("lines").ask("One")
    expect(me.replies.last).to_have_class(re.compile("done"))
    me.replies.last.get_by_role("button", name="Copy").click()
    expect(me.replies.last.get_by_role("button", name="Copied")).to_be_visible()
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
