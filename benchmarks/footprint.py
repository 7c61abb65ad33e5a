"""What Hearth needs when nobody asks: seconds to start, and memory, beside a Tornado server that only says hello.

    python benchmarks/footprint.py [--rounds=7]

Each is started in turn, `rounds` times; medians, and their ratio. Seconds are from the start of the process to the
first answer over HTTP; memory is the resident set (VmRSS) half a second later, in MiB.
"""

from __future__ import annotations

import re
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.request import urlopen

from tornado.options import OptionParser

ROOT = Path(__file__).parent.parent
HELLO = """
import asyncio, sys, tornado.web
class Hello(tornado.web.RequestHandler):
    def get(self):
        self.write("hello")
async def main():
    tornado.web.Application([("/", Hello)]).listen(int(sys.argv[1]), "127.0.0.1")
    await asyncio.Event().wait()
asyncio.run(main())
"""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def measure(command: list[str], port: int) -> tuple[float, float]:
    began = time.monotonic()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while True:
                try:
                    urlopen(f"http://127.0.0.1:{port}/", timeout=5).read()
                    break
                except OSError:
                    if process.poll() is not None or time.monotonic() - began > 30:
                        raise
                    time.sleep(0.002)
            seconds = time.monotonic() - began
            time.sleep(0.5)
            return seconds, memory(process.pid)
        finally:
            process.terminate()


def memory(pid: int) -> float:
    found = re.search(r"VmRSS:\s+(\d+) kB", Path(f"/proc/{pid}/status").read_text())
    assert found is not None
    return int(found[1]) / 1024


def main() -> None:
    options = OptionParser()
    options.define("rounds", 7)
    options.parse_command_line()
    figures: dict[str, list[tuple[float, float]]] = {"Hearth": [], "hello": []}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(options.rounds):
            port = free_port()
            hearth = [sys.executable, str(ROOT / "server.py"), f"--port={port}", f"--data={folder}"]
            figures["Hearth"].append(measure(hearth, port))
            port = free_port()
            figures["hello"].append(measure([sys.executable, "-c", HELLO, str(port)], port))
    for name, values in figures.items():
        seconds, memories = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{name:7} {seconds:.3f} s to start, {memories:.1f} MiB")
    for what, column in (("start", 0), ("memory", 1)):
        pairs = zip(figures["Hearth"], figures["hello"], strict=True)
        print(f"ratio of {what}: {statistics.median(ours[column] / bare[column] for ours, bare in pairs):.2f}")


if __name__ == "__main__":
    main()
