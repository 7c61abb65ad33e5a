"""The page in a real browser: the models of the house, for who looks after them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route, expect

from .fake_library import HANG
from .support_manage import HALF, dialog, get, manage, names, row, unfolded
from .support_models import install, load, model
from .support_page import HearthProcess, Ollama, Readers
from .support_people import GUARDED, MEMBER, OWNER, household, signed_in

__all__ = ["household"]

PHONE = {"viewport": {"width": 360, "height": 740}, "has_touch": True, "is_mobile": True}
WEIGHTS = "FROM /models/blobs/sha256-" + "a" * 64 + "\n"


def test_what_is_there_how_large_it_is_and_what_of_it_is_on_the_gpu(reader: Readers, ollama: Ollama) -> None:
    embeds = model("searcher:latest", size=274_000_000, family="bert")
    embeds["capabilities"] = ["embedding"]
    install(ollama, model("model:14b"), model("model:8b", can=["thinking", "vision"]), embeds)
    half = {"name": "model:8b", "size": 5_000_000_000, "size_vram": 3_100_000_000, "context_length": 4096}
    load(ollama, half | {"expires_at": "2318-01-01T00:00:00Z"})
    sheet = manage(reader().open())
    expect(names(sheet)).to_have_text(["model:8b", "model:14b", "searcher"])
    expect(sheet.get_by_role("heading", level=3)).to_have_text("3 models, up to 4.3 GB on disk")
    expect(row(sheet, "model:8b")).to_contain_text("thinkssees images")
    expect(row(sheet, "model:8b")).to_contain_text("llama · 3.2B · Q4_K_M · 2 GB · 8k context")
    expect(row(sheet, "model:8b")).to_contain_text("in memory for good · 5 GB · 62% on the GPU · 4k context")
    expect(row(sheet, "searcher")).to_contain_text("for searching")
    expect(sheet.get_by_label("Filter models")).to_be_hidden()
    load(ollama, half | {"size_vram": 5_000_000_000}, half | {"name": "model:14b", "size_vram": 0})
    expect(row(sheet, "model:8b")).to_contain_text("all on the GPU", timeout=15_000)
    expect(row(sheet, "model:14b")).to_contain_text("on the processor")


def test_many_models_are_filtered(reader: Readers) -> None:
    sheet = manage(reader().open())
    sheet.get_by_label("Filter models").fill("reset")
    expect(names(sheet)).to_have_text(["reset", "resetfirst"])
    sheet.get_by_label("Filter models").fill("no such thing")
    expect(sheet.get_by_text("No model has that")).to_be_visible()


def test_a_model_is_loaded_kept_and_unloaded(reader: Readers, ollama: Ollama) -> None:
    me = reader().open()
    sheet = manage(me)
    echo = unfolded(sheet, "echo")
    echo.get_by_role("group", name="Load into memory for").get_by_role("button", name="1 hour").click()
    expect(echo.locator(".memory")).to_contain_text("in memory")
    assert ollama.fake.loads[-1].body["keep_alive"] == "1h"
    echo.get_by_role("group", name="Keep in memory for").get_by_role("button", name="Until unloaded").click()
    me.until(lambda: ollama.fake.loads[-1].body["keep_alive"] == -1)
    expect(echo.get_by_role("button", name="Until unloaded")).to_be_enabled()
    echo.get_by_role("button", name="Unload", exact=True).click()
    expect(echo.locator(".memory")).to_be_hidden()
    expect(echo.get_by_role("button", name="5 minutes")).to_be_focused()
    echo.get_by_role("button", name="1 hour").click()
    expect(echo.locator(".memory")).to_contain_text("in memory")
    held: list[Route] = []
    sheet.page.route("**/unload", lambda route: held.append(route))
    echo.get_by_role("button", name="Unload", exact=True).click()
    sheet.get_by_label("Get a model").press_sequentially("who goes elsewhere meanwhile stays there")
    me.until(lambda: held)
    held[0].continue_()
    expect(echo.locator(".memory")).to_be_hidden()
    expect(sheet.get_by_label("Get a model")).to_be_focused()


def test_what_ollama_refuses_is_told_where_it_was_asked(reader: Readers, ollama: Ollama) -> None:
    sheet = manage(reader().open())
    quick, echo = unfolded(sheet, "quick"), unfolded(sheet, "echo")
    words = b'{"error": "model requires more system memory (9.1 GiB) than is available"}'
    head = f"HTTP/1.1 500 No\r\nContent-Length: {len(words)}\r\nConnection: close\r\n\r\n".encode()
    ollama.fake.answers["/api/generate"] = head + words
    echo.get_by_role("button", name="5 minutes").click()
    expect(echo.get_by_role("alert")).to_contain_text("more system memory (9.1 GiB)")
    expect(quick.get_by_role("alert")).to_have_count(0)
    expect(echo.get_by_role("button", name="5 minutes")).to_be_enabled()
    del ollama.fake.answers["/api/generate"]
    echo.get_by_role("button", name="5 minutes").click()
    expect(echo.locator(".memory")).to_be_visible()
    expect(echo.get_by_role("alert")).to_have_count(0)


def test_what_a_model_is_made_of(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.shows["echo:latest"] = {
        "license": "Do what you like.",
        "template": "{{ .Prompt }}",
        "system": "Say it again.",
        "parameters": 'temperature 0.2\nstop "<a>"\nstop "<b>"',
        "modified_at": "2026-10-03T10:00:00Z",
    }
    echo = unfolded(manage(reader(timezone_id="UTC").open()), "echo")
    expect(echo.locator(".about")).to_contain_text("changed Oct 3, 2026")
    folds = {"Instructions": "Say it again.", "Template": "{{ .Prompt }}", "Licence": "Do what you like."}
    for name, text in folds.items():
        echo.locator("summary", has_text=name).click()
        expect(echo.get_by_role("region", name=name)).to_have_text(text)
    echo.locator("summary", has_text="Parameters").click()
    expect(echo.locator("dd")).to_have_text(["0.2", "<a>\n<b>"])


def test_a_copy_with_other_instructions_and_parameters(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.shows["echo:latest"] = {"system": "Say it again.", "parameters": "temperature 0.2"}
    me = reader().open()
    sheet = manage(me)
    echo = unfolded(sheet, "echo")
    echo.locator("summary", has_text="Copy with changes").click()
    copy = echo.locator("form")
    expect(copy.get_by_label("Instructions")).to_have_value("Say it again.")
    expect(copy.get_by_label("Temperature")).to_have_attribute("placeholder", "0.2")
    copy.get_by_label("Name of the copy").fill("quick")
    copy.get_by_label("Instructions").fill("Say it in French.")
    copy.get_by_label("Temperature").fill("very")
    make = copy.get_by_role("button", name="Make the copy")
    make.click()
    expect(copy.get_by_text("Write a number, such as 0.7.")).to_be_visible()
    expect(copy.get_by_label("Temperature")).to_be_focused()
    copy.get_by_label("Temperature").fill("1.5")
    make.click()
    expect(copy.get_by_role("status")).to_contain_text("is there already")
    copy.get_by_label("Name of the copy").fill("french")
    make.click()
    expect(sheet.get_by_text("french is here.")).to_be_visible()
    expect(unfolded(sheet, "french").get_by_role("button", name="Delete…")).to_be_visible()
    expect(row(sheet, "french").get_by_role("button", name="Update")).to_be_hidden()
    expect(echo.get_by_role("button", name="Update")).to_be_visible()
    (created,) = ollama.fake.library.created
    assert (created["system"], created["parameters"]) == ("Say it in French.", {"temperature": 1.5})
    me.page.keyboard.press("Escape")
    me.choose("french")


def test_deleting_says_what_it_frees_first(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.models = ["alone:latest", "base:latest", "twin:latest"]
    ollama.fake.shows |= {name: {"modelfile": WEIGHTS} for name in ("base:latest", "twin:latest")}
    sheet = manage(reader().open())
    alone, base = unfolded(sheet, "alone"), unfolded(sheet, "base")
    base.get_by_role("button", name="Delete…").click()
    nothing = "Delete base? It frees next to nothing: it shares its weights with twin."
    expect(base.get_by_role("group", name=nothing)).to_be_visible()
    base.get_by_role("button", name="Cancel").click()
    alone.get_by_role("button", name="Delete…").press("Enter")
    group = alone.get_by_role("group", name="Delete alone? It frees 98 MB.")
    expect(group.get_by_role("button", name="Cancel")).to_be_focused()
    assert ollama.fake.library.deleted == []
    group.get_by_role("button", name="Delete", exact=True).press("Enter")
    expect(names(sheet)).to_have_text(["base", "twin"])
    expect(sheet.get_by_text("alone is deleted; 98 MB are free again.")).to_be_visible()
    expect(row(sheet, "base").locator("summary").first).to_be_focused()
    assert ollama.fake.library.deleted == ["alone:latest"]


def test_no_model_at_all(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.models = []
    me = reader().open()
    expect(me.page.locator("ollama-guide")).to_be_visible()
    me.page.locator("side-bar").get_by_role("button", name="Models").click()
    sheet = dialog(me)
    expect(sheet).to_contain_text("There is no model yet.")
    card = sheet.locator("model-cards button:visible").first
    name = card.locator("strong").inner_text()
    card.click()
    expect(row(sheet, name.removesuffix(":latest"))).to_be_visible(timeout=15_000)
    expect(sheet.get_by_text("There is no model yet.")).to_be_hidden()


def test_ollama_leaving_and_coming_back(reader: Readers, ollama: Ollama) -> None:
    sheet = manage(reader().open())
    quick = unfolded(sheet, "quick")
    ollama.leave()
    expect(sheet.get_by_text("Ollama can’t be reached at")).to_be_visible(timeout=15_000)
    expect(quick).to_be_visible()
    quick.get_by_role("button", name="5 minutes").click()
    expect(quick.get_by_role("alert")).to_contain_text("Start it, then try again.")
    ollama.come()
    expect(sheet.get_by_text("Ollama can’t be reached at")).to_be_hidden(timeout=15_000)
    quick.get_by_role("button", name="5 minutes").click()
    expect(quick.get_by_role("alert")).to_have_count(0)


def test_the_keyboard_leads_there_and_back(reader: Readers) -> None:
    me = reader().open()
    picker = me.page.locator("model-picker > button:enabled")
    picker.press("ArrowDown")
    expect(me.page.get_by_role("combobox", name="Search models")).to_be_focused()
    me.page.keyboard.press("Tab")
    expect(me.page.get_by_role("button", name="Manage models…")).to_be_focused()
    me.page.keyboard.press("ArrowUp")
    expect(me.page.get_by_role("combobox", name="Search models")).to_be_focused()
    me.page.keyboard.press("Tab")
    me.page.keyboard.press("Enter")
    sheet = dialog(me)
    row(sheet, "echo").locator("summary").first.press("Enter")
    expect(row(sheet, "echo").get_by_role("button", name="Delete…")).to_be_visible()
    me.page.keyboard.press("Escape")
    expect(sheet).to_be_hidden()
    expect(picker).to_be_focused()


def test_on_a_phone_everything_is_wide_enough_for_a_thumb(reader: Readers, ollama: Ollama) -> None:
    ollama.fake.library.scripts["fresh"] = [[*HALF, HANG]]
    me = reader(**PHONE).open()
    sheet = manage(me)
    get(sheet, "fresh")
    expect(sheet.get_by_role("button", name="Cancel")).to_be_visible()
    unfolded(sheet, "echo")
    buttons = sheet.locator("button:visible, summary:visible, input:visible")
    heights = buttons.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)")
    assert len(heights) > 10 and min(heights) >= 43.9
    box = sheet.locator(".sheet-box")
    assert box.evaluate("(it) => it.scrollWidth - it.clientWidth") == 0
    me.page.keyboard.press("Escape")
    expect(me.page.get_by_role("button", name="Download of fresh")).to_be_in_viewport()


@pytest.mark.usefixtures("household")
@pytest.mark.parametrize("hearth", [GUARDED], indirect=True)
def test_who_may_not_look_after_models_sees_nothing_of_it(reader: Readers, ollama: Ollama) -> None:
    owner, member = signed_in(reader, OWNER), signed_in(reader, MEMBER)
    ollama.fake.library.scripts["fresh"] = [[*HALF, HANG]]
    get(manage(owner), "fresh")
    expect(owner.page.locator("pull-progress")).to_contain_text("50%")
    member.page.locator("model-picker > button:enabled").click()
    expect(member.page.get_by_role("listbox")).to_be_visible()
    expect(member.page.get_by_role("button", name="Manage models…")).to_be_hidden()
    member.page.keyboard.press("Escape")
    member.page.evaluate("document.dispatchEvent(new CustomEvent('open-models'))")
    expect(member.page.get_by_role("dialog")).to_have_count(0)
    expect(member.page.locator("pull-sign")).to_be_hidden()


@pytest.fixture
def second() -> Iterator[Ollama]:
    one = Ollama()
    yield one
    one.close()


def test_of_several_ollamas_one_says_which_is_meant(
    reader: Readers, ollama: Ollama, second: Ollama, tmp_path: Path
) -> None:
    ollama.fake.models, second.fake.models = ["both:latest", "here:latest"], ["both:latest", "there:latest"]
    ollama.fake.loaded, second.fake.loaded = set(), set()
    house = HearthProcess(ollama, tmp_path / "two", "--titles=false", f"--ollama={ollama.url},{second.url}")
    try:
        me = reader()
        me.hearth = house.url
        sheet = manage(me.open())
        here, there = ollama.url.removeprefix("http://"), second.url.removeprefix("http://")
        expect(row(sheet, "both")).to_contain_text(f"on {here}, {there}")
        expect(sheet.locator(".servers li")).to_have_text([re.compile(f"{one}: Ollama 0") for one in (here, there)])
        both = unfolded(sheet, "both")
        both.get_by_label("On which Ollama").select_option(second.url)
        both.get_by_role("button", name="5 minutes").click()
        expect(both.locator(".memory")).to_contain_text(there)
        assert second.fake.loads and not ollama.fake.loads
        both.get_by_label("On which Ollama").select_option(ollama.url)
        both.get_by_role("button", name="Delete…").click()
        expect(both.get_by_role("group", name=f"Only on {here}.")).to_be_visible()
        both.get_by_role("button", name="Delete", exact=True).click()
        me.until(lambda: ollama.fake.models == ["here:latest"])
        assert second.fake.models == ["both:latest", "there:latest"]
        expect(row(sheet, "both")).not_to_contain_text(f"on {here}")
        expect(both.get_by_label("On which Ollama")).to_be_hidden()
        both.get_by_role("button", name="Delete…").click()
        expect(both.get_by_role("group", name="Delete both?")).not_to_contain_text("Only on")
        field, button = (sheet.locator(f"model-get {one}").bounding_box() for one in ("input", "button"))
        assert field and button and abs(field["y"] - button["y"]) < 2  # side by side, with the choice below
        sheet.get_by_label("Where to get it").select_option(second.url)
        get(sheet, "fresh")
        expect(row(sheet, "fresh")).to_be_visible(timeout=15_000)
        assert "fresh:latest" in second.fake.models
        second.leave()
        expect(sheet.locator(".servers .wrong")).to_have_text(f"{there}: can’t be reached", timeout=20_000)
    finally:
        house.kill()
