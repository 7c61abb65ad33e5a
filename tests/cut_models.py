"""Models of the scripted Ollama that are cut in mid-reply, and how they go on; for fake_ollama.BEHAVIOURS."""

from __future__ import annotations

from typing import Any

from .fake_ollama import Exchange

WORDS = "".join(f"word{n} " for n in range(40))


def prefill(exchange: Exchange) -> dict[str, Any]:
    """The partial reply that it was given; empty where it is asked from the beginning."""
    last: dict[str, Any] = exchange.body["messages"][-1]
    return last if last["role"] == "assistant" else {}


async def steady(x: Exchange) -> None:
    """40 words; goes on from the very character."""
    await x.head()
    for word in WORDS[len(prefill(x).get("content", "")) :].split(" ")[:-1]:
        await x.say(word + " ")
        await x.wait(x.fake.pace)
    await x.done()


async def anew(x: Exchange) -> None:
    """The same, but begins anew."""
    await x.head()
    for word in WORDS.split(" ")[:-1]:
        await x.say(word + " ")
        await x.wait(x.fake.pace)
    await x.done()


async def fickle(x: Exchange) -> None:
    """Begins anew, in the same words, and then says something else."""
    await x.head()
    text = "The capital of Spain is Madrid." if prefill(x) else "The capital of France " + WORDS
    for word in text.split(" "):
        await x.say(word + " ")
        await x.wait(x.fake.pace)
    await x.done()


async def musing(x: Exchange) -> None:
    """Thinks for 40 words, then answers; goes on with the thought that it is given."""
    await x.head()
    for word in WORDS[len(prefill(x).get("thinking", "")) :].split(" ")[:-1]:
        await x.say(thinking=word + " ")
        await x.wait(x.fake.pace)
    await x.say("The answer is 42.")
    await x.done()


CUT = {"steady": steady, "anew": anew, "fickle": fickle, "musing": musing}
