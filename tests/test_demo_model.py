"""The demo model as a caller meets it: the real model in its real process, over real sockets."""

import asyncio
import json
import os
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from demo import prompt
from demo.process import DemoModel
from demo.request import Message

from .demo_calls import NAME, chat, get, post, reply, until

RECORDINGS = Path(__file__).parent / "recordings"

gen_test = pytest.mark.gen_test(timeout=60)


def lines(response: HTTPResponse) -> list[Any]:
    return [json.loads(line) for line in response.body.split(b"\n")[:-1]]


async def open_chat(demo: DemoModel, body: object) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    address = urlsplit(demo.url or "")
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    content = json.dumps(body).encode()
    head = f"POST /api/chat HTTP/1.1\r\nHost: {address.netloc}\r\nContent-Length: {len(content)}\r\n\r\n"
    writer.write(head.encode() + content)
    return reader, writer


def cpu_seconds(pid: int | None) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def computes(demo: DemoModel) -> bool:
    """While it does, both of its threads are busy: a quarter of one is plenty to tell."""
    before = cpu_seconds(demo.pid)
    await asyncio.sleep(0.2)
    return cpu_seconds(demo.pid) - before > 0.05


async def rests(demo: DemoModel) -> bool:
    return not await computes(demo)


STORY = chat("Tell me a very long story about a fox.", options={"num_predict": 4000, "temperature": 1})


@gen_test
async def test_it_answers_a_question_word_by_word(demo: DemoModel) -> None:
    response = await post(demo, "/api/chat", chat("What is the capital of France?"))
    *pieces, end = lines(response)
    assert response.headers["Content-Type"] == "application/x-ndjson"
    assert "Paris" in "".join(piece["message"]["content"] for piece in pieces)
    assert len(pieces) > 3
    assert all(list(piece) == ["model", "created_at", "message", "done"] for piece in pieces)
    assert end["done"] is True and end["done_reason"] == "stop"


@gen_test
async def test_the_last_line_is_ollamas_with_counts_and_durations_that_add_up(demo: DemoModel) -> None:
    recorded = json.loads((RECORDINGS / "chat-nostream.response").read_bytes().split(b"\r\n\r\n")[1])
    began = time.monotonic_ns()
    end = await reply(demo, "Say hello in one short sentence.", options={"num_predict": 5})
    assert list(end) == list(recorded)
    assert end["prompt_eval_count"] == recorded["prompt_eval_count"]
    assert (end["eval_count"], end["done_reason"]) == (5, "length")
    assert 0 < end["eval_duration"] + end["prompt_eval_duration"] <= end["total_duration"]
    assert end["total_duration"] < time.monotonic_ns() - began


@gen_test
async def test_it_keeps_earlier_turns_in_mind(demo: DemoModel) -> None:
    short = {"temperature": 0, "num_predict": 12}
    turns = ("What is the capital of France?", "The capital of France is Paris.", "And of Italy?")
    asked_before = await reply(demo, *turns, options=short)
    assert "Rome" in asked_before["message"]["content"]
    asked_alone = await reply(demo, "And of Italy?", options=short)
    assert "Rome" not in asked_alone["message"]["content"]


@gen_test
async def test_a_reply_that_was_begun_is_gone_on_with(demo: DemoModel) -> None:
    rest = await reply(demo, "What is the capital of France?", "The capital of France is")
    assert rest["message"]["content"].startswith(" Paris")


@gen_test
async def test_a_character_is_never_cut_in_two(demo: DemoModel) -> None:
    begun = "😀🎉 héllo 漢字 😀🎉 héllo 漢字 😀🎉 héllo"
    body = chat("Repeat: 😀🎉 héllo 漢字", begun, options={"temperature": 0, "num_predict": 40, "repeat_penalty": 1})
    text = "".join(line["message"]["content"] for line in lines(await post(demo, "/api/chat", body)))
    assert not text.isascii() and "\ufffd" not in text


@gen_test
async def test_options_are_honoured(demo: DemoModel) -> None:
    question = "Tell me a story."
    wild = {"temperature": 1.5, "top_p": 1, "min_p": 0, "num_predict": 12}
    first, again, other = [
        (await reply(demo, question, options=wild | {"seed": seed}))["message"]["content"] for seed in (1, 1, 2)
    ]
    assert first == again != other
    stopped = await reply(demo, "What is the capital of France?", options={"temperature": 0, "stop": ["", " is"]})
    assert stopped["message"]["content"] == "The capital of France"
    assert stopped["done_reason"] == "stop"


@gen_test
async def test_the_oldest_messages_go_when_the_history_is_too_long(demo: DemoModel) -> None:
    body = chat("cats and dogs " * 2000, "I see.", "What is the capital of France?", stream=False)
    body["messages"].insert(0, {"role": "system", "content": "You are a helpful assistant."})
    end = json.loads((await post(demo, "/api/chat", body)).body)
    assert "Paris" in end["message"]["content"]
    assert end["prompt_eval_count"] < 60
    refused = await post(demo, "/api/chat", body | {"truncate": False})
    error = json.loads(json.loads(refused.body)["error"])["error"]
    assert (refused.code, error["type"], error["n_ctx"]) == (400, "exceed_context_size_error", 4096)


def test_what_is_left_out_of_a_long_history() -> None:
    system, old, new, last = (
        Message(role, content * 100)
        for role, content in (("system", "s"), ("user", "a"), ("assistant", "b"), ("user", "c"))
    )
    assert prompt.shorten([system, old, new, last], 0.99) == [system, new, last]
    assert prompt.shorten([system, old, new, last], 0.1) == [system, last]
    assert prompt.shorten([system, last], 0.5) == [system, Message("user", "c" * 50)]
    assert prompt.shorten([system, Message("user", "c")], 0.5) == []


@gen_test
async def test_when_the_caller_leaves_the_computing_stops_and_the_next_one_is_served(demo: DemoModel) -> None:
    reader, writer = await open_chat(demo, STORY)
    await reader.readuntil(b'"done":false}\n')
    assert await computes(demo)
    writer.close()
    await until(lambda: rests(demo), within=10)
    assert (await reply(demo, "Hello!", options={"num_predict": 2}))["done"] is True


@gen_test
async def test_a_caller_may_leave_while_the_prompt_is_read(demo: DemoModel) -> None:
    _, writer = await open_chat(demo, chat(" ".join(map(str, range(1200)))))
    await until(lambda: computes(demo), within=5)
    writer.close()
    await until(
        lambda: rests(demo), within=5
    )  # half a second, but the whole prompt takes fifteen: this tells both apart


@gen_test
async def test_a_caller_who_leaves_the_line_is_dropped(demo: DemoModel) -> None:
    reader, writer = await open_chat(demo, STORY)
    await reader.readuntil(b'"done":false}\n')
    _, waiting = await open_chat(demo, STORY)
    last = asyncio.ensure_future(reply(demo, "Hello!", options={"num_predict": 2}))
    assert await computes(demo) and not last.done()
    waiting.close()
    writer.close()
    assert (await asyncio.wait_for(last, 20))["done"] is True  # a whole story takes longer
    await until(lambda: rests(demo), within=10)


RECORDED = """bad-host-header-403 chat-bad-json-400 chat-bad-option-type chat-image-unsupported cors-lan-origin-403
chat-think-unsupported-400 chat-tools-unsupported-400 chat-unknown-model-404 method-not-allowed root
show-unknown-404 unknown-path-404"""


@pytest.mark.parametrize("name", RECORDED.split())
@gen_test
async def test_it_answers_as_ollama_did(demo: DemoModel, name: str) -> None:
    head, _, body = (RECORDINGS / f"{name}.response").read_bytes().partition(b"\r\n\r\n")
    if b"chunked" in head:
        body = body.split(b"\r\n")[1]
    answered, content = await replay(demo, (RECORDINGS / f"{name}.request").read_bytes())
    assert (answered.split(b"\r\n")[0], content) == (head.split(b"\r\n")[0], body)
    if b"\r\nAllow:" in head:
        assert b"\r\nAllow: POST\r\n" in answered


async def replay(demo: DemoModel, request: bytes) -> tuple[bytes, bytes]:
    address = urlsplit(demo.url or "")
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    head, _, body = (await reader.read()).partition(b"\r\n\r\n")
    writer.close()
    return head, body


@gen_test
async def test_it_describes_itself_as_ollama_does(demo: DemoModel) -> None:
    assert (await get(demo, "/api/version"))["version"]
    (listed,) = (await get(demo, "/api/tags"))["models"]
    assert (listed["name"], listed["capabilities"]) == (NAME, ["completion"])
    (running,) = (await get(demo, "/api/ps"))["models"]
    assert running["context_length"] == 4096
    shown = json.loads((await post(demo, "/api/show", {"model": NAME.upper()})).body)
    assert shown["model_info"]["llama.context_length"] == 8192
    assert (await AsyncHTTPClient().fetch(f"{demo.url}/", method="HEAD")).code == 200


@gen_test
async def test_it_can_be_unloaded_and_is_loaded_again_when_asked(demo: DemoModel) -> None:
    unload = json.loads((await post(demo, "/api/chat", {"model": NAME, "keep_alive": 0})).body)
    assert unload["done_reason"] == "unload"
    assert await get(demo, "/api/ps") == {"models": []}
    assert (await reply(demo, "Hi", options={"num_predict": 1}))["load_duration"] > 10_000_000
    load = json.loads((await post(demo, "/api/chat", {"model": NAME, "messages": []})).body)
    assert load["done_reason"] == "load"
    assert len((await get(demo, "/api/ps"))["models"]) == 1
