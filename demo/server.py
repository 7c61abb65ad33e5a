"""The part of Ollama's API that a chat needs, in front of one model."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing, suppress
from types import TracebackType
from typing import Any, ClassVar

import msgspec
from tornado.httputil import split_host_and_port
from tornado.iostream import StreamClosedError
from tornado.web import Application, HTTPError, RequestHandler

from demo import description
from demo.llama import Final, Model
from demo.request import (
    CONTEXT,
    ApiError,
    ChatRequest,
    ShowRequest,
    check_abilities,
    check_model,
    decode,
    read_options,
)


def build(model: Model) -> Application:
    here = {"model": model}
    return Application(
        [
            (r"/", RootHandler),
            (r"/api/version", VersionHandler),
            (r"/api/tags", TagsHandler, here),
            (r"/api/ps", PsHandler, here),
            (r"/api/show", ShowHandler, here),
            (r"/api/chat", ChatHandler, here),
        ],
        default_handler_class=NotFoundHandler,
        log_function=lambda handler: None,
    )


class OllamaHandler(RequestHandler):
    allowed: ClassVar[str] = "GET, HEAD"

    def prepare(self) -> None:
        # Pages of the web can reach loopback too; only Hearth has business here, and it sends no Origin.
        name, _ = split_host_and_port(self.request.host)
        if name not in ("127.0.0.1", "localhost") or "Origin" in self.request.headers:
            raise HTTPError(403)

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        error = kwargs["exc_info"][1] if "exc_info" in kwargs else None
        if isinstance(error, ApiError):
            self.set_status(error.status)
            self.answer({"error": str(error)})
        elif status_code == 405:
            self.set_header("Allow", self.allowed)
            self.answer_text("405 method not allowed")
        elif status_code == 404:
            self.answer_text("404 page not found")
        elif status_code == 403:
            self.finish()
        else:
            self.answer({"error": self._reason})

    def log_exception(
        self,
        typ: type[BaseException] | None,
        value: BaseException | None,
        tb: TracebackType | None,
    ) -> None:
        if not isinstance(value, ApiError | HTTPError):
            super().log_exception(typ, value, tb)

    def answer(self, body: object) -> None:
        self.set_header("Content-Type", "application/json; charset=utf-8")
        self.finish(msgspec.json.encode(body))

    def answer_text(self, text: str) -> None:
        self.set_header("Content-Type", "text/plain")
        self.finish(text)


class NotFoundHandler(OllamaHandler):
    def prepare(self) -> None:
        super().prepare()
        raise HTTPError(404)


class RootHandler(OllamaHandler):
    def get(self) -> None:
        self.answer_text("Ollama is running")

    head = get


class VersionHandler(OllamaHandler):
    def get(self) -> None:
        self.answer({"version": description.VERSION})

    head = get


class ModelHandler(OllamaHandler):
    def initialize(self, model: Model) -> None:
        self.model = model


class TagsHandler(ModelHandler):
    def get(self) -> None:
        self.answer(description.tags(self.model.path))

    head = get


class PsHandler(ModelHandler):
    def get(self) -> None:
        self.answer(description.ps(self.model.path, CONTEXT) if self.model.loaded else {"models": []})

    head = get


class ShowHandler(ModelHandler):
    allowed = "POST"

    def post(self) -> None:
        request = decode(self.request.body, ShowRequest)
        check_model(request.model or request.name)
        self.answer(description.show(self.model.path, CONTEXT))


class ChatHandler(ModelHandler):
    """Works in a task of its own, so that a caller who leaves ends exactly that, wherever it is: waiting in line,
    reading the prompt, or writing."""

    allowed = "POST"

    def initialize(self, model: Model) -> None:
        super().initialize(model)
        self._work: asyncio.Task[None] | None = None

    async def post(self) -> None:
        request = decode(self.request.body, ChatRequest)
        self._work = asyncio.create_task(self._chat(request))
        # Wait first and look then: being cancelled ourselves is not the same as the work's being cancelled.
        await asyncio.wait([self._work])
        if not self._work.cancelled():
            with suppress(StreamClosedError):
                self._work.result()

    def on_connection_close(self) -> None:
        if self._work:
            self._work.cancel()

    async def _chat(self, request: ChatRequest) -> None:
        check_model(request.model)
        if not request.messages:
            await self._load_or_unload(request)
            return
        check_abilities(request)
        pieces = self.model.reply(
            request.messages,
            read_options(request.options or {}),
            truncate=request.truncate is not False,
        )
        async with aclosing(pieces):
            if request.stream is False:
                await self._whole(request.model, pieces)
            else:
                await self._stream(request.model, pieces)
        if request.unloads:
            await self.model.unload()

    async def _load_or_unload(self, request: ChatRequest) -> None:
        await (self.model.unload() if request.unloads else self.model.load())
        end = {"done": True, "done_reason": "unload" if request.unloads else "load"}
        self.answer(line(request.model, "") | end)

    async def _whole(self, name: str, pieces: AsyncGenerator[str | Final, None]) -> None:
        content = ""
        end: dict[str, Any] = {}
        async for piece in pieces:
            if isinstance(piece, str):
                content += piece
            else:
                end = msgspec.structs.asdict(piece)
        self.answer(line(name, content) | {"done": True} | end)

    async def _stream(self, name: str, pieces: AsyncGenerator[str | Final, None]) -> None:
        """The status goes out with the first piece: until then, an error still has its own."""
        self.set_header("Content-Type", "application/x-ndjson")
        begun = False
        try:
            async for piece in pieces:
                begun = True
                await self._send(chunk(name, piece))
        except ApiError as error:
            if not begun:
                raise
            await self._send({"error": str(error)})

    async def _send(self, body: dict[str, Any]) -> None:
        self.write(msgspec.json.encode(body) + b"\n")
        await self.flush()


def chunk(name: str, piece: str | Final) -> dict[str, Any]:
    if isinstance(piece, str):
        return line(name, piece) | {"done": False}
    return line(name, "") | {"done": True} | msgspec.structs.asdict(piece)


def line(name: str, content: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": content}
    return {"model": name, "created_at": description.now(), "message": message}
