"""Ollama is looked for where home servers usually have it, and what was found is used, also after a restart."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from chat.errors import Invalid
from chat.looking import Looking, places
from ollama.address import Address, parse
from ollama.client import Ollama
from ollama.errors import Unreachable
from ollama.http import Limits
from ollama.servers import Servers
from settings import read
from store import SQLiteStore

from .fake_ollama import FakeOllama
from .hearth import Hearth, error_code, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")

NOWHERE = "http://127.0.0.1:9"


def open_ollama(address: Address) -> Ollama:
    return Ollama(address, Limits(5, 5, 5), 1 << 20)


@asynccontextmanager
async def looking(folder: Path, *urls: str, told: bool = False) -> AsyncIterator[tuple[Looking, Servers]]:
    store = await SQLiteStore.open(folder)
    servers = Servers([open_ollama(parse(NOWHERE))])
    try:
        yield Looking(servers, store.settings, open_ollama, None if told else [parse(url) for url in urls]), servers
    finally:
        await store.close()


def used(servers: Servers) -> list[str]:
    return [str(one.address) for one in servers]


@pytest.mark.gen_test
async def test_what_is_found_is_used_at_once_and_after_a_restart(tmp_path: Path) -> None:
    fake = await FakeOllama().start()
    async with looking(tmp_path, NOWHERE, fake.url) as (it, servers):
        found = await it.look()
        assert [(one.url, one.version, one.models) for one in found] == [(fake.url, "0.33.0-fake", len(fake.models))]
        assert used(servers) == [NOWHERE, fake.url]
        await it.look()
        assert used(servers) == [NOWHERE, fake.url]
    async with looking(tmp_path, NOWHERE) as (it, servers):
        await it.recall()
        assert used(servers) == [NOWHERE, fake.url]
    async with looking(tmp_path, told=True) as (it, servers):  # --ollama counts above what was found
        await it.recall()
        assert used(servers) == [NOWHERE]
    await fake.stop()


@pytest.mark.gen_test
async def test_one_that_has_models_is_used_rather_than_a_nearer_one(tmp_path: Path) -> None:
    empty, full = await FakeOllama().start(), await FakeOllama().start()
    empty.models = []
    async with looking(tmp_path, empty.url, full.url) as (it, servers):
        assert [one.url for one in await it.look()] == [full.url, empty.url]
        assert used(servers) == [NOWHERE, full.url]
    await empty.stop()
    await full.stop()


@pytest.mark.gen_test
async def test_one_machine_under_two_names_is_found_once(tmp_path: Path) -> None:
    fake = await FakeOllama().start()
    async with looking(tmp_path, f"http://127.0.0.1:{fake.port}", f"http://localhost.:{fake.port}") as (it, _):
        assert len(await it.look()) == 1
    await fake.stop()


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n",
        b'HTTP/1.1 200 OK\r\nContent-Length: 13\r\n\r\n{"version":1}',
        b"SSH-2.0-OpenSSH_9.2\r\n",
    ],
)
@pytest.mark.gen_test
async def test_what_is_no_ollama_is_left_alone(tmp_path: Path, answer: bytes) -> None:
    fake = await FakeOllama().start()
    fake.answers["/api/version"] = answer
    async with looking(tmp_path, fake.url) as (it, servers):
        assert await it.look() == []
        assert used(servers) == [NOWHERE]
        await it.recall()
        assert used(servers) == [NOWHERE]
    await fake.stop()


@pytest.mark.gen_test(timeout=20)
async def test_one_that_says_nothing_does_not_keep_anybody_waiting(tmp_path: Path) -> None:
    silent = socket.create_server(("127.0.0.1", 0))  # whose backlog takes the call, and nobody answers it
    port = silent.getsockname()[1]
    fake = await FakeOllama().start()
    async with looking(tmp_path, f"http://127.0.0.1:{port}", fake.url) as (it, _):
        assert [one.url for one in await it.look()] == [fake.url]
    silent.close()
    await fake.stop()


@pytest.mark.gen_test
async def test_two_who_ask_at_once_look_once(tmp_path: Path) -> None:
    fake = await FakeOllama().start()
    async with looking(tmp_path, fake.url) as (it, _):
        leaving = asyncio.ensure_future(it.look())
        staying = asyncio.ensure_future(it.look())
        await asyncio.sleep(0)
        leaving.cancel()
        assert len(await staying) == 1
        assert fake.seen["/api/version"] == 1
    await fake.stop()


@pytest.mark.gen_test
async def test_who_told_hearth_where_ollama_is_means_it(tmp_path: Path) -> None:
    async with looking(tmp_path, told=True) as (it, _):
        with pytest.raises(Invalid):
            await it.look()


def test_the_places_are_those_that_home_servers_have() -> None:
    urls = [str(place) for place in places("172.17.0.1")]
    assert urls[0] == "http://127.0.0.1:11434"
    assert {"http://host.docker.internal:11434", "http://172.17.0.1:11434", "http://ollama:11434"} < set(urls)
    assert len(places(None)) == len(urls) - 1


@pytest.mark.gen_test
async def test_where_to_look_is_not_for_a_caller_to_say() -> None:
    async with running() as hearth:
        answer = await hearth.post("/api/ollama/look", {"url": "http://192.168.1.1/"})
        assert answer.code == 400 and error_code(answer) == "bad_request"
        answer = await hearth.post("/api/ollama/look")  # started with --ollama, as every test is
        assert answer.code == 400 and b"--ollama" in answer.body


@pytest.mark.gen_test(timeout=30)
async def test_one_that_was_found_answers_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    there = await FakeOllama().start()
    there.models = ["quick:latest"]
    monkeypatch.setattr("server.places", lambda gateway: [parse(there.url)])
    monkeypatch.setattr("tests.hearth.read", lambda *given: replace(read(*given), told_of_ollama=False))
    async with running() as hearth:
        begun, port = hearth.fake.url, hearth.fake.port
        await hearth.fake.stop()
        assert not json.loads((await hearth.get("/api/status")).body)["ollama"]["reachable"]
        answer = await hearth.post("/api/ollama/look")
        assert json.loads(answer.body) == {"found": [{"url": there.url, "version": "0.33.0-fake", "models": 1}]}
        status = json.loads((await hearth.get("/api/status")).body)
        assert [(one["url"], one["reachable"]) for one in status["servers"]] == [(there.url, True)]
        assert status["ollama"] == status["servers"][0]
        unknown = await hearth.get("/chat?question=Hello&model=nobodys")
        assert (unknown.code, error_code(unknown)) == (404, "model_not_found")
        reply = await hearth.ask(await hearth.conversation(), "Hello?")
        assert (await hearth.events(reply["generation"]))[-1]["type"] == "done"
        found = there.url
        await there.stop()
        models = json.loads((await hearth.get("/api/models")).body)
        assert found.removeprefix("http://") in models["error"]["message"]
        await hearth.fake.start(port)  # begun here later, it is there by itself
        await eventually(lambda: reachable(hearth, begun))


@pytest.mark.gen_test
async def test_one_that_is_found_while_the_usual_place_is_asked_leaves_who_asks_with_an_answer() -> None:
    usual = open_ollama(parse(NOWHERE))
    servers = Servers([usual])
    servers.assumed = usual

    async def version(one: Ollama) -> str:
        servers.add(open_ollama(parse("http://127.0.0.1:10")))
        return await one.version()

    try:
        said = await servers.ask(version)
        assert isinstance(said[usual], Unreachable)
    finally:
        await servers.close()


async def reachable(hearth: Hearth, url: str) -> bool:
    servers = json.loads((await hearth.get("/api/status")).body)["servers"]
    return any(one["url"] == url and one["reachable"] for one in servers)


@pytest.mark.gen_test(timeout=20)
async def test_the_first_minutes_are_told_in_one_answer() -> None:
    async with running() as hearth:
        answer = await hearth.get("/api/first")
        assert answer.code == 200
        told = json.loads(answer.body)
        assert set(told) == {
            "system", "command", "installed", "container", "looks", "here", "memory", "gpu", "suggestions"
        }  # fmt: skip
        assert told["looks"] is False and told["here"] is True and told["command"]
        assert len(told["suggestions"]) == 3
        assert set(told["suggestions"][0]) == {"model", "size", "needs", "note", "fits"}
