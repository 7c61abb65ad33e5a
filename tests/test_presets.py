"""Presets: settings under a name, the same for every browser in the house."""

from __future__ import annotations

import json
from typing import Any

import pytest

from .asked import read
from .hearth import Hearth, error_code, running
from .talk import talk

pytestmark = pytest.mark.usefixtures("clean_log")

PATH = "/api/presets"


async def made(hearth: Hearth, **fields: Any) -> dict[str, Any]:
    answer = await hearth.post(PATH, fields)
    assert answer.code == 201, answer.body
    return dict(json.loads(answer.body))


async def names(hearth: Hearth) -> list[str]:
    return [one["name"] for one in (await read(hearth, PATH))["presets"]]


@pytest.mark.gen_test
async def test_a_preset_is_kept_with_all_that_it_sets() -> None:
    async with running() as hearth:
        assert await read(hearth, PATH) == {"presets": []}
        setup = {
            "model": "quick",
            "system": "Be brief.\n简短。",
            "options": {"temperature": 0.2, "stop": ["END"]},
            "think": "high",
            "keep_alive": "10m",
        }
        full = await made(hearth, name="  Cook\n book ", **setup)
        assert full | setup | {"name": "Cook book"} == full
        bare = await made(hearth, name="bare")
        assert {bare[field] for field in ("model", "system", "options", "think", "keep_alive")} == {None}
        assert set(bare) == {"id", "name", "created_at", "updated_at", *setup}
        assert await read(hearth, PATH) == {"presets": [bare, full]}


@pytest.mark.gen_test
async def test_presets_come_by_their_names_whatever_the_case() -> None:
    async with running() as hearth:
        for name in ("b", "C", "A", "茶", "É"):
            await made(hearth, name=name)
        assert await names(hearth) == ["A", "b", "C", "É", "茶"]


@pytest.mark.gen_test
async def test_each_field_that_is_named_is_replaced_and_the_others_stay() -> None:
    async with running() as hearth:
        preset = await made(hearth, name="one", model="quick", system="Be brief.", options={"seed": 1})
        path = f"{PATH}/{preset['id']}"
        changed = json.loads((await hearth.send("PATCH", path, {"name": "ONE", "options": {"top_k": 3}})).body)
        assert changed["updated_at"] >= preset["updated_at"]
        assert changed | {"updated_at": 0} == preset | {"name": "ONE", "options": {"top_k": 3}, "updated_at": 0}
        changed = json.loads((await hearth.send("PATCH", path, {"model": None, "options": None})).body)
        assert (changed["model"], changed["options"], changed["system"]) == (None, None, "Be brief.")
        assert await read(hearth, PATH) == {"presets": [changed]}


@pytest.mark.gen_test
async def test_a_deleted_preset_is_gone() -> None:
    async with running() as hearth:
        path = f"{PATH}/{(await made(hearth, name='one'))['id']}"
        assert (await hearth.send("DELETE", path, None)).code == 204
        assert await names(hearth) == []
        for method in ("DELETE", "PATCH"):
            answer = await hearth.send(method, path, {} if method == "PATCH" else None)
            assert (answer.code, error_code(answer)) == (404, "not_found")


@pytest.mark.gen_test
async def test_a_name_is_given_once() -> None:
    async with running() as hearth:
        first, second = await made(hearth, name="Straße"), await made(hearth, name="Café")
        for name in ("Straße", "STRASSE ", "café", "Cafe\u0301"):
            answer = await hearth.post(PATH, {"name": name})
            assert (answer.code, error_code(answer)) == (400, "bad_request"), name
        answer = await hearth.send("PATCH", f"{PATH}/{second['id']}", {"name": "straße"})
        assert answer.code == 400 and "name" in json.loads(answer.body)["error"]["message"]
        assert (await hearth.send("PATCH", f"{PATH}/{first['id']}", {"name": "STRASSE"})).code == 200
        assert await names(hearth) == ["Café", "STRASSE"]


@pytest.mark.gen_test
async def test_what_is_no_preset_is_refused_in_words() -> None:
    async with running() as hearth:
        preset = await made(hearth, name="one")
        wrong: list[Any] = [
            {"name": ""},
            {"name": " \n"},
            {"name": "x" * 81},
            {"name": 5},
            {"name": "a", "colour": "red"},
            {"name": "a", "options": {"temprature": 1}},
            {"name": "a", "options": {"seed": 1.5}},
            {"name": "a", "think": "a lot"},
            {"name": "a", "keep_alive": "soon"},
            {"name": "a", "id": "mine"},
            b"[]",
            b"{",
        ]
        for body in wrong:
            for method, path in (("POST", PATH), ("PATCH", f"{PATH}/{preset['id']}")):
                answer = await hearth.send(method, path, body)
                assert (answer.code, error_code(answer)) == (400, "bad_request"), (method, body)
        answer = await hearth.post(PATH, {})
        assert answer.code == 400 and "name" in json.loads(answer.body)["error"]["message"]
        assert (await read(hearth, PATH))["presets"] == [preset]


@pytest.mark.gen_test(timeout=20)
async def test_there_may_be_two_hundred() -> None:
    async with running() as hearth:
        for number in range(200):
            await made(hearth, name=f"{number:03}")
        answer = await hearth.post(PATH, {"name": "one more"})
        assert (answer.code, error_code(answer)) == (400, "bad_request")
        assert len(await names(hearth)) == 200


@pytest.mark.gen_test
async def test_every_tab_hears_that_presets_changed() -> None:
    async with running() as hearth:
        lines = [await talk(hearth), await talk(hearth)]
        preset = await made(hearth, name="one")
        for line in lines:
            assert await line.hear() == {"type": "presets"}
        await hearth.send("PATCH", f"{PATH}/{preset['id']}", {"name": "two"})
        for line in lines:
            assert await line.hear() == {"type": "presets"}
        await hearth.send("DELETE", f"{PATH}/{preset['id']}", None)
        for line in lines:
            assert await line.hear() == {"type": "presets"}
