"""What a browser keeps of who signed in on it."""

from __future__ import annotations

from typing import Any

from tornado.web import RequestHandler

from people.caller import Entry

from .doors import DEVICE, SESSION, cookie, cookie_name
from .visitors import visitor_of

DAY = 24 * 60 * 60
LASTS = {SESSION: 90 * DAY, DEVICE: 365 * DAY}  # seconds


def let_in(handler: RequestHandler, entry: Entry) -> None:
    _keep(handler, SESSION, entry.session)
    _keep(handler, DEVICE, entry.device)


def renew(handler: RequestHandler) -> None:
    """The session is good for so long from when it was last used; so is its cookie."""
    session, visitor = cookie(handler.request, SESSION), visitor_of(handler.request)
    if session and visitor is not None and visitor.key is not None and visitor.scopes is None:
        _keep(handler, SESSION, session)


def let_out(handler: RequestHandler) -> None:
    """That this browser was signed in on stays known: it is what lets its person try again while others guess."""
    handler.clear_cookie(cookie_name(handler.request, SESSION), **_kind(handler))


def _keep(handler: RequestHandler, name: str, value: str) -> None:
    handler.set_cookie(cookie_name(handler.request, name), value, max_age=LASTS[name], **_kind(handler))


def _kind(handler: RequestHandler) -> dict[str, Any]:
    secure = handler.request.protocol == "https"
    return {"path": "/", "secure": secure, "httponly": True, "samesite": "Lax"}
