"""Every address that Hearth has."""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass
from pathlib import Path

from tornado.web import Application, RequestHandler

from chat.changes import Changes
from chat.conversations import Conversations
from chat.generations import Generations
from chat.models import Models
from chat.questions import Questions
from chat.status import Status

from .answers import Nowhere
from .api import (
    ContinueHandler,
    ConversationHandler,
    ConversationsHandler,
    GenerationHandler,
    MessagesHandler,
    ModelsHandler,
    RepliesHandler,
    StatusHandler,
    StopHandler,
)
from .page import PageHandler, StaticHandler
from .plain import ChatHandler
from .sse import EventsHandler
from .websocket import SocketHandler, Sockets

log = logging.getLogger("hearth.request")

PAGE = re.compile(r"/(c/[0-9a-zA-Z]+)?")
MESSAGES = re.compile(r"/api/conversations/[^/]+/messages")

BODY = 1024 * 1024  # bytes
BODY_WITH_IMAGES = 64 * 1024 * 1024


@dataclass(frozen=True)
class House:
    """What the handlers may touch, each its own part of it."""

    conversations: Conversations
    generations: Generations
    models: Models
    questions: Questions
    status: Status
    sockets: Sockets
    changes: Changes
    static: Path


def application(house: House) -> Application:
    conversations = {"conversations": house.conversations}
    generations = {"generations": house.generations}
    plain = {"questions": house.questions, "generations": house.generations}
    socket = {"conversations": house.conversations, **plain, "sockets": house.sockets, "changes": house.changes}
    return Application(
        [
            (r"/chat", ChatHandler, plain),
            (r"/ws", SocketHandler, socket),
            (r"/api/status", StatusHandler, {"status": house.status}),
            (r"/api/models", ModelsHandler, {"models": house.models}),
            (r"/api/conversations", ConversationsHandler, conversations),
            (r"/api/conversations/([^/]+)", ConversationHandler, conversations),
            (r"/api/conversations/([^/]+)/messages", MessagesHandler, conversations),
            (r"/api/messages/([^/]+)/replies", RepliesHandler, conversations),
            (r"/api/messages/([^/]+)/continue", ContinueHandler, conversations),
            (r"/api/generations/([^/]+)", GenerationHandler, generations),
            (r"/api/generations/([^/]+)/events", EventsHandler, generations),
            (r"/api/generations/([^/]+)/stop", StopHandler, generations),
            (PAGE.pattern, PageHandler, {"static": house.static}),
            (r"/static/(.*)", StaticHandler, {"path": str(house.static)}),
        ],
        default_handler_class=Nowhere,
        websocket_max_message_size=BODY_WITH_IMAGES,
        log_function=log_request,
    )


def log_request(handler: RequestHandler) -> None:
    """One line, without the query: it may hold a question."""
    status, request = handler.get_status(), handler.request
    level = logging.WARNING if status == 500 else logging.INFO
    milliseconds = 1000 * request.request_time()
    log.log(level, "%d %s %s (%s) %.1f ms", status, request.method, request.path, request.remote_ip, milliseconds)


def is_page(path: str) -> bool:
    return PAGE.fullmatch(path) is not None


def body_limit(path: str) -> int:
    """In bytes; larger where images are taken."""
    return BODY_WITH_IMAGES if MESSAGES.fullmatch(path) else BODY
