"""Every address that Hearth has."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path

from tornado.web import Application, RequestHandler

from assets import Bundle
from chat.changes import Changes
from chat.conversations import Conversations
from chat.first import First
from chat.fleet import Fleet
from chat.generations import Generations
from chat.installed import Installed
from chat.looking import Looking
from chat.models import Models
from chat.presets import Presets
from chat.pulls import Pulls
from chat.questions import Questions
from chat.shares import Shares
from chat.shelf import Shelf
from chat.status import Readiness, Status
from people.accounts import Accounts

from .account import account_routes
from .answers import Nowhere, path_for_log
from .api import (
    ContinueHandler,
    ConversationHandler,
    ConversationsHandler,
    GenerationHandler,
    ImportsHandler,
    MessageHandler,
    MessagesHandler,
    PresetHandler,
    PresetsHandler,
    RepliesHandler,
    StatusHandler,
    StopHandler,
)
from .export import ExportHandler
from .files import BuiltHandler, Compressed, StaticHandler
from .first import first_routes
from .health import HealthHandler, ReadyHandler, WayHandler
from .languages import Languages
from .manage_models import model_routes
from .metrics import Figures, MetricsHandler, Network
from .news import News
from .once import Once
from .page import PageHandler
from .plain import ChatHandler
from .plain_pages import Pages, PlainConversationHandler, PlainDeedHandler, PlainStartHandler
from .shared_page import SharedPageHandler
from .sharing import ConversationSharesHandler, SharedHandler, ShareHandler, SharesHandler
from .sign_in import sign_in_routes
from .sse import EventsHandler
from .websocket import SocketHandler, Sockets

log = logging.getLogger("hearth.request")

PAGE = re.compile(r"/(c/[0-9a-zA-Z]+)?")
PLAIN = re.compile(r"(/c/[0-9a-zA-Z]+)?/plain")
WAYS_IN = re.compile(r"/(sign-in|setup|invitation/[^/]+|s/[^/]+)")
LARGE = re.compile(r"/api/(conversations/[^/]+/messages|imports)")  # images are taken here

BODY = 1024 * 1024  # bytes
BODY_WITH_IMAGES = 64 * 1024 * 1024


@dataclass(frozen=True)
class House:
    """What the handlers may touch, each its own part of it."""

    conversations: Conversations
    generations: Generations
    fleet: Fleet
    models: Models
    installed: Installed
    pulls: Pulls
    shelf: Shelf
    presets: Presets
    questions: Questions
    shares: Shares
    accounts: Accounts
    auth: str  # who signs in, as /api/status tells it
    status: Status
    readiness: Readiness
    first: First
    looking: Looking
    sockets: Sockets
    changes: Changes
    figures: Figures | None
    figures_for: tuple[Network, ...]  # who may read them besides programs on this machine
    static: Path


def application(house: House) -> Application:
    conversations = {"conversations": house.conversations}
    generations = {"generations": house.generations}
    presets = {"presets": house.presets}
    shares = {"shares": house.shares}
    pages = Pages(Languages(house.static / "locales"))
    forms = {**conversations, **generations, "models": house.models, "pages": pages, "once": Once()}
    bundle = Bundle(house.static)
    files = {"path": str(house.static), "compressed": Compressed()}
    page = {"static": house.static, "bundle": bundle, "pages": pages}
    plain = {"questions": house.questions, "generations": house.generations}
    figures = {"figures": house.figures, "networks": house.figures_for}
    news = News(house.conversations, house.changes, house.shelf, house.pulls)
    socket = {**conversations, **plain, "sockets": house.sockets, "news": news}
    return Application(
        [
            (r"/chat", ChatHandler, plain),
            (r"/ws", SocketHandler, socket),
            (r"/api/status", StatusHandler, {"status": house.status}),
            *model_routes(house.models, house.installed, house.pulls),
            *first_routes(house.first, house.looking),
            (r"/api/conversations", ConversationsHandler, conversations),
            (r"/api/conversations/([^/]+)", ConversationHandler, conversations),
            (r"/api/conversations/([^/]+)/messages", MessagesHandler, conversations),
            (r"/api/imports", ImportsHandler, {**conversations, **presets}),
            (r"/api/conversations/([^/]+)/shares", ConversationSharesHandler, shares),
            (r"/api/shares", SharesHandler, shares),
            (r"/api/shares/([^/]+)", ShareHandler, shares),
            (r"/api/shared/([^/]+)", SharedHandler, shares),
            (r"/api/account/export", ExportHandler, {**conversations, **presets, **shares}),
            *account_routes(house.accounts, house.generations),
            *sign_in_routes(house.accounts, house.auth, pages),
            (r"/api/presets", PresetsHandler, presets),
            (r"/api/presets/([^/]+)", PresetHandler, presets),
            (r"/api/messages/([^/]+)", MessageHandler, conversations),
            (r"/api/messages/([^/]+)/replies", RepliesHandler, conversations),
            (r"/api/messages/([^/]+)/continue", ContinueHandler, conversations),
            (r"/api/generations/([^/]+)", GenerationHandler, generations),
            (r"/api/generations/([^/]+)/events", EventsHandler, generations),
            (r"/api/generations/([^/]+)/stop", StopHandler, generations),
            (PAGE.pattern, PageHandler, page),
            (r"/s/([^/]+)", SharedPageHandler, {**page, **shares}),
            (r"/plain", PlainStartHandler, forms),
            (r"/c/([0-9a-zA-Z]+)/plain", PlainConversationHandler, forms),
            (r"/c/([0-9a-zA-Z]+)/plain/(stop|again|continue)", PlainDeedHandler, forms),
            (r"/static/(.*)", StaticHandler, files),
            (r"/built/.*", BuiltHandler, {"bundle": bundle}),
            (r"/(service-worker\.js)", StaticHandler, files),  # its address is how far it reaches
            (r"/healthz", HealthHandler),
            (r"/healthz/way", WayHandler),
            (r"/readyz", ReadyHandler, {"readiness": house.readiness, **generations}),
            *([(r"/metrics", MetricsHandler, figures)] if house.figures else []),
        ],
        default_handler_class=Nowhere,
        websocket_max_message_size=BODY_WITH_IMAGES,
        log_function=log_request,
    )


def log_request(handler: RequestHandler) -> None:
    """One line."""
    status, request = handler.get_status(), handler.request
    level = logging.WARNING if status == 500 else logging.INFO
    milliseconds = 1000 * request.request_time()
    path = path_for_log(request)
    words = "%d %s %s (%s) %.1f ms", status, request.method, path, request.remote_ip, milliseconds
    fields = {
        "status": status,
        "method": request.method,
        "path": path,
        "remote_ip": request.remote_ip,
        "milliseconds": round(milliseconds, 1),
    }
    log.log(level, *words, extra={"fields": fields})


def is_page(path: str) -> bool:
    """What a link may lead to, from anywhere."""
    return any(pattern.fullmatch(path) for pattern in (PAGE, PLAIN, WAYS_IN))


def body_limit(path: str) -> int:
    """In bytes; larger where images are taken."""
    return BODY_WITH_IMAGES if LARGE.fullmatch(path) else BODY
