"""The page and its files."""

from __future__ import annotations

import asyncio
import gzip
import re
from pathlib import Path

from assets import Bundle

from .accepted import takes_gzip
from .answers import HEADERS, JSONHandler
from .cookies import renew
from .plain_pages import Pages

NOSCRIPT = re.compile(rb"<noscript>.*?</noscript>\n?", re.DOTALL)
POLICY = HEADERS["Content-Security-Policy"].replace("form-action 'none'", "form-action 'self'")


class PageHandler(JSONHandler):
    """One page for every conversation; which one to show it reads from its address."""

    def initialize(self, static: Path, bundle: Bundle, pages: Pages) -> None:
        self._static = static
        self._bundle = bundle
        self._pages = pages

    async def get(self, conversation: str | None = None) -> None:
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Vary", "Accept-Encoding, Accept-Language")
        # Without JavaScript it is a form, which a browser would send as if from nowhere if it sent no referrer.
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Referrer-Policy", "same-origin")
        renew(self)
        noscript = self._pages.noscript(self.request.headers.get("Accept-Language", ""), conversation)
        body = NOSCRIPT.sub(lambda _: noscript, (await asyncio.to_thread(self._page)).encode())
        if takes_gzip(self.request):
            self.set_header("Content-Encoding", "gzip")
            body = gzip.compress(body, 9, mtime=0)
        self.finish(body)

    head = get

    def _page(self) -> str:
        """index.html, which is told what languages there are: one file each, so that the next one is one file.

        With ?modules it names every file by itself, for who works on the page.
        """
        languages = " ".join(sorted(file.stem for file in self._static.glob("locales/*.json")))
        index = (self._static / "index.html").read_text("utf-8")
        index = index.replace('data-languages="en"', f'data-languages="{languages}"')
        return index if "modules" in self.request.arguments else self._bundle.page(index)
