"""The list of conversations: the newest first, page by page, and found by what was said in them."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from .asked import answered, read
from .hearth import Hearth, error_code, running

pytestmark = pytest.mark.usefixtures("clean_log")


async def listed(hearth: Hearth, **query: Any) -> tuple[list[dict[str, Any]], bool]:
    found = await read(hearth, f"/api/conversations?{urlencode(query)}")
    assert set(found) == {"conversations", "more"}
    return found["conversations"], found["more"]


async def titles(hearth: Hearth, **query: Any) -> list[str]:
    return [one["title"] for one in (await listed(hearth, **query))[0]]


@pytest.mark.gen_test
async def test_the_newest_comes_first_and_a_question_makes_it_new_again() -> None:
    async with running() as hearth:
        assert await listed(hearth) == ([], False)
        first, *_ = [await hearth.conversation(title=title, model="quick") for title in ("one", "two", "three")]
        assert await titles(hearth) == ["three", "two", "one"]
        await answered(hearth, first, "hi")
        assert await titles(hearth) == ["one", "three", "two"]
        await hearth.send("PATCH", f"/api/conversations/{first}", {"title": "uno"})
        assert await titles(hearth) == ["uno", "three", "two"]


@pytest.mark.gen_test
async def test_a_conversation_in_the_list_is_the_one_that_is_read_by_its_id() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed", system="Be brief.", options={"seed": 1})
        reply = await hearth.ask(conversation, "hi")
        ((one,), more) = await listed(hearth)
        alone = await read(hearth, f"/api/conversations/{conversation}")
        del alone["messages"]
        assert one == alone | {"snippet": None} and not more
        assert one["running"] == [reply["generation"]]


@pytest.mark.gen_test(timeout=20)
@pytest.mark.parametrize("limit", [1, 3, 7, 8, 200])
async def test_page_by_page_everything_comes_once_also_while_new_ones_are_made(limit: int) -> None:
    async with running() as hearth:
        expected = [str(number) for number in range(7)]
        for title in expected:
            await hearth.conversation(title=title)
        found, more = await listed(hearth, limit=limit)
        seen = list(found)
        while more:
            assert len(found) == limit
            await hearth.conversation(title="new")
            found, more = await listed(hearth, limit=limit, before=seen[-1]["id"])
            seen += found
        assert [one["title"] for one in seen] == expected[::-1]
        last = next(one["id"] for one in seen if one["title"] == "0")
        assert await listed(hearth, before=last) == ([], False)


@pytest.mark.gen_test
async def test_pinned_ones_are_listed_alone_however_old() -> None:
    async with running() as hearth:
        made = [await hearth.conversation(title=str(number)) for number in range(8)]
        for number in (0, 3, 6):
            await hearth.send("PATCH", f"/api/conversations/{made[number]}", {"pinned": True})
        assert await titles(hearth, pinned="true") == ["6", "3", "0"]
        assert await titles(hearth, pinned="false") == ["7", "5", "4", "2", "1"]
        assert len(await titles(hearth)) == 8
        found, more = await listed(hearth, pinned="true", limit=2)
        assert more and [one["title"] for one in found] == ["6", "3"]
        assert await titles(hearth, pinned="true", before=found[-1]["id"]) == ["0"]
        await hearth.send("PATCH", f"/api/conversations/{made[3]}", {"pinned": False})
        assert await titles(hearth, pinned="true") == ["6", "0"]
        for query in ({"pinned": "yes"}, {"pinned": ""}, {"pinned": "true", "query": "a"}):
            answer = await hearth.get(f"/api/conversations?{urlencode(query)}")
            assert (answer.code, error_code(answer)) == (400, "bad_request"), query


@pytest.mark.gen_test
async def test_what_was_asked_and_answered_is_found_with_a_piece_of_the_text_around() -> None:
    async with running() as hearth:
        herbs = await hearth.conversation(title="Kräuter", model="echo")
        await answered(hearth, herbs, "How much water does basil need in the hot summer months on a balcony?")
        other = await hearth.conversation(title="Trains", model="quick")
        await answered(hearth, other, "When does the night train leave?")
        for query, title, piece in (
            ("basil", "Kräuter", "basil"),
            ("BASIL water", "Kräuter", "basil"),
            ("basi", "Kräuter", "basil"),  # while it is being typed
            ("night train", "Trains", "night train"),
            ("hello", "Trains", "Hello"),  # what the model said
        ):
            (one,), more = await listed(hearth, query=query)
            assert (one["title"], more) == (title, False), query
            assert piece in one["snippet"], query
        (one,), _ = await listed(hearth, query="kräuter")
        assert (one["title"], one["snippet"]) == ("Kräuter", None)  # only the title has it
        assert await titles(hearth, query="submarine") == []
        assert await titles(hearth, query="   ") == ["Trains", "Kräuter"]


@pytest.mark.gen_test
@pytest.mark.parametrize(("question", "query"), [("北京的天气怎么样?", "天气"), ("東京タワーの高さは?", "タワー")])
async def test_chinese_and_japanese_are_found_though_no_blanks_part_their_words(question: str, query: str) -> None:
    async with running() as hearth:
        await answered(hearth, await hearth.conversation(title="a", model="quick"), question)
        await answered(hearth, await hearth.conversation(title="b", model="quick"), "something else, 上海")
        ((one,), _) = await listed(hearth, query=query)
        assert one["title"] == "a" and query in one["snippet"]


@pytest.mark.gen_test(timeout=20)
async def test_what_is_found_also_comes_page_by_page() -> None:
    async with running() as hearth:
        for number in range(5):
            await hearth.conversation(title=f"plan {number}")
            await hearth.conversation(title=f"other {number}")
        found, more = await listed(hearth, query="plan", limit=2)
        seen = list(found)
        while more:
            found, more = await listed(hearth, query="plan", limit=2, before=seen[-1]["id"])
            seen += found
        assert [one["title"] for one in seen] == [f"plan {number}" for number in range(4, -1, -1)]


@pytest.mark.gen_test
async def test_any_text_may_be_searched_for() -> None:
    async with running() as hearth:
        await hearth.conversation(title='a "quoted" AND (odd) title*')
        for query in ('"', "AND", "a AND", "NEAR(", "*", "title:", "-", "^", "a'b", "\\", "%_", "😀", "x" * 5000, ")("):
            answer = await hearth.get(f"/api/conversations?{urlencode({'query': query})}")
            assert answer.code == 200, (query, answer.body)
        assert len(await titles(hearth, query='"quoted" odd')) == 1


@pytest.mark.gen_test
async def test_a_limit_that_is_none_and_a_place_that_nobody_knows_are_refused() -> None:
    async with running() as hearth:
        for limit in ("0", "-1", "201", "x", "1.5", "1e2", "٣", "9" * 400, "", " "):
            answer = await hearth.get(f"/api/conversations?{urlencode({'limit': limit})}")
            assert (answer.code, error_code(answer)) == (400, "bad_request"), limit
            assert "limit" in json.loads(answer.body)["error"]["message"]
        answer = await hearth.get("/api/conversations?before=nothing")
        assert (answer.code, error_code(answer)) == (404, "not_found")
        assert (await hearth.get("/api/conversations?query=%ff%fe")).code == 400
