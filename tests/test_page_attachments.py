"""The page in a real browser: pictures and files that go along with a question."""

from __future__ import annotations

import base64
import re

import pytest
from playwright.sync_api import expect

from .pictures import drawn, file, hand_over, look, png, turned
from .support_attachments import answered, items, note, pick, sent, thumbnails
from .support_page import Ollama, Readers

RED, BLUE = (255, 0, 0), (0, 0, 255)


def close_to(seen: list[int], colour: tuple[int, int, int]) -> bool:
    return all(abs(one - other) < 30 for one, other in zip(seen, colour, strict=False))


def test_a_pasted_picture_is_shown_and_sent(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("seeing")
    picture = drawn(me.page, 300, 200, "image/png")
    hand_over(me.page, "paste", "textarea", file("shot.png", picture, "image/png"))
    expect(me.page.get_by_role("img", name="shot.png")).to_be_visible()
    me.ask("What is this?")
    answered(me)
    expect(items(me)).to_have_count(0)
    assert sent(ollama)["content"] == "What is this?"
    assert [base64.b64decode(one) for one in sent(ollama)["images"]] == [picture]


def test_a_picture_can_be_pasted_wherever_the_reader_is(reader: Readers) -> None:
    me = reader().open()
    hand_over(me.page, "paste", "body", file("shot.png", png(8, 8), "image/png"))
    expect(me.page.get_by_role("img", name="shot.png")).to_be_visible()


def test_a_picture_alone_is_a_question(reader: Readers, ollama: Ollama) -> None:
    me = pick(reader().open().choose("seeing"), file("a.png", png(8, 8)))
    expect(thumbnails(me)).to_have_count(1)
    me.page.get_by_role("button", name="Send").click()
    answered(me)
    assert len(sent(ollama)["images"]) == 1


def test_files_can_be_dropped_anywhere_on_the_page(reader: Readers) -> None:
    me = reader().open()
    zone = me.page.locator("drop-zone")
    notes = file("notes.txt", b"milk")
    hand_over(me.page, "dragenter", "main", notes)
    expect(zone).to_be_visible()
    expect(zone).to_have_text("Drop pictures or text files here")
    hand_over(me.page, "dragleave", "drop-zone", notes)
    expect(zone).to_be_hidden()
    hand_over(me.page, "dragenter", "main", notes)
    hand_over(me.page, "drop", "drop-zone", notes)
    expect(zone).to_be_hidden()
    expect(items(me)).to_contain_text(["notes.txt"])


def test_files_dropped_on_an_open_dialog_are_no_question(reader: Readers) -> None:
    me = reader().open()
    me.page.evaluate("document.body.appendChild(document.createElement('dialog')).showModal()")
    hand_over(me.page, "dragenter", "dialog", file("notes.txt", b"milk"))
    expect(me.page.locator("drop-zone")).to_be_hidden()
    hand_over(me.page, "drop", "dialog", file("notes.txt", b"milk"))
    expect(items(me)).to_have_count(0)


def test_words_that_are_dragged_cover_nothing(reader: Readers) -> None:
    me = reader().open()
    hand_over(me.page, "dragenter", "main", text="words")
    expect(me.page.locator("drop-zone")).to_be_hidden()


def test_a_photo_of_fifty_megapixels_is_made_small(reader: Readers, ollama: Ollama) -> None:
    me = pick(reader().open().choose("seeing"), file("photo.png", png(8660, 5774)))
    expect(thumbnails(me)).to_have_count(1, timeout=30_000)
    me.ask("What is this?")
    answered(me)
    assert look(me.page, sent(ollama)["images"][0])["size"] == [1568, 1045]


@pytest.mark.parametrize("size", [(400, 200), (4000, 2000)])
def test_a_photo_is_sent_as_it_was_held(reader: Readers, ollama: Ollama, size: tuple[int, int]) -> None:
    me = reader().open().choose("seeing")
    photo = turned(drawn(me.page, *size, "image/jpeg"))
    pick(me, file("photo.jpg", photo, "image/jpeg"))
    expect(thumbnails(me)).to_have_count(1)
    me.ask("What is this?")
    answered(me)
    image = sent(ollama)["images"][0]
    seen = look(me.page, image)
    assert seen["size"][1] == 2 * seen["size"][0] <= 1568
    assert close_to(seen["left"], RED) and close_to(seen["right"], RED)
    data = base64.b64decode(image)
    assert data.startswith(b"\xff\xd8") and b"Exif" not in data


@pytest.mark.parametrize("kind", ["image/png", "image/webp"])
def test_what_one_can_see_through_stays_so(reader: Readers, ollama: Ollama, kind: str) -> None:
    me = reader().open().choose("seeing")
    pick(me, file("glass", drawn(me.page, 2000, 1000, kind, alpha=0.5), kind))
    expect(thumbnails(me)).to_have_count(1)
    me.ask("What is this?")
    answered(me)
    seen = look(me.page, sent(ollama)["images"][0])
    assert close_to(seen["right"], BLUE) and seen["right"][3] in range(120, 136)
    assert base64.b64decode(sent(ollama)["images"][0]).startswith(b"\x89PNG")


def test_files_are_sent_as_code_under_their_names(reader: Readers, ollama: Ollama) -> None:
    me = pick(reader().open().choose("echo"), file("a.py", b"print()\n"), file("data.csv", b"1;2"))
    expect(items(me)).to_have_text([re.compile(r"a\.py\s*8 bytes"), re.compile(r"data\.csv\s*3 bytes")])
    me.ask("Explain")
    answered(me)
    assert sent(ollama)["content"] == "Explain\n\n```a.py\nprint()\n```\n\n```data.csv\n1;2\n```"
    assert "images" not in sent(ollama)


def test_a_zip_that_is_called_txt_is_refused_and_nothing_is_lost(reader: Readers) -> None:
    me = reader().open()
    me.composer.fill("What is in it?")
    pick(me, file("a.txt", b"text"), file("notes.txt", b"PK\3\4\x14\0\0\0", "text/plain"), file("b.txt", b"text"))
    expect(note(me)).to_contain_text("“notes.txt” is neither a picture nor plain text")
    expect(items(me)).to_contain_text(["a.txt", "b.txt"])
    expect(me.composer).to_have_value("What is in it?")
    expect(me.composer).to_have_accessible_description(re.compile("notes.txt"))


def test_a_picture_that_can_not_be_opened_is_refused(reader: Readers) -> None:
    me = pick(reader().open(), file("IMG_1.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0", "image/heic"))
    expect(note(me)).to_contain_text("can’t open the picture “IMG_1.HEIC”")
    pick(me, file("a.png", png(8, 8)[:40]))
    expect(note(me)).to_contain_text("can’t open the picture “a.png”")
    expect(items(me)).to_have_count(0)


def test_five_megabytes_of_pasted_text_are_too_long_for_a_message(reader: Readers) -> None:
    me = reader().open().choose("echo")
    me.composer.fill("What is this?")
    hand_over(me.page, "paste", "textarea", text="word " * 1_000_000)
    expect(note(me)).to_contain_text("too long for one message")
    expect(me.composer).to_have_value("What is this?")
    me.composer.press("Enter")
    me.wait_for("the last: What is this?")


def test_a_long_paste_goes_along_as_a_file(reader: Readers, ollama: Ollama) -> None:
    me = reader().open().choose("echo")
    hand_over(me.page, "paste", "textarea", text="word " * 2_000)
    expect(items(me)).to_contain_text(["Pasted text"])
    me.ask("Shorten this")
    answered(me)
    assert sent(ollama)["content"].startswith("Shorten this\n\n```Pasted text\nword word ")


def test_a_long_paste_can_be_put_into_the_message(reader: Readers) -> None:
    me = reader().open()
    me.composer.fill("See: ")
    hand_over(me.page, "paste", "textarea", text="word " * 2_000)
    me.page.get_by_role("button", name="Insert as text").click()
    expect(me.composer).to_have_value("See: " + "word " * 2_000)
    expect(items(me)).to_have_count(0)
    expect(me.composer).to_be_focused()


def test_typed_text_that_is_too_long_is_not_sent_and_stays(reader: Readers) -> None:
    me = reader().open().choose("echo")
    text = "你" * 400_000
    me.composer.fill(text)
    me.composer.press("Enter")
    expect(note(me)).to_contain_text("too long for one message")
    assert me.composer.input_value() == text


def test_a_model_that_can_not_see_is_told_before_anything_is_sent(reader: Readers, ollama: Ollama) -> None:
    me = pick(reader().open().choose("echo"), file("a.png", png(8, 8)))
    blind = me.page.locator("blind-note")
    expect(blind).to_contain_text("echo can’t see pictures. Choose a model that can:")
    me.ask("What is this?")
    expect(me.page.get_by_role("button", name="Send")).to_be_disabled()
    expect(me.composer).to_have_value("What is this?")
    expect(me.questions).to_have_count(0)
    blind.get_by_role("button", name="seeing").click()
    expect(blind).to_be_hidden()
    me.composer.press("Enter")
    answered(me)
    assert len(sent(ollama)["images"]) == 1


def test_without_the_pictures_any_model_will_do(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.models.remove("seeing:latest")
    me = pick(reader().open().choose("echo"), file("a.png", png(8, 8)))
    expect(me.page.locator("blind-note")).to_contain_text("no installed model can")
    me.page.get_by_role("button", name="Remove a.png").click()
    expect(me.page.locator("blind-note")).to_be_hidden()
    me.ask("Hello")
    me.wait_for("the last: Hello")


def test_on_a_phone_everything_has_its_place_and_a_finger_its_room(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True).open()
    pick(me, file("a-file-with-a-very-long-name-indeed.txt", b"a"), *[file(f"{n}.png", png(8, 8)) for n in range(8)])
    expect(thumbnails(me)).to_have_count(8)
    for button in me.page.locator("message-composer button:visible").all():
        box = button.bounding_box()
        assert box and box["width"] >= 44 and box["height"] >= 44, button
    places = [me.page.locator(f"message-composer {name}") for name in (".attach", "textarea", ".send")]
    attach, area, send = (place.bounding_box() for place in places)
    assert attach and area and send
    assert attach["x"] + attach["width"] <= area["x"] and area["x"] + area["width"] <= send["x"]
    assert send["x"] + send["width"] <= 360 and send["y"] + send["height"] <= 640
    shown = me.page.locator("attachment-list").bounding_box()
    assert shown and shown["x"] >= 0 and shown["x"] + shown["width"] <= 360
