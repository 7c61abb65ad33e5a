"""One of several Ollamas dies, in every phase: what had not shown its first token is written by another, once."""

from __future__ import annotations

import asyncio
import random
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ollama import servers as servers_module

from . import asked
from .asked import kept, says, stop, text, told
from .fake_models import BEGUN, BEHAVIOURS, TOLD
from .fake_ollama import Exchange
from .fleet import ANSWER, House, Mortal, fleet, phases
from .hearth import error_code, eventually
from .restarting import restarting

pytestmark = pytest.mark.usefixtures("clean_log")

COUNTED = [f"{number} " for number in range(8)]


@pytest.fixture(autouse=True)
def brisk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "LOOK", 0.02)


async def only_a_head(x: Exchange) -> None:
    await x.head()
    await x.gone.wait()


async def a_thought(x: Exchange) -> None:
    await x.head()
    await x.say(thinking="Let me think")
    await x.gone.wait()


async def counting(x: Exchange) -> None:
    await x.head()
    for word in COUNTED:
        await x.say(word)
        await x.wait(0.005)
    await x.done()


async def ended(house: House, reply: dict[str, Any]) -> dict[str, Any]:
    """The message, once it is; whatever happened to it, its numbers rise and it is told as it is kept."""
    events = await house.hearth.events(reply["generation"])
    numbers = [one["id"] for one in events]
    assert numbers == sorted(set(numbers)) and numbers[0] >= 1
    assert events[-1]["type"] in ("done", "error")
    assert not any(one["type"] in ("done", "error") for one in events[:-1])
    assert phases(events).count("writing") <= 1
    message = await kept(house.hearth, reply)
    assert message["content"] == text(events)
    return message


# -- before the first token


@pytest.mark.gen_test
@pytest.mark.parametrize("is_loaded", [True, False])
@pytest.mark.parametrize(
    ("path", "spares"),
    [
        ("/api/ps", 0),  # as it is looked who has the model in memory
        ("/api/show", 0),  # or has it at all
        ("/api/ps", 1),  # as its turn has come
        ("/api/generate", 0),  # as the model is loaded
        ("/api/ps", 2),  # or was
        ("/api/chat", 0),
    ],
)
async def test_whenever_it_dies_before_the_first_token_another_writes_the_reply(
    path: str, spares: int, is_loaded: bool
) -> None:
    async with fleet(2) as house:
        house.a.dies_at, house.a.spares = path, spares
        for one in house.ollamas:
            one.loaded = {"quick:latest"} if is_loaded else set()
        message = await ended(house, await house.ask())
        assert (message["state"], message["content"], message["error"]) == ("done", ANSWER, None)
        asked_of_a = int((is_loaded and path in ("/api/show", "/api/generate")) or (is_loaded and spares == 2))
        assert house.chats() == [asked_of_a, 1 - asked_of_a]
        assert (await house.reply())["content"] == ANSWER and sum(house.chats()) == 2


@pytest.mark.gen_test
@pytest.mark.parametrize("silence", ["mute", "only a head"])
async def test_what_it_was_reading_when_it_died_is_read_by_another(silence: str) -> None:
    async with fleet(2) as house:
        house.a.writes = only_a_head if silence == "only a head" else BEHAVIOURS["mute"]
        house.b.loaded = set()
        reply = await house.ask()
        stream = await house.follow(reply)
        await stream.until(b'"phase":"reading"')
        await eventually(lambda: house.a.chats)
        await house.a.die()
        await stream.rest()
        steps = [one["phase"] for one in told(stream) if one["type"] == "status"]
        assert steps == ["reading", "loading", "reading", "writing"]
        message = await ended(house, reply)
        assert (message["state"], message["content"]) == ("done", ANSWER)
        assert message["stats"]["queue_duration"] > 0 and house.chats() == [1, 1]


@pytest.mark.gen_test
async def test_who_comes_over_to_a_busy_one_waits_there_in_line() -> None:
    async with fleet(2, "--parallel=1") as house:
        house.a.writes, house.b.writes = BEHAVIOURS["mute"], BEHAVIOURS["hushed"]
        moved, other = await house.ask(), await house.ask()
        await says(house.hearth, other, "One two")
        assert (await kept(house.hearth, moved))["state"] == "running"
        stream = await house.follow(moved)
        await house.a.die()
        await stream.until(b'"position":1')
        assert (await kept(house.hearth, moved))["state"] == "queued"
        house.b.writes = None
        await stop(house.hearth, other)
        message = await ended(house, moved)
        assert (message["state"], message["content"]) == ("done", ANSWER) and house.chats() == [1, 2]


@pytest.mark.gen_test
async def test_a_load_that_dies_is_begun_elsewhere_for_all_who_waited_for_it() -> None:
    async with fleet(2, "--parallel=3") as house:
        for one in house.ollamas:
            one.models, one.loaded = ["cold:latest"], set()
        house.a.load, house.b.models = 60, []
        replies = [await house.ask("cold") for _ in range(3)]
        await eventually(lambda: house.a.loads)
        house.b.models, house.b.load, house.b.writes = ["cold:latest"], 0.01, BEHAVIOURS["quick"]
        await house.a.die()
        messages = [await ended(house, reply) for reply in replies]
        assert [one["content"] for one in messages] == [ANSWER] * 3
        assert len(house.a.loads) == len(house.b.loads) == 1 and house.chats() == [0, 3]


@pytest.mark.gen_test
async def test_those_who_wait_in_its_line_go_over_in_their_order() -> None:
    async with fleet(2, "--parallel=1") as house:
        house.a.writes, house.b.loaded = BEHAVIOURS["hushed"], set()
        replies = [await house.ask() for _ in range(4)]
        streams = [await house.follow(reply) for reply in replies]
        await says(house.hearth, replies[0], "One two")
        await streams[3].until(b'"position":3')
        await house.a.die()
        messages = [await ended(house, reply) for reply in replies]
        assert [one["state"] for one in messages] == ["interrupted", "done", "done", "done"]
        assert [one["content"] for one in messages] == ["One two", ANSWER, ANSWER, ANSWER]
        assert house.chats() == [1, 3]


@pytest.mark.gen_test
async def test_those_who_wait_go_over_as_soon_as_it_is_known_to_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "PATIENCE", 0.5)
    async with fleet(2, "--parallel=1") as house:
        house.a.writes, house.b.loaded = BEHAVIOURS["hushed"], set()
        first, second = await house.ask(), await house.ask()
        await says(house.hearth, first, "One two")
        await (await house.follow(second)).until(b'"phase":"queued"')
        house.a.hangs = True
        await house.servers()
        assert (await ended(house, second))["content"] == ANSWER
        assert (await kept(house.hearth, first))["state"] == "running", "what is being written is left alone"
        await stop(house.hearth, first)


@pytest.mark.gen_test
async def test_those_who_wait_stay_where_nobody_else_has_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "PATIENCE", 0.5)
    async with fleet(2, "--parallel=1") as house:
        house.a.writes, house.b.models, house.b.loaded = BEHAVIOURS["hushed"], [], set()
        first, second = await house.ask(), await house.ask()
        await says(house.hearth, first, "One two")
        stream = await house.follow(second)
        await stream.until(b'"phase":"queued"')
        house.a.hangs = True
        await house.knows(house.a, True)
        assert not (await house.servers())[house.a.url]["reachable"]
        await eventually(lambda: house.b.seen["/api/show"])
        house.a.hangs, house.a.writes = False, None
        await stop(house.hearth, first)
        message = await ended(house, second)
        assert message["content"] == ANSWER and [one.get("position") for one in told(stream)].count(1) == 1


@pytest.mark.gen_test
@pytest.mark.parametrize("path", ["/api/ps", "/api/chat"])
async def test_one_that_hangs_is_given_up_within_the_limits(path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(servers_module, "PATIENCE", 0.5)
    async with fleet(2, "--first-byte-timeout=0.5") as house:
        if path == "/api/ps":
            house.a.hangs = True
        else:
            house.a.writes = BEHAVIOURS["mute"]
        assert (await ended(house, await house.ask()))["content"] == ANSWER
        assert house.chats() == [int(path == "/api/chat"), 1]


@pytest.mark.gen_test
async def test_one_whose_queue_is_full_sends_nobody_away_as_long_as_another_has_room() -> None:
    async with fleet(2) as house:
        house.a.writes = BEHAVIOURS["busy"]
        assert (await ended(house, await house.ask()))["content"] == ANSWER and house.chats() == [1, 1]


@pytest.mark.gen_test
async def test_a_plain_question_moves_too() -> None:
    async with fleet(2) as house:
        house.a.writes = BEHAVIOURS["resetfirst"]
        answer = await house.hearth.get("/chat?question=hi")
        assert answer.code == 200 and "data: Hello" in answer.body.decode() and house.chats() == [1, 1]
        await house.knows(house.a, True)
        house.a.dies_at = "/api/tags"
        answer = await house.hearth.get("/chat?question=hi")
        assert answer.code == 200 and "data: Hello" in answer.body.decode() and house.chats() == [1, 2]


# -- what stays where it is


@pytest.mark.gen_test
@pytest.mark.parametrize("kind", ["content", "thinking"])
async def test_a_reply_that_has_begun_is_never_moved(kind: str) -> None:
    async with fleet(2) as house:
        house.a.writes = a_thought if kind == "thinking" else BEHAVIOURS["hushed"]
        begun = "Let me think" if kind == "thinking" else "One two"
        reply = await house.ask()
        await (await house.follow(reply)).until(b'"phase":"writing"')
        await house.a.die()
        message = await ended(house, reply)
        assert (message["state"], message[kind]) == ("interrupted", begun)
        assert message["error"]["code"] == "broken_stream" and house.chats() == [1, 0]


@pytest.mark.gen_test
async def test_one_that_dies_behind_the_last_word_has_done_its_work() -> None:
    async with fleet(2) as house:
        house.a.writes = BEHAVIOURS["lingering"]
        reply = await house.ask()
        await (await house.follow(reply)).until(b'"type":"done"')
        await house.a.die()
        message = await ended(house, reply)
        assert (message["state"], message["content"]) == ("done", ANSWER) and house.chats() == [1, 0]


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["broken", "refused", "overflow"])
async def test_what_a_model_says_no_to_is_not_asked_of_another(model: str) -> None:
    async with fleet(2) as house:
        house.a.writes = BEHAVIOURS[model]
        assert (await ended(house, await house.ask()))["state"] == "failed" and house.chats() == [1, 0]


@pytest.mark.gen_test
async def test_nothing_is_moved_twice() -> None:
    async with fleet(3) as house:
        for one in house.ollamas[:2]:
            one.writes = BEHAVIOURS["resetfirst"]
        message = await ended(house, await house.ask())
        assert (message["state"], message["error"]["code"]) == ("interrupted", "broken_stream")
        assert house.chats() == [1, 1, 0]


@pytest.mark.gen_test
@pytest.mark.parametrize("second", ["/api/ps", "/api/generate", "/api/chat"])
async def test_when_the_other_one_dies_too_the_error_is_told_once(second: str) -> None:
    async with fleet(2) as house:
        house.a.dies_at = house.b.dies_at = "/api/chat"
        house.b.loaded, house.b.dies_at = set(), second
        message = await ended(house, await house.ask())
        assert message["error"]["retryable"] and message["content"] == ""
        assert message["error"]["code"] in ("broken_stream", "ollama_unreachable")
        answer = await house.hearth.get("/chat?question=hi&model=quick")
        assert answer.code == 502 and error_code(answer) == "ollama_unreachable"
        await house.a.revive()
        await house.knows(house.a, True)
        assert (await ended(house, await house.ask()))["content"] == ANSWER


@pytest.mark.gen_test
@pytest.mark.parametrize("path", ["/api/ps", "/api/chat"])
async def test_stopping_works_also_while_it_moves(path: str) -> None:
    async with fleet(2) as house:
        house.b.loaded = set()
        if path == "/api/ps":
            house.b.hangs, house.a.dies_at = True, "/api/ps"
        else:
            house.b.writes, house.a.dies_at = BEHAVIOURS["mute"], "/api/chat"
        reply = await house.ask()
        await eventually(lambda: house.a.is_dead)
        await stop(house.hearth, reply)
        assert (await ended(house, reply))["state"] == "stopped"
        await eventually(lambda: not house.b.at_work and not house.hearth.house.fleet.is_busy)


# -- going on


@pytest.mark.gen_test
async def test_a_reply_that_was_cut_goes_on_wherever_its_model_is() -> None:
    async with fleet(2) as house:
        for one in house.ollamas:
            one.models, one.loaded = ["teller:latest"], {"teller:latest"}
        reply = await house.ask("teller")
        await says(house.hearth, reply, BEGUN)
        await house.a.die()
        assert (await ended(house, reply))["state"] == "interrupted"
        house.b.writes = BEHAVIOURS["resetfirst"]
        await house.a.revive()
        await house.knows(house.a, True)
        house.a.loaded = set()
        answer = await house.hearth.post(f"/api/messages/{reply['id']}/continue")
        assert answer.code == 202
        message = await asked.read(house.hearth, f"/api/messages/{reply['id']}")
        await house.hearth.events(message["generation"])
        message = await kept(house.hearth, reply)
        assert (message["state"], message["content"]) == ("done", TOLD) and house.chats() == [2, 1]


@pytest.mark.gen_test(timeout=30)
async def test_after_a_restart_a_reply_goes_on_at_the_one_that_is_left(tmp_path: Path) -> None:
    a, b = await Mortal().start(), await Mortal().start()
    for one in (a, b):
        one.models, one.loaded = ["teller:latest"], {"teller:latest"}
    try:
        async with restarting(tmp_path, f"--ollama={a.url},{b.url}") as hearth:
            reply = await hearth.ask("teller")
            reader = hearth.follow(reply["generation"])
            await reader.has(BEGUN)
            await hearth.kill()
            await a.die()
            await hearth.start()
            await reader.ended()
            message = await hearth.final(reply)
            assert (message["state"], message["content"], reader.content) == ("done", TOLD, TOLD)
            assert len(a.chats) == len(b.chats) == 1
    finally:
        for one in (a, b):
            await one.end()


# -- any day


def has_come_so_far(house: House, step: int) -> bool:
    return sum(house.chats()) >= step or not house.hearth.house.fleet.is_busy


async def play(house: House, chance: random.Random) -> None:
    """Somebody dies or comes back whenever one more question was asked."""
    for step in range(1, 25):
        await eventually(partial(has_come_so_far, house, step))
        one = chance.choice(house.ollamas)
        if one.is_dead:
            await one.revive()
            one.writes = counting
        elif chance.random() < 0.5:
            one.dies_at = chance.choice(["/api/ps", "/api/chat", "/api/generate", "/api/version"])
        else:
            await one.die()


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("seed", range(8))
async def test_whoever_dies_and_comes_back_no_reply_is_lost_doubled_or_moved_twice(seed: int) -> None:
    chance = random.Random(seed)
    async with fleet(3, "--parallel=2") as house:
        for one in house.ollamas:
            one.writes, one.load = counting, 0
            one.loaded = {"quick:latest"} if chance.random() < 0.5 else set()
        playing = asyncio.create_task(play(house, chance))
        replies: list[dict[str, Any]] = []
        for number in range(30):
            conversation = await house.hearth.conversation(model="quick")
            replies.append(await house.hearth.ask(conversation, f"question {number}"))
        messages = [await ended(house, reply) for reply in replies]
        await playing
        whole = "".join(COUNTED)
        for number, message in enumerate(messages):
            assert whole.startswith(message["content"])
            assert (message["content"] == whole) or message["error"]["retryable"], message
            assert 1 <= house.asked(f"question {number}") <= 2 or message["error"]["code"] == "ollama_unreachable"
        await eventually(lambda: not house.hearth.house.fleet.is_busy)
