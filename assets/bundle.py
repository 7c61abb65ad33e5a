"""What the browser is given: the page's stylesheets and modules in few files, made anew when one has changed."""

from __future__ import annotations

import gzip
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from .linker import LinkError, Read, graph, later, link

STATIC = "/static/"
VENDOR = "/static/vendor/"
LOOK = 1.0  # seconds for which the files are taken to be as they were: a visit asks for several at once
SPARE = re.compile(r"/\*.*?\*/\n?|^[ \t]+", re.DOTALL | re.MULTILINE)  # of a stylesheet: a seventh of what is sent
SHEET = re.compile(r'[ \t]*<link rel="stylesheet" href="/static/([^"]+)">\n')


class Entry(NamedTuple):
    """A page, the module that it begins with, and under which addresses it is told of both joined."""

    page: str
    module: str
    built: str

    @property
    def script(self) -> str:
        return f"{self.built}.js"

    @property
    def style(self) -> str:
        return f"{self.built}.css"


INDEX = Entry("index.html", "/static/app.js", "/built/app")
SHARED = Entry("shared.html", "/static/shared.js", "/built/shared")


class Built(NamedTuple):
    text: bytes
    compressed: bytes  # gzip


class Bundle:
    """Of the folder `static`, whose pages name their stylesheets in their order. Takes its time: for threads."""

    def __init__(self, static: Path, look: float = LOOK) -> None:
        self._static = static
        self._look = look
        self._looked = float("-inf")
        self._lock = threading.Lock()  # who comes while they are joined waits for that
        self._version: int | None = None
        self._files: dict[str, Built] = {}

    def __repr__(self) -> str:
        return f"<Bundle of {self._static.name}, {len(self._files)} files>"

    def get(self, path: str) -> Built | None:
        """A file under /built/. Raises LinkError where the modules can't be joined."""
        with self._lock:
            if time.monotonic() >= self._looked + self._look:
                self._renew()
            return self._files.get(path)

    @property
    def paths(self) -> list[str]:
        """Those of all files as they were when one was last asked for."""
        return list(self._files)

    def page(self, html: str, entry: Entry = INDEX) -> str:
        """The page with the few in place of the many; as it is where they can't be joined."""
        try:
            self.get(entry.script)
        except LinkError:
            return html
        first = SHEET.search(html)
        rest = SHEET.sub("", html)
        if first is not None:
            rest = f'{rest[: first.start()]}    <link rel="stylesheet" href="{entry.style}">\n{rest[first.start() :]}'
        return rest.replace(f'src="{entry.module}"', f'src="{entry.script}"')

    def _renew(self) -> None:
        version = hash(tuple(self._stamps()))
        if version != self._version:
            texts = {path: text.encode() for path, text in self._texts().items()}
            self._files = {path: Built(text, gzip.compress(text, 9, mtime=0)) for path, text in texts.items()}
            self._version = version
        self._looked = time.monotonic()

    def _stamps(self) -> Iterator[tuple[str, int, int]]:
        own = [one for one in self._static.iterdir() if one.name != "vendor"]
        for file in own + [below for one in own if one.is_dir() for below in one.rglob("*")]:
            if file.suffix in (".html", ".js", ".css"):
                found = file.stat()
                yield str(file), found.st_mtime_ns, found.st_size

    def _texts(self) -> dict[str, str]:
        texts: dict[str, str] = {}

        def read(path: str) -> str:
            if path not in texts:
                texts[path] = self._read(path)
            return texts[path]

        files: dict[str, str] = {}
        for entry in self._entries():
            first = graph(entry.module, read)
            parts = self._parts(first, read)
            # What a part needs besides the first is another matter for each page.
            base = "/built/" if entry is INDEX else f"{entry.built}/"
            places = {path: base + path.removeprefix(STATIC) for path in parts}
            files |= {entry.script: link(first, read, places), entry.style: self._style(entry)}
            files |= {places[path]: link(modules, read) for path, modules in parts.items()}
        return files

    def _entries(self) -> list[Entry]:
        return [one for one in (INDEX, SHARED) if one is INDEX or (self._static / one.page).exists()]

    def _parts(self, first: list[str], read: Read) -> dict[str, list[str]]:
        """What is imported later, and what that needs besides the first: the page's own, libraries are as they are."""
        parts: dict[str, list[str]] = {}
        modules = list(first)
        for path in modules:  # which grows
            for target in later(read(path), path):
                if target not in first and target not in parts and not target.startswith(VENDOR):
                    parts[target] = graph(target, read, first)
                    modules += parts[target]
        return parts

    def _read(self, path: str) -> str:
        try:
            return (self._static / path.removeprefix(STATIC)).read_text("utf-8")
        except OSError:
            raise LinkError(f"{path} is not there") from None

    def _style(self, entry: Entry) -> str:
        sheets = SHEET.findall((self._static / entry.page).read_text("utf-8"))
        return "\n".join(SPARE.sub("", self._read(STATIC + sheet)) for sheet in sheets)
