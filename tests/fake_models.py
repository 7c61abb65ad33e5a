"""The models of the scripted Ollama: the one named in a chat decides what happens.

=============  =======================================================================================
quick          "Hello", ",", " world", "!"
slow           word0 word1 … word199, one each 50 ms (`pace` seconds)
endless        "on and on " as fast as it is read, for ever
thinker        thinks in three pieces, then answers in three, 50 ms each
tagged         the same, but thinks between ``<think>`` tags in its content
echo           says how many messages it was given, and the last one
cold           is in memory only after `load` seconds, then as quick
length         stops for its length limit
empty          nothing but done
lines          "a\\rb", "\\r", "\\nc", "\\n\\n d ", "é", "\\u2028"
recorded       the bytes of `recording`, in pieces of `cut` bytes
failing        four words, then an error line
cut            four words, then the clean end of the answer without ``done``
halfline       two words, then half a line
reset          two words, then a reset
resetfirst     a reset before the first byte
mute           nothing, while the connection stays open
hushed         two words, then nothing
nojson         a line that is no JSON          list      a line that is a list
types          a line with wrong types          deep      a line nested 100,000 deep
notutf8        a byte that is no UTF-8 within its content
long           one line of 10 MiB               toolong   one line of 17 MiB without an end
html           a web page under status 200      redirect  status 302
busy           status 503                       refused   status 400        forbidden  status 403, no body
unauthorized   status 401, no body              nopage    status 404, as of an unknown address
broken         status 500
dribble        as quick, byte by byte           burst     200 lines in one write
lingering      as quick, but the connection stays open behind ``done``
tls            bytes that are no HTTP           overflow  status 400, the prompt does not fit
narrow         as echo; a character is a token, and more than `room` of them do not fit
teller         "One, two," and then nothing; given that as its own reply, the rest of TOLD
anew           the same, but tells all of TOLD again
otherwise      the same, but says something else then
seeing         as echo; the one that sees pictures
reciter        the pieces in `pieces`, one each `pace` seconds on the whole, and thinks those in `thoughts` before
=============  =======================================================================================
"""

from __future__ import annotations

import asyncio
import json
from typing import Any

from .fake_exchange import HEAD, Behaviour, Exchange, play


async def quick(x: Exchange) -> None:
    await x.head()
    await x.say("Hello", ",", " world", "!")
    await x.done()


async def slow(x: Exchange) -> None:
    await x.head()
    for n in range(200):
        await x.say(f"word{n} ")
        await x.wait(x.fake.pace)
    await x.done()


async def endless(x: Exchange) -> None:
    await x.head()
    while not x.gone.is_set():
        await x.say(*["on and on "] * 50)
        await asyncio.sleep(0)


async def thinker(x: Exchange) -> None:
    await x.head()
    for thought in ("Let me", " think", " about it."):
        await x.say(thinking=thought)
        await x.wait(x.fake.pace)
    for content in ("The answer", " is", " 42."):
        await x.say(content)
        await x.wait(x.fake.pace)
    await x.done()


async def tagged(x: Exchange) -> None:
    await x.head()
    for content in ("<th", "ink>\nLet me", " think.\n</thi", "nk>\n\nThe answer", " is 42."):
        await x.say(content)
        await x.wait(x.fake.pace)
    await x.done()


async def echo(x: Exchange) -> None:
    messages = x.body["messages"]
    await x.head()
    await x.say(f"{len(messages)} messages; the last: {messages[-1]['content']}")
    await x.done()


async def reciter(x: Exchange) -> None:
    await x.head()
    await x.say(thinking="".join(x.fake.thoughts))
    clock = asyncio.get_running_loop().time
    began = clock()
    for number, piece in enumerate(x.fake.pieces, 1):
        await x.say(piece)
        await x.wait(max(0, began + number * x.fake.pace - clock()))
    await x.done()


async def cold(x: Exchange) -> None:
    if "cold:latest" not in x.fake.loaded:
        await x.wait(x.fake.load)
        x.fake.loaded.add("cold:latest")
    await x.wait(1)
    await quick(x)


async def length(x: Exchange) -> None:
    await x.head()
    await x.say("And then")
    await x.done("length")


async def empty(x: Exchange) -> None:
    await x.head()
    await x.done()


async def lines(x: Exchange) -> None:
    await x.head()
    for content in ("a\rb", "\r", "\nc", "\n\n d ", "é", "\u2028"):
        await x.say(content)
        await x.wait(0.01)
    await x.done()


async def recorded(x: Exchange) -> None:
    await play(x, x.fake.recording)


async def failing(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two", " three", " four")
    await x.line({"error": "an error was encountered while running the model: unexpected EOF"})
    await x.raw(b"0\r\n\r\n")


async def cut(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two", " three", " four")
    await x.raw(b"0\r\n\r\n")


async def halfline(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two")
    await x.piece(b'{"model":"halfline","message":{"role":"assi')
    await x.raw(b"0\r\n\r\n")


async def reset(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two")
    await x.wait(0.05)
    x.reset()


async def resetfirst(x: Exchange) -> None:
    x.reset()


async def mute(x: Exchange) -> None:
    await x.gone.wait()


async def hushed(x: Exchange) -> None:
    await x.head()
    await x.say("One", " two")
    await x.gone.wait()


def one_line(data: bytes) -> Behaviour:
    async def behave(x: Exchange) -> None:
        await x.head()
        await x.say("One")
        await x.piece(data)
        await x.done()

    return behave


def one_answer(status: int, body: Any, extra: str = "") -> Behaviour:
    async def behave(x: Exchange) -> None:
        await x.answer(status, body, extra)

    return behave


async def long(x: Exchange) -> None:
    await x.head()
    await x.say("x" * 10 * 1024 * 1024)
    await x.done()


async def toolong(x: Exchange) -> None:
    await x.head()
    await x.say("One")
    for _ in range(17):
        await x.piece(b"x" * 1024 * 1024)
    await x.gone.wait()


async def dribble(x: Exchange) -> None:
    x.fake.recording = HEAD + b"".join(
        b"%x\r\n%b\r\n" % (len(one), one)
        for one in (
            '{"message":{"content":"Hé"},"done":false}\n'.encode(),
            b'{"message":{"content":"llo"},"done":false}\n',
            b'{"message":{"content":""},"done":true,"done_reason":"stop"}\n',
        )
    )
    x.fake.cut = 1
    await recorded(x)


async def burst(x: Exchange) -> None:
    await x.head()
    word = b'{"message":{"content":"w "},"done":false}\n'
    await x.piece(word * 200)
    await x.done()


async def lingering(x: Exchange) -> None:
    await x.head()
    await x.say("Hello", ",", " world", "!")
    await x.line({"message": {"content": ""}, "done": True, "done_reason": "stop"})
    await x.gone.wait()


async def tls(x: Exchange) -> None:
    await x.raw(b"\x15\x03\x01\x00\x02\x02\x16")


def overflow(tokens: int, size: int) -> dict[str, str]:
    words = f"request ({tokens} tokens) exceeds the available context size ({size} tokens), try increasing it"
    error = {"code": 400, "message": words, "type": "exceed_context_size_error"}
    return {"error": json.dumps({"error": error})}


async def narrow(x: Exchange) -> None:
    tokens = sum(len(one["content"]) for one in x.body["messages"])
    if tokens > x.fake.room:
        await x.answer(400, overflow(tokens, x.fake.room))
    else:
        await echo(x)


TOLD = "One, two, three, four, five, six."
BEGUN = "One, two,"


def telling(rest: str) -> Behaviour:
    async def behave(x: Exchange) -> None:
        await x.head()
        if x.body["messages"][-1]["role"] == "assistant":
            await x.say(*rest)
            await x.done()
        else:
            await x.say(*BEGUN)
            await x.gone.wait()

    return behave


BEHAVIOURS: dict[str, Behaviour] = {
    "quick": quick,
    "slow": slow,
    "endless": endless,
    "thinker": thinker,
    "tagged": tagged,
    "echo": echo,
    "cold": cold,
    "length": length,
    "empty": empty,
    "lines": lines,
    "recorded": recorded,
    "failing": failing,
    "cut": cut,
    "halfline": halfline,
    "reset": reset,
    "resetfirst": resetfirst,
    "mute": mute,
    "hushed": hushed,
    "nojson": one_line(b"this is no JSON\n"),
    "list": one_line(b"[1, 2]\n"),
    "types": one_line(b'{"message":{"content":5},"done":"x"}\n'),
    "deep": one_line(b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n"),
    "notutf8": one_line(b'{"message":{"content":"a\xff\xfeb"},"done":false}\n'),
    "long": long,
    "toolong": toolong,
    "html": one_answer(200, b"<html><body>Welcome to nginx!</body></html>"),
    "redirect": one_answer(302, b"", "Location: http://127.0.0.1:1/\r\n"),
    "busy": one_answer(503, {"error": "server busy, please try again.  maximum pending requests exceeded"}),
    "refused": one_answer(400, {"error": '"refused" does not support thinking'}),
    "forbidden": one_answer(403, b""),
    "unauthorized": one_answer(401, b""),
    "nopage": one_answer(404, b"404 page not found"),
    "broken": one_answer(500, {"error": "llama runner process has terminated: signal: killed"}),
    "dribble": dribble,
    "burst": burst,
    "lingering": lingering,
    "tls": tls,
    "overflow": one_answer(400, overflow(6010, 2048)),
    "narrow": narrow,
    "teller": telling(TOLD.removeprefix(BEGUN)),
    "anew": telling(TOLD),
    "otherwise": telling("Quite another story."),
    "seeing": echo,
    "reciter": reciter,
}
