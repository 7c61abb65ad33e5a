"""Everything that a real Ollama was heard to say is read right, wherever its bytes are cut."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import pytest
from tornado.httpclient import HTTPRequest, HTTPResponse

from ollama.chunks import Chunk
from ollama.client import Chunks, Ollama
from ollama.errors import BrokenStream, Busy, ModelFailed, ModelNotFound, OllamaError, Refused, TooLong
from ollama.exchange import Exchange, Limits

from .asking import Reply, asking, collect
from .recordings import Recording, every, recording

CUTS = [1 << 16, 1000, 89, 7]

REPLIES = [
    "chat-assistant-prefill",
    "chat-context-overflow",
    "chat-format-json",
    "chat-load",
    "chat-load-cold",
    "chat-nostream",
    "chat-stream",
    "chat-stream-emoji",
    "chat-stream-length-limit",
    "chat-stream-long",
    "chat-stream-system-history",
    "chat-think-false",
    "chat-think-level-high",
    "chat-think-true",
    "chat-think-unset",
    "chat-unload",
    "generate-stream",
]
ERRORS: dict[str, tuple[type[OllamaError], str]] = {
    "bad-host-header-403": (Refused, "Ollama refused: 403 Forbidden"),
    "chat-bad-json-400": (Refused, "Ollama refused: unexpected EOF"),
    "chat-bad-option-type": (ModelFailed, 'option "temperature" must be of type float32'),
    "chat-busy-503": (Busy, "server busy, please try again.  maximum pending requests exceeded"),
    "chat-cloud-model": (Refused, "Ollama refused: ollama cloud is disabled: remote model is unavailable"),
    "chat-context-overflow-notruncate": (
        TooLong,
        "request (6010 tokens) exceeds the available context size (2048 tokens), try increasing it",
    ),
    "chat-image-unsupported": (
        Refused,
        "Ollama refused: Multimodal data provided, but model does not support multimodal requests.",
    ),
    "chat-runner-killed-midstream": (
        ModelFailed,
        "an error was encountered while running the model: unexpected EOF",
    ),
    "chat-think-unsupported-400": (Refused, 'Ollama refused: "smollm2:135m" does not support thinking'),
    "chat-tools-unsupported-400": (
        Refused,
        "Ollama refused: registry.ollama.ai/library/smollm2:135m does not support tools",
    ),
    "chat-unknown-model-404": (ModelNotFound, "model 'nosuch:1b' not found"),
    "cors-lan-origin-403": (Refused, "Ollama refused: 403 Forbidden"),
    "delete": (BrokenStream, "Ollama's answer ended before the reply was done"),
    "delete-unknown-404": (ModelNotFound, "model 'copy-of:1' not found"),
    "method-not-allowed": (Refused, "Ollama refused: 405 method not allowed"),
    "pull-offline": (ModelFailed, "pull model manifest"),
    "root": (BrokenStream, "Ollama's answer can't be read: 'Ollama is running'"),
    "show-unknown-404": (ModelNotFound, "model 'nosuch:1b' not found"),
    "unknown-path-404": (Refused, "Ollama refused: 404 page not found"),
}
SHORT = ["ps-empty", "ps-loaded", "show", "show-thinking-model", "tags", "version"]


def test_every_recording_is_in_one_of_these_tables() -> None:
    assert sorted([*REPLIES, *ERRORS, *SHORT]) == [one.name for one in every()]


@pytest.mark.gen_test(timeout=20)
@pytest.mark.parametrize("name", REPLIES)
async def test_a_recorded_reply_is_read_as_the_standard_library_reads_it(name: str) -> None:
    recorded = recording(name)
    async with asking() as (ollama, fake):
        fake.recording = recorded.raw
        for fake.cut in CUTS:
            reply = await collect(ollama, "recorded")
            assert (reply.text, reply.thinking) == (recorded.text(), recorded.text("thinking"))
            assert len(reply.chunks) == len(recorded.lines)
            assert reply.last is not None
            assert reply.last.done_reason == recorded.lines[-1]["done_reason"]
            numbers = {key: value for key, value in recorded.lines[-1].items() if type(value) is int}
            assert reply.last.stats() == numbers


@pytest.mark.gen_test(timeout=20)
@pytest.mark.parametrize("name", ERRORS)
async def test_a_recorded_error_is_told_in_ollamas_own_words(name: str) -> None:
    kind, words = ERRORS[name]
    recorded = recording(name)
    async with asking() as (ollama, fake):
        fake.recording = recorded.raw
        for fake.cut in CUTS:
            reply = Reply()
            with pytest.raises(OllamaError) as caught:
                await collect(ollama, "recorded", reply)
            assert type(caught.value) is kind
            assert str(caught.value).startswith(words)
            assert reply.text == (recorded.text() if name == "chat-runner-killed-midstream" else "")


# -- short calls


async def version(ollama: Ollama) -> object:
    return await ollama.version()


async def tags(ollama: Ollama) -> object:
    return [
        (one.name, one.size, one.capabilities, at.family, at.parameter_size, at.quantization_level, at.context_length)
        for one in await ollama.models()
        if (at := one.details)
    ]


async def processes(ollama: Ollama) -> object:
    return [(one.name, one.size_vram, one.expires_at, one.context_length) for one in await ollama.running()]


async def show(ollama: Ollama) -> object:
    shown = await ollama.show("smollm2:135m")
    return shown.capabilities, shown.context_length


@pytest.mark.gen_test(timeout=20)
@pytest.mark.parametrize("cut", [*CUTS, 2, 1])
@pytest.mark.parametrize(
    ("name", "path", "call", "told"),
    [
        ("version", "/api/version", version, "0.33.0-rc2"),
        (
            "tags",
            "/api/tags",
            tags,
            [
                ("smollm2-think:135m", 98363459, ["completion", "thinking"], "llama", "134.52M", "Q4_1", 8192),
                ("smollm2:135m", 98362760, ["completion"], "llama", "134.52M", "Q4_1", 8192),
            ],
        ),
        ("ps-empty", "/api/ps", processes, []),
        ("ps-loaded", "/api/ps", processes, [("smollm2:135m", 0, "2026-11-22T13:49:53.706525329Z", 2048)]),
    ],
)
async def test_a_recorded_short_call_is_read_right(
    cut: int, name: str, path: str, call: Callable[[Ollama], Awaitable[object]], told: object
) -> None:
    async with asking() as (ollama, fake):
        fake.answers[path], fake.cut = recording(name).raw, cut
        assert await call(ollama) == told


@pytest.mark.gen_test(timeout=20)
@pytest.mark.parametrize(
    ("name", "capabilities"), [("show", ["completion"]), ("show-thinking-model", ["completion", "thinking"])]
)
async def test_what_is_recorded_of_a_model_is_read_right(name: str, capabilities: list[str]) -> None:
    async with asking() as (ollama, fake):
        fake.answers["/api/show"] = recording(name).raw
        for fake.cut in CUTS:
            assert await show(ollama) == (capabilities, 8192)


@pytest.mark.gen_test
async def test_a_recorded_unknown_model_is_not_found_before_anything_is_asked() -> None:
    async with asking() as (ollama, fake):
        fake.answers["/api/show"] = recording("show-unknown-404").raw
        with pytest.raises(ModelNotFound, match="model 'nosuch:1b' not found"):
            await ollama.show("nosuch:1b")


# -- cut at every byte; without a socket, because there are a hundred thousand places to cut


class Wire(asyncio.Transport):
    def write(self, data: object) -> None:
        pass

    def abort(self) -> None:
        pass


def read(pieces: list[bytes], streams: bool) -> tuple[object, ...]:
    """What comes of an answer that arrives in these pieces, and then the end of the connection."""
    answers: list[HTTPResponse] = []
    received: list[Chunk] = []
    chunks = Chunks(1 << 20, received.extend)
    request = HTTPRequest("http://ollama/", streaming_callback=chunks.feed if streams else None)
    exchange = Exchange(request, Limits(), ssl.create_default_context, answers.append)
    exchange.connection_made(Wire())
    for piece in pieces:
        exchange.data_received(piece)
    exchange.connection_lost(None)
    (answer,) = answers
    ending = str(answer.error)
    if streams and answer.error is None:
        try:
            ending = str(chunks.end())
        except BrokenStream as error:
            ending = str(error)
    return answer.code, answer.reason, dict(answer.headers), answer.body, received, ending


def streams(recorded: Recording) -> bool:
    return recorded.name in REPLIES or recorded.name in ERRORS


@pytest.mark.gen_test(timeout=60)
@pytest.mark.parametrize("recorded", every(), ids=str)
async def test_a_recording_reads_the_same_wherever_it_is_cut(recorded: Recording) -> None:
    raw, streaming = recorded.raw, streams(recorded)
    whole = read([raw], streaming)
    if not streaming:
        assert (whole[0], whole[3]) == (recorded.status, recorded.body)
    assert read([raw[at : at + 1] for at in range(len(raw))], streaming) == whole
    for at in range(1, len(raw)):
        assert read([raw[:at], raw[at:]], streaming) == whole, at
