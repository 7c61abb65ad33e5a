"""What one event costs on its way through the log and the file to ten readers, beside the same without the file.

    python benchmarks/events.py [--readers=10] [--events=20000] [--rounds=9]

In one process: a generation's log is appended to, one event at a time, and each reader is woken, reads what is new and
makes an event stream's bytes of it, as handlers/sse.py does, but writes to no socket. Both ways run in turn; printed
are the CPU microseconds of this process for an event, as medians, what the file adds, and the median of the ratios.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tornado.options import OptionParser

from chat.events import Content, Done
from chat.log import Bell, GenerationLog
from handlers.sse import event_frames
from store.journal import Head, Journals


async def read_all(log: GenerationLog) -> int:
    """Bytes made."""
    after = size = 0
    with closing(Bell(60)) as bell, log.wakes(bell):
        while not log.over or after < log.last:
            batch = log.read(after)
            if not batch:
                await bell.wait()
                continue
            size += len(event_frames(batch))
            after = batch[-1].number
    return size


async def cost(write: Callable[[bytes], None], readers: int, events: int) -> float:
    """CPU microseconds an event."""
    log = GenerationLog(write)
    reading = [asyncio.ensure_future(read_all(log)) for _ in range(readers)]
    await asyncio.sleep(0)
    began = time.process_time()
    for _ in range(events):
        log.append([Content(" token")])
        await asyncio.sleep(0)  # the readers' turn: none of them gets two events as one
    log.append([Done("stop", {})])
    await asyncio.gather(*reading)
    return (time.process_time() - began) / events * 1e6


async def measure(readers: int, events: int, rounds: int) -> None:
    with_file, without = [], []
    with tempfile.TemporaryDirectory() as folder:
        journals = Journals(Path(folder) / "generations")
        for n in range(rounds + 1):
            journal = journals.begin(str(n), Head("conversation", "message"))
            one, other = await cost(journal.append, readers, events), await cost(lambda _: None, readers, events)
            journal.close()
            if n:  # the first round warms up
                with_file.append(one)
                without.append(other)
    ratio = statistics.median(one / other for one, other in zip(with_file, without, strict=True))
    median, bare = statistics.median(with_file), statistics.median(without)
    print(f"{readers} readers, {events} events, {rounds} rounds; CPU of one event, medians")
    print(f"  log, file, readers  {median:6.1f} µs")
    print(f"  log, readers        {bare:6.1f} µs")
    print(f"  the file            {median - bare:6.1f} µs, ratio {ratio:.2f}")


def main() -> None:
    options = OptionParser()
    options.define("readers", 10, int, "how many follow")
    options.define("events", 20000, int, "of one reply")
    options.define("rounds", 9, int, "of each way")
    options.parse_command_line()
    asyncio.run(measure(options.readers, options.events, options.rounds))


if __name__ == "__main__":
    main()
