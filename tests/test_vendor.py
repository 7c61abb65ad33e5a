"""The page's libraries are what scripts/vendor/vendor.mjs has made of npm's packages, and nothing else."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
VENDOR = ROOT / "static" / "vendor"
SCRIPT = ROOT / "scripts" / "vendor"


def libraries() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((VENDOR / "versions.json").read_text())
    return found


def test_every_file_is_the_one_that_was_made() -> None:
    told = {path: facts["sha256"] for library in libraries() for path, facts in library["files"].items()}
    there = {
        str(path.relative_to(VENDOR)): sha256(path.read_bytes()).hexdigest()
        for path in VENDOR.rglob("*")
        if path.is_file() and path.name != "versions.json"
    }
    assert there == told


def test_the_versions_are_those_of_the_lock_file() -> None:
    locked = json.loads((SCRIPT / "package-lock.json").read_text())["packages"]
    wanted = json.loads((SCRIPT / "package.json").read_text())["dependencies"]
    assert {library["name"]: library["version"] for library in libraries()} == wanted
    for name, version in wanted.items():
        assert locked[f"node_modules/{name}"]["version"] == version
        assert locked[f"node_modules/{name}"]["integrity"].startswith("sha512-")
    assert not any("resolved" in package for package in locked.values())


def test_each_library_comes_with_its_licence() -> None:
    for library in libraries():
        text = (VENDOR / "licences" / f"{library['name']}.txt").read_text()
        assert "Copyright" in text and library["licence"] in ("MIT", "BSD-3-Clause")


def test_style_sheets_name_no_file_that_is_not_there() -> None:
    for sheet in VENDOR.rglob("*.css"):
        names = re.findall(r"url\(([^)]*)\)", sheet.read_text())
        assert names and all((sheet.parent / name.strip("'\"")).is_file() for name in names)
