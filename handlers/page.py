"""The page and its files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tornado.web import HTTPError, StaticFileHandler

from .answers import JSONHandler, answer_error, log_unexpected, secure


class PageHandler(JSONHandler):
    """One page for every conversation; which one to show it reads from its address."""

    def initialize(self, index: Path) -> None:
        self._index = index

    def get(self, conversation: str | None = None) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.finish(self._index.read_bytes())

    head = get


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
