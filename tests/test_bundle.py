"""The page's modules and stylesheets, joined into few files without a build."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

from assets import Bundle, LinkError
from assets.linker import graph, link

from .hearth import ROOT, running

STATIC = ROOT / "static"

# All of them in one Node.js: to start it takes longest.
READ = """
import { readFileSync } from 'node:fs'
import { SourceTextModule } from 'node:vm'
for (const text of JSON.parse(readFileSync(0, 'utf8'))) new SourceTextModule(text)
"""


def run(script: str) -> object:
    """What the last line of a module gives."""
    node = subprocess.run(
        ["node", "--input-type=module", "-e", "globalThis.location = { origin: 'http://h' };\n" + script],
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert node.returncode == 0, node.stderr
    return json.loads(node.stdout)


def joined(modules: dict[str, str]) -> object:
    paths = graph("/a.js", modules.__getitem__)
    return run(link(paths, modules.__getitem__))


def test_modules_run_once_each_behind_what_they_need() -> None:
    modules = {
        "/a.js": "import { b } from './deep/b.js';\nimport './c.js';\nimport * as d from './d.js';\n"
        "console.log(JSON.stringify([b(), d.one, d.make(2), globalThis.runs]));",
        "/deep/b.js": "import { one as first, make } from '../d.js';\nexport function b() {\n"
        "  return make(first);\n}\n",
        "/c.js": "import './d.js';\n",
        "/d.js": "globalThis.runs = (globalThis.runs ?? 0) + 1;\nexport const one = 1;\nexport function make(n) {\n"
        "  return new Thing(n).n;\n}\nexport class Thing {\n  constructor(n) {\n    this.n = n;\n  }\n}\n",
    }
    assert joined(modules) == [1, 1, 2, 1]


def test_names_of_one_module_are_not_those_of_another() -> None:
    modules = {
        "/a.js": "import { b } from './b.js';\nconst secret = 'a';\nconsole.log(JSON.stringify([secret, b]));",
        "/b.js": "const secret = 'b';\nexport const b = secret;\n",
    }
    assert joined(modules) == ["a", "b"]


def test_a_module_that_waits_is_waited_for() -> None:
    modules = {
        "/a.js": "import {\n  late,\n} from './b.js';\nconsole.log(JSON.stringify(late));",
        "/b.js": "// const late = no\nexport const late = await Promise.resolve('here');\n",
    }
    assert joined(modules) == "here"


@pytest.mark.parametrize(
    "text",
    [
        "export default 1;",
        "export let x = 1;",
        "export { x } from './b.js';",
        "export * from './b.js';",
        "import b from './b.js';",
        "import { b } from 'somewhere';",
        "import { a } from './a.js';",
    ],
)
def test_what_it_does_not_understand_is_refused(text: str) -> None:
    modules = {"/a.js": text, "/b.js": "export const b = 1;\n"}
    with pytest.raises(LinkError):
        link(graph("/a.js", modules.__getitem__), modules.__getitem__)


def test_every_module_of_the_page_is_in_exactly_one_file_that_can_be_read() -> None:
    bundle = Bundle(STATIC)
    assert bundle.get("/built/app.js") and bundle.get("/built/app.css")
    built = [path for path in bundle.paths if path.endswith(".js")]
    texts = [found.text.decode() for path in built if (found := bundle.get(path))]
    check = subprocess.run(
        ["node", "--experimental-vm-modules", "--input-type=module", "-e", READ],
        input=json.dumps(texts).encode(),
        capture_output=True,
        timeout=60,
    )
    assert check.returncode == 0, check.stderr
    assert len(texts) == len(built)
    own = {f"/static/{file.relative_to(STATIC)}" for file in STATIC.rglob("*.js") if "vendor" not in file.parts}
    there = set(re.findall(r"^\$modules\.table\['([^']+)'\]", "".join(texts), re.MULTILINE))
    assert own - there == {"/static/service-worker.js", "/static/theme.js"}


def test_a_changed_file_is_seen_at_the_next_visit(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('    <link rel="stylesheet" href="/static/styles/a.css">\n')
    (tmp_path / "styles").mkdir()
    (tmp_path / "styles" / "a.css").write_text("a {}")
    (tmp_path / "app.js").write_text("export const x = 1;\n")
    bundle = Bundle(tmp_path, look=0)
    first = bundle.get("/built/app.js")
    assert bundle.get("/built/app.js") is first
    (tmp_path / "app.js").write_text("export const x = 22;\n")
    second = bundle.get("/built/app.js")
    assert first and second and b"x = 22" in second.text and b"x = 22" not in first.text


def test_modules_that_can_not_be_joined_are_named_one_by_one(tmp_path: Path) -> None:
    index = '<link rel="stylesheet" href="/static/a.css">\n<script type="module" src="/static/app.js"></script>\n'
    (tmp_path / "index.html").write_text(index)
    (tmp_path / "app.js").write_text("import './missing.js';\n")
    assert Bundle(tmp_path).page(index) == index


def test_stylesheets_are_sent_without_comments_and_indentation(tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text('    <link rel="stylesheet" href="/static/a.css">\n')
    (tmp_path / "a.css").write_text("/* Of\n   two lines. */\na {\n  color: red; /* why */\n}\n")
    (tmp_path / "app.js").write_text("export const x = 1;\n")
    style = Bundle(tmp_path).get("/built/app.css")
    assert style and style.text == b"a {\ncolor: red; }\n"


@pytest.mark.gen_test
async def test_the_page_names_few_files_and_for_who_works_on_it_all_of_them() -> None:
    async with running() as hearth:
        few, all_of_them = [(await hearth.get(path)).body.decode() for path in ("/", "/?modules")]
        assert re.findall(r'(?:src|href)="(/(?:static|built)/[^"]+\.(?:js|css))"', few.partition("</head>")[0]) == [
            "/static/theme.js",
            "/built/app.css",
            "/built/app.js",
        ]
        assert len(re.findall(r'href="/static/styles/[^"]+\.css"', all_of_them)) > 10
        assert 'src="/static/app.js"' in all_of_them
        assert (await hearth.get("/built/nothing.js")).code == 404


@pytest.mark.gen_test
async def test_the_page_of_a_shared_link_is_joined_by_itself_without_the_rest() -> None:
    async with running() as hearth:
        answer = await hearth.get("/s/none")
        assert answer.code == 404 and answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        page = answer.body.decode()
        assert "/built/shared.js" in page and "/built/shared.css" in page and "/built/app" not in page
        script = (await hearth.get("/built/shared.js")).body.decode()
        assert "'/static/elements/markdown-text.js'" in script and "'/static/elements/side-bar.js'" not in script


@pytest.mark.gen_test
async def test_a_shared_link_without_javascript_says_what_it_takes_in_the_readers_language() -> None:
    async with running() as hearth:
        for language, words in (("en", "With JavaScript switched on"), ("zh-CN", "启用 JavaScript")):
            answer = await hearth.get("/s/none", Accept_Language=language)
            assert words in answer.body.decode()


@pytest.mark.gen_test
async def test_the_page_is_told_whose_it_is() -> None:
    async with running() as hearth:
        assert '<html data-person="house" lang="en"' in (await hearth.get("/")).body.decode()
