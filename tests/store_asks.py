"""A program that asks and asks, and says on standard output what was acknowledged, until it is killed.

python -m tests.store_asks FOLDER [COUNT]
"""

from __future__ import annotations

import asyncio
import os
import sys
from itertools import count
from pathlib import Path

from msgspec.structs import replace

from store.personal import PersonalSQLiteStore
from store.records import HOUSE, Conversation
from store.sqlite import SQLiteStore

from .store_records import add, question, reply

ASKERS = 10


async def ask(store: PersonalSQLiteStore, one: Conversation, most: int) -> None:
    for number in count() if most < 0 else range(most):
        first = question(one, "some words to be found " * 20)
        second = reply(first)
        await store.add_exchange(one, first, second, str(number))
        os.write(1, f"asked {one.id} {first.id} {second.id}\n".encode())
        ended = replace(second, content="answer " * (number % 7 * 300), state="done")
        await store.update_message(ended)
        assert ended.generation is not None
        await store.end_run(ended.generation, "done", number)
        os.write(1, f"answered {one.id} {second.id} {len(ended.content)}\n".encode())
        if number % 50 == 49:
            os.write(1, f"deleting {one.id}\n".encode())
            await store.delete_conversation(one.id)
            os.write(1, f"deleted {one.id}\n".encode())
            one = await add(store, "another")


async def main() -> None:
    folder, most = Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else -1
    store = (await SQLiteStore.open(folder)).of(HOUSE)
    await asyncio.gather(*[ask(store, await add(store, "title"), most) for _ in range(ASKERS)])
    os.write(1, b"end\n")
    sys.stdin.read()


if __name__ == "__main__":
    asyncio.run(main())
