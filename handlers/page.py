"""The page and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tornado.web import HTTPError, StaticFileHandler

from .answers import JSONHandler, answer_error, log_unexpected, secure


class PageHandler(JSONHandler):
    """One page for every conversation; which one to show it reads from its address."""

    def initialize(self, static: Path) -> None:
        self._static = static

    def get(self, conversation: str | None = None) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(page(self._static))

    head = get


def page(static: Path) -> bytes:
    """index.html, which is told what languages there are: one file each, so that the next one is one file."""
    languages = " ".join(sorted(file.stem for file in static.glob("locales/*.json")))
    index = (static / "index.html").read_bytes()
    return index.replace(b'data-languages="en"', f'data-languages="{languages}"'.encode())


class StaticHandler(StaticFileHandler):
    """Files revalidate by their ETag at each load: after a restart nobody sees an older Hearth's."""

    def set_default_headers(self) -> None:
        secure(self)
        self.set_header("Cache-Control", "no-cache")

    def parse_url_path(self, url_path: str) -> str:
        if "\0" in url_path:  # which the file system's functions raise at
            raise HTTPError(404)
        return super().parse_url_path(url_path)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        answer_error(self, **kwargs)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        log_unexpected(self, value)
