"""Code blocks and formulas in a real browser, as elements of their own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, expect

from .support_page import HearthProcess, Reader, Readers

KETTLE = '''class Kettle:
    """Boils
    water."""

    def boil(self, litres: float = 1.5) -> str:
        return "hot"
'''
ADD = """async ([name, properties]) => {
  await customElements.whenDefined(name);
  document.querySelector('message-list').append(Object.assign(document.createElement(name), properties));
}"""
# Everything that happens to an element from now on, but for the text that is added to it.
WATCH = """(it) => {
  window.touched = [];
  const watcher = new MutationObserver((records) => window.touched.push(...records.map((one) => one.type)));
  watcher.observe(it, { subtree: true, childList: true, characterData: true, attributes: true });
}"""


def add(me: Reader, name: str, **properties: Any) -> Locator:
    me.page.evaluate(ADD, [name, properties])
    return me.page.locator(name).last


def kinds(block: Locator) -> Any:
    return block.evaluate("(it) => [...new Set([...it.querySelectorAll('.line > *')].map((one) => one.className))]")


def test_code_is_coloured_named_and_whole(reader: Readers) -> None:
    me = reader().open()
    block = add(me, "code-block", language="py", code=KETTLE)
    expect(block.locator(".language")).to_have_text("Python")
    expect(block.locator(".keyword").first).to_have_text("class")
    expect(block.locator(".title")).to_have_text("boil")
    assert block.locator("code").evaluate("(it) => it.textContent") == KETTLE
    assert block.evaluate("(it) => it.code") == KETTLE


def test_code_is_selected_as_it_was_written(reader: Readers) -> None:
    me = reader().open()
    code = "a\n\n  b\tc\n\n\nd" + "\n\nline" * 60
    block = add(me, "code-block", language="", code=code)
    selected = block.evaluate(
        """(it) => {
             getSelection().selectAllChildren(it.querySelector('code'));
             return String(getSelection());
           }"""
    )
    assert selected == code


def test_code_in_no_language_or_an_unknown_one_is_plain(reader: Readers) -> None:
    me = reader().open()
    requests: list[str] = []
    me.page.on("request", lambda request: requests.append(request.url))
    expect(add(me, "code-block", language="", code="if x").locator(".language")).to_have_text("Code")
    block = add(me, "code-block", language="klingon", code="if x")
    expect(block.locator(".language")).to_have_text("klingon")
    assert kinds(block) == []
    assert not any("/vendor/" in url for url in requests)


@pytest.mark.parametrize("language", ["python", ""])
def test_growing_code_never_touches_its_finished_lines(reader: Readers, language: str) -> None:
    me = reader().open()
    block = add(me, "code-block", language=language, open=True)
    block.evaluate("(it, text) => it.write(text)", KETTLE)
    if language:
        expect(block.locator(".title")).to_have_text("boil")
    block.locator(".line").nth(1).evaluate(WATCH)
    block.locator(".line").nth(4).evaluate(
        "(it) => { window.first = it; getSelection().selectAllChildren(it.previousSibling.previousSibling); }"
    )
    for piece in (KETTLE[n : n + 7] for n in range(0, len(KETTLE), 7)):
        block.evaluate("(it, text) => it.write(text)", piece)
    block.evaluate("(it) => { it.open = false; }")
    expect(block.locator(".line")).to_have_count(12)
    if language:
        expect(block.locator(".title")).to_have_text(["boil", "boil"])
    assert block.evaluate("(it) => it.code") == KETTLE * 2
    assert block.locator("code").evaluate("(it) => it.textContent") == KETTLE * 2
    assert me.page.evaluate("window.touched") == []
    assert me.page.evaluate("String(getSelection()).trim()") == 'water."""'


def test_what_is_selected_stays_selected_when_colours_come(reader: Readers) -> None:
    me = reader()
    held: list[Any] = []
    me.page.route("**/vendor/highlight/core.js", lambda route: held.append(route))
    me.open()
    block = add(me, "code-block", language="python", code=KETTLE)
    block.evaluate(
        """(it) => {
             const [first, , , , fifth] = it.querySelectorAll('.line');
             getSelection().setBaseAndExtent(first.firstChild, 6, fifth.firstChild, 12);
           }"""
    )
    selected = me.page.evaluate("String(getSelection())")
    assert selected.startswith("Kettle:") and selected.endswith("    def boil")
    assert kinds(block) == []
    me.until(lambda: held)
    for route in held:
        route.continue_()
    expect(block.locator(".keyword").first).to_be_visible()
    assert me.page.evaluate("String(getSelection())") == selected


def test_code_stays_plain_where_its_colours_cannot_be_loaded(browser: Browser, hearth: HearthProcess) -> None:
    page = browser.new_page(locale="en-US")
    page.route("**/vendor/highlight/python.js", lambda route: route.abort())
    me = Reader(page, hearth.url).open()
    with page.expect_event("requestfailed"):
        plain = add(me, "code-block", language="python", code=KETTLE)
    page.unroute("**/vendor/highlight/python.js")
    plain.evaluate("(it) => { it.id = 'plain'; }")
    # Another code tries again.
    expect(add(me, "code-block", language="python", code=KETTLE).locator(".keyword").first).to_have_text("class")
    plain = page.locator("#plain")
    assert kinds(plain) == []
    assert plain.locator("code").evaluate("(it) => it.textContent") == KETTLE
    page.close()


def test_code_is_copied_and_saved_as_it_is(reader: Readers, tmp_path: Path) -> None:
    me = reader(permissions=["clipboard-read", "clipboard-write"]).open()
    block = add(me, "code-block", language="c++", code="int x;\r\n\n")
    block.get_by_role("button", name="Copy the code").click()
    expect(block.get_by_role("button", name="Copied")).to_be_visible()
    assert me.page.evaluate("navigator.clipboard.readText()") == "int x;\r\n\n"
    with me.page.expect_download() as download:
        block.get_by_role("button", name="Save as a file").click()
    assert download.value.suggested_filename == "code.cpp"
    download.value.save_as(tmp_path / "code.cpp")
    assert (tmp_path / "code.cpp").read_bytes() == b"int x;\r\n\n"


def test_wide_code_scrolls_by_keyboard_or_is_wrapped(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 640}).open()
    short = add(me, "code-block", language="", code="short")
    expect(short.get_by_role("button", name="Wrap long lines")).to_have_count(0)
    assert short.locator("pre").get_attribute("tabindex") is None
    wide = add(me, "code-block", language="js", code=f"const wide = '{'wide ' * 50}'\n")
    region = wide.get_by_role("region", name="JavaScript code")
    region.focus()
    me.page.keyboard.press("ArrowRight")
    me.page.wait_for_function("() => document.querySelector('code-block:last-child pre').scrollLeft > 0")
    wrap = wide.get_by_role("button", name="Wrap long lines")
    wrap.click()
    expect(wrap).to_have_attribute("aria-pressed", "true")
    expect(region).to_have_count(0)
    assert wide.locator("pre").evaluate("(it) => it.scrollWidth == it.clientWidth && it.clientWidth < 360")
    wrap.click()
    expect(region).to_be_visible()


def test_a_megabyte_of_code_leaves_the_page_usable(reader: Readers) -> None:
    me = reader().open()
    code = "let kettle = 1 // boils\n" * 45_000
    block = add(me, "code-block", language="js", code=code)
    expect(block.locator(".keyword").first).to_be_visible()
    assert block.evaluate("(it) => it.code.length") == len(code)
    assert block.locator(".line").count() < 10_000
    me.composer.fill("Still here")
    expect(me.composer).to_have_value("Still here")


# --- formulas


def test_a_formula_is_seen_and_spoken(reader: Readers) -> None:
    me = reader().open()
    formula = add(me, "math-formula", tex=r"\frac{a}{b}", display=True)
    expect(formula.locator("math mfrac")).to_have_count(1)
    expect(formula.locator(".katex-html")).to_be_visible()
    expect(formula.locator(".katex-html")).to_have_attribute("aria-hidden", "true")
    assert me.page.evaluate("document.querySelectorAll('link[href$=\"katex.css\"]').length") == 1


def test_what_is_no_formula_stays_as_it_was_written(reader: Readers) -> None:
    me = reader().open()
    formula = add(me, "math-formula", tex=r"\frac{1}{", display=False)
    expect(formula.locator("code[title*='end of input']")).to_have_text(r"\frac{1}{")
    assert formula.locator(".katex, .katex-error").count() == 0


def test_a_formula_is_its_source_where_katex_cannot_be_loaded(browser: Browser, hearth: HearthProcess) -> None:
    page = browser.new_page(locale="en-US")
    page.route("**/katex/katex.css", lambda route: route.abort())
    me = Reader(page, hearth.url).open()
    with page.expect_event("requestfailed"):
        formula = add(me, "math-formula", tex="x^2", display=False)
    expect(formula).to_have_text("x^2")
    page.unroute("**/katex/katex.css")
    formula = add(me, "math-formula", tex="y^2", display=False)
    expect(formula.locator(".katex-html")).to_be_visible()
    page.close()


def test_a_wide_formula_scrolls_in_its_own_place(reader: Readers) -> None:
    me = reader(viewport={"width": 360, "height": 640}).open()
    wide = rf"\begin{{pmatrix}}{'&'.join(['wide'] * 30)}\end{{pmatrix}}"
    for display in (True, False):
        formula = add(me, "math-formula", tex=wide, display=display)
        expect(formula).to_have_attribute("tabindex", "0")
        assert formula.evaluate("(it) => it.scrollWidth > it.clientWidth && it.clientWidth <= 360")
    assert me.page.evaluate("document.querySelector('end-follower').scrollWidth") <= 360


def test_formulas_break_nothing_of_the_policy(reader: Readers) -> None:
    """The fixture complains of anything in the console."""
    me = reader().open()
    for tex in (r"\pmb{x}", r"\fcolorbox{red}{blue}{x}", r"\href{javascript:alert(1)}{x}", r"\rule{9999em}{9999em}"):
        expect(add(me, "math-formula", tex=tex, display=False).locator(".katex-html")).to_have_count(1)
    assert me.page.locator("math-formula a, math-formula img, math-formula [href]").count() == 0
