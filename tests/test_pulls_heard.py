"""Through the whole house: who looks after models sees what is pulled in every tab, and everybody what is there."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tornado.websocket import WebSocketClientConnection

from .at_home import at_home
from .fake_library import HANG, MANIFEST, layer
from .hearth import running

A = "sha256:" + "a" * 64


async def heard(socket: WebSocketClientConnection, kind: str, **fields: Any) -> dict[str, Any]:
    """The first frame of this kind whose first pull, if any, has these fields."""
    while True:
        frame: dict[str, Any] = json.loads(await socket.read_message() or b"{}")
        assert frame, "the socket was closed"
        if frame.get("type") == kind and fields.items() <= (frame.get("pulls") or [{}])[0].items():
            return frame


async def closed(*sockets: WebSocketClientConnection) -> None:
    for socket in sockets:
        socket.close()
        while await socket.read_message() is not None:
            pass


@pytest.mark.gen_test
async def test_a_pull_is_seen_in_every_tab_and_in_one_that_is_opened_later() -> None:
    async with running() as hearth:
        first, second = await hearth.socket(), await hearth.socket()
        hearth.fake.library.scripts["big"] = [[MANIFEST, layer(A, 1000, 250), HANG]]
        assert (await hearth.post("/api/pulls", {"model": "big"})).code == 202
        for tab in (first, second):
            await heard(tab, "pulls", phase="layers", completed=250, total=1000)
        later = await hearth.socket()
        told = await heard(later, "pulls")
        pull = told["pulls"][0]
        assert (pull["model"], pull["completed"], pull["server"]) == ("big", 250, hearth.fake.url)
        await hearth.post(f"/api/pulls/{pull['id']}/cancel")
        for tab in (first, second, later):
            await heard(tab, "pulls", state="cancelled")
        await closed(first, second, later)


@pytest.mark.gen_test
async def test_a_model_that_came_is_listed_and_writes_replies() -> None:
    async with running() as hearth:
        tab = await hearth.socket()
        await hearth.post("/api/pulls", {"model": "brand-new:1b"})
        await heard(tab, "models")
        names = [one["name"] for one in json.loads((await hearth.get("/api/models")).body)["models"]]
        assert "brand-new:1b" in names
        reply = await hearth.ask(await hearth.conversation(model="brand-new:1b"), "Hello?")
        assert (await hearth.events(reply["generation"]))[-1]["type"] == "done"
        await closed(tab)


@pytest.mark.gen_test
async def test_who_may_not_manage_models_hears_that_one_came_and_nothing_of_its_pull() -> None:
    async with at_home() as home:
        of_anna, of_owner = await home.anna.socket(), await home.owner.socket()
        assert (await home.anna.post("/api/pulls", {"model": "small"})).code == 403
        assert (await home.owner.post("/api/pulls", {"model": "small"})).code == 202
        await heard(of_owner, "pulls", state="done")
        frame = json.loads(await of_anna.read_message() or b"{}")
        assert frame == {"type": "models"}
        await closed(of_anna, of_owner)
