"""How Hearth and its Ollama are, and which models there are."""

import json
from typing import Any

import pytest

from chat import models

from .hearth import Hearth, running
from .recordings import FOLDER

pytestmark = pytest.mark.usefixtures("clean_log")

NO_SHOW = b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"


async def read(hearth: Hearth, path: str) -> dict[str, Any]:
    answer = await hearth.get(path)
    assert answer.code == 200, answer.body
    return dict(json.loads(answer.body))


@pytest.mark.gen_test
async def test_the_status_tells_what_is_there() -> None:
    async with running() as hearth:
        status = await read(hearth, "/api/status")
        assert {"version", "ollama", "user", "auth"} <= set(status)
        assert status["version"] and status["user"] is None and status["auth"] == "none"
        assert status["ollama"] == {
            "url": hearth.fake.url,
            "reachable": True,
            "version": "0.33.0-fake",
            "error": None,
        }


@pytest.mark.gen_test
async def test_every_model_is_listed_with_all_that_is_known_of_it() -> None:
    async with running() as hearth:
        hearth.fake.models = ["embed:latest", "thinker:latest", "quick:latest"]
        found = await read(hearth, "/api/models")
        assert set(found) == {"default", "models", "servers"} and found["default"] == "thinker:latest"
        assert [one["name"] for one in found["models"]] == hearth.fake.models
        known = {
            "name": "quick:latest",
            "digest": "quick:latest",
            "servers": [hearth.fake.url],
            "size": 98362760,
            "family": "llama",
            "parameter_size": "134.52M",
            "quantization_level": "Q4_1",
            "capabilities": ["completion"],
            "context_length": 8192,
            "context_cost": None,
            "think": None,
            "parameters": {},
            "running": {
                "server": hearth.fake.url,
                "size": 0,
                "size_vram": 0,
                "expires_at": "2026-11-22T13:49:53.7Z",
                "context_length": 2048,
            },
        }
        assert found["models"][2] == known
        assert found["models"][1] | {"running": known["running"]} == known | {
            "name": "thinker:latest",
            "digest": "thinker:latest",
            "capabilities": ["completion", "thinking"],
            "think": "switch",
        }
        assert found["models"][1]["running"] is None


@pytest.mark.gen_test
async def test_what_context_costs_and_what_ollama_sets_by_itself_is_told_and_asked_once() -> None:
    async with running() as hearth:
        hearth.fake.models = ["thinker:latest", "quick:latest"]
        hearth.fake.shows["thinker:latest"] = json.loads((FOLDER / "show-thinking-model.body.json").read_text())
        for _ in range(3):
            thinker, quick = (await read(hearth, "/api/models"))["models"]
            assert thinker["parameters"] == {"temperature": 0, "num_ctx": 2048, "stop": ["<|im_start|>", "<|im_end|>"]}
            assert thinker["context_cost"] == 30 * 3 * (64 + 64) * 2
            assert (quick["parameters"], quick["context_cost"]) == ({}, None)
        assert hearth.fake.seen["/api/show"] == 2


@pytest.mark.gen_test
async def test_a_model_that_cannot_be_shown_is_listed_all_the_same() -> None:
    async with running() as hearth:
        hearth.fake.models = ["quick:latest"]
        hearth.fake.answers["/api/show"] = NO_SHOW
        (quick,) = (await read(hearth, "/api/models"))["models"]
        assert quick["capabilities"] == ["completion"] and quick["parameters"] == {} and quick["context_cost"] is None


@pytest.mark.gen_test
async def test_a_model_that_cannot_be_shown_is_asked_for_again_only_after_a_while(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with running() as hearth:
        hearth.fake.models = ["quick:latest", "thinker:latest"]
        hearth.fake.answers["/api/show"] = NO_SHOW
        for _ in range(3):
            await read(hearth, "/api/models")
        assert hearth.fake.seen["/api/show"] == 2
        del hearth.fake.answers["/api/show"]
        hearth.fake.shows["quick:latest"] = {"parameters": "top_k 3"}
        assert (await read(hearth, "/api/models"))["models"][0]["parameters"] == {}
        monkeypatch.setattr(models, "NOT_AGAIN", 0)
        assert (await read(hearth, "/api/models"))["models"][0]["parameters"] == {"top_k": 3}


@pytest.mark.gen_test
async def test_the_chosen_model_is_the_default_also_when_the_list_does_not_hold_it() -> None:
    async with running("--model=secret") as hearth:
        assert (await read(hearth, "/api/models"))["default"] == "secret"
    async with running() as hearth:
        hearth.fake.models = []
        assert (await read(hearth, "/api/models")).items() >= {"default": None, "models": []}.items()
