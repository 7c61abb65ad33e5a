"""Two hundred readers of one reply, who come and go as they please."""

from __future__ import annotations

import asyncio
import json
import random

import pytest

from store import HOUSE

from .hearth import Hearth, eventually, frames, running

READERS = 200


async def read(hearth: Hearth, generation: str, chance: random.Random) -> tuple[list[int], str]:
    """Comes late, leaves in the midst of it, comes back with the number it had, until the end."""
    await asyncio.sleep(chance.uniform(0, 0.5))
    numbers: list[int] = []
    text, ended = "", False
    while not ended:
        after = numbers[-1] if numbers else 0
        stream = await hearth.stream(f"/api/generations/{generation}/events?after={after}", Connection="close")
        leave_at = chance.randrange(300, 6000)
        while len(stream.seen) < leave_at and (data := await stream.reader.read(4096)):
            stream.seen += data
        stream.cut()
        for frame in frames(_whole_blocks(stream.seen)):
            event = json.loads(frame.data)
            numbers.append(int(frame.id))
            text += event.get("text", "")
            ended = event["type"] in ("done", "error")
    return numbers, text


def _whole_blocks(seen: bytes) -> str:
    """What arrived whole, without the headers and the chunks around it."""
    body = seen.partition(b"\r\n\r\n")[2]
    parts = []
    while (found := body.partition(b"\r\n"))[1]:
        size = int(found[0] or b"0", 16)
        if size == 0 or len(found[2]) < size:
            break
        parts.append(found[2][:size])
        body = found[2][size + 2 :]
    return b"".join(parts).decode()


@pytest.mark.gen_test(timeout=60)
@pytest.mark.usefixtures("clean_log")
async def test_two_hundred_readers_joining_and_leaving_all_get_the_whole_reply() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.01
        reply = await hearth.ask(await hearth.conversation(model="slow"), "hi")
        chance = random.Random(7)
        readers = [read(hearth, reply["generation"], random.Random(chance.random())) for _ in range(READERS)]
        whole = "".join(f"word{n} " for n in range(200))
        for numbers, text in await asyncio.gather(*readers):
            assert text == whole
            assert numbers == sorted(set(numbers))
        log = (await hearth.house.generations.get(HOUSE, reply["generation"])).log
        await eventually(lambda: "0 readers" in repr(log))
