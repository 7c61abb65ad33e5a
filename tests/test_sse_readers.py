"""Texts that trip over the rules of event streams come out the same in clients that other people wrote."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest
from httpx_sse import connect_sse
from playwright.sync_api import Browser
from sseclient import SSEClient

from .fake_ollama import HEAD
from .support_page import HearthProcess, Ollama

READERS = Path(__file__).parent / "sse_readers"
TYPES = ["message", "status", "thinking", "content", "done"]

BETWEEN = "\u241e"
TEXTS = [
    ["plain words"],
    ["\n"],
    ["a\nb", "\n\n", "c\n"],
    ["a\rb", "c\r", "\nd", "\r\n", "\r\r", "e"],
    [" one space", "  two", " ", "\t", "\u00a0", "end "],
    [":a comment?", ": ", ":\n:"],
    ["data: x", "\ndata: y", "data", "data:"],
    ["event: error\ndata: no\n\n", "event: done"],
    ["id: 99\n", "id", "retry: 1\n", "retry: 999999\n\n"],
    ["\ufeff", "\ufeffbegins with a mark of order", "x\ufeff"],
    ["a\u2028b\u2029c", "d\u0085e", "\u2028"],
    ["a\x0bb\x0cc", "\x1c\x1d\x1e\x1f", "\x0b\n\x0c"],
    ["\x00", "a\x00b", "\x01\x7f\x1b[31m"],
    ["h", "é", "日本語", "👨‍👩‍👧", "🏳️‍🌈", "e\u0301"],
    ["مرحبا \u202eabc\u202c", "שלום", "\u2066x\u2069"],
    ["\ufffd", "\uffff", "\U0010ffff", "\ue000"],
    ['{"type":"done"}', '"quoted" \\n \\u0041 \\', "\\"],
    ["</script><!-- & < > ' \"", "<![CDATA[ ]]>", "&amp;"],
    ["x" * 70_000, "\n" * 5_000, ("é" * 99 + "\n") * 500],
    ["0\r\n\r\n", "5\r\nhello\r\n", "HTTP/1.1 200 OK\r\n\r\n"],
]

Events = list[tuple[str, str]]
Read = Callable[[str, Browser, str], Events]


def with_httpx_sse(address: str, *_: Any) -> Events:
    with httpx.Client(timeout=30) as client, connect_sse(client, "GET", address) as source:
        return [(one.event, one.data) for one in source.iter_sse() if one.data]


def with_sseclient(address: str, *_: Any) -> Events:
    with httpx.stream("GET", address, timeout=30) as answer:
        return [(one.event, one.data) for one in SSEClient(answer.iter_bytes()).events()]


def with_node(library: str) -> Read:
    def read(address: str, *_: Any) -> Events:
        command = ["node", "read.mjs", library, address, ",".join(TYPES)]
        done = subprocess.run(command, cwd=READERS, capture_output=True, text=True, timeout=60, check=True)
        return [(kind, data) for kind, data in json.loads(done.stdout)]

    return read


IN_THE_PAGE = """([address, types]) => new Promise((resolve) => {
  const heard = [];
  const source = new EventSource(address);
  for (const type of types) source.addEventListener(type, ({ data }) => heard.push([type, data]));
  source.addEventListener('error', () => source.readyState === EventSource.CLOSED && resolve(heard));
})"""


def with_chromium(address: str, browser: Browser, home: str) -> Events:
    page = browser.new_page()
    page.goto(home)
    heard = page.evaluate(IN_THE_PAGE, [address, TYPES])
    page.close()
    return [(kind, data) for kind, data in heard]


each = pytest.mark.parametrize(
    "read",
    [with_httpx_sse, with_sseclient, with_node("eventsource"), with_node("eventsource-parser"), with_chromium],
    ids=["httpx-sse", "sseclient-py", "eventsource", "eventsource-parser", "chromium"],
)


@pytest.fixture
def told(ollama: Ollama) -> list[str]:
    """The texts, one after the other in one reply, each piece a chunk; as what is between two BETWEEN."""
    pieces = [piece for text in TEXTS for piece in [*text, BETWEEN]]
    lines = [{"message": {"content": piece}, "done": False} for piece in pieces]
    data = b"".join(json.dumps(line).encode() + b"\n" for line in [*lines, {"done": True, "done_reason": "stop"}])
    ollama.fake.recording = HEAD + b"%x\r\n%b\r\n0\r\n\r\n" % (len(data), data)
    return "".join(pieces).split(BETWEEN)


def ask(hearth: HearthProcess) -> str:
    """The address of a reply's events."""
    with httpx.Client(base_url=hearth.url, timeout=30) as client:
        conversation = client.post("/api/conversations", json={"model": "recorded"}).json()["id"]
        reply = client.post(f"/api/conversations/{conversation}/messages", json={"content": "hi"}).json()["reply"]
    return f"{hearth.url}/api/generations/{reply['generation']}/events"


@each
def test_a_plain_stream_is_the_reply(read: Read, hearth: HearthProcess, told: list[str], browser: Browser) -> None:
    heard = read(f"{hearth.url}/chat?model=recorded&question=hi", browser, f"{hearth.url}/")
    assert {kind for kind, _ in heard} == {"message"}
    text = "".join(data for _, data in heard)
    assert text.split(BETWEEN) == [one.replace("\r\n", "\n").replace("\r", "\n") for one in told]


@each
def test_an_event_stream_is_the_reply(read: Read, hearth: HearthProcess, told: list[str], browser: Browser) -> None:
    heard = [json.loads(data) | {"kind": kind} for kind, data in read(ask(hearth), browser, f"{hearth.url}/")]
    assert all(one["kind"] == one["type"] for one in heard) and heard[-1]["type"] == "done"
    assert "".join(one["text"] for one in heard if one["type"] == "content").split(BETWEEN) == told
