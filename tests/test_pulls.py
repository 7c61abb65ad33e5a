"""Pulling a model: seen by all, outliving the page, in its turn, to its end."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from chat.made import fetched
from ollama.chunks import Model

from .asking import asking
from .fake_library import HANG, LAYERS, MANIFEST, SUCCESS, VERIFYING, WRITING, gives_up, layer
from .fake_ollama import FakeOllama
from .hearth import error_code, eventually
from .library import MEMBER, library

A, B = "sha256:" + "a" * 64, "sha256:" + "b" * 64


@pytest.mark.gen_test
async def test_a_model_is_pulled_and_is_there() -> None:
    async with library() as house:
        told = []
        with house.shelf.heard(lambda: None, lambda: told.append("models")):
            done = await house.until(await house.pull("smollm2:135m"), state="done")
        assert done["completed"] == done["total"] == sum(LAYERS.values())
        assert (done["error"], done["phase"], done["rate"], done["left"]) == (None, None, None, None)
        assert "smollm2:135m" in house.fake.models
        assert told == ["models"]


@pytest.mark.gen_test
async def test_each_phase_is_shown_with_the_bytes_of_all_layers_together() -> None:
    gates = [asyncio.Event() for _ in range(4)]
    async with library() as house:
        house.fake.library.scripts["big"] = [
            [
                *[MANIFEST, gates[0], layer(A, 1000), layer(B, 500, 100), layer(A, 1000, 250), gates[1]],
                *[layer(A, 1000, 990), layer(B, 500, 490), VERIFYING, gates[2], WRITING, gates[3], SUCCESS],
            ]
        ]
        pull = await house.pull("big")
        await house.until(pull, phase="manifest", completed=0, total=0)
        gates[0].set()
        await house.until(pull, phase="layers", completed=350, total=1500)
        gates[1].set()
        await house.until(pull, phase="verifying", completed=1500, total=1500)
        gates[2].set()
        await house.until(pull, phase="writing")
        gates[3].set()
        await house.until(pull, state="done", phase=None)


@pytest.mark.gen_test
async def test_two_tabs_that_pull_the_same_model_see_one_pull() -> None:
    async with library() as house:
        house.fake.library.scripts["big"] = [[MANIFEST, HANG]]
        first, second, third = await asyncio.gather(
            *(house.pull(name) for name in ("big", "big:latest", "library/big"))
        )
        assert first == second == third
        assert len(await house.list()) == 1


@pytest.mark.gen_test
async def test_one_is_pulled_at_a_time_and_the_others_wait_their_turn() -> None:
    async with library() as house:
        go = asyncio.Event()
        for name in ("one", "two", "three"):
            house.fake.library.scripts[name] = [[MANIFEST, go, SUCCESS]]
        ids = [await house.pull(name) for name in ("one", "two", "three")]
        await house.until(ids[0], phase="manifest")
        assert [(await house.one(pull))["phase"] for pull in ids[1:]] == ["waiting", "waiting"]
        go.set()
        for pull in ids:
            await house.until(pull, state="done")
        assert [one.body["model"] for one in house.fake.library.pulls] == ["one", "two", "three"]


@pytest.mark.gen_test
async def test_two_ollamas_pull_side_by_side() -> None:
    other = await FakeOllama().start()
    async with library(other) as house:
        for fake in (house.fake, other):
            fake.library.scripts["big"] = [[MANIFEST, HANG]]
        ids = [await house.pull("big", server=fake.url) for fake in (house.fake, other)]
        for pull, fake in zip(ids, (house.fake, other), strict=True):
            assert (await house.until(pull, phase="manifest"))["server"] == fake.url
    await other.stop()


@pytest.mark.gen_test
async def test_all_models_that_are_there_are_updated_and_one_that_was_made_here_is_no_failure() -> None:
    async with library() as house:
        house.fake.models = ["quick:latest", "mine:latest", "slow:latest"]
        house.fake.library.scripts["mine:latest"] = house.fake.library.scripts["nosuch"]
        answer = await house.post("/api/pulls", {"all": True})
        assert [one["model"] for one in json.loads(answer.body)["pulls"]] == house.fake.models

        async def ended() -> bool:
            return all(one["state"] == "done" for one in await house.list())

        await eventually(ended)
        await eventually(lambda: len(house.fake.library.pulls) == 3)
        assert sorted(one["model"] for one in await house.list()) == ["quick:latest", "slow:latest"]


@pytest.mark.gen_test
async def test_a_copy_that_has_the_name_of_a_model_in_the_library_is_not_replaced_by_an_update_of_all() -> None:
    async with library() as house:
        house.fake.models = ["quick:latest", "slow:latest", "anna/poet:latest"]
        assert (await house.post("/api/models", {"name": "mistral", "from": "quick", "system": "Mine"})).code == 201
        told = {
            "quick:latest": "",
            "slow:latest": "/home/jo/.ollama/blobs/sha256-1",
            "anna/poet:latest": "quick",
        }
        for name, parent in told.items():  # as Ollama tells it of what was fetched
            house.fake.shows[name] = {"details": {"parent_model": parent}}
        answer = await house.post("/api/pulls", {"all": True})
        assert {one["model"] for one in json.loads(answer.body)["pulls"]} == set(told)


@pytest.mark.gen_test
async def test_what_may_be_a_copy_is_left_alone_where_ollama_goes_away_before_it_tells() -> None:
    async with asking() as (ollama, fake):
        await fake.stop()
        poet = Model(name="anna/poet:latest")
        assert await fetched(ollama, [Model(name="mistral:latest"), poet]) == [poet]


@pytest.mark.gen_test
async def test_of_two_ollamas_the_one_that_answers_is_updated() -> None:
    other = await FakeOllama().start()
    async with library(other) as house:
        other.models = ["quick:latest"]
        await house.fake.stop()
        answer = await house.post("/api/pulls", {"all": True})
        (pull,) = json.loads(answer.body)["pulls"]
        assert pull["server"] == other.url
        await house.until(pull["id"], state="done")
        await other.stop()
        assert (await house.post("/api/pulls", {"all": True})).code == 502


@pytest.mark.gen_test
async def test_a_restart_of_hearth_goes_on_with_what_ran_and_what_waited() -> None:
    fake = await FakeOllama().start()
    with TemporaryDirectory() as folder:
        fake.library.scripts["big"] = [
            [MANIFEST, layer(A, 1000, 400), HANG],
            gives_up("pull model manifest: dial tcp: lookup registry.ollama.ai: no such host"),  # as a machine starts
            [MANIFEST, layer(A, 1000, 400), SUCCESS],
        ]
        async with library(fake=fake, folder=Path(folder)) as house:
            big, small = await house.pull("big"), await house.pull("small")
            await house.until(big, phase="layers", completed=400)
            await house.until(small, phase="waiting")
        await eventually(lambda: fake.library.under_way == 0)
        async with library(fake=fake, folder=Path(folder)) as house:
            assert [one["id"] for one in await house.list()] == [big, small]
            assert (await house.until(big, state="done"))["completed"] == 1000
            await house.until(small, state="done")
            await house.until(await house.pull("nosuch"), state="failed")
            ended = await house.list()
        async with library(fake=fake, folder=Path(folder)) as house:
            assert await house.list() == ended
    await fake.stop()


@pytest.mark.gen_test
async def test_what_a_kill_would_leave_is_on_the_disk_all_the_time() -> None:
    async with library(keep_every=0.01) as house:

        async def kept() -> tuple[str, int, int]:
            (record,) = await house.store.pulls.all()
            return record.state, record.completed, record.total

        go = asyncio.Event()
        house.fake.library.scripts["big"] = [[MANIFEST, go, layer(A, 1000, 400), HANG]]
        pull = await house.pull("big")
        assert await kept() == ("running", 0, 0)
        go.set()
        await until_kept(kept, ("running", 400, 1000))
        await house.post(f"/api/pulls/{pull}/cancel")
        assert await kept() == ("cancelled", 400, 1000)
        house.fake.library.scripts["big"] = [[MANIFEST, layer(A, 1000, 400), SUCCESS]]
        await house.post(f"/api/pulls/{pull}/resume")
        await until_kept(kept, ("done", 1000, 1000))
        await house.delete(f"/api/pulls/{pull}")
        assert await house.store.pulls.all() == []


async def until_kept(kept: Callable[[], Awaitable[tuple[str, int, int]]], wanted: tuple[str, int, int]) -> None:
    async def is_so() -> bool:
        return await kept() == wanted

    await eventually(is_so)


@pytest.mark.gen_test
async def test_after_a_restart_the_bar_stands_where_it_stood() -> None:
    fake = await FakeOllama().start()
    with TemporaryDirectory() as folder:
        fake.library.scripts["big"] = [[MANIFEST, layer(A, 1000, 400), HANG], [MANIFEST, HANG]]
        async with library(fake=fake, folder=Path(folder)) as house:
            big = await house.pull("big")
            await house.until(big, completed=400)
        async with library(fake=fake, folder=Path(folder)) as house:
            await house.until(big, phase="manifest", completed=400, total=1000)
    await fake.stop()


@pytest.mark.gen_test
async def test_a_pull_for_an_ollama_that_hearth_no_longer_knows_says_so() -> None:
    fake = await FakeOllama().start()
    with TemporaryDirectory() as folder:
        fake.library.scripts["big"] = [[MANIFEST, HANG]]
        async with library(fake=fake, folder=Path(folder)) as house:
            big = await house.pull("big")
        async with library(folder=Path(folder)) as house:
            failed = await house.until(big, state="failed")
            assert failed["error"]["code"] == "ollama_unreachable" and fake.url in failed["error"]["message"]
            assert error_code(await house.post(f"/api/pulls/{big}/resume")) == "bad_request"
    await fake.stop()


@pytest.mark.gen_test
async def test_those_who_look_are_told_at_once_and_then_at_most_twice_a_second() -> None:
    async with library() as house:
        loop, told = asyncio.get_running_loop(), []
        house.fake.library.step, house.fake.library.pace = 20_000, 0.003  # 200 lines and more
        with house.shelf.heard(lambda: told.append(loop.time()), lambda: None):
            pull = await house.pull("big")
            await eventually(lambda: told)
            await house.until(pull, state="done")
            await eventually(lambda: house.shelf._later is None)
        assert all(after - before > 0.45 for before, after in pairwise(told)), told


@pytest.mark.gen_test
async def test_what_was_shown_never_goes_back_while_layers_interleave() -> None:
    async with library() as house:
        house.fake.library.step, house.fake.library.pace = 100_000, 0.002
        pull, seen = await house.pull("big"), []
        while (one := await house.one(pull))["state"] == "running":
            seen.append(one["completed"])
        assert seen == sorted(seen) and len(set(seen)) > 3


@pytest.mark.gen_test
async def test_a_name_that_is_none_never_reaches_ollama() -> None:
    async with library() as house:
        for name in ("../../etc", "my model", "", "x" * 500, "http://h/a/b"):
            answer = await house.post("/api/pulls", {"model": name})
            assert (answer.code, error_code(answer)) == (400, "bad_name")
        for body in ({}, {"model": "x", "all": True}, {"all": False}, {"model": 5}, {"model": "x", "insecure": True}):
            assert (await house.post("/api/pulls", body)).code == 400
        assert (await house.post("/api/pulls", {"model": "x", "server": "http://192.0.2.9:1"})).code == 400
        assert (house.fake.library.pulls, await house.list()) == ([], [])


@pytest.mark.gen_test
async def test_who_may_not_change_the_models_is_told_so_and_nothing_happens() -> None:
    async with library() as house:
        house.fake.models = ["quick:latest"]
        house.door.caller = MEMBER
        asked = [
            ("GET", "/api/pulls", None),
            ("POST", "/api/pulls", {"model": "big"}),
            ("POST", "/api/pulls", {"all": True}),
            ("POST", "/api/pulls/x/cancel", {}),
            ("POST", "/api/pulls/x/resume", {}),
            ("DELETE", "/api/pulls/x", None),
            ("POST", "/api/models", {"name": "mine", "from": "quick"}),
            ("GET", "/api/models/quick", None),
            ("DELETE", "/api/models/quick", None),
            ("POST", "/api/models/quick/load", {}),
            ("POST", "/api/models/quick/unload", {}),
        ]
        for method, path, body in asked:
            answer = await house.send(method, path, body)
            assert (answer.code, error_code(answer)) == (403, "forbidden"), path
        assert (await house.get("/api/models")).code == 200  # which there are is for everybody
        touched = house.fake.library
        assert not (touched.pulls or touched.deleted or touched.created)
        assert not house.fake.loads
