"""Hearth is stopped or killed in the midst of a reply: it goes on, and nobody misses or sees twice a word of it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from . import fake_ollama
from .cut_models import CUT, WORDS, prefill
from .fake_ollama import FakeOllama
from .hearth import eventually, frames
from .restarting import Restarting, joined, merged, restarting, set_back

MINUTE = 60.0


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, behaviour in CUT.items():
        monkeypatch.setitem(fake_ollama.BEHAVIOURS, name, behaviour)


async def cut(hearth: Restarting, model: str = "steady", at: str = "word5 ") -> dict[str, Any]:
    """A reply that was killed when its reader had seen these words; Hearth is down."""
    reply = await hearth.ask(model)
    reader = hearth.follow(reply["generation"])
    await reader.has(at)
    await hearth.kill()
    return reply


async def asked(fake: FakeOllama, times: int) -> list[dict[str, Any]]:
    """What Ollama was given, once it was asked that often."""
    await eventually(lambda: len(fake.chats) >= times)
    return [one.body["messages"][-1] for one in fake.chats]


# -- it goes on by itself


@pytest.mark.gen_test(timeout=30)
async def test_a_reply_that_a_restart_cut_goes_on_and_no_reader_notices(tmp_path: Path) -> None:
    async with restarting(tmp_path, "--grace=0.1") as hearth:
        reply = await hearth.ask("steady")
        sse, socket = hearth.follow(reply["generation"]), hearth.follow(reply["generation"], "socket")
        await sse.has("word5 ")
        await socket.has("word5 ")
        assert await hearth.terminate() == 0
        before = sse.last
        await eventually(lambda: sse.last == socket.last)
        await hearth.start()
        heard = [merged(await one.ended()) for one in (sse, socket)]
        whole = merged(await hearth.events(reply["generation"]))
        assert heard == [whole, whole] and before < whole[-1]["id"]
        assert sse.lines > 1 and socket.lines > 1
        assert joined(whole) == WORDS and whole[-1]["type"] == "done"
        message = await hearth.final(reply)
        assert (message["state"], message["content"], message["seams"]) == ("done", WORDS, [])
        assert message["generation"] == reply["generation"]
        given = prefill(hearth.fake.chats[-1])["content"]
        assert given and WORDS.startswith(given) and len(hearth.fake.chats) == 2
        assert hearth.log == ""


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("transport", ["sse", "socket"])
async def test_a_reply_that_a_kill_cut_goes_on_under_the_next_numbers(tmp_path: Path, transport: str) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("steady")
        reader = hearth.follow(reply["generation"], transport)
        await reader.has("word5 ")
        await hearth.restart()
        assert merged(await reader.ended()) == merged(await hearth.events(reply["generation"]))
        message = await hearth.final(reply)
        assert (message["state"], message["content"], reader.content) == ("done", WORDS, WORDS)
        assert prefill(hearth.fake.chats[1])["content"] in WORDS


@pytest.mark.gen_test(timeout=30)
async def test_a_model_that_begins_anew_repeats_nothing(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await cut(hearth, "anew")
        await hearth.start()
        message = await hearth.final(reply)
        assert (message["content"], message["seams"]) == (WORDS, [])
        assert joined(await hearth.readers[0].ended()) == WORDS


@pytest.mark.gen_test(timeout=30)
async def test_where_the_model_says_something_else_the_seam_is_marked(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await cut(hearth, "fickle")
        await hearth.start()
        message = await hearth.final(reply)
        [seam] = message["seams"]
        assert message["content"][seam:].split() == ["The", "capital", "of", "Spain", "is", "Madrid."]
        assert ("The capital of France " + WORDS).startswith(message["content"][:seam]) and seam > 40
        assert joined(await hearth.readers[0].ended()) == message["content"]


@pytest.mark.gen_test(timeout=30)
async def test_a_thought_that_was_cut_goes_on_as_a_thought(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("musing")
        reader = hearth.follow(reply["generation"])
        await eventually(lambda: "word5 " in joined(reader.heard, "thinking"))
        await hearth.restart()
        message = await hearth.final(reply)
        assert (message["thinking"], message["content"]) == (WORDS, "The answer is 42.")
        given = prefill(hearth.fake.chats[1])
        assert given["content"] == "" and "word5 " in given["thinking"]
        assert joined(await reader.ended(), "thinking") == WORDS


@pytest.mark.gen_test(timeout=30)
async def test_a_question_that_waited_in_line_is_asked_after_the_restart(tmp_path: Path) -> None:
    async with restarting(tmp_path, "--parallel=1") as hearth:
        first, second = await hearth.ask("steady"), await hearth.ask("steady", "me too")
        below = await hearth.ask("steady", "and then?", first["conversation"])
        waiting = hearth.follow(second["generation"])
        await eventually(lambda: any(one.get("phase") == "queued" for one in waiting.heard))
        await hearth.follow(first["generation"]).has("word2 ")
        await hearth.restart()
        for reply in (first, second, below):
            message = await hearth.final(reply)
            assert (message["state"], message["content"]) == ("done", WORDS)
        given = [one.body["messages"] for one in hearth.fake.chats]
        assert [one["content"] for one in given[-1]] in (["me too"], ["hi", WORDS, "and then?"])
        assert ["hi", WORDS, "and then?"] in [[one["content"] for one in messages] for messages in given]


# -- and where it does not


@pytest.mark.gen_test(timeout=30)
async def test_an_old_one_ends_as_interrupted_and_goes_on_when_asked_to(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await cut(hearth)
        set_back(hearth.journal(reply["generation"]), 16 * MINUTE)
        await hearth.start()
        message = await hearth.final(reply)
        assert message["state"] == "interrupted" and message["error"]["code"] == "interrupted"
        heard = await hearth.readers[0].ended()
        assert heard[-1]["code"] == "interrupted" and joined(heard) == message["content"] != ""
        assert len(hearth.fake.chats) == 1
        answer = await hearth.send("POST", f"/api/messages/{reply['id']}/continue", {})
        assert answer.code == 202
        again = json.loads(answer.body)["reply"]
        assert again["id"] == reply["id"] and again["generation"] != reply["generation"]
        assert joined(await hearth.events(again["generation"])) == WORDS
        assert (await hearth.final(reply))["content"] == WORDS


@pytest.mark.gen_test(timeout=30)
async def test_a_reply_that_is_cut_twice_is_not_begun_a_third_time(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await cut(hearth)
        await hearth.start()
        await asked(hearth.fake, 2)
        await hearth.restart()
        message = await hearth.final(reply)
        assert message["state"] == "interrupted"
        await hearth.restart()
        assert await hearth.message(reply) == message and len(hearth.fake.chats) == 2
        heard = merged(await hearth.readers[0].ended())
        assert heard == merged(await hearth.events(reply["generation"])) and joined(heard) == message["content"]


@pytest.mark.gen_test(timeout=30)
async def test_a_clock_that_was_set_back_an_hour_harms_nothing(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        ended = await hearth.ask("quick")
        await hearth.final(ended)
        reply = await cut(hearth)
        for one in (ended, reply):
            set_back(hearth.journal(one["generation"]), -60 * MINUTE)
        await hearth.start()
        assert (await hearth.final(reply))["content"] == WORDS
        assert joined(await hearth.events(ended["generation"])) == "Hello, world!"


# -- numbers of what has ended


@pytest.mark.gen_test(timeout=30)
async def test_the_numbers_of_an_ended_reply_are_good_after_a_restart(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("quick")
        reader = hearth.follow(reply["generation"])
        whole = await reader.ended()
        await hearth.restart()
        assert merged(await hearth.events(reply["generation"])) == merged(whole)
        seen = whole[1]["id"]
        assert whole[1]["type"] == "status" and merged(await hearth.events(reply["generation"], seen)) == merged(
            whole[2:]
        )
        last = whole[-1]["id"]
        assert await hearth.events(reply["generation"], last) == []
        assert await hearth.events(reply["generation"], Last_Event_ID=str(last)) == []
        known = await hearth.get(f"/api/generations/{reply['generation']}")
        assert (known["state"], known["last"], known["message"]) == ("done", last, reply["id"])


@pytest.mark.gen_test(timeout=30)
async def test_a_day_later_the_whole_comes_as_one(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reply = await hearth.ask("thinker")
        whole = await hearth.follow(reply["generation"]).ended()
        await hearth.kill()
        set_back(hearth.journal(reply["generation"]), 25 * 60 * MINUTE)
        await hearth.start()
        await eventually(lambda: not hearth.journal(reply["generation"]).exists())
        texts = [one for one in await hearth.events(reply["generation"]) if "text" in one]
        assert [one["text"] for one in texts] == ["Let me think about it.", "The answer is 42."]
        last = whole[-1]["id"]
        assert (await hearth.events(reply["generation"]))[-1]["id"] == last
        assert await hearth.events(reply["generation"], last) == []
        assert (await hearth.get(f"/api/generations/{reply['generation']}"))["state"] == "done"


@pytest.mark.gen_test(timeout=30)
async def test_a_request_that_is_repeated_after_a_restart_asks_nothing_twice(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        first = await hearth.ask("quick", request_id="one")
        await hearth.final(first)
        await hearth.restart()
        again = await hearth.ask("quick", conversation=first["conversation"], request_id="one")
        assert (again["id"], again["content"], again["state"]) == (first["id"], "Hello, world!", "done")
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test(timeout=30)
async def test_a_plain_reader_who_comes_back_after_the_kill_gets_what_was_missed_and_the_error(tmp_path: Path) -> None:
    async with restarting(tmp_path) as hearth:
        reader, writer = await asyncio.open_connection("127.0.0.1", hearth.port)
        writer.write(b"GET /chat?model=steady&question=hi HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        seen = await asyncio.wait_for(reader.readuntil(b"word5 "), 10)
        await hearth.kill()
        writer.transport.abort()
        ids = [line[4:].strip() for line in seen.decode().splitlines() if line.startswith("id: ")]
        missed = next(number for number in ids if number.endswith("-0"))
        await hearth.start()
        answer = await hearth.send("GET", "/chat", None, Last_Event_ID=missed)
        came = [one for one in frames(answer.body.decode()) if one.data]
        text = "".join(one.data for one in came if one.type == "message")
        assert "word5 " in text and WORDS.startswith(text)
        assert came[-1].type == "error" and len(came[-1].data) > 10
        assert (await hearth.send("GET", "/chat", None, Last_Event_ID=came[-1].id)).code == 204
        middle = [one for one in came if one.type == "message"][2]
        rest = await hearth.send("GET", "/chat", None, Last_Event_ID=middle.id)
        assert [one for one in frames(rest.body.decode()) if one.data] == came[3:]
        assert len(hearth.fake.chats) == 1
