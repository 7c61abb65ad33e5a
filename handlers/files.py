"""The page's files, compressed once."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import Any

from tornado.web import HTTPError, RequestHandler, StaticFileHandler

from assets import Bundle

from .accepted import takes_gzip
from .answers import LIGHT, answer_error, log_unexpected, secure

# What shrinks; of /static/ it can do no harm when it is opened by itself, and needs no policy.
TEXTS = (".js", ".css", ".json", ".webmanifest")
SMALLEST = 512  # bytes; below that compression gains less than its header costs
DIGITS = 1 + 32  # of the hash in an ETag, and the quotation mark before them


class Compressed:
    """gzip of files, made when first asked for and kept for as long as the file stays as it is."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[tuple[int, int], bytes]] = {}

    def __repr__(self) -> str:
        return f"<Compressed, {len(self._kept)} files in {sum(len(body) for _, body in self._kept.values())} bytes>"

    def of(self, path: str) -> bytes:
        file = Path(path)
        found = file.stat()
        version = (found.st_mtime_ns, found.st_size)
        kept = self._kept.get(path)
        if kept is None or kept[0] != version:
            kept = self._kept[path] = (version, gzip.compress(file.read_bytes(), 9, mtime=0))
        return kept[1]


class BuiltHandler(RequestHandler):
    """The page's stylesheets and modules, joined."""

    def initialize(self, bundle: Bundle) -> None:
        self._bundle = bundle

    def set_default_headers(self) -> None:
        secure(self, LIGHT)
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Vary", "Accept-Encoding")

    async def get(self) -> None:
        built = await asyncio.to_thread(self._bundle.get, self.request.path)
        if built is None:
            raise HTTPError(404)
        self.set_header("Content-Type", "text/css" if self.request.path.endswith(".css") else "text/javascript")
        if takes_gzip(self.request):
            self.set_header("Content-Encoding", "gzip")
            self.finish(built.compressed)
        else:
            self.finish(built.text)

    head = get

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        answer_error(self, **kwargs)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        log_unexpected(self, value)


class StaticHandler(StaticFileHandler):
    """Files revalidate by their ETag at each load: after a restart nobody sees an older Hearth's."""

    def initialize(self, path: str, compressed: Compressed) -> None:  # type: ignore[override]
        super().initialize(path)
        self._compressed = compressed

    def set_default_headers(self) -> None:
        part = self.request.path.startswith("/static/") and self.request.path.endswith(TEXTS)
        secure(self, LIGHT if part else None)
        self.set_header("Cache-Control", "no-cache")

    async def get(self, path: str, include_body: bool = True) -> None:
        if not self._can_compress(path):
            await super().get(path, include_body)
            return
        self.path = self.parse_url_path(path)
        absolute = self.validate_absolute_path(self.root, self.get_absolute_path(self.root, self.path))
        if absolute is None:
            return
        self.absolute_path = absolute
        self.modified = self.get_modified_time()
        self.set_header("Content-Encoding", "gzip")
        self.set_headers()
        self.clear_header("Accept-Ranges")
        if self.should_return_304():
            self.set_status(304)
            return
        body = self._compressed.of(absolute)
        self.set_header("Content-Length", len(body))
        if include_body:
            self.write(body)

    def compute_etag(self) -> str | None:
        etag = super().compute_etag()
        form = "-gzip" if "Content-Encoding" in self._headers else ""
        return f'{etag[:DIGITS]}{form}"' if etag else None

    def set_extra_headers(self, path: str) -> None:
        if path.endswith(TEXTS):
            self.set_header("Vary", "Accept-Encoding")

    def parse_url_path(self, url_path: str) -> str:
        if "\0" in url_path:  # which the file system's functions raise at
            raise HTTPError(404)
        return super().parse_url_path(url_path)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        answer_error(self, **kwargs)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        log_unexpected(self, value)

    def _can_compress(self, path: str) -> bool:
        """A part of a file is a part of what is on the disk."""
        wants = takes_gzip(self.request) and "Range" not in self.request.headers
        return wants and path.endswith(TEXTS) and "\0" not in path and self._is_large(path)

    def _is_large(self, path: str) -> bool:
        try:
            return Path(self.root, path).stat().st_size >= SMALLEST
        except (OSError, ValueError):
            return False
