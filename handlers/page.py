"""The page and its files."""

from __future__ import annotations

import asyncio
import gzip
import re
from html import escape
from pathlib import Path

from tornado.web import RequestHandler

from assets import INDEX, Bundle, Entry

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
        self.set_header("Cache-Control", "private, no-cache")
        self.set_header("Vary", "Accept-Encoding, Accept-Language")
        # Without JavaScript it is a form, which a browser would send as if from nowhere if it sent no referrer.
        self.set_header("Content-Security-Policy", POLICY)
        self.set_header("Referrer-Policy", "same-origin")
        renew(self)
        noscript = self._pages.noscript(self.request.headers.get("Accept-Language", ""), conversation)
        whole = "modules" in self.request.arguments
        html = await asyncio.to_thread(read_page, self._static, self._bundle, INDEX, whole)
        # Whose page it is: what another person left in this browser is not theirs to see.
        html = html.replace("<html ", f'<html data-person="{escape(self.caller.person)}" ', 1)
        finish(self, NOSCRIPT.sub(lambda _: noscript, html.encode()))

    head = get


def read_page(static: Path, bundle: Bundle, entry: Entry, whole: bool) -> str:
    """The page, which is told what languages there are: one file each, so that the next one is one file.

    With ?modules (`whole`) it names every file by itself, for who works on the page.
    """
    languages = " ".join(sorted(file.stem for file in static.glob("locales/*.json")))
    html = (static / entry.page).read_text("utf-8").replace('data-languages="en"', f'data-languages="{languages}"')
    return html if whole else bundle.page(html, entry)


def finish(handler: RequestHandler, body: bytes) -> None:
    if takes_gzip(handler.request):
        handler.set_header("Content-Encoding", "gzip")
        body = gzip.compress(body, 9, mtime=0)
    handler.finish(body)
