"""Which models there are, for those who look after them: pull, look into, copy, load, unload, delete."""

from __future__ import annotations

from typing import Any

import msgspec

from chat.installed import Installed, NewModel, ToLoad
from chat.models import Models
from chat.pulls import Pulls

from . import api
from .answers import JSONHandler, Refusal
from .api import Nothing

Route = tuple[str, type[JSONHandler], dict[str, Any]]


def model_routes(models: Models, installed: Installed, pulls: Pulls) -> list[Route]:
    """`/api/models` among them, whose list is for everybody."""
    of_models, of_pulls = {"installed": installed}, {"pulls": pulls}
    return [
        (r"/api/models", ModelsHandler, {"models": models, **of_models}),
        (r"/api/models/([^/]+)", ModelHandler, of_models),
        (r"/api/models/([^/]+)/load", LoadHandler, of_models),
        (r"/api/models/([^/]+)/unload", UnloadHandler, of_models),
        (r"/api/pulls", PullsHandler, of_pulls),
        (r"/api/pulls/([^/]+)", PullHandler, of_pulls),
        (r"/api/pulls/([^/]+)/cancel", CancelHandler, of_pulls),
        (r"/api/pulls/([^/]+)/resume", ResumeHandler, of_pulls),
    ]


class NewPull(msgspec.Struct, forbid_unknown_fields=True):
    model: str | None = None
    all: bool = False
    server: str | None = None

    def __post_init__(self) -> None:
        if self.all == (self.model is not None):
            raise ValueError("`model` names the model to pull, or `all` is true to update all that are there")


class OnServer(msgspec.Struct, forbid_unknown_fields=True):
    server: str | None = None


class ManagingHandler(JSONHandler):
    def prepare(self) -> None:
        if not self.caller.manages_models:
            raise Refusal(403, "forbidden", "You may not change which models there are: ask the owner of this Hearth")

    @property
    def server(self) -> str | None:
        return self.get_query_argument("server", "") or None


class ModelsHandler(api.ModelsHandler, ManagingHandler):
    def initialize(self, installed: Installed, **rest: Any) -> None:  # type: ignore[override]
        super().initialize(**rest)
        self._installed = installed

    def prepare(self) -> None:
        if self.request.method not in ("GET", "HEAD"):
            super().prepare()

    async def post(self) -> None:
        self.send(await self._installed.copy(self.read_body(NewModel)), 201)


class ModelHandler(ManagingHandler):
    def initialize(self, installed: Installed) -> None:
        self._installed = installed

    async def get(self, name: str) -> None:
        self.send(await self._installed.details(name, self.server))

    async def delete(self, name: str) -> None:
        self.send({"freed": await self._installed.delete(name, self.server)})


class LoadHandler(ManagingHandler):
    def initialize(self, installed: Installed) -> None:
        self._installed = installed

    async def post(self, name: str) -> None:
        self.send({"running": await self._installed.load(name, self.read_body(ToLoad))})


class UnloadHandler(ManagingHandler):
    def initialize(self, installed: Installed) -> None:
        self._installed = installed

    async def post(self, name: str) -> None:
        self.send({"running": await self._installed.unload(name, self.read_body(OnServer).server)})


class PullsHandler(ManagingHandler):
    def initialize(self, pulls: Pulls) -> None:
        self._pulls = pulls

    async def get(self) -> None:
        self.send({"pulls": self._pulls.all()})

    async def post(self) -> None:
        wanted, person = self.read_body(NewPull), self.caller.person
        if wanted.model is None:
            begun = await self._pulls.begin_all(wanted.server, person)
        else:
            begun = [await self._pulls.begin(wanted.model, wanted.server, person)]
        self.send({"pulls": begun}, 202)


class PullHandler(ManagingHandler):
    def initialize(self, pulls: Pulls) -> None:
        self._pulls = pulls

    async def delete(self, pull_id: str) -> None:
        await self._pulls.dismiss(pull_id)
        self.send_nothing()


class CancelHandler(ManagingHandler):
    def initialize(self, pulls: Pulls) -> None:
        self._pulls = pulls

    async def post(self, pull_id: str) -> None:
        self.read_body(Nothing)
        self.send(await self._pulls.cancel(pull_id))


class ResumeHandler(ManagingHandler):
    def initialize(self, pulls: Pulls) -> None:
        self._pulls = pulls

    async def post(self, pull_id: str) -> None:
        self.read_body(Nothing)
        self.send(await self._pulls.resume(pull_id), 202)
