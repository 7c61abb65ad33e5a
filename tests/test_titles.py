"""A conversation has a title at once, and a better one when the model has nothing else to do."""

import json
from typing import Any

import pytest

from .asked import answered, kept, read, says, stop, whole
from .hearth import Hearth, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")

BETTER = "What a model calls it"


async def title(hearth: Hearth, conversation: str) -> str | None:
    found: str | None = (await whole(hearth, conversation))["title"]
    return found


async def titled(hearth: Hearth, conversation: str, expected: str | None) -> None:
    async def is_so() -> bool:
        return await title(hearth, conversation) == expected

    await eventually(is_so)


async def turn(hearth: Hearth) -> None:
    """Long enough for anything that is not waited for to have begun: Hearth went to Ollama and back."""
    for _ in range(5):
        assert (await hearth.get("/api/models")).code == 200


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("How do herbs grow?", "How do herbs grow?"),
        ("\n\n  How do\t herbs grow?  \nAnd where?", "How do herbs grow?"),
        ("word " * 40, ("word " * 16)[:79] + "…"),
        ("草" * 100, "草" * 79 + "…"),
    ],
)
async def test_the_first_line_of_the_question_is_the_title_at_once(question: str, expected: str) -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        assert await title(hearth, conversation) is None
        await hearth.ask(conversation, question)
        assert await title(hearth, conversation) == expected
        await hearth.ask(conversation, "Another question")
        assert await title(hearth, conversation) == expected


@pytest.mark.gen_test
async def test_the_model_finds_a_better_one_once_the_reply_is_done_and_only_once() -> None:
    async with running("--titles=true") as hearth:
        conversation = await hearth.conversation(model="quick")
        await answered(hearth, conversation, "How do herbs grow?")
        await titled(hearth, conversation, BETTER)
        (asked,) = hearth.fake.titles
        assert asked.model == "quick" and asked.body["stream"] is False
        assert [one["content"] for one in asked.body["messages"]][:2] == ["How do herbs grow?", "Hello, world!"]
        assert asked.body["messages"][-1]["role"] == "user"
        await answered(hearth, conversation, "And where?")
        await turn(hearth)
        assert len(hearth.fake.titles) == 1 and await title(hearth, conversation) == BETTER
        messages = (await whole(hearth, conversation))["messages"]
        assert len(messages) == 4, "asking for a title leaves no message behind"


@pytest.mark.gen_test
async def test_a_title_that_a_person_gave_is_never_replaced() -> None:
    async with running("--titles=true") as hearth:
        mine = await hearth.conversation(model="quick", title="Mine")
        await answered(hearth, mine, "hi")
        await turn(hearth)
        assert await title(hearth, mine) == "Mine" and not hearth.fake.titles

        hearth.fake.titling.clear()
        other = await hearth.conversation(model="quick")
        await answered(hearth, other, "hi")
        await eventually(lambda: hearth.fake.titles)
        await hearth.send("PATCH", f"/api/conversations/{other}", {"title": "Mine too"})
        hearth.fake.titling.set()
        await eventually(lambda: not hearth.fake.at_work)
        await turn(hearth)
        assert await title(hearth, other) == "Mine too"


@pytest.mark.gen_test
@pytest.mark.parametrize("nothing", [None, "", " \n"])
async def test_a_title_that_a_person_takes_back_is_found_anew(nothing: str | None) -> None:
    async with running("--titles=true") as hearth:
        conversation = await hearth.conversation(model="hushed", title="Mine")
        for question in ("", " First of all\nand more", "Later"):
            if question:
                reply = await hearth.ask(conversation, question)
                await says(hearth, reply, "One two")
                await stop(hearth, reply)
            answer = await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": "Mine"})
            assert json.loads(answer.body)["title"] == "Mine"
            answer = await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": nothing})
            assert json.loads(answer.body)["title"] == ("First of all" if question else None)
        (found,) = (await read(hearth, "/api/conversations?query=first"))["conversations"]
        assert found["title"] == "First of all" and not hearth.fake.titles
        await answered(hearth, conversation, "And now?", model="quick")
        await titled(hearth, conversation, BETTER)


@pytest.mark.gen_test
async def test_it_is_given_up_as_soon_as_anybody_asks_and_found_when_there_is_time() -> None:
    async with running("--titles=true") as hearth:
        hearth.fake.titling.clear()
        conversation, other = [await hearth.conversation(model="quick") for _ in range(2)]
        await answered(hearth, conversation, "one")
        await eventually(lambda: hearth.fake.titles)
        hearth.fake.parallel = 1
        reply = await answered(hearth, other, "two")  # which would wait for the title else
        assert reply["state"] == "done"
        await eventually(hearth.fake.titles[0].gone.is_set)
        assert await title(hearth, conversation) == "one"
        hearth.fake.titling.set()
        for one in (conversation, other):
            await titled(hearth, one, BETTER)


@pytest.mark.gen_test
@pytest.mark.parametrize("other", ["a deletion", "a question that is not kept"])
async def test_it_is_found_after_whatever_came_between(other: str) -> None:
    async with running("--titles=true") as hearth:
        hearth.fake.titling.clear()
        conversation, another = [await hearth.conversation(model="quick") for _ in range(2)]
        await answered(hearth, conversation, "hi")
        await eventually(lambda: hearth.fake.titles)
        if other == "a deletion":
            await hearth.send("DELETE", f"/api/conversations/{another}", None)
        else:
            await hearth.get("/chat?model=quick&question=hi")
        await eventually(hearth.fake.titles[0].gone.is_set)
        hearth.fake.titling.set()
        await titled(hearth, conversation, BETTER)


@pytest.mark.gen_test
async def test_nobody_waits_for_a_title_while_another_reply_is_written() -> None:
    async with running("--titles=true") as hearth:
        busy = await hearth.ask(await hearth.conversation(model="hushed"), "long")
        await says(hearth, busy, "One two")
        conversation = await hearth.conversation(model="quick")
        await answered(hearth, conversation, "short")
        await turn(hearth)
        assert not hearth.fake.titles and await title(hearth, conversation) == "short"
        await stop(hearth, busy)
        await titled(hearth, conversation, BETTER)
        assert await title(hearth, busy["conversation"]) == "long", "what was stopped is not worth a title"


@pytest.mark.gen_test
async def test_a_reply_that_failed_or_a_conversation_that_is_gone_gets_none() -> None:
    async with running("--titles=true") as hearth:
        failed = await answered(hearth, await hearth.conversation(model="failing"), "hi")
        await turn(hearth)
        assert not hearth.fake.titles and (await kept(hearth, failed))["state"] == "failed"
        hearth.fake.titling.clear()
        gone = await hearth.conversation(model="quick")
        await answered(hearth, gone, "hi")
        await eventually(lambda: hearth.fake.titles)
        assert (await hearth.send("DELETE", f"/api/conversations/{gone}", None)).code == 204
        await eventually(hearth.fake.titles[0].gone.is_set)


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ('"Herbs on a balcony"', "Herbs on a balcony"),
        ("**Title: Herbs**", "Herbs"),
        ("<think>What is it about?</think>\n\nHerbs.\nOr so", "Herbs"),
        ("", "hi"),
        ("  \n ", "hi"),
        ("x" * 500, "x" * 79 + "…"),
    ],
)
async def test_what_models_put_around_a_title_is_taken_off(said: str, expected: str) -> None:
    async with running("--titles=true") as hearth:
        hearth.fake.title = said
        conversation = await hearth.conversation(model="quick")
        await answered(hearth, conversation, "hi")
        await eventually(lambda: hearth.fake.titles and not hearth.fake.at_work)
        await titled(hearth, conversation, expected)


@pytest.mark.gen_test
async def test_without_titles_the_model_is_never_asked_for_one() -> None:
    async with running("--titles=false") as hearth:
        conversation: Any = await hearth.conversation(model="quick")
        await answered(hearth, conversation, "hi")
        await turn(hearth)
        assert not hearth.fake.titles and await title(hearth, conversation) == "hi"
