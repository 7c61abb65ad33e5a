"""The page in a real browser: edited questions, replies that are asked for again, and the ways between them."""

from __future__ import annotations

from playwright.sync_api import Locator, Route, expect

from .support_page import TRANSPORTS, Ollama, Reader, Readers, call, slow_text


def edit(me: Reader, question: Locator) -> Locator:
    question.hover()
    question.get_by_role("button", name="Edit").click()
    return question.get_by_role("textbox", name="Edit your message")


def place(message: Locator, text: str) -> None:
    expect(message.locator("branch-switch .place > [aria-hidden]")).to_have_text(text)


@TRANSPORTS
def test_an_edited_question_is_a_branch_that_one_can_leave_again(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    me.ask("Two")
    me.sees("One", "1 messages; the last: One", "Two", "3 messages; the last: Two")
    box = edit(me, me.questions.first)
    expect(box).to_be_focused()
    expect(box).to_have_value("One")
    box.fill("Uno")
    box.press("Enter")
    me.sees("Uno", "1 messages; the last: Uno")
    place(me.questions.first, "2/2")
    with me.keeping():
        me.questions.first.get_by_role("button", name="Previous version").press("Enter")
    me.sees("One", "1 messages; the last: One", "Two", "3 messages; the last: Two")
    expect(me.questions.first.get_by_role("button", name="Next version")).to_be_enabled()
    me.page.reload()
    me.sees("One", "1 messages; the last: One", "Two", "3 messages; the last: Two")
    place(me.questions.first, "1/2")
    me.ask("Three")
    me.wait_for("5 messages; the last: Three")


def test_another_tab_reads_on_with_the_branch_that_is_chosen(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    other = Reader(me.page.context.new_page(), me.hearth)
    other.page.goto(me.page.url)
    other.sees("One", "1 messages; the last: One")
    box = edit(me, me.questions.first)
    box.fill("Uno")
    me.questions.first.get_by_role("button", name="Send").click()
    for one in (me, other):
        one.sees("Uno", "1 messages; the last: Uno")
    me.questions.first.get_by_role("button", name="Previous version").click()
    other.sees("One", "1 messages; the last: One")


def test_an_edit_is_given_up_by_escape_and_kept_while_another_branch_is_read(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    edit(me, me.questions.first).press("Escape")
    me.sees("One", "1 messages; the last: One")
    expect(me.questions.first.get_by_role("button", name="Edit")).to_be_focused()
    box = edit(me, me.questions.first)
    box.fill("Uno")
    box.press("Enter")
    me.sees("Uno", "1 messages; the last: Uno")
    edit(me, me.questions.first).fill("Half a thought")
    address = me.page.url.replace("/c/", "/api/conversations/")
    leaf = me.page.evaluate("async (url) => (await (await fetch(url)).json()).messages[1].id", address)
    call("PATCH", address, {"leaf": leaf})
    me.sees("One", "1 messages; the last: One")
    me.questions.first.hover()
    me.questions.first.get_by_role("button", name="Next version").click()
    expect(me.questions.first.get_by_role("textbox")).to_have_value("Half a thought")


def test_an_edit_that_is_not_sent_survives_a_reload(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    edit(me, me.questions.first).fill("Half a thought")
    me.page.reload()
    box = me.questions.first.get_by_role("textbox", name="Edit your message")
    expect(box).to_have_value("Half a thought")
    box.press("Escape")
    me.sees("One", "1 messages; the last: One")
    me.page.reload()
    me.sees("One", "1 messages; the last: One")


def test_an_edit_is_not_lost_to_a_question_that_is_on_its_way(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    held: list[Route] = []
    me.page.route("**/messages", lambda route: held.append(route))
    me.ask("Two")
    expect(me.questions).to_have_count(2)
    box = edit(me, me.questions.first)
    box.fill("Half a thought")
    box.press("Enter")
    me.until(lambda: held)
    held[0].continue_()
    me.page.unroute("**/messages")
    me.wait_for("3 messages; the last: Two")
    expect(box).to_have_value("Half a thought")


def test_a_refused_edit_stays_in_its_editor(reader: Readers) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    refusal = {"error": {"code": "too_large", "message": "Too large."}}
    me.page.route("**/messages", lambda route: route.fulfill(status=413, json=refusal))
    box = edit(me, me.questions.first)
    box.fill("Much too long")
    box.press("Enter")
    expect(me.page.get_by_role("alert").filter(has_text="too long for one message")).to_be_visible()
    expect(box).to_have_value("Much too long")
    me.page.unroute("**/messages")
    box.press("Enter")
    me.sees("Much too long", "1 messages; the last: Much too long")


@TRANSPORTS
def test_any_reply_can_be_asked_for_again_also_of_another_model(reader: Readers, transport: str) -> None:
    me = reader().open(transport=transport).choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    me.ask("Two")
    me.sees("One", "Hello, world!", "Two", "Hello, world!")
    me.replies.first.hover()
    me.replies.first.get_by_role("button", name="More").click()
    me.page.get_by_role("menuitem", name="echo", exact=True).click()
    me.sees("One", "1 messages; the last: One")
    place(me.replies.first, "2/2")
    me.replies.first.get_by_role("button", name="Previous version").click()
    me.sees("One", "Hello, world!", "Two", "Hello, world!")


@TRANSPORTS
def test_a_reply_goes_on_while_another_branch_is_read(reader: Readers, ollama: Ollama, transport: str) -> None:
    ollama.fake.pace = 0.15
    me = reader().open(transport=transport).choose("quick").ask("One")
    me.sees("One", "Hello, world!")
    me.choose("slow")
    me.replies.first.get_by_role("button", name="Try again").click()
    me.wait_for("word3")
    me.replies.first.get_by_role("button", name="Previous version").click()
    me.sees("One", "Hello, world!")
    expect(me.replies.first.locator("branch-switch")).to_contain_text("Another version is being written.")
    expect(me.page.get_by_role("button", name="Send")).to_be_visible()
    me.replies.first.get_by_role("button", name="Next version").click()
    me.wait_for("word30")
    assert slow_text(me.text.inner_text())
    expect(me.page.get_by_role("button", name="Stop")).to_be_visible()


def test_pictures_and_files_of_an_edited_question_go_along(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("echo").ask("One")
    me.sees("One", "1 messages; the last: One")
    address = me.page.url.replace("/c/", "/api/conversations/") + "/messages"
    pixel = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
    call("POST", address, {"content": "Look\n\n```notes.txt\nhello\n```", "images": [pixel]})
    question = me.questions.last
    expect(question.locator(".bubble")).to_have_text("Look")
    expect(question.get_by_text("notes.txt")).to_be_visible()
    box = edit(me, question)
    box.fill("Look again")
    box.press("Enter")
    me.wait_for("Look again")
    asked = ollama.fake.chats[-1].body["messages"][-1]
    assert asked["content"] == "Look again\n\n```notes.txt\nhello\n```"
    assert asked["images"] == [pixel]


def test_on_a_phone_enter_breaks_the_line_of_an_edit(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True).open().choose("echo")
    me.composer.fill("One")
    me.page.get_by_role("button", name="Send").tap()
    me.sees("One", "1 messages; the last: One")
    box = edit(me, me.questions.first)
    box.press("Enter")
    expect(box).to_have_value("One\n")
    expect(me.questions).to_have_count(1)
