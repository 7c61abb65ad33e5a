"""The page in a real browser: what is attached until it is sent: kept, made ready, given back, taken away."""

from __future__ import annotations

from playwright.sync_api import expect

from .pictures import file, png
from .support_attachments import answered, items, note, pick, sent, wait_until_kept
from .support_page import HearthProcess, Ollama, Readers, call


def test_a_reload_keeps_what_is_attached_and_each_conversation_has_its_own(reader: Readers) -> None:
    me = reader().open().choose("seeing").ask("One")
    answered(me)
    pick(me, file("a.png", png(8, 8)), file("b.txt", b"text"))
    expect(items(me)).to_have_count(2)
    wait_until_kept(me, 2)
    me.page.reload()
    expect(me.page.get_by_role("img", name="a.png")).to_be_visible()
    expect(items(me)).to_have_count(2)
    me.page.get_by_role("link", name="New chat").first.click()
    expect(items(me)).to_have_count(0)
    me.page.go_back()
    expect(items(me)).to_have_count(2)
    me.page.get_by_role("button", name="Remove a.png").click()
    wait_until_kept(me, 1)
    me.page.reload()
    expect(items(me)).to_contain_text(["b.txt"])


def test_what_was_sent_and_what_belonged_to_a_deleted_conversation_is_not_kept(
    reader: Readers, hearth: HearthProcess
) -> None:
    me = pick(reader().open().choose("seeing"), file("a.png", png(8, 8)))
    expect(items(me)).to_have_count(1)
    me.ask("What is this?")
    answered(me)
    wait_until_kept(me, 0)
    pick(me, file("b.txt", b"text"))
    wait_until_kept(me, 1)
    conversation = me.page.url.split("?")[0].rpartition("/")[2]
    me.page.get_by_role("link", name="New chat").first.click()
    expect(items(me)).to_have_count(0)
    call("DELETE", f"{hearth.url}/api/conversations/{conversation}")
    wait_until_kept(me, 0)


def test_what_nobody_came_back_for_in_a_month_is_not_kept(reader: Readers) -> None:
    me = pick(reader().open(), file("old.txt", b"text"))
    wait_until_kept(me, 1)
    month = 31 * 24 * 60 * 60 * 1000
    me.page.add_init_script(f"const now = Date.now; Date.now = () => now() + {month};")
    me.page.reload()
    wait_until_kept(me, 0)


# Reading a file waits for window.release().
SLOW_DISK = """() => {
    const read = Blob.prototype.arrayBuffer;
    const released = new Promise((resolve) => (window.release = resolve));
    Blob.prototype.arrayBuffer = async function () {
        await released;
        return read.call(this);
    };
}"""


def test_a_question_waits_for_its_files_and_goes_off_by_itself(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("echo")
    me.page.evaluate(SLOW_DISK)
    pick(me, file("a.txt", b"a"), file("b.txt", b"b"))
    me.ask("What is this?")
    expect(note(me)).to_contain_text("as soon as the files are ready")
    expect(me.questions).to_have_count(0)
    me.page.evaluate("() => window.release()")
    answered(me)
    assert sent(ollama)["content"] == "What is this?\n\n```a.txt\na\n```\n\n```b.txt\nb\n```"
    expect(note(me)).to_be_hidden()


def test_a_question_whose_files_are_not_all_taken_stays(reader: Readers) -> None:
    me = reader().open().choose("echo")
    me.page.evaluate(SLOW_DISK)
    pick(me, file("a.bin", b"\0"), file("b.txt", b"b"))
    me.ask("What is this?")
    expect(note(me)).to_contain_text("as soon as the files are ready")
    me.page.evaluate("() => window.release()")
    expect(note(me)).to_contain_text("neither a picture nor plain text")
    expect(items(me)).to_contain_text(["1 byte"])
    expect(me.composer).to_have_value("What is this?")
    expect(me.questions).to_have_count(0)


def test_what_could_not_be_sent_comes_back_whole(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("seeing")
    refusal = {"error": {"code": "disk_full", "message": "The disk is full."}}
    me.page.route("**/messages", lambda route: route.fulfill(status=507, json=refusal))
    pick(me, file("a.png", png(8, 8)), file("b.txt", b"text"))
    expect(items(me)).to_have_count(2)
    me.ask("What is this?")
    expect(note(me)).to_contain_text("The disk is full.")
    expect(me.composer).to_have_value("What is this?")
    expect(items(me)).to_have_count(2)
    me.page.unroute("**/messages")
    me.composer.press("Enter")
    answered(me)
    assert sent(ollama)["content"] == "What is this?\n\n```b.txt\ntext\n```"
    assert len(sent(ollama)["images"]) == 1


def test_attachments_are_taken_away_with_the_keyboard(reader: Readers) -> None:
    me = pick(reader().open(), file("a.txt", b"a"), file("b.txt", b"b"))
    expect(items(me)).to_have_count(2)
    me.page.get_by_role("button", name="Remove a.txt").press("Enter")
    expect(items(me)).to_contain_text(["b.txt"])
    expect(me.page.locator("live-announcer")).to_contain_text("a.txt was removed.")
    expect(me.page.get_by_role("button", name="Remove b.txt")).to_be_focused()
    me.page.keyboard.press("Enter")
    expect(items(me)).to_have_count(0)
    expect(me.composer).to_be_focused()


def test_the_focus_stays_with_an_attachment_that_becomes_ready(reader: Readers) -> None:
    me = reader().open()
    me.page.evaluate(SLOW_DISK)
    pick(me, file("a.txt", b"a"), file("b.txt", b"b"))
    me.page.get_by_role("button", name="Remove a.txt").press("Enter")
    expect(items(me)).to_contain_text(["Preparing"])
    expect(me.page.get_by_role("button", name="Remove b.txt")).to_be_focused()
    me.page.evaluate("() => window.release()")
    expect(items(me)).to_contain_text(["1 byte"])
    expect(me.page.get_by_role("button", name="Remove b.txt")).to_be_focused()


def test_the_focus_goes_on_when_a_file_turns_out_to_be_unreadable(reader: Readers) -> None:
    me = pick(reader().open(), file("a.txt", b"a"))
    expect(items(me)).to_contain_text(["1 byte"])
    me.page.evaluate(SLOW_DISK)
    pick(me, file("b.bin", b"\0"))
    me.page.get_by_role("button", name="Remove b.bin").focus()
    me.page.evaluate("() => window.release()")
    expect(items(me)).to_have_count(1)
    expect(me.page.get_by_role("button", name="Remove a.txt")).to_be_focused()


def test_the_focus_goes_to_the_message_box_when_the_only_file_is_unreadable(reader: Readers) -> None:
    me = reader().open()
    me.page.evaluate(SLOW_DISK)
    pick(me, file("b.bin", b"\0"))
    me.page.get_by_role("button", name="Remove b.bin").focus()
    me.page.evaluate("() => window.release()")
    expect(items(me)).to_have_count(0)
    expect(me.composer).to_be_focused()
