"""`GET /chat`: a question in the address, its reply as an event stream, and a line that may break."""

import json
from urllib.parse import quote

import pytest
from tornado.httpclient import HTTPResponse

import server
from chat.events import Content
from handlers import sse
from store import HOUSE

from .fake_ollama import BEHAVIOURS, Exchange
from .hearth import Frame, Hearth, error_code, eventually, frames, running
from .wire import raw

pytestmark = pytest.mark.usefixtures("clean_log")

LINES = "a\nb\nc\n\n d é\u2028"  # what the model `lines` says, as an event stream can carry it


async def chat(hearth: Hearth, model: str, question: str = "hi", **headers: str) -> HTTPResponse:
    return await hearth.get(f"/chat?model={model}&question={quote(question)}", **headers)


def said(blocks: list[Frame]) -> str:
    return "".join(one.data for one in blocks if one.type == "message")


def last_id(body: bytes) -> str:
    """Of the last event that came whole."""
    return frames(body.decode())[-1].id


@pytest.mark.gen_test
async def test_a_browser_knows_where_to_come_back_to_before_the_first_word() -> None:
    async with running() as hearth:
        stream = await hearth.stream("/chat?model=mute&question=hi")
        await stream.until(b"\n\n")
        (block,) = frames(stream.body().decode())
        assert (block.retry, block.data, block.comments) == ("1000", "", 0)
        assert block.id and b"data" not in stream.body()
        stream.cut()


@pytest.mark.gen_test
async def test_only_the_reply_is_sent_not_the_thinking_and_every_event_can_be_come_back_to() -> None:
    async with running() as hearth:
        for model in ("thinker", "tagged"):
            blocks = frames((await chat(hearth, model)).body.decode())
            assert said(blocks).endswith("The answer is 42.") and "Let me" not in said(blocks)
            assert all(one.id for one in blocks) and len({one.id for one in blocks}) == len(blocks)


@pytest.mark.gen_test
async def test_every_character_arrives_and_every_line_end_is_one() -> None:
    async with running() as hearth:
        body = (await chat(hearth, "lines")).body
    assert b"\r" not in body
    assert said(frames(body.decode())) == LINES


@pytest.mark.gen_test
async def test_who_comes_back_at_any_place_also_within_a_line_end_gets_the_exact_rest() -> None:
    async with running() as hearth:
        start = frames((await chat(hearth, "lines")).body.decode())[0].id
        generation = await hearth.house.generations.get(HOUSE, start.partition("-")[0])
        texts = [event.text if isinstance(event, Content) else "" for event in generation.log._events]
        assert "".join(texts) == "a\rb\r\nc\n\n d é\u2028"
        for number in range(generation.log.last):
            before = "".join(texts[:number]).replace("\r\n", "\n").replace("\r", "\n")
            answer = await hearth.get("/chat?question=hi", Last_Event_ID=f"{generation.id}-{number}")
            rest = said(frames(answer.body.decode())) if answer.code == 200 else ""
            assert before + rest == LINES, number
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_a_silent_line_is_kept_alive(monkeypatch: pytest.MonkeyPatch) -> None:
    assert sse.HEARTBEAT < 15
    monkeypatch.setattr("handlers.sse.HEARTBEAT", 0.05)
    async with running() as hearth:
        stream = await hearth.stream("/chat?model=hushed&question=hi")
        await stream.until(b"data:  two\n\n")
        await stream.until(b":\n\n")
        assert said(frames(stream.body().decode())) == "One two"
        stream.cut()


async def ponder(x: Exchange) -> None:
    await x.head()
    while not x.gone.is_set():
        await x.say(thinking="hm ")
        await x.wait(0.01)


@pytest.mark.gen_test
async def test_the_line_is_also_kept_alive_while_the_model_only_thinks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.sse.HEARTBEAT", 0.1)
    monkeypatch.setitem(BEHAVIOURS, "ponder", ponder)
    async with running() as hearth:
        stream = await hearth.stream("/chat?model=ponder&question=hi")
        await stream.until(b":\n\n")
        assert b"hm" not in stream.seen
        stream.cut()


@pytest.mark.gen_test
async def test_what_can_not_be_asked_is_refused_before_the_stream_begins() -> None:
    async with running() as hearth:
        for path, status, code in (
            ("/chat", 400, "bad_request"),
            ("/chat?question=", 400, "bad_request"),
            ("/chat?question=%20%0a%09%e2%80%83", 400, "bad_request"),
            ("/chat?question=%ff", 400, "bad_request"),
            ("/chat?question=" + "x" * 16385, 413, "too_large"),
            ("/chat?question=" + quote("é" * 8193), 413, "too_large"),
            ("/chat?question=hi&model=nothere", 404, "model_not_found"),
        ):
            answer = await hearth.get(path)
            assert (answer.code, error_code(answer)) == (status, code), path[:80]
        assert not hearth.fake.chats
        assert (await hearth.get("/chat?model=quick&question=" + "x" * 16384)).code == 200


@pytest.mark.gen_test(timeout=20)
async def test_an_address_longer_than_the_server_reads_is_refused_in_words() -> None:
    async with running() as hearth:
        for length in (70_000, 200_000, 1_000_000, 5_000_000):
            line = b"GET /chat?question=%b HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n" % (b"x" * length)
            answer = await raw(hearth, line)
            assert (answer.status, answer.error()) == (413, "too_large")
        assert (await chat(hearth, "quick")).code == 200


@pytest.mark.gen_test
async def test_an_ollama_that_is_not_there_is_a_502_and_is_found_when_it_comes_back() -> None:
    async with running() as hearth:
        port = hearth.fake.port
        await hearth.fake.stop()
        for question in ("/chat?question=hi", "/chat?question=hi&model=quick"):
            answer = await hearth.get(question)
            assert (answer.code, error_code(answer)) == (502, "ollama_unreachable")
        await hearth.fake.start(port)
        assert said(frames((await chat(hearth, "quick")).body.decode())) == "Hello, world!"


@pytest.mark.gen_test
async def test_a_house_without_any_model_says_so() -> None:
    async with running() as hearth:
        hearth.fake.models = ["embed:latest"]
        answer = await hearth.get("/chat?question=hi")
        assert (answer.code, error_code(answer)) == (404, "model_not_found")
        assert "ollama pull" in json.loads(answer.body)["error"]["message"]


@pytest.mark.gen_test
async def test_an_error_within_the_reply_is_told_in_ollamas_own_words_and_ends_it() -> None:
    async with running() as hearth:
        answer = await chat(hearth, "failing")
        *rest, last = frames(answer.body.decode())
        assert (answer.code, said(rest)) == (200, "One two three four")
        assert last.type == "error" and last.id
        assert "an error was encountered while running the model: unexpected EOF" in last.data
        again = await chat(hearth, "failing", Last_Event_ID=last.id)
        assert again.code == 204


@pytest.mark.gen_test(timeout=20)
async def test_a_line_that_breaks_loses_nothing_and_asks_nothing_twice() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.005
        stream = await hearth.stream("/chat?model=slow&question=hi")
        heard = ""
        for word in range(10, 200, 40):
            await stream.until(b"word%d " % word)
            body = stream.body()
            stream.cut()
            body = body[: body.rindex(b"\n\n") + 2]
            heard += said(frames(body.decode()))
            stream = await hearth.stream("/chat?model=slow&question=hi", Last_Event_ID=last_id(body))
        heard += said(frames((await stream.rest()).decode()))
        assert heard == "".join(f"word{n} " for n in range(200))
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_who_has_heard_everything_is_told_to_stop_coming_back() -> None:
    async with running() as hearth:
        end = last_id((await chat(hearth, "quick")).body)
        answer = await chat(hearth, "quick", Last_Event_ID=end)
        assert (answer.code, answer.body) == (204, b"")
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_a_place_that_nobody_knows_is_a_204_and_never_asks_again() -> None:
    async with running() as hearth:
        known = last_id((await chat(hearth, "quick")).body).partition("-")[0]
        places = ["x", "-", "7", "0123-4", "y" * 9000, known]
        for place in [*places, *(known + end for end in ("-", "-x", "--1", "-1-1", "-²"))]:
            answer = await chat(hearth, "quick", Last_Event_ID=place)
            assert (answer.code, answer.body) == (204, b""), place
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_a_place_behind_the_end_does_not_wait_for_ever() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.001
        stream = await hearth.stream("/chat?model=slow&question=hi")
        await stream.until(b"word3 ")
        generation = last_id(stream.body()).partition("-")[0]
        beyond = await hearth.stream("/chat?question=hi", Last_Event_ID=f"{generation}-99999")
        assert said(frames((await beyond.rest()).decode())) == ""
        stream.cut()


@pytest.mark.gen_test
async def test_two_readers_of_one_reply_hear_the_same() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.002
        one = await hearth.stream("/chat?model=slow&question=hi")
        await one.until(b"\n\n")
        two = await hearth.stream("/chat?question=hi", Last_Event_ID=last_id(one.body()))
        heard = [said(frames((await stream.rest()).decode())) for stream in (one, two)]
        assert heard[0] == heard[1] == "".join(f"word{n} " for n in range(200))
        assert len(hearth.fake.chats) == 1


@pytest.mark.gen_test
async def test_a_reader_who_left_for_too_long_ends_ollamas_work(monkeypatch: pytest.MonkeyPatch) -> None:
    assert server.LINGER == 8
    monkeypatch.setattr("server.LINGER", 0.1)
    async with running() as hearth:
        stream = await hearth.stream("/chat?model=endless&question=hi")
        await stream.until(b"on and on")
        assert hearth.fake.at_work == {"endless"}
        stream.cut()
        await eventually(lambda: not hearth.fake.at_work)


@pytest.mark.gen_test(timeout=20)
async def test_a_reader_who_comes_back_in_time_finds_the_reply_going_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.LINGER", 1)
    async with running() as hearth:
        hearth.fake.pace = 0.01  # two seconds in all: longer than anybody who left would be waited for
        stream = await hearth.stream("/chat?model=slow&question=hi")
        await stream.until(b"word3 ")
        place = last_id(stream.body())
        other = await hearth.stream("/chat?question=hi", Last_Event_ID=place)
        await other.until(b"word9 ")
        stream.cut()
        other.cut()
        last = await hearth.stream("/chat?question=hi", Last_Event_ID=place)
        assert said(frames((await last.rest()).decode())).endswith("word199 ")


@pytest.mark.gen_test
async def test_nothing_between_server_and_browser_is_told_to_keep_or_to_hold_back_the_stream() -> None:
    async with running() as hearth:
        answer = await chat(hearth, "quick", Accept_Encoding="gzip, br")
        assert answer.headers["Content-Type"].startswith("text/event-stream")
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["X-Accel-Buffering"] == "no"
        assert "Content-Encoding" not in answer.headers


@pytest.mark.gen_test
async def test_every_other_method_is_refused_in_json() -> None:
    async with running() as hearth:
        for method in ("HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "BREW"):
            answer = await hearth.send(method, "/chat?question=hi", None if method in ("HEAD", "TRACE") else b"")
            assert (answer.code, answer.headers["Allow"]) == (405, "GET"), method
            assert method == "HEAD" or error_code(answer) == "method_not_allowed"
        assert not hearth.fake.chats


@pytest.mark.gen_test
async def test_the_question_reaches_the_model_as_it_was_typed() -> None:
    question = "  a+b %2B & ? # 漢字 \n\tend\r\n"
    async with running() as hearth:
        await chat(hearth, "echo", question)
        unquoted = await hearth.stream("/chat?model=echo&question=прив")  # as curl sends it
        await unquoted.rest()
        asked = [exchange.body["messages"] for exchange in hearth.fake.chats]
    assert asked == [[{"role": "user", "content": question}], [{"role": "user", "content": "прив"}]]


@pytest.mark.gen_test
async def test_a_question_without_a_model_goes_to_the_chosen_one_or_to_the_first_that_can_chat() -> None:
    async with running() as hearth:
        hearth.fake.models = ["embed:latest", "echo:latest", "quick:latest"]
        await hearth.get("/chat?question=hi")
        assert hearth.fake.chats[-1].model == "echo"
    async with running("--model=length") as hearth:
        assert said(frames((await hearth.get("/chat?question=hi")).body.decode())) == "And then"
