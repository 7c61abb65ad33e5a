"""Imports go down only, as docs/architecture.md draws the house."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent

STORE = {f"store.{name}" for name in ("Conversation", "Found", "Message", "DiskFull", "Gone", "StoreError")}

# What each part may import beside itself and the standard library: a module with everything in it, or one name of it.
MAY = {
    "server": {"chat", "demo", "doctor", "handlers", "ollama", "people", "process", "settings", "store", "uvloop"},
    "settings": {"ollama.address", "ollama.http.Limits", "tornado.options"},
    # Of Ollama and the store a handler knows the errors, to give each its status; of the store also the records, to
    # write them as JSON.
    "handlers": {"assets", "chat", "ollama.errors", "people", *STORE, "tornado", "msgspec", "prometheus_client"},
    # Of what it examines the doctor knows names, versions and addresses; it asks by itself.
    "doctor": {"msgspec", "settings.Settings", "store.files", "store.schema"},
    "process": {"tornado.netutil"},
    "assets": set(),
    "chat": {"ollama", "store", "msgspec"},
    "people": {"store", "msgspec", "argon2"},
    "ollama": {"tornado.httpclient", "tornado.httputil", "httptools", "msgspec"},
    "store": {"msgspec"},
    "demo": {"tornado", "msgspec", "xllamacpp"},
}


def files(part: str) -> list[Path]:
    folder = ROOT / part
    return sorted(folder.rglob("*.py")) if folder.is_dir() else [ROOT / f"{part}.py"]


def imported(source: str, package: str) -> Iterator[str]:
    """Every import of a module in `package` as ``module`` or ``module.name``, wherever in the file it stands."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")
            above = parts[: len(parts) + 1 - node.level] if node.level else []
            yield from (".".join([*above, *filter(None, [node.module]), alias.name]) for alias in node.names)


def foreign(part: str, file: Path) -> list[str]:
    names = imported(file.read_text(), ".".join(file.relative_to(ROOT).parent.parts))
    return [name for name in names if name.split(".")[0] not in {part, *sys.stdlib_module_names}]


def allowed(name: str, may: set[str]) -> bool:
    return any(name == one or name.startswith(f"{one}.") for one in may)


def test_the_table_names_every_part_of_the_house() -> None:
    here = {file.stem for file in ROOT.glob("*.py")} | {file.parent.name for file in ROOT.glob("*/__init__.py")}
    assert here - {"tests", "benchmarks"} == set(MAY)


@pytest.mark.parametrize("part", MAY)
def test_imports_go_down_only(part: str) -> None:
    wrong = [
        f"{file.relative_to(ROOT)}: {name}"
        for file in files(part)
        for name in foreign(part, file)
        if not allowed(name, MAY[part])
    ]
    assert not wrong
    assert files(part)


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("import a.b, c", ["a.b", "c"]),
        ("from a import b as c, d", ["a.b", "a.d"]),
        ("def f():\n    from a.b import *", ["a.b.*"]),
        ("from . import x", ["handlers.x"]),
        ("from .x import y", ["handlers.x.y"]),
        ("from ..chat import log", ["chat.log"]),
    ],
)
def test_imports_of_every_form_are_seen(source: str, names: list[str]) -> None:
    assert list(imported(source, "handlers")) == names


@pytest.mark.parametrize("part", sorted(set(MAY) - {"server", "demo"}))
def test_only_the_entry_point_reads_the_environment(part: str) -> None:
    """`demo` passes it on to a process of its own."""
    reads = {"environ", "environb", "getenv", "getenvb"}
    wrong = [
        f"{file.relative_to(ROOT)}:{node.lineno}"
        for file in files(part)
        for node in ast.walk(ast.parse(file.read_text()))
        if (isinstance(node, ast.Attribute) and node.attr in reads)
        or (isinstance(node, ast.ImportFrom) and node.module == "os" and reads & {one.name for one in node.names})
    ]
    assert not wrong
