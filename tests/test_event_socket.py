"""`/ws` with hearth.v1: ask, follow and stop, any number of generations on one socket."""

import json
from typing import Any

import pytest

from .hearth import Hearth, eventually, running
from .talk import Line, talk
from .wire import BINARY, PING, TEXT, raw_socket

pytestmark = pytest.mark.usefixtures("clean_log")


def text(events: list[dict[str, Any]]) -> str:
    return "".join(one["text"] for one in events if one["type"] == "content")


async def begun(hearth: Hearth, model: str) -> str:
    return str((await hearth.ask(await hearth.conversation(model=model), "hi"))["generation"])


@pytest.mark.gen_test
async def test_a_question_is_taken_then_answered_by_the_same_events_as_everywhere() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="thinker")
        line = await talk(hearth)
        line.say("ask", conversation=conversation, content="hi", request_id="r1")
        asked = await line.hear()
        assert set(asked) == {"type", "request_id", "message", "reply"}
        assert (asked["type"], asked["request_id"]) == ("asked", "r1")
        assert (asked["message"]["content"], asked["reply"]["parent"]) == ("hi", asked["message"]["id"])
        generation = asked["reply"]["generation"]
        heard = await line.hear_to_the_end(generation)
        assert text(heard) == "The answer is 42."
        assert [list(one)[:3] for one in heard] == [["generation", "id", "type"]] * len(heard)
        assert [one["id"] for one in heard] == sorted({one["id"] for one in heard})
        over_http = await hearth.events(generation)
        assert text(over_http) == text(heard)
        assert over_http[-1] | {"generation": generation} == heard[-1]


@pytest.mark.gen_test
async def test_everything_that_can_be_asked_by_post_can_be_asked_here() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        line = await talk(hearth)
        line.say("ask", conversation=conversation, content="one", request_id="r1")
        first = (await line.hear())["reply"]
        await line.hear_to_the_end(first["generation"])
        more: dict[str, Any] = {"parent": None, "model": "thinker", "options": {"seed": 3}, "think": False}
        line.say("ask", conversation=conversation, content="two", request_id="r2", **more)
        second = (await line.hear())["reply"]
        assert text(await line.hear_to_the_end(second["generation"])) == "The answer is 42."
        assert hearth.fake.chats[1].body["messages"] == [{"role": "user", "content": "two"}]
        assert hearth.fake.chats[1].body["options"] == {"seed": 3} and hearth.fake.chats[1].body["think"] is False


@pytest.mark.gen_test
async def test_a_request_that_was_sent_twice_over_whatever_line_is_asked_once() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        reply = await hearth.ask(conversation, "hi", request_id="r1")
        for _ in range(2):
            line = await talk(hearth)
            line.say("ask", conversation=conversation, content="hi", request_id="r1")
            asked = await line.hear()
            assert (asked["type"], asked["reply"]["id"]) == ("asked", reply["id"])
            heard = await line.hear_to_the_end(reply["generation"])
            assert text(heard) == "Hello, world!" or heard[-1]["type"] == "end"
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_many_generations_are_followed_on_one_socket_each_in_its_order() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.002
        line = await talk(hearth)
        generations = [await begun(hearth, model) for model in ("slow", "thinker", "quick", "slow")]
        for generation in generations:
            line.say("follow", generation=generation)
        heard: dict[str, list[dict[str, Any]]] = {generation: [] for generation in generations}
        while not all(events and events[-1]["type"] == "done" for events in heard.values()):
            frame = await line.hear()
            if frame["type"] != "conversation":
                heard[frame["generation"]].append(frame)
        words = "".join(f"word{n} " for n in range(200))
        assert [text(heard[one]) for one in generations] == [words, "The answer is 42.", "Hello, world!", words]


@pytest.mark.gen_test
async def test_following_from_a_number_gives_what_is_behind_it_and_nothing_left_is_an_end() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "thinker")
        last = (await hearth.events(generation))[-1]["id"]
        line = await talk(hearth)
        for after in range(last):
            line.say("follow", generation=generation, after=after)
            heard = await line.hear_to_the_end(generation)
            expected = await hearth.events(generation, after)
            assert [one | {"generation": generation} for one in expected] == heard
        for after in (last, last + 7):
            line.say("follow", generation=generation, after=after)
            assert await line.hear() == {"generation": generation, "type": "end"}


@pytest.mark.gen_test
async def test_a_number_that_is_never_reached_ends_with_the_generation() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "hushed")
        line = await talk(hearth)
        line.say("follow", generation=generation, after=5000)
        line.say("stop", generation=generation)
        assert await line.hear() == {"generation": generation, "type": "end"}


@pytest.mark.gen_test
async def test_who_lost_the_line_goes_on_at_the_number_on_another_one() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.003
        generation = await begun(hearth, "slow")
        heard: list[dict[str, Any]] = [{"id": 0, "type": "nothing yet"}]
        for word in (10, 60, 120):
            line = await talk(hearth)
            line.say("follow", generation=generation, after=heard[-1]["id"])
            while f"word{word} " not in text(heard):
                heard.append(await line.hear())
            line.socket.cut()
        line = await talk(hearth)
        line.say("follow", generation=generation, after=heard[-1]["id"])
        heard += await line.hear_to_the_end(generation)
        assert text(heard) == "".join(f"word{n} " for n in range(200))
        assert heard[-1]["type"] == "done" and len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_who_unfollows_hears_no_more_and_the_generation_goes_on() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.002
        generation = await begun(hearth, "slow")
        line = await talk(hearth)
        line.say("follow", generation=generation)
        while (await line.hear())["type"] != "content":
            pass
        line.say("unfollow", generation=generation)
        line.say("follow", generation="marker")
        while (await line.hear()).get("generation") != "marker":
            pass
        await hearth.events(generation)  # to its end
        assert (await line.hear())["type"] == "conversation"  # as everybody hears who does not follow
        line.say("follow", generation="marker")
        assert (await line.hear())["generation"] == "marker"  # and nothing in between
        assert (await hearth.events(generation))[-1]["reason"] == "stop"


@pytest.mark.gen_test
async def test_a_reply_is_stopped_from_a_socket_that_does_not_even_follow_it() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "hushed")
        await eventually(lambda: hearth.fake.at_work)
        line, other = await talk(hearth), await talk(hearth)
        line.say("follow", generation=generation)
        other.say("stop", generation=generation)
        other.say("stop", generation=generation)
        assert (await line.hear_to_the_end(generation))[-1]["reason"] == "stopped"
        await eventually(lambda: not hearth.fake.at_work)
        line.say("stop", generation=generation)
        line.say("follow", generation="marker")
        assert (await line.hear())["generation"] == "marker"


@pytest.mark.gen_test
async def test_what_is_unknown_is_not_found_and_named() -> None:
    async with running() as hearth:
        line = await talk(hearth)
        for kind in ("follow", "stop"):
            line.say(kind, generation="nothing")
            answer = await line.hear()
            assert set(answer) == {"type", "code", "generation", "message"}
            assert (answer["type"], answer["code"], answer["generation"]) == ("error", "not_found", "nothing")
        line.say("ask", conversation="nothing", content="hi", request_id="r9")
        answer = await line.hear()
        assert (answer["type"], answer["code"], answer["request_id"]) == ("error", "not_found", "r9")


@pytest.mark.gen_test
async def test_a_failure_of_the_model_comes_as_its_event() -> None:
    async with running() as hearth:
        line = await talk(hearth)
        line.say("ask", conversation=await hearth.conversation(model="nothere"), content="hi", request_id="r1")
        asked = await line.hear()
        last = (await line.hear_to_the_end(asked["reply"]["generation"]))[-1]
        assert set(last) == {"generation", "id", "type", "code", "message", "retryable"}
        assert (last["type"], last["code"], last["retryable"]) == ("error", "model_not_found", False)


@pytest.mark.gen_test
async def test_what_can_not_be_read_is_answered_and_the_socket_stays_open() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        ask = {"type": "ask", "conversation": conversation, "request_id": "r1"}
        line = await talk(hearth)
        for frame, request in (
            (b"", None),
            (b"hello", None),
            (b"[]", None),
            (b"null", None),
            (b"{}", None),
            (b"[" * 100_000, None),
            (b"x" * 2_000_000, None),
            (b'{"type":"dance"}', None),
            (b'{"type":5}', None),
            (b'{"type":"follow"}', None),
            (b'{"type":"follow","generation":5}', None),
            (b'{"type":"follow","generation":"x","after":"1"}', None),
            (b'{"type":"follow","generation":"x","colour":1}', None),
            (json.dumps(ask).encode(), "r1"),
            (json.dumps(ask | {"content": " "}).encode(), "r1"),
            (json.dumps(ask | {"content": "hi", "colour": 1}).encode(), "r1"),
            (json.dumps(ask | {"content": "hi", "images": ["x"]}).encode(), "r1"),
            (json.dumps(ask | {"content": "hi", "request_id": 5}).encode(), None),
        ):
            line.socket.send(TEXT, frame)
            answer = await line.hear()
            assert (answer["type"], answer["code"]) == ("error", "bad_request"), frame[:80]
            assert answer.get("request_id") == request and len(answer["message"]) > 10
        line.socket.send(BINARY, b"\x00\xff")
        assert (await line.hear())["code"] == "bad_request"
        line.say("ask", conversation=conversation, content="hi", request_id="r1")
        assert (await line.hear())["type"] == "asked"


@pytest.mark.gen_test
async def test_who_leaves_in_mid_reply_leaves_the_reply_going_on() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.002
        line = await talk(hearth)
        line.say("ask", conversation=await hearth.conversation(model="slow"), content="hi", request_id="r1")
        generation = (await line.hear())["reply"]["generation"]
        while (await line.hear())["type"] != "content":
            pass
        line.socket.cut()
        assert text(await hearth.events(generation)).endswith("word199 ")


@pytest.mark.gen_test(timeout=30)
async def test_a_flood_of_requests_fills_no_memory_and_every_one_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.talk_events.ECHOED", 4000)  # large answers, to fill the line
    async with running() as hearth:
        line, many = await talk(hearth), 6000
        (handler,) = await eventually(lambda: hearth.house.sockets._open)
        unsent = handler._talk._unsent
        for number in range(many):
            line.say("follow", generation=f"{number:05}" + "x" * 2000)
        await eventually(lambda: len(unsent) > 60)  # the client takes nothing
        for _ in range(30):
            await hearth.get("/api/status")
            assert len(unsent) < 70
        for number in range(many):
            assert (await line.hear())["generation"][:5] == f"{number:05}"


@pytest.mark.gen_test
async def test_a_silent_socket_is_pinged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.talk_events.HEARTBEAT", 0.05)
    async with running() as hearth:
        line = await talk(hearth)
        assert (await line.socket.of(PING))[0] == PING
        assert (await line.socket.of(PING))[0] == PING


@pytest.mark.gen_test
async def test_a_client_that_offers_several_subprotocols_gets_hearths() -> None:
    async with running() as hearth:
        line = Line(await raw_socket(hearth, "graphql-ws, hearth.v1"))
        line.say("follow", generation="nothing")
        assert (await line.hear())["code"] == "not_found"


@pytest.mark.gen_test
async def test_a_long_id_is_not_told_back() -> None:
    async with running() as hearth:
        line = await talk(hearth)
        line.say("follow", generation="x" * 100_000)
        answer = await line.hear()
        assert answer["code"] == "not_found" and "generation" not in answer
