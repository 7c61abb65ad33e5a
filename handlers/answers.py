"""Answers in JSON, errors among them: ``{"error": {"code", "message"}}``, whatever went wrong and wherever."""

from __future__ import annotations

import logging
import re
from http.client import responses
from typing import Any, NamedTuple, TypeVar

import msgspec
from tornado.httputil import HTTPServerRequest
from tornado.web import HTTPError, RequestHandler

from chat.errors import BadName, ChatError, Closing, Invalid, NotFound, TooLarge, told
from ollama.errors import BrokenStream, Busy, ModelNotFound, OllamaError
from people import errors as people_errors
from people.caller import Caller
from people.errors import PeopleError, TooMany, Unknown, WrongPassword
from store import DiskFull, Gone, StoreError

from .visitors import caller_of

log = logging.getLogger("hearth.request")

T = TypeVar("T")

SECRET = re.compile(r"(/invitation/|/s/|/api/shared/|/api/shares/).+")  # the rest of such a path is one
JSON = "application/json; charset=utf-8"
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
        "font-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'; trusted-types service-worker"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
CHALLENGE = 'Bearer realm="Hearth"'
# Of files that are nothing by themselves: a first visit asks for a hundred of them.
LIGHT = {name: HEADERS[name] for name in ("Cross-Origin-Resource-Policy", "X-Content-Type-Options")}


class Problem(NamedTuple):
    status: int
    code: str
    message: str

    def body(self) -> bytes:
        return msgspec.json.encode({"error": {"code": self.code, "message": self.message}})

    def headers(self) -> dict[str, str]:
        """Of an answer that no handler gives, behind which the connection is closed."""
        length = str(len(self.body()))
        challenge = {"WWW-Authenticate": CHALLENGE} if self.status == 401 else {}
        return HEADERS | challenge | {"Content-Type": JSON, "Content-Length": length, "Connection": "close"}

    def reason(self) -> str:
        return responses.get(self.status, "Refused")


class Refusal(Exception):
    """Raised by a handler to answer with a Problem."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.problem = Problem(status, code, message)


def problem_of(error: BaseException | None) -> Problem | None:
    """What to answer; None where it is Hearth's own fault."""
    match error:
        case Refusal():
            return error.problem
        case PeopleError():
            return Problem(_people_status(error), error.code, str(error))
        case TooLarge():
            return Problem(413, "too_large", str(error))
        case NotFound():
            return Problem(404, "not_found", str(error))
        case BadName():
            return Problem(400, "bad_name", str(error))
        case Invalid():
            return Problem(400, "bad_request", str(error))
        case Closing():
            return Problem(503, "closing", str(error))
        case ChatError():
            return Problem(400, "bad_request", str(error))
        case DiskFull():
            return Problem(507, "disk_full", str(error))
        case Gone():
            return Problem(404, "not_found", str(error))
        case StoreError():
            return Problem(503, "store_failed", str(error))
        case OllamaError():
            words = str(error) if isinstance(error, BrokenStream) else told(error).message  # no reply was cut here
            return Problem(_ollama_status(error), told(error).code, words)
        case HTTPError():
            return _http_problem(error)
    return None


def _people_status(error: PeopleError) -> int:
    match error:
        case Unknown():
            return 404
        case WrongPassword():
            return 403  # 401 would mean that nobody is signed in
        case TooMany():
            return 429
        case people_errors.Invalid():
            return 400
    return 403


def _ollama_status(error: OllamaError) -> int:
    if isinstance(error, ModelNotFound):
        return 404
    return 503 if isinstance(error, Busy) else 502


def _http_problem(error: HTTPError) -> Problem:
    match error.status_code:
        case 403 | 404:  # 403 is Tornado's word for a folder, or a path that leads out of the files
            return Problem(404, "not_found", "There is nothing at this address")
        case 405:
            return Problem(405, "method_not_allowed", "This address does not take that method")
        case status:
            if status < 500:  # Tornado's own words repeat what was sent
                return Problem(status, "bad_request", f"The request can't be read ({responses.get(status, status)})")
            return Problem(status, "internal", "Hearth failed; its log says how")


def secure(handler: RequestHandler, headers: dict[str, str] | None = None) -> None:
    """The headers that every answer carries."""
    for name, value in (HEADERS if headers is None else headers).items():
        handler.set_header(name, value)
    handler.clear_header("Server")


class JSONHandler(RequestHandler):
    @property
    def caller(self) -> Caller:
        return caller_of(self.request)

    def set_default_headers(self) -> None:
        secure(self)
        self.set_header("Content-Type", JSON)
        self.set_header("Cache-Control", "no-store")

    def read_body(self, shape: type[T]) -> T:
        return read(self.request.body or b"{}", shape)

    def send(self, value: Any, status: int = 200) -> None:
        self.set_status(status)
        self.finish(msgspec.json.encode(value))

    def send_nothing(self) -> None:
        self.clear_header("Content-Type")
        self.set_status(204)
        self.finish()

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        answer_error(self, **kwargs)

    def log_exception(self, typ: Any, value: BaseException | None, tb: Any) -> None:
        log_unexpected(self, value)


def log_unexpected(handler: RequestHandler, error: BaseException | None) -> None:
    """What every handler's `log_exception` does."""
    if problem_of(error) is None:  # else the line of the access log says enough
        log.error("%s %s failed", handler.request.method, path_for_log(handler.request), exc_info=error)


def path_for_log(request: HTTPServerRequest) -> str:
    """Without the query, which may hold a question, and without what opens a door."""
    return SECRET.sub(r"\1…", request.path)


def what_failed(**kwargs: Any) -> tuple[BaseException | None, Problem]:
    """Of the arguments of `write_error`: the error, and what to answer."""
    error = kwargs.get("exc_info", (None, None, None))[1]
    return error, problem_of(error) or Problem(500, "internal", "Hearth failed; its log says how")


def answer_error(handler: RequestHandler, **kwargs: Any) -> None:
    """What every handler's `write_error` does."""
    error, problem = what_failed(**kwargs)
    handler.set_status(problem.status)
    handler.set_header("Content-Type", JSON)
    if isinstance(error, TooMany):
        handler.set_header("Retry-After", str(error.retry_after))
    if problem.status == 401:
        handler.set_header("WWW-Authenticate", CHALLENGE)
    if problem.status == 405:
        handler.set_header("Allow", ", ".join(_methods(type(handler))))
    handler.finish(problem.body())


def _methods(handler: type[RequestHandler]) -> list[str]:
    """Those that it has a method of its own for."""
    names = RequestHandler.SUPPORTED_METHODS
    return [name for name in names if getattr(handler, name.lower()) is not getattr(RequestHandler, name.lower())]


class Nowhere(JSONHandler):
    """Every address that is none."""

    def prepare(self) -> None:
        raise HTTPError(404)


class Elsewhere(JSONHandler):
    """What can be had when one has been there first."""

    def initialize(self, to: str) -> None:
        self._to = to

    def prepare(self) -> None:
        self.redirect(self._to, status=303)


class Refused(JSONHandler):
    """Every request that may not be made; see the gate."""

    def initialize(self, problem: Problem) -> None:
        self._problem = problem

    def prepare(self) -> None:
        raise Refusal(*self._problem)


def read(data: bytes | str, shape: type[T]) -> T:
    """Refusal in words that name the field."""
    try:
        return msgspec.json.decode(data, type=shape)
    except msgspec.ValidationError as error:
        raise Refusal(400, "bad_request", _field_first(str(error))) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Refusal(400, "bad_request", f"This is not readable as JSON: {error}") from None


def _field_first(words: str) -> str:
    """msgspec's "Expected `str`, got `int` - at `$.content`" with its path put in front and without its dollar."""
    what, separator, where = words.rpartition(" - at `$")
    path = where.rstrip("`").lstrip(".")
    return f"`{path}`: {what}" if separator and path else words if not separator else what
