"""What the JSON API takes, and how it refuses what it doesn't: in words, in JSON, and without losing the answer."""

import asyncio
import base64
import json
from typing import Any

import pytest

from .hearth import Hearth, error_code, running
from .signing_in import guarded
from .wire import RawAnswer, raw

pytestmark = pytest.mark.usefixtures("clean_log")

PNG = base64.b64encode(b"\x89PNG\r\n\x1a\n" + b"x" * 20).decode()
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0" + b"x" * 20).decode()
WEBP = base64.b64encode(b"RIFF\x24\x00\x00\x00WEBPVP8 ").decode()
MIB = 1024 * 1024

WRONG_FOR_ALL = [
    b"{",
    b"hello",
    b"\xff\xfe{}",
    b"[]",
    b"null",
    b"1",
    b'"content"',
    b"{} {}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
]
WRONG_QUESTIONS: list[Any] = [
    b"",
    {},
    {"content": ""},
    {"content": " \n\t"},
    {"content": None},
    {"content": 5},
    {"content": ["hi"]},
    {"content": "hi", "colour": "red"},
    {"content": "hi", "Content": "hi"},
    {"content": "hi", "parent": 5},
    {"content": "hi", "model": 5},
    {"content": "hi", "model": ""},
    {"content": "hi", "model": "x" * 1000},
    {"content": "hi", "options": []},
    {"content": "hi", "options": {"temprature": 1}},
    {"content": "hi", "options": {"temperature": "hot"}},
    {"content": "hi", "options": {"seed": 1.5}},
    {"content": "hi", "options": {"stop": "END"}},
    {"content": "hi", "think": "a lot"},
    {"content": "hi", "think": 1},
    {"content": "hi", "request_id": 7},
    {"content": "hi", "request_id": ""},
    {"content": "hi", "images": PNG},
    {"content": "hi", "images": [5]},
    b'{"content": "hi", "options": {"temperature": NaN}}',
    b'{"content": "hi", "options": {"temperature": Infinity}}',
    b'{"content": "hi", "options": {"temperature": 1e999}}',
    b'{"content": "a\xff"}',
    b'{"content": "\\ud800"}',
    b'{"content": "hi", "options": ' + b'{"a":' * 50_000,
]
WRONG_CONVERSATIONS: list[Any] = [
    {"titel": "x"},
    {"title": 5},
    {"model": ""},
    {"system": ["x"]},
    {"options": {"num_ctx": "many"}},
    {"think": "yes"},
    {"keep_alive": "long"},
    {"keep_alive": 1.5},
    {"keep_alive": True},
    {"keep_alive": ""},
    {"id": "mine"},
]


def as_bytes(body: Any) -> bytes:
    return body if isinstance(body, bytes) else json.dumps(body).encode()


@pytest.mark.gen_test(timeout=20)
async def test_what_can_not_be_read_is_refused_in_words_and_changes_nothing() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        for body in WRONG_FOR_ALL + WRONG_QUESTIONS:
            answer = await hearth.post(f"/api/conversations/{conversation}/messages", as_bytes(body))
            assert (answer.code, error_code(answer)) == (400, "bad_request"), as_bytes(body)[:80]
        for body in WRONG_FOR_ALL + WRONG_CONVERSATIONS:
            answer = await hearth.post("/api/conversations", as_bytes(body))
            assert (answer.code, error_code(answer)) == (400, "bad_request"), as_bytes(body)[:80]
        kept = json.loads((await hearth.get(f"/api/conversations/{conversation}")).body)
        assert kept["messages"] == [] and not hearth.fake.chats
        message = (await hearth.ask(conversation, "hi"))["parent"]
        for body in [*WRONG_FOR_ALL, {"content": "hi"}, {"model": 5}, {"options": {"x": 1}}]:
            answer = await hearth.post(f"/api/messages/{message}/replies", as_bytes(body))
            assert (answer.code, error_code(answer)) == (400, "bad_request"), as_bytes(body)[:80]


@pytest.mark.gen_test
async def test_a_refusal_names_the_field() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation()
        for fields, name in (
            ({"colour": 1}, "colour"),
            ({"parent": 5}, "parent"),
            ({"options": {"seed": "x"}}, "seed"),
        ):
            answer = await hearth.post(f"/api/conversations/{conversation}/messages", {"content": "hi"} | fields)
            assert name in json.loads(answer.body)["error"]["message"]


@pytest.mark.gen_test
async def test_a_body_that_is_declared_as_a_form_is_read_as_the_json_that_it_is() -> None:
    async with running() as hearth:
        for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "nonsense"):
            answer = await hearth.post("/api/conversations", {"title": "t"}, Content_Type=kind)
            assert answer.code == 201, kind


@pytest.mark.gen_test
async def test_pictures_go_to_the_model_and_stay_with_the_question() -> None:
    async with running() as hearth:
        hearth.fake.context_length = 8192  # each picture takes its part
        conversation = await hearth.conversation(model="echo")
        reply = await hearth.ask(conversation, "What is this?", images=[PNG, JPEG, WEBP])
        await hearth.events(reply["generation"])
        kept = json.loads((await hearth.get(f"/api/conversations/{conversation}")).body)
        assert kept["messages"][0]["images"] == [PNG, JPEG, WEBP]
        assert hearth.fake.chats[0].body["messages"][0]["images"] == [PNG, JPEG, WEBP]
        reply = await hearth.ask(conversation, "", images=[PNG])  # a picture alone is a question
        await hearth.events(reply["generation"])
        assert hearth.fake.chats[1].body["messages"][2] == {"role": "user", "content": "", "images": [PNG]}


@pytest.mark.gen_test(timeout=20)
async def test_what_is_no_picture_or_too_many_or_too_large_is_refused() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        too_large = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(10 * MIB)).decode()
        for images, statuses in (
            (["not base64!"], (400,)),
            ([PNG[:-2]], (400,)),
            ([f"data:image/png;base64,{PNG}"], (400,)),
            ([PNG + "=" * (-len(PNG) % 4) + "QQ==QUFB"], (400,)),  # its end comes before its end
            ([base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(300_000)).decode() + "!"], (400,)),
            ([base64.b64encode(b"GIF89a....").decode()], (400,)),
            ([""], (400,)),
            ([PNG, "é"], (400,)),
            ([PNG] * 9, (400, 413)),
            ([too_large], (413,)),
        ):
            answer = await hearth.post(
                f"/api/conversations/{conversation}/messages", {"content": "hi", "images": images}
            )
            assert answer.code in statuses, (images[0][:40], answer.code)
            assert error_code(answer) in ("bad_request", "too_large")
        largest = base64.b64encode(b"\x89PNG\r\n\x1a\n" + bytes(10 * MIB - 8)).decode()
        reply = await hearth.ask(conversation, "hi", images=[largest] + [PNG] * 7)
        assert reply["state"] in ("queued", "running")


@pytest.mark.gen_test(timeout=20)
async def test_questions_may_be_larger_than_other_bodies_because_of_their_pictures() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        large = as_bytes({"content": "hi", "images": [base64.b64encode(b"\xff\xd8\xff" + bytes(MIB)).decode()]})
        assert (await hearth.post(f"/api/conversations/{conversation}/messages", large)).code == 202
        answer = await hearth.post("/api/conversations", as_bytes({"system": "x" * MIB}))
        assert (answer.code, error_code(answer)) == (413, "too_large")
        fits = as_bytes({"system": "x" * (MIB - 20)})
        assert (await hearth.post("/api/conversations", fits)).code == 201


def head(hearth: Hearth, *lines: str, path: str = "/api/conversations") -> bytes:
    return "\r\n".join([f"POST {path} HTTP/1.1", f"Host: 127.0.0.1:{hearth.port}", *lines, "", ""]).encode()


@pytest.mark.gen_test(timeout=20)
async def test_a_body_that_is_too_large_is_answered_so_that_the_sender_can_read_it() -> None:
    async with running() as hearth:
        for path in ("/api/conversations", "/api/nothing", "/chat", "/api/status"):
            body = b"x" * (20 * MIB)
            answer = await raw(hearth, head(hearth, f"Content-Length: {len(body)}", path=path) + body)
            assert (answer.status, answer.error()) == (413, "too_large"), path
        chunks = b"".join(b"100000\r\n%b\r\n" % (b"x" * MIB) for _ in range(20)) + b"0\r\n\r\n"
        answer = await raw(hearth, head(hearth, "Transfer-Encoding: chunked") + chunks)
        assert (answer.status, answer.error()) == (413, "too_large")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert (await hearth.get("/api/status")).code == 200


@pytest.mark.gen_test
async def test_of_somebody_who_is_not_signed_in_little_is_taken_and_who_was_a_moment_ago_hears_so() -> None:
    async with guarded() as hearth:
        for path, told in (
            ("/sign-in", (413, "too_large")),
            ("/api/conversations/x/messages", (401, "unauthorized")),
            ("/plain", (401, "unauthorized")),
        ):
            announced = await raw(hearth, head(hearth, f"Content-Length: {129 * 1024}", path=path))
            assert (announced.status, announced.error()) == told, path
            chunks = b"".join(b"8000\r\n%b\r\n" % bytes(0x8000) for _ in range(5)) + b"0\r\n\r\n"
            sent = await raw(hearth, head(hearth, "Transfer-Encoding: chunked", path=path) + chunks)
            assert (sent.status, sent.error()) == told, path
            assert ("WWW-Authenticate" in sent.headers) == (sent.status == 401)


@pytest.mark.gen_test
async def test_a_size_that_is_announced_is_refused_before_it_is_sent() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation()
        messages = f"/api/conversations/{conversation}/messages"
        for path, length in (
            ("/api/conversations", str(2 * MIB)),
            ("/api/conversations", "9" * 30),
            ("/api/conversations", "9" * 5000),
            (messages, str(65 * MIB)),
        ):
            for expect in ("Expect: 100-continue", "X-Expect: nothing"):
                answer = await raw(hearth, head(hearth, f"Content-Length: {length}", expect, path=path))
                assert (answer.status, answer.error()) == (413, "too_large"), (path, length[:40])
        reader, writer = await hearth.connect()
        writer.write(head(hearth, f"Content-Length: {2 * MIB}", "Expect: 100-continue"))
        assert (await asyncio.wait_for(reader.read(), 10)).count(b"HTTP/1.1") == 1  # and it is closed


@pytest.mark.gen_test
async def test_who_waits_for_leave_to_send_is_given_it() -> None:
    async with running() as hearth:
        reader, writer = await hearth.connect()
        writer.write(head(hearth, "Content-Length: 13", "Expect: 100-continue"))
        assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 (Continue)\r\n\r\n"
        writer.write(b'{"title":"t"}')
        assert (await RawAnswer.read(reader)).status == 201


@pytest.mark.gen_test
async def test_a_length_that_is_none_is_refused_quietly() -> None:
    async with running() as hearth:
        for line in ("Content-Length: ²", "Content-Length: -2", "Content-Length: 2, 3", "Transfer-Encoding: gzip"):
            request = head(hearth, line).decode().encode("latin-1")
            assert (await raw(hearth, request + b"{}")).status == 400, line
        assert (await raw(hearth, head(hearth, "Transfer-Encoding: chunked") + b"zz\r\n{}\r\n")).status == 400
        assert (await hearth.get("/api/status")).code == 200


@pytest.mark.gen_test
async def test_who_leaves_in_the_middle_of_a_body_leaves_nothing_behind() -> None:
    async with running() as hearth:
        for lines in (["Content-Length: 100"], ["Transfer-Encoding: chunked"], [f"Content-Length: {2 * MIB}"]):
            _, writer = await hearth.connect()
            writer.write(head(hearth, *lines) + b"5\r\n{")
            await writer.drain()
            writer.transport.abort()
        assert (await asyncio.wait_for(hearth.get("/api/status"), 10)).code == 200
