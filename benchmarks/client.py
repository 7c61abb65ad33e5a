"""What one chunk of Ollama's costs to read: Hearth's client beside Tornado's own.

    python benchmarks/client.py [--streams=50] [--rate=50] [--seconds=4] [--rounds=5]

A second process plays Ollama on loopback: `streams` replies at once, `rate` chunks a second each. This process reads
them with one client, then with the other, in turn, and prints the CPU microseconds of this process for a chunk, as
medians, and their ratio. Both split lines and decode JSON in the same way, so what differs is the HTTP client.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.options import OptionParser

from ollama.chunks import Chunk
from ollama.client import Chunks, ReplyDone
from ollama.http import HTTPClient, Limits

LINE = (
    b'{"model":"smollm2:135m","created_at":"2026-11-22T13:44:53.94Z",'
    b'"message":{"role":"assistant","content":" token"},"done":false}\n'
)
LAST = b'{"model":"smollm2:135m","message":{"role":"assistant","content":""},"done":true,"done_reason":"stop"}\n'


async def play_ollama(rate: int, seconds: float) -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
        began, loop = time.monotonic(), asyncio.get_running_loop()
        for n in range(int(rate * seconds)):
            writer.write(b"%x\r\n%b\r\n" % (len(LINE), LINE))
            await asyncio.sleep(began + (n + 1) / rate - loop.time())
        writer.write(b"%x\r\n%b\r\n0\r\n\r\n" % (len(LAST), LAST))
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def read_all(client: AsyncHTTPClient, port: int, streams: int) -> tuple[int, float]:
    """Chunks read, and the CPU seconds that took."""
    count = 0

    def receive(chunks: list[Chunk]) -> None:
        nonlocal count
        count += len(chunks)

    async def read_one() -> None:
        chunks = Chunks(1 << 24, receive)

        def feed(data: bytes) -> None:
            with suppress(ReplyDone):
                chunks.feed(data)

        url = f"http://127.0.0.1:{port}/api/chat"
        await client.fetch(HTTPRequest(url, streaming_callback=feed, request_timeout=0))

    before = time.process_time()
    await asyncio.gather(*(read_one() for _ in range(streams)))
    return count, time.process_time() - before


async def compare(port: int, streams: int, rounds: int) -> None:
    clients = {
        "Hearth": HTTPClient(force_instance=True, limits=Limits()),
        "Tornado": AsyncHTTPClient(force_instance=True, max_clients=streams),
    }
    costs: dict[str, list[float]] = {name: [] for name in clients}
    for turn in range(rounds):
        for name, client in clients.items():
            count, seconds = await read_all(client, port, streams)
            costs[name].append(1e6 * seconds / count)
            print(f"round {turn + 1}: {name:8} {costs[name][-1]:6.1f} µs a chunk, {count} chunks")
    medians = {name: statistics.median(values) for name, values in costs.items()}
    ratio = statistics.median(ours / stock for ours, stock in zip(costs["Hearth"], costs["Tornado"], strict=True))
    print(f"median: Hearth {medians['Hearth']:.1f} µs, Tornado {medians['Tornado']:.1f} µs, ratio {ratio:.2f}")


def main() -> None:
    options = OptionParser()
    options.define("streams", 50)
    options.define("rate", 50)
    options.define("seconds", 4.0)
    options.define("rounds", 5)
    options.define("play", False)
    options.parse_command_line()
    if options.play:
        asyncio.run(play_ollama(options.rate, options.seconds))
        return
    command = [sys.executable, __file__, "--play", f"--rate={options.rate}", f"--seconds={options.seconds}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as ollama:
        assert ollama.stdout is not None
        try:
            asyncio.run(compare(int(ollama.stdout.readline()), options.streams, options.rounds))
        finally:
            ollama.terminate()


if __name__ == "__main__":
    main()
