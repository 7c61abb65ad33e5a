"""Following a generation over `text/event-stream`: exact, from any number, by anybody, at any pace."""

import asyncio
import json
import socket
from typing import Any

import pytest

from store import HOUSE

from .fake_ollama import BEHAVIOURS, Exchange
from .hearth import Hearth, RawStream, error_code, eventually, frames, running

pytestmark = pytest.mark.usefixtures("clean_log")

FIELDS = {
    "status": {"type", "phase", "model"},
    "thinking": {"type", "text"},
    "content": {"type", "text"},
    "done": {"type", "reason", "stats"},
    "error": {"type", "code", "message", "retryable"},
}


async def begun(hearth: Hearth, model: str) -> str:
    """The id of a generation that is at work."""
    reply = await hearth.ask(await hearth.conversation(model=model), "hi")
    return str(reply["generation"])


def text(events: list[dict[str, Any]], kind: str = "content") -> str:
    return "".join(one["text"] for one in events if one["type"] == kind)


def read(body: bytes) -> list[dict[str, Any]]:
    return [json.loads(one.data) | {"id": int(one.id)} for one in frames(body.decode()) if one.data]


async def view(hearth: Hearth, generation: str) -> dict[str, Any]:
    return dict(json.loads((await hearth.get(f"/api/generations/{generation}")).body))


@pytest.mark.gen_test
async def test_events_are_numbered_from_one_and_have_their_fields_and_end_with_done() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "thinker")
        answer = await hearth.get(f"/api/generations/{generation}/events")
        blocks = [one for one in frames(answer.body.decode()) if one.data]
        events = read(answer.body)
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store" and answer.headers["X-Accel-Buffering"] == "no"
        assert [one.type for one in blocks] == [one["type"] for one in events]
        numbers = [one["id"] for one in events]
        assert numbers[0] == 1 and numbers == sorted(set(numbers))
        for event in events:
            assert set(event) - {"id"} == FIELDS[event["type"]], event
        assert text(events, "thinking") == "Let me think about it."
        assert text(events) == "The answer is 42."
        assert events[-1]["reason"] == "stop"
        stats = events[-1]["stats"]
        assert {"total_duration", "load_duration", "prompt_eval_count", "eval_count", "eval_duration"} <= set(stats)
        assert stats["queue_duration"] >= 0 and stats["first_token_duration"] > 0
        assert [one["phase"] for one in events if one["type"] == "status"][-1] == "writing"


@pytest.mark.gen_test
async def test_a_model_that_must_be_loaded_says_so_then_reads_then_writes() -> None:
    async with running() as hearth:
        hearth.fake.load = 0.1
        events = await hearth.events(await begun(hearth, "cold"))
        phases = [(one["phase"], one["model"]) for one in events if one["type"] == "status"]
        assert phases == [("loading", "cold"), ("reading", "cold"), ("writing", "cold")]


@pytest.mark.gen_test
async def test_a_length_limit_is_told() -> None:
    async with running() as hearth:
        events = await hearth.events(await begun(hearth, "length"))
        assert (events[-1]["type"], events[-1]["reason"]) == ("done", "length")


@pytest.mark.gen_test
async def test_a_generation_tells_how_it_is() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "hushed")
        await eventually(lambda: hearth.fake.at_work)
        now = await view(hearth, generation)
        assert set(now) == {"id", "conversation", "message", "state", "last"}
        assert (now["id"], now["state"]) == (generation, "running") and now["conversation"] and now["message"]
        await hearth.post(f"/api/generations/{generation}/stop")
        events = await hearth.events(generation)
        then = await view(hearth, generation)
        assert then == now | {"state": "stopped", "last": events[-1]["id"]}


@pytest.mark.gen_test
async def test_from_every_number_comes_exactly_what_is_behind_it() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "thinker")
        whole = await hearth.events(generation)
        for number in range(whole[-1]["id"]):
            rest = await hearth.events(generation, number)
            assert min(one["id"] for one in rest) > number
            for kind in ("thinking", "content"):
                # texts that came as one under the last one's number can't be cut apart by this reader
                assert text(whole, kind).endswith(text(rest, kind))
            assert rest[-1] == whole[-1]
        log = (await hearth.house.generations.get(HOUSE, generation)).log
        for number in range(log.last):
            expected = [event.text for event in log._events[number:] if type(event).__name__ == "Content"]  # type: ignore[union-attr]
            assert text(await hearth.events(generation, number)) == "".join(expected)


@pytest.mark.gen_test
async def test_what_a_browser_remembers_counts_before_the_address() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "quick")
        last = (await hearth.events(generation))[-1]["id"]
        path = f"/api/generations/{generation}/events"
        answer = await hearth.get(f"{path}?after=0", Last_Event_ID=str(last - 1))
        assert [one["id"] for one in read(answer.body)] == [last]
        assert (await hearth.get(f"{path}?after=0", Last_Event_ID=str(last))).code == 204
        assert len(read((await hearth.get(f"{path}?after={last}", Last_Event_ID="0")).body)) > 1


@pytest.mark.gen_test
async def test_when_nothing_is_left_it_is_a_204_and_a_number_that_is_none_a_400() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "quick")
        last = (await hearth.events(generation))[-1]["id"]
        path = f"/api/generations/{generation}/events"
        for after in (last, last + 1, 10**12):
            answer = await hearth.get(f"{path}?after={after}")
            assert (answer.code, answer.body) == (204, b"")
        for after in ("-1", "x", "1.5", "1e3", "0x1", "%D9%A1", "9" * 400, "%00"):
            answer = await hearth.get(f"{path}?after={after}")
            assert (answer.code, error_code(answer)) == (400, "bad_request"), after
        for remembered in ("-1", "x", "1,2"):
            assert error_code(await hearth.get(path, Last_Event_ID=remembered)) == "bad_request"


@pytest.mark.gen_test
async def test_a_number_that_is_never_reached_does_not_hold_the_reader_for_ever() -> None:
    async with running() as hearth:
        generation = await begun(hearth, "hushed")
        stream = await hearth.stream(f"/api/generations/{generation}/events?after=5000")
        await stream.until(b"\r\n\r\n")
        await hearth.post(f"/api/generations/{generation}/stop")
        assert read(await stream.rest()) == []


@pytest.mark.gen_test
async def test_a_broken_line_is_taken_up_where_it_broke() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.003
        generation = await begun(hearth, "slow")
        path, heard, after = f"/api/generations/{generation}/events", list[dict[str, Any]](), 0
        for word in (20, 60, 100, 150):
            stream = await hearth.stream(f"{path}?after={after}")
            await stream.until(b"word%d " % word)
            stream.cut()
            body = stream.body()
            heard += read(body[: body.rindex(b"\n\n") + 2])
            after = heard[-1]["id"]
        heard += await hearth.events(generation, after)
        assert text(heard) == "".join(f"word{n} " for n in range(200))
        assert heard[-1]["type"] == "done" and len({one["id"] for one in heard}) == len(heard)


@pytest.mark.gen_test(timeout=20)
async def test_fifty_readers_hear_the_same_and_those_who_leave_hurt_nobody() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.003
        generation = await begun(hearth, "slow")
        path = f"/api/generations/{generation}/events"
        leavers = [await hearth.stream(path) for _ in range(10)]
        reading = [asyncio.create_task(hearth.events(generation)) for _ in range(50)]
        for number, leaver in enumerate(leavers):
            await leaver.until(b"word%d " % (number * 10))
            leaver.cut()
        heard = await asyncio.gather(*reading)
        assert {text(one) for one in heard} == {"".join(f"word{n} " for n in range(200))}
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_a_reply_of_a_conversation_goes_on_without_any_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.LINGER", 0.05)
    async with running() as hearth:
        hearth.fake.pace = 0.002
        generation = await begun(hearth, "slow")
        stream = await hearth.stream(f"/api/generations/{generation}/events")
        await stream.until(b"word1 ")
        stream.cut()
        log = (await hearth.house.generations.get(HOUSE, generation)).log
        await eventually(lambda: log.ending)
        assert text(await hearth.events(generation)).endswith("word199 ")


PIECES = 1000


async def flood(x: Exchange) -> None:
    await x.head()
    for number in range(PIECES):
        await x.say(f"{number:06}" + "x" * 9994)
    await x.done()


@pytest.mark.gen_test(timeout=30)
async def test_a_reader_on_a_slow_line_gets_larger_events_and_costs_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BEHAVIOURS, "flood", flood)
    async with running() as hearth:
        generation = await begun(hearth, "flood")
        line = socket.socket()
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.connect(("127.0.0.1", hearth.port))
        reader, writer = await asyncio.open_connection(sock=line)
        hearth.lines.append(writer)
        writer.write(f"GET /api/generations/{generation}/events HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        log = (await hearth.house.generations.get(HOUSE, generation)).log
        await eventually(lambda: log.ending, seconds=20)
        held = [len(stream._write_buffer) for stream in hearth.server._open]  # 10 MB were written
        assert sum(held) < 1024 * 1024
        chunks = [b""]
        while not chunks[-1].endswith(b"\r\n0\r\n\r\n"):
            chunks.append(await reader.read(65536))
        events = read(RawStream(reader, writer, b"".join(chunks)).body())
        assert text(events) == "".join(f"{number:06}" + "x" * 9994 for number in range(PIECES))
        assert len(events) < PIECES / 2 and events[-1]["type"] == "done"


@pytest.mark.gen_test
async def test_a_silent_line_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.sse.HEARTBEAT", 0.05)
    async with running() as hearth:
        stream = await hearth.stream(f"/api/generations/{await begun(hearth, 'mute')}/events")
        await stream.until(b":\n\n")
        assert not text(read(stream.body()))
