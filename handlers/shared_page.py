"""What a link to a shared conversation opens."""

from __future__ import annotations

import asyncio
from html import escape
from pathlib import Path

from assets import SHARED, Bundle
from chat.errors import NotFound
from chat.shares import Shares

from .answers import JSONHandler
from .page import NOSCRIPT, finish, read_page
from .plain_pages import Pages


class SharedPageHandler(JSONHandler):
    """One page for every link, with nothing of the conversation in it: it asks for that as whoever opened it."""

    def initialize(self, static: Path, bundle: Bundle, pages: Pages, shares: Shares) -> None:
        self._static = static
        self._bundle = bundle
        self._pages = pages
        self._shares = shares

    async def get(self, share_id: str) -> None:
        self.set_status(200 if await self._exists(share_id) else 404)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Cache-Control", "no-cache")
        self.set_header("Vary", "Accept-Encoding, Accept-Language")
        self.set_header("X-Robots-Tag", "noindex, nofollow")
        words = self._pages.words(self.request.headers.get("Accept-Language", ""))
        noscript = f"<noscript><p>{escape(words('plain.shared'))}</p></noscript>\n".encode()
        whole = "modules" in self.request.arguments
        html = await asyncio.to_thread(read_page, self._static, self._bundle, SHARED, whole)
        finish(self, NOSCRIPT.sub(lambda _: noscript, html.encode()))

    head = get

    async def _exists(self, share_id: str) -> bool:
        try:
            await self._shares.find(share_id)
        except NotFound:
            return False
        return True
