"""Several Ollamas: one list that says where each model is, and a chat that goes where it is answered first."""

from __future__ import annotations

import pytest

from ollama import servers as servers_module
from settings import BadOption, read

from . import asked
from .asked import says, stop
from .fleet import ANSWER, fleet
from .hearth import error_code, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")

BEGUN = "One two"  # what the model `hushed` says before it falls silent
EVERYTHING = frozenset({"/api/chat", "/api/ps", "/api/show", "/api/tags", "/api/version", "/api/generate"})


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "LOOK", 0.02)


# -- where they are


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        ("", ["http://127.0.0.1:11434"]),
        (",", ["http://127.0.0.1:11434"]),
        ("nas", ["http://nas:11434"]),
        ("nas,:1234", ["http://nas:11434", "http://127.0.0.1:1234"]),
        (" nas , https://desk/x ,", ["http://nas:11434", "https://desk:443/x"]),
        ("nas,http://nas:11434,0.0.0.0", ["http://nas:11434", "http://127.0.0.1:11434"]),
        ('"a,b"', ["http://a:11434", "http://b:11434"]),
    ],
)
def test_several_are_named_with_commas_between_each_in_every_form(text: str, urls: list[str]) -> None:
    assert list(map(str, read([f"--ollama={text}"], {}).ollama)) == urls
    assert list(map(str, read([], {"OLLAMA_HOST": text}).ollama)) == urls


def test_the_one_that_can_not_be_read_is_named() -> None:
    with pytest.raises(BadOption, match=r"^--ollama=desk:99999: "):
        read(["--ollama=nas,desk:99999"], {})


@pytest.mark.gen_test
async def test_a_single_one_is_asked_nothing_besides() -> None:
    async with running() as hearth:
        reply = await asked.answered(hearth, await hearth.conversation(model="quick"), "hi")
        assert reply["content"] == ANSWER and hearth.fake.seen == {"/api/ps": 1, "/api/chat": 1}
        hearth.fake.seen.clear()
        assert (await hearth.get("/api/models")).code == 200
        assert set(hearth.fake.seen) == {"/api/tags", "/api/ps", "/api/show"}
        await hearth.fake.stop()
        assert (await hearth.get("/api/models")).code == 502
        assert "looking" not in repr(hearth.house.fleet.servers) and "aside" not in repr(hearth.house.fleet.servers)


# -- the list


@pytest.mark.gen_test
async def test_a_model_that_is_listed_twice_is_one_at_one_place() -> None:
    async with running() as hearth:
        hearth.fake.models = ["quick:latest", "QUICK:latest"]
        (model,) = (await asked.read(hearth, "/api/models"))["models"]
        assert model["servers"] == [hearth.fake.url]


@pytest.mark.gen_test
async def test_the_list_says_where_each_model_is_and_where_it_is_in_memory() -> None:
    async with fleet(3) as house:
        a, b, c = house.ollamas
        a.models, a.loaded = ["quick:latest", "echo:latest"], set()
        b.models, b.loaded = ["QUICK:latest", "slow:latest"], {"slow:latest", "QUICK:latest"}
        c.models, c.loaded = ["embed:latest", "quick:latest"], {"quick:latest"}
        found = await asked.read(house.hearth, "/api/models")
        where = {one["name"]: one["servers"] for one in found["models"]}
        assert where == {
            "quick:latest": [a.url, b.url, c.url],
            "echo:latest": [a.url],
            "slow:latest": [b.url],
            "embed:latest": [c.url],
        }
        loaded = {one["name"]: one["running"] and one["running"]["server"] for one in found["models"]}
        assert loaded == {"quick:latest": b.url, "echo:latest": None, "slow:latest": b.url, "embed:latest": None}
        assert found["default"] == "quick:latest"
        told = {"reachable": True, "version": "0.33.0-fake", "error": None}
        assert found["servers"] == [{"url": one.url} | told for one in house.ollamas]


@pytest.mark.gen_test
async def test_one_that_is_away_takes_only_its_own_models_from_the_list() -> None:
    async with fleet(2) as house:
        house.a.models, house.b.models = ["echo:latest"], ["quick:latest"]
        await house.a.die()
        found = await asked.read(house.hearth, "/api/models")
        assert [one["name"] for one in found["models"]] == ["quick:latest"] and found["default"] == "quick:latest"
        away, here = found["servers"]
        assert not away["reachable"] and house.a.url in away["error"] and here["reachable"]
        status = await asked.read(house.hearth, "/api/status")
        assert status["ollama"] == here and [one["reachable"] for one in status["servers"]] == [False, True]
        assert (await house.hearth.get("/readyz")).code == 200
        await house.b.die()
        answer = await house.hearth.get("/api/models")
        assert answer.code == 502 and error_code(answer) == "ollama_unreachable"
        status = await asked.read(house.hearth, "/api/status")
        assert status["ollama"]["url"] == house.a.url and not status["ollama"]["reachable"]
        assert (await house.hearth.get("/readyz")).code == 503


@pytest.mark.gen_test
async def test_one_that_hangs_holds_nobody_up_and_is_not_asked_again_by_the_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(servers_module, "PATIENCE", 0.5)
    monkeypatch.setattr(servers_module, "LOOK", 60)
    async with fleet(2) as house:
        house.a.hangs = True
        assert [one["reachable"] for one in (await asked.read(house.hearth, "/api/status"))["servers"]] == [False, True]
        found = await asked.read(house.hearth, "/api/models")
        assert [one["servers"] for one in found["models"]] == [[house.b.url]]
        assert "says nothing" in found["servers"][0]["error"]
        assert (await house.reply())["content"] == ANSWER and house.chats() == [0, 1]


@pytest.mark.gen_test
@pytest.mark.parametrize("status", [500, 503])
async def test_one_that_answers_with_errors_only_is_passed_over(status: int) -> None:
    async with fleet(2) as house:
        house.a.says[""] = (status, {"error": "it is ill"})
        found = await asked.read(house.hearth, "/api/models")
        assert [one["servers"] for one in found["models"]] == [[house.b.url]]
        assert "it is ill" in found["servers"][0]["error"]
        assert (await house.reply())["content"] == ANSWER and house.chats() == [0, 1]


@pytest.mark.gen_test
async def test_what_one_cannot_show_another_is_asked_for() -> None:
    async with fleet(2) as house:
        house.a.says["/api/show"] = (500, {"error": "it is ill"})
        house.b.shows["quick:latest"] = {"parameters": "top_k 3"}
        (quick,) = (await asked.read(house.hearth, "/api/models"))["models"]
        assert quick["parameters"] == {"top_k": 3}


@pytest.mark.gen_test
async def test_a_person_sees_the_models_they_are_allowed_as_if_there_were_no_others() -> None:
    async with fleet(2, "--model=echo") as house:
        house.a.models, house.b.models = ["echo:latest", "quick:latest"], ["Slow:latest"]
        models = house.hearth.house.models
        names = {one.name for one in await models.list(frozenset({"slow", "QUICK:latest", "gone"}))}
        assert names == {"quick:latest", "Slow:latest"}
        assert await models.default() == "echo" == (await models.view())["default"]
        assert await models.default(frozenset({"slow"})) == "Slow:latest"
        assert (await models.view(frozenset({"slow"})))["default"] == "Slow:latest"
        await models.check("Slow", frozenset({"SLOW"}))
        for allowed in (frozenset[str](), frozenset({"quick"})):
            with pytest.raises(Exception, match=r"^model 'slow' not found$"):
                await models.check("slow", allowed)
        with pytest.raises(Exception, match="no model that you may use"):
            await models.default(frozenset())


# -- where a chat goes


@pytest.mark.gen_test
async def test_a_chat_goes_to_the_one_that_has_the_model_in_memory_however_busy_it_is() -> None:
    async with fleet(3) as house:
        for one in house.ollamas:
            one.models, one.loaded = ["hushed:latest"], set()
        house.ollamas[2].loaded = {"hushed:latest"}
        for _ in range(2):
            await house.ask("hushed")
        await eventually(lambda: house.chats() == [0, 0, 2])
        assert not any(one.loads for one in house.ollamas)


@pytest.mark.gen_test
async def test_of_several_that_have_it_in_memory_the_least_busy_one_is_asked() -> None:
    async with fleet(3) as house:
        for one in house.ollamas:
            one.models, one.loaded = ["hushed:latest"], {"hushed:latest"}
        replies = [await house.ask("hushed") for _ in range(3)]
        await eventually(lambda: house.chats() == [1, 1, 1])
        for reply in replies:
            await says(house.hearth, reply, BEGUN)
        await stop(house.hearth, replies[1])
        await house.ask("hushed")
        await eventually(lambda: house.chats() == [1, 2, 1])


@pytest.mark.gen_test
async def test_where_nobody_has_it_in_memory_the_least_busy_of_those_that_have_it_is_asked() -> None:
    async with fleet(3) as house:
        a, b, c = house.ollamas
        for one in house.ollamas:
            one.loaded, one.load = set(), 60
        a.models, b.models, c.models = ["echo:latest"], ["cold:latest", "quick:latest"], ["cold:latest"]
        for _ in range(3):
            await house.ask("cold")
        await eventually(lambda: [len(one.loads) for one in house.ollamas] == [0, 1, 1])  # the third joins the second
        assert (await house.reply())["content"] == ANSWER and house.chats() == [0, 1, 0]


@pytest.mark.gen_test
async def test_each_has_a_line_of_its_own_and_the_figures_add_them_up() -> None:
    async with fleet(2, "--parallel=1", "--metrics") as house:
        for one in house.ollamas:
            one.models, one.loaded = ["hushed:latest"], {"hushed:latest"}
        replies = [await house.ask("hushed") for _ in range(4)]
        await eventually(lambda: house.chats() == [1, 1])
        for reply in replies[:2]:
            await says(house.hearth, reply, BEGUN)
        stream = await house.follow(replies[3])
        await stream.until(b'"position":1')
        figures = (await house.hearth.get("/metrics")).body.decode()
        assert 'hearth_line_running{model="hushed:latest"} 2.0' in figures
        assert 'hearth_line_waiting{model="hushed:latest"} 2.0' in figures
        await stop(house.hearth, replies[1])
        await says(house.hearth, replies[3], BEGUN)
        assert house.chats() == [1, 2]


@pytest.mark.gen_test
async def test_a_model_that_nobody_has_is_not_found() -> None:
    async with fleet(2) as house:
        reply = await house.reply("nothere")
        assert reply["error"]["code"] == "model_not_found" and house.chats() == [0, 0]
        answer = await house.hearth.get("/chat?question=hi&model=nothere")
        assert answer.code == 404 and error_code(answer) == "model_not_found"


@pytest.mark.gen_test
async def test_a_model_of_one_that_is_away_is_away_and_not_unknown() -> None:
    async with fleet(2) as house:
        house.b.models = ["echo:latest", "quick:latest"]
        assert len((await asked.read(house.hearth, "/api/models"))["models"]) == 2
        await house.b.die()
        reply = await house.reply("echo")
        assert reply["error"]["code"] == "ollama_unreachable" and house.b.url in reply["error"]["message"]
        answer = await house.hearth.get("/chat?question=hi&model=echo")
        assert answer.code == 502 and error_code(answer) == "ollama_unreachable"
        assert (await house.hearth.get("/chat?question=hi&model=nothere")).code == 404
        await house.b.revive()
        await house.knows(house.b, True)
        assert (await house.reply("echo"))["state"] == "done"


@pytest.mark.gen_test
async def test_a_plain_question_goes_to_the_one_that_can() -> None:
    async with fleet(2) as house:
        house.a.models, house.b.models, house.a.loaded = ["embed:latest"], ["quick:latest"], set()
        answer = await house.hearth.get("/chat?question=hi")
        assert answer.code == 200 and "data: Hello" in answer.body.decode() and house.chats() == [0, 1]


@pytest.mark.gen_test
async def test_a_title_is_asked_of_the_one_that_has_the_model_in_memory() -> None:
    async with fleet(2, "--titles=true") as house:
        house.a.loaded = set()
        reply = await house.reply()
        await eventually(lambda: house.b.titles)
        assert reply["state"] == "done" and not house.a.titles and not house.a.loads


@pytest.mark.gen_test
async def test_a_gateway_that_knows_no_lists_is_asked_where_nobody_else_has_the_model() -> None:
    async with fleet(2) as house:
        for path in EVERYTHING - {"/api/chat"}:
            house.b.says[path] = (404, b"404 page not found")
        house.b.models = ["echo:latest", "quick:latest"]
        assert (await house.reply("echo"))["state"] == "done" and house.chats() == [0, 1]
        assert (await house.reply("quick"))["state"] == "done" and house.chats() == [1, 1]
