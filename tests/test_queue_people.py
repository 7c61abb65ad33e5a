"""The line between people, over HTTP: two who ask get turns, and nobody has more at once than the owner lets them."""

from __future__ import annotations

from functools import partial

import pytest

from chat.requests import NewConversation

from .at_home import Home, Visitor, at_home
from .hearth import eventually


async def ask(visitor: Visitor, content: str) -> str:
    """The generation, in a conversation of its own: another tab."""
    asked = await visitor.ask(await visitor.conversation(), content, model="slow")
    return str(asked["reply"]["generation"])


async def state(visitor: Visitor, generation: str) -> str:
    return str((await visitor.json("GET", f"/api/generations/{generation}"))["state"])


def has_more_than(home: Home, turns: int) -> bool:
    return len(questions(home)) > turns


def questions(home: Home) -> list[str]:
    """As they reached Ollama."""
    return [chat.body["messages"][-1]["content"] for chat in home.hearth.fake.chats]


@pytest.mark.gen_test(timeout=20)
async def test_who_has_many_tabs_gets_no_more_turns_than_who_has_one() -> None:
    async with at_home("--parallel=1") as home:
        first = await ask(home.anna, "anna 0")
        await eventually(lambda: questions(home) == ["anna 0"])
        annas = [first, *[await ask(home.anna, f"anna {number}") for number in range(1, 5)]]
        bens = [await ask(home.ben, f"ben {number}") for number in range(2)]
        by_question = {f"anna {n}": (home.anna, one) for n, one in enumerate(annas)}
        by_question |= {f"ben {n}": (home.ben, one) for n, one in enumerate(bens)}
        for turn in range(1, 5):
            visitor, generation = by_question[questions(home)[-1]]
            await visitor.post(f"/api/generations/{generation}/stop")
            await eventually(partial(has_more_than, home, turn))
        assert questions(home) == ["anna 0", "anna 1", "ben 0", "anna 2", "ben 1"]


@pytest.mark.gen_test(timeout=20)
async def test_nobody_has_more_at_once_than_the_owner_lets_them() -> None:
    async with at_home("--parallel=4") as home:
        path = f"/api/people/{home.anna.id}"
        assert (await home.owner.send("PATCH", path, {"at_once": 1})).code == 200
        annas = [await ask(home.anna, f"anna {number}") for number in range(3)]
        await ask(home.ben, "ben 0")
        await eventually(lambda: set(questions(home)) == {"anna 0", "ben 0"})
        assert [await state(home.anna, one) for one in annas] == ["running", "queued", "queued"]
        assert (await home.owner.send("PATCH", path, {"at_once": None})).code == 200
        await eventually(lambda: len(questions(home)) == 4)  # what is allowed now begins now


@pytest.mark.gen_test(timeout=20)
async def test_a_model_that_is_not_for_somebody_is_as_if_it_were_not_there() -> None:
    async with at_home() as home:
        path = f"/api/people/{home.anna.id}"
        assert (await home.owner.send("PATCH", path, {"models": ["quick"]})).code == 200
        listed = await home.anna.json("GET", "/api/models")
        assert [model["name"] for model in listed["models"]] == ["quick:latest"] and listed["default"] == "quick:latest"
        answer = await home.anna.get("/chat?question=hi&model=slow")
        assert answer.code == 404
        asked = await home.anna.ask(await home.anna.conversation(), "hi", model="slow")

        async def failed() -> bool:
            message = await home.anna.json("GET", f"/api/messages/{asked['reply']['id']}")
            return bool(message["state"] == "failed" and message["error"]["code"] == "model_not_found")

        await eventually(failed)
        assert not any(chat.body["model"] == "slow" for chat in home.hearth.fake.chats)
        assert len((await home.ben.json("GET", "/api/models"))["models"]) > 1


@pytest.mark.gen_test(timeout=20)
async def test_what_was_kept_before_there_were_accounts_is_the_owners() -> None:
    async with at_home() as home:
        before = home.hearth.house.conversations.of("house")
        conversation = await before.create(NewConversation(title="from before"))
        assert (await home.owner.get(f"/api/conversations/{conversation.id}")).code == 200
        assert (await home.ben.get(f"/api/conversations/{conversation.id}")).code == 404
