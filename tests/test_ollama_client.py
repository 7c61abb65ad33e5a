"""What Ollama's answers come to, the good ones and all the others."""

from __future__ import annotations

import asyncio
import socket
from typing import Any

import pytest

from ollama.address import parse
from ollama.client import Ollama
from ollama.errors import (
    BrokenStream,
    Busy,
    ModelFailed,
    ModelNotFound,
    NoAnswer,
    OllamaError,
    Refused,
    TooLong,
    Unreachable,
)
from ollama.http import Limits

from .asking import MIB, Reply, asking, collect, nothing_left
from .asking import frozen as frozen
from .asking import silence as silence
from .fake_ollama import HEAD
from .hearth import eventually

pytestmark = pytest.mark.usefixtures("silence")

DONE = b'{"message":{"content":""},"done":true,"done_reason":"stop"}\n'


def word(text: str) -> bytes:
    return b'{"message":{"content":"%b"},"done":false}\n' % text.encode()


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize(
    ("model", "text"),
    [
        ("quick", "Hello, world!"),
        ("dribble", "Héllo"),
        ("burst", "w " * 200),
        ("lines", "a\rb\r\nc\n\n d é\u2028"),
        ("long", "x" * 10 * MIB),
        ("notutf8", "Onea\ufffd\ufffdb"),
        ("length", "And then"),
        ("empty", ""),
    ],
)
async def test_a_reply_comes_whole(model: str, text: str) -> None:
    async with asking() as (ollama, _):
        reply = await collect(ollama, model)
    assert reply.text == text
    assert reply.last is not None
    assert reply.last is reply.chunks[-1]
    assert reply.last.done
    assert reply.last.done_reason == ("length" if model == "length" else "stop")


@pytest.mark.gen_test
async def test_thoughts_and_counts_are_told_apart_from_the_reply() -> None:
    async with asking() as (ollama, fake):
        fake.pace = 0
        reply = await collect(ollama, "thinker")
    assert (reply.thinking, reply.text) == ("Let me think about it.", "The answer is 42.")
    assert reply.last is not None
    assert reply.last.stats()["eval_count"] == 4
    assert reply.last.stats()["total_duration"] == 466713230


@pytest.mark.gen_test
async def test_a_reply_ends_at_done_although_ollama_keeps_the_connection_open() -> None:
    async with asking() as (ollama, fake):
        async with asyncio.timeout(10):  # nothing but `done` can end it: the limits are minutes
            reply = await collect(ollama, "lingering")
        assert reply.text == "Hello, world!"
        await asyncio.wait_for(fake.chats[0].gone.wait(), 10)


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize(
    ("model", "kind", "words", "written"),
    [
        ("failing", ModelFailed, "error was encountered while running the model: unexpected EOF", "One two three four"),
        ("cut", BrokenStream, "ended before the reply was done", "One two three four"),
        ("halfline", BrokenStream, "can't be read", "One two"),
        ("reset", BrokenStream, "connection reset by peer", "One two"),
        ("resetfirst", NoAnswer, "connection reset by peer", ""),
        ("mute", NoAnswer, "sent nothing for 0.3 s", ""),
        ("hushed", BrokenStream, "fell silent for 0.3 s", "One two"),
        ("nojson", BrokenStream, "can't be read: 'this is no JSON'", "One"),
        ("list", BrokenStream, "can't be read: '[1, 2]'", "One"),
        ("types", BrokenStream, "can't be read", "One"),
        ("deep", BrokenStream, "can't be read", "One"),
        ("toolong", BrokenStream, f"line of more than {16 * MIB} bytes", "One"),
        ("html", BrokenStream, "can't be read: '<html>", ""),
        ("redirect", BrokenStream, "redirects to http://127.0.0.1:1/", ""),
        ("tls", BrokenStream, "no HTTP server", ""),
        ("busy", Busy, "server busy, please try again", ""),
        ("refused", Refused, '"refused" does not support thinking', ""),
        ("forbidden", Refused, "403 Forbidden", ""),
        ("overflow", TooLong, "exceeds the available context size (2048 tokens)", ""),
        ("nosuch", ModelNotFound, "model 'nosuch' not found", ""),
    ],
)
async def test_a_reply_that_goes_wrong_says_how_and_keeps_what_came(
    model: str, kind: type[OllamaError], words: str, written: str
) -> None:
    reply = Reply()
    async with asking(Limits(first_byte=0.3, idle=0.3)) as (ollama, _):
        with pytest.raises(OllamaError) as caught:
            await collect(ollama, model, reply)
    assert type(caught.value) is kind
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert reply.text == written


@pytest.mark.gen_test
@pytest.mark.parametrize(
    ("answer", "words", "written"),
    [
        (HEAD + chunked(word("One")) + b"no chunk", "no HTTP server, or a broken one", "One"),
        (HEAD + chunked(word("One")), "closed before the answer was whole", "One"),
        (HEAD + chunked(word("One"), b'{"done":1e400}\n'), "can't be read", "One"),
        (HEAD + chunked(word("One") + b"x" * 2000), "line of more than 1000 bytes", "One"),
        (HEAD + chunked(word("One"), b'{"eval_count":' + b"9" * 900 + b"}\n"), "can't be read", "One"),
        (HEAD + b"0\r\n\r\n", "ended before the reply was done", ""),
        (HEAD, "closed before the answer was whole", ""),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n" + word("One"), "closed before", "One"),
        (b"HTTP/1.1 200 OK\r\n" + b"X-Pad: xxxxxxxx\r\n" * 10_000, "headers of more than 65536 bytes", ""),
        (b"HTTP/1.1 2", "closed before", ""),
        (b"", "closed before", ""),
    ],
)
async def test_an_answer_that_breaks_in_the_middle_of_a_read_keeps_what_came_before(
    answer: bytes, words: str, written: str
) -> None:
    reply = Reply()
    async with asking(max_line=1000) as (ollama, fake):
        fake.recording = answer
        with pytest.raises(BrokenStream, match=words):
            await collect(ollama, "recorded", reply)
    assert reply.text == written


@pytest.mark.gen_test
@pytest.mark.parametrize(
    "answer",
    [
        HEAD + chunked(word("One") + DONE) + b"garbage",
        HEAD + chunked(word("One") + DONE + b"this is no JSON\n"),
        HEAD + chunked(word("One") + DONE + b"x" * 2000),
        HEAD + chunked(b"\r\n\n" + word("One").replace(b"\n", b"\r\n") + b" \n" + DONE),
        HEAD + chunked(word("One") + DONE.rstrip()) + b"0\r\n\r\n",
        HEAD + chunked(word("One"), DONE),
        HEAD.replace(b"Connection", b"X-Padded: yes \t \r\nConnection") + chunked(word("One"), DONE),
        HEAD.replace(b"Connection", b"X-Empty:\r\nConnection") + chunked(word("One"), DONE),
        b"HTTP/1.0 200 OK\r\n\r\n" + word("One") + DONE.rstrip(),
        b"HTTP/1.1 100 Continue\r\n\r\n" + HEAD + chunked(word("One"), DONE),
        HEAD + chunked(b'{"message":null}\n', b"{}\n", word("One"), DONE),
        HEAD + chunked(b'{"message":{"content":null,"tool_calls":[]},"new":{"a":[1]}}\n', word("One"), DONE),
    ],
)
async def test_what_does_not_matter_breaks_no_reply(answer: bytes) -> None:
    async with asking(max_line=1000) as (ollama, fake):
        fake.recording = answer
        for fake.cut in (1 << 16, len(b"HTTP/1.1 100 Continue\r\n\r\n"), 1):
            assert (await collect(ollama, "recorded")).text == "One"


@pytest.mark.gen_test
async def test_where_nobody_listens_ollama_is_unreachable_in_the_words_of_the_system() -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        address = parse(f"127.0.0.1:{gone.getsockname()[1]}")
    async with nothing_left():
        with pytest.raises(Unreachable) as caught:
            await Ollama(address, Limits(), MIB).version()
    assert str(caught.value) == f"Ollama isn't reachable at {address}: connection refused"


@pytest.mark.gen_test
async def test_a_name_with_two_addresses_is_refused_in_the_same_words(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        port = gone.getsockname()[1]

    def as_in_most_hosts_files(*_: Any, **__: Any) -> list[Any]:
        kinds = socket.SOCK_STREAM, socket.IPPROTO_TCP, ""
        return [(socket.AF_INET, *kinds, (address, port)) for address in ("127.0.0.2", "127.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", as_in_most_hosts_files)
    with pytest.raises(Unreachable) as caught:
        await Ollama(parse(f"localhost:{port}"), Limits(), MIB).version()
    assert str(caught.value) == f"Ollama isn't reachable at http://localhost:{port}: connection refused"


@pytest.mark.gen_test
async def test_https_to_a_server_without_tls_says_so() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n")
        writer.close()

    async with nothing_left(), await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        ollama = Ollama(parse(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}"), Limits(), MIB)
        with pytest.raises(Unreachable, match="TLS failed"):
            await ollama.version()


@pytest.mark.gen_test
async def test_short_calls_do_not_wait_behind_fifty_running_replies() -> None:
    async with asking() as (ollama, fake):
        running = [asyncio.create_task(collect(ollama, "mute")) for _ in range(50)]
        await eventually(lambda: len(fake.chats) == 50)
        async with asyncio.timeout(10):
            version, models, loaded, show = await asyncio.gather(
                ollama.version(), ollama.models(), ollama.running(), ollama.show("quick")
            )
        assert not any(one.done() for one in running)
        for one in running:
            one.cancel()
        await asyncio.wait(running)
    assert version == "0.33.0-fake"
    assert "quick:latest" in [model.name for model in models]
    assert [(one.name, one.context_length) for one in loaded] == [("quick:latest", 2048)]
    assert show.capabilities == ["completion"]


@pytest.mark.gen_test
@pytest.mark.parametrize("prefix", ["", "/ollama", "/a b", "/日本", "/%E6%97%A5?x"])
async def test_every_path_before_the_api_is_asked_for(prefix: str) -> None:
    sent = prefix.replace(" ", "%20").replace("日本", "%E6%97%A5%E6%9C%AC") + "/api/version"
    async with asking() as (_, fake):
        fake.answers[sent] = b'HTTP/1.1 200 OK\r\nContent-Length: 15\r\n\r\n{"version":"1"}'
        async with asyncio.timeout(10):
            assert await Ollama(parse(fake.url + prefix), Limits(), MIB).version() == "1"


@pytest.mark.gen_test
async def test_ollama_is_asked_by_its_own_name_and_without_an_origin() -> None:
    async with asking() as (ollama, fake):
        await collect(ollama, "quick")
        headers = fake.chats[0].headers.lower().split("\r\n")
        assert f"host: 127.0.0.1:{fake.port}" in headers
        assert "content-type: application/json" in headers
        assert not [line for line in headers if line.startswith(("origin:", "accept-encoding:"))]
