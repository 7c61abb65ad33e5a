"""Hearth without JavaScript, as a text browser or curl sees it."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

from tornado.httpclient import HTTPResponse

from .hearth import Hearth


def form(**fields: str) -> bytes:
    return urlencode(fields).encode()


async def post(hearth: Hearth, path: str, **fields: str) -> HTTPResponse:
    return await hearth.send("POST", path, form(**fields), Content_Type="application/x-www-form-urlencoded")


async def asks(hearth: Hearth, path: str = "/plain", **fields: str) -> str:
    """The address of the page that the reply is on."""
    answer = await post(hearth, path, **fields)
    assert answer.code == 303, answer.body
    where = answer.headers["Location"]
    assert re.fullmatch(r"/c/\w+/plain#reply", where)
    return where.partition("#")[0]


async def page(hearth: Hearth, path: str, **headers: str) -> str:
    answer = await hearth.get(path, **headers)
    assert answer.code == 200 and answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "script" not in answer.headers["Content-Security-Policy"]
    assert "form-action 'self'" in answer.headers["Content-Security-Policy"]
    return answer.body.decode()


def text_of(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<main>")[2])).split())


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="(\w+)"', html)
    assert found, html
    return found[1]
