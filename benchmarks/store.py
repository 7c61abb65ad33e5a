"""What it costs to keep conversations, and to find them again.

    python benchmarks/store.py [--conversations=10000] [--messages=50] [--seconds=3] [--rounds=3] [--folder=/var/tmp]

On a real disk (`--folder`, not a tmpfs), in turn with plain sqlite3 where the two can be compared:
- questions acknowledged a second, by one who asks and by 50 at once; plain sqlite3 stores the same bytes in one
  table, with one commit each, synchronous=FULL;
- with so many conversations on the disk: starting, listing 50, searching, opening one of 2,000 messages.
"""

from __future__ import annotations

import asyncio
import itertools
import random
import secrets
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tornado.options import OptionParser

from store import conversations, messages
from store.folder import open_folder
from store.personal import PersonalSQLiteStore
from store.records import HOUSE, Conversation, Message
from store.sqlite import SQLiteStore

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
COMMON = """the of and to a in is that it for as with on be at by this have from or not are but what all were when we
    there can which their if do will each how use model time file server because people should would about"""
SYLLABLES = "ka to mi ren pla con ver sta ing ter pro de al co ment tion er re in an su lo gra"
CHINESE = "我们可以使用机器学习模型来处理数据然后服务器会把结果写入文件的一是不了人在有这个上大来和国要，。"
QUERIES = "t|th|the|there|because|conver|server|kato kami|model file|the of and|机|学习|机器学习|的|C++|nothing"


class Texts:
    """Sentences of words as frequent as they are in books (Zipf), and Chinese ones."""

    def __init__(self) -> None:
        self.random = random.Random(1)
        syllables = SYLLABLES.split()
        rare = {"".join(self.random.choices(syllables, k=self.random.randint(2, 4))) for _ in range(30_000)}
        words = COMMON.split() + sorted(rare)
        weights = list(itertools.accumulate(1 / (place + 3) for place in range(len(words))))
        self.sentences = [
            " ".join(self.random.choices(words, cum_weights=weights, k=self.random.randint(6, 18))) + "."
            for _ in range(20_000)
        ]
        self.chinese = ["".join(self.random.choices(CHINESE, k=25)) for _ in range(3_000)]

    def text(self, number: int, sentences: int) -> str:
        source, between = (self.chinese, "") if number % 10 == 0 else (self.sentences, " ")
        return between.join(self.random.choices(source, k=sentences))


def conversation(number: int, title: str | None = None, name: str | None = None) -> Conversation:
    time_, name = BEGAN + timedelta(minutes=number), name or f"conversation{number}"
    return Conversation(name, title, "llama3", None, None, None, None, False, None, time_, time_, None)


def tree(texts: Texts, conversation_id: str, number: int, count: int) -> Iterator[Message]:
    parent = None
    for place in range(count):
        name, time_ = f"{conversation_id}.{place}", BEGAN + timedelta(minutes=number)
        if place % 2:
            text, written = texts.text(number, 9), f"{name}.g"
            yield Message(name, conversation_id, parent, "assistant", text, time_, state="done", generation=written)
        else:
            yield Message(name, conversation_id, parent, "user", texts.text(number, 2), time_)
        parent = name


def fill(folder: Path, texts: Texts, count: int, length: int) -> None:
    """By the store's own functions, a hundred conversations in one transaction."""
    opened = open_folder(folder)
    for number in range(count + 1):
        if number % 100 == 0:
            opened.db.execute("BEGIN")
        one = conversation(number, texts.text(number, 1)[:60])
        conversations.add(opened.db, HOUSE, one)
        for message in tree(texts, one.id, number, 2000 if number == count else length):
            messages.add_reply(opened.db, HOUSE, one, message)
        if number % 100 == 99 or number == count:
            opened.db.execute("COMMIT")
    opened.close()


async def asked(store: PersonalSQLiteStore, texts: Texts, askers: int, seconds: float) -> float:
    """Questions acknowledged a second: each is a question, the reply to come, its run, and the index."""
    count, until = 0, time.perf_counter() + seconds

    async def ask(asker: int) -> None:
        nonlocal count
        one = conversation(asker, name=secrets.token_hex(12))
        await store.add_conversation(one)
        while time.perf_counter() < until:
            name = f"{one.id}.{count}.{asker}"
            question = Message(f"{name}q", one.id, None, "user", texts.text(1, 2), BEGAN)
            reply = Message(f"{name}r", one.id, question.id, "assistant", "", BEGAN, state="queued", generation=name)
            await store.add_exchange(one, question, reply, name)
            count += 1

    await asyncio.gather(*(ask(asker) for asker in range(askers)))
    return count / seconds


def plain(folder: Path, texts: Texts, seconds: float) -> float:
    """What the disk allows: one row, one commit."""
    db = sqlite3.connect(folder / "plain.db", isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE IF NOT EXISTS messages (number INTEGER PRIMARY KEY, content TEXT)")
    count, until = 0, time.perf_counter() + seconds
    while time.perf_counter() < until:
        db.execute("INSERT INTO messages (content) VALUES (?)", (texts.text(1, 2),))
        count += 1
    db.close()
    return count / seconds


async def timed(work: Callable[[], Awaitable[object]], times: int = 100) -> tuple[float, float]:
    """Milliseconds: the median, and the slowest but one in a hundred."""
    took = []
    for _ in range(times):
        before = time.perf_counter()
        await work()
        took.append(1e3 * (time.perf_counter() - before))
    took.sort()
    return statistics.median(took), took[max(0, len(took) - 1 - len(took) // 100)]


async def acknowledged(folder: Path, texts: Texts, seconds: float, rounds: int) -> None:
    rates: dict[str, list[float]] = {"one": [], "fifty": [], "plain": []}
    store = await SQLiteStore.open(folder)
    for _ in range(rounds):
        rates["one"].append(await asked(store.of(HOUSE), texts, 1, seconds))
        rates["fifty"].append(await asked(store.of(HOUSE), texts, 50, seconds))
        rates["plain"].append(await asyncio.to_thread(plain, folder, texts, seconds))
    await store.close()
    one, fifty, stock = (statistics.median(rates[name]) for name in ("one", "fifty", "plain"))
    print(f"acknowledged a second: one asker {one:,.0f}, 50 at once {fifty:,.0f}, plain sqlite3 {stock:,.0f} rows")
    print(f"ratio to plain: one asker {one / stock:.2f}, 50 at once {fifty / stock:.2f}")


async def found(folder: Path, count: int) -> None:
    before = time.perf_counter()
    everybodys = await SQLiteStore.open(folder)
    store = everybodys.of(HOUSE)
    print(f"start: {1e3 * (time.perf_counter() - before):.0f} ms")

    async def report(name: str, work: Callable[[], Awaitable[object]]) -> None:
        first, _ = await timed(work, 1)
        median, p99 = await timed(work)
        print(f"{name}: first {first:.1f} ms, then median {median:.1f}, p99 {p99:.1f}")

    await report("list of 50", lambda: store.conversations(None, None, 50))
    await report("list of 50, from the middle", lambda: store.conversations(None, f"conversation{count // 2}", 50))
    await report("unfinished", everybodys.unfinished)
    await report("open 2,000 messages", lambda: store.messages(f"conversation{count}"))
    await report("branch of 2,000 messages", lambda: store.branch(f"conversation{count}.1999"))
    middle = f"conversation{count // 2}"
    for query in QUERIES.split("|"):
        await report(f"search {query!r}", partial(store.conversations, query, None, 50))
        await report(f"search {query!r}, from the middle", partial(store.conversations, query, middle, 50))
    took, _ = await timed(lambda: store.delete_conversation(f"conversation{count}"), 1)
    print(f"delete 2,000 messages: {took:.0f} ms")
    await everybodys.close()


def main() -> None:
    options = OptionParser()
    options.define("conversations", 10_000)
    options.define("messages", 50)
    options.define("seconds", 3.0)
    options.define("rounds", 3)
    options.define("folder", "/var/tmp", help="a folder on the disk to measure; what is written there is removed again")
    options.parse_command_line()
    with tempfile.TemporaryDirectory(dir=options.folder) as name:
        small, large = Path(name, "small"), Path(name, "large")
        texts = Texts()
        asyncio.run(acknowledged(small, texts, options.seconds, options.rounds))
        before = time.perf_counter()
        fill(large, texts, options.conversations, options.messages)
        size = (large / "hearth.db").stat().st_size / 1e6
        print(
            f"{options.conversations:,} conversations of {options.messages} messages:"
            f" {size:,.0f} MB, written in {time.perf_counter() - before:.0f} s"
        )
        asyncio.run(found(large, options.conversations))


if __name__ == "__main__":
    main()
