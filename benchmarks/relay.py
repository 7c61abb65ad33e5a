"""What a token costs on its way from Ollama to a reader: Hearth beside two programs in Go, nginx and plain Tornado.

    python benchmarks/relay.py [--rounds=5] [--seconds=5] [--loads=50x50,200x30,1000x10] [--only=NAME,…] [--quick]
                               [--hundred] [--most=3500x10] [--first] [--save=FILE]

The relays run in turn, each in a process of its own that is started anew, so that what else the machine does falls on
all of them alike. A program in Go (benchmarks/relay/load) plays both ends. Printed are medians: CPU microseconds of the
relay's process for a token and its ratio to the Go program that speaks the same protocol, milliseconds from Ollama's
write to the reader's read, and memory. README.md in this folder says how to read them.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from tornado.options import OptionParser

from benchmarks import relay_tools

ROOT = Path(__file__).parent.parent
MODEL = "llama3.2:3b"
NGINX = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{ worker_connections 20000; }}
http {{
  access_log off; client_body_temp_path {folder}/a; proxy_temp_path {folder}/b; fastcgi_temp_path {folder}/c;
  uwsgi_temp_path {folder}/d; scgi_temp_path {folder}/e;
  server {{
    listen 127.0.0.1:{port};
    location / {{ proxy_pass http://127.0.0.1:{ollama}; proxy_buffering off; proxy_http_version 1.1; }}
  }}
}}
"""

Result = dict[str, Any]


@dataclass(frozen=True)
class Relay:
    name: str
    kind: str  # what its readers speak
    command: Callable[[int, int, Path], list[str]]  # from its port, Ollama's port, and a folder
    beside: str = ""  # the relay whose cost is 1


def hearth(port: int, ollama: int, folder: Path) -> list[str]:
    server = [sys.executable, str(ROOT / "server.py"), f"--port={port}", f"--data={folder}"]
    return [*server, f"--ollama=127.0.0.1:{ollama}", f"--model={MODEL}", "--parallel=5000", "--titles=false"]


def go_sse(port: int, ollama: int, folder: Path) -> list[str]:
    return [str(relay_tools.BIN / "sse"), f"127.0.0.1:{port}", f"http://127.0.0.1:{ollama}"]


def go_socket(port: int, ollama: int, folder: Path) -> list[str]:
    return [str(relay_tools.BIN / "socket"), f"127.0.0.1:{port}", f"http://127.0.0.1:{ollama}", MODEL]


def plain_tornado(port: int, ollama: int, folder: Path) -> list[str]:
    return [sys.executable, str(Path(__file__).parent / "relay_tornado.py"), str(port), f"http://127.0.0.1:{ollama}"]


def relays(nginx: str) -> list[Relay]:
    def proxy(port: int, ollama: int, folder: Path) -> list[str]:
        configuration = folder / "nginx.conf"
        configuration.write_text(NGINX.format(folder=folder, port=port, ollama=ollama))
        return [nginx, "-p", str(folder), "-c", str(configuration)]

    return [
        *([Relay("nginx", "lines", proxy, "go-sse")] if nginx else []),
        Relay("go-sse", "sse", go_sse, "go-sse"),
        Relay("hearth-sse", "sse", hearth, "go-sse"),
        Relay("hearth-events", "events", hearth, "go-sse"),
        Relay("go-ws", "ws", go_socket, "go-ws"),
        Relay("hearth-ws", "ws", hearth, "go-ws"),
        Relay("hearth-v1", "v1", hearth, "go-ws"),
        Relay("tornado", "sse", plain_tornado, "go-sse"),
    ]


def measure(relay: Relay, *options: str) -> Result:
    with tempfile.TemporaryDirectory() as folder, load(relay, options) as (player, ollama):
        port = free_port()
        with running(relay.command(port, ollama, Path(folder)), port) as pid:
            said, _ = player.communicate(f"{','.join(family(pid))} 127.0.0.1:{port}\n", timeout=60)
    if player.returncode:
        raise SystemExit(f"{relay.name}: the load client failed")
    result: Result = json.loads(said)
    return result


@contextmanager
def load(relay: Relay, options: tuple[str, ...]) -> Iterator[tuple[subprocess.Popen[str], int]]:
    port = free_port()
    command = [str(relay_tools.BIN / "load"), f"-kind={relay.kind}", f"-ollama=127.0.0.1:{port}", *options]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as player:
        assert player.stdout is not None
        try:
            if player.stdout.readline() != "ready\n":
                raise SystemExit("the load client did not start")
            yield player, port
        finally:
            player.kill()


@contextmanager
def running(command: list[str], port: int) -> Iterator[int]:
    env = os.environ | {"OLLAMA_HOST": ""}
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=env) as process:
        try:
            wait_for(port, process)
            yield process.pid
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                process.kill()


def wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 15
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            if process.poll() is not None or time.monotonic() > until:
                raise SystemExit(f"{process.args!r} did not start") from None
            time.sleep(0.02)
        else:
            time.sleep(0.3)  # what it does at its start is none of a token's cost
            return


def family(pid: int) -> list[str]:
    """A process and its children: nginx works in one."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [str(pid), *children]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def interleaved(chosen: list[Relay], rounds: int, options: list[str], saved: list[Result]) -> None:
    results: dict[str, list[Result]] = {relay.name: [] for relay in chosen}
    for _ in range(rounds):
        for relay in chosen:
            results[relay.name].append(measure(relay, *options))
            saved.append({"relay": relay.name, "options": options} | results[relay.name][-1])
    print(f"  {'':14}{'µs CPU':>8}{'ratio':>7}{'busy':>7}{'median ms':>11}{'p99 ms':>8}{'KiB':>8}{'lost':>6}")
    for relay in chosen:
        print(f"  {relay.name:14}{row(results[relay.name], results.get(relay.beside, []))}", flush=True)


def row(results: list[Result], beside: list[Result]) -> str:
    def median(name: str) -> float:
        return float(statistics.median(one[name] for one in results))

    pairs = [one["cpu"] / other["cpu"] for one, other in zip(results, beside, strict=False)]
    ratio = f"{statistics.median(pairs):7.2f}" if pairs else " " * 7
    figures = f"{median('cpu'):8.1f}{ratio}{median('busy'):7.0%}{median('median'):11.3f}{median('p99'):8.2f}"
    return f"{figures}{median('memory'):8.1f}{sum(one['lost'] for one in results):6}"


def first_tokens(chosen: list[Relay], rounds: int, times: int) -> None:
    print("\nfirst token, ms from the question, one question at a time")
    chosen = [relay for relay in chosen if relay.kind in ("sse", "ws", "lines")]  # of the others, the way there differs
    results: dict[str, list[float]] = {relay.name: [] for relay in chosen}
    for _ in range(rounds):
        for relay in chosen:
            results[relay.name].append(measure(relay, f"-first={times}", "-streams=1")["first_byte"])
    for relay in chosen:
        print(f"  {relay.name:14}{statistics.median(results[relay.name]):8.2f}")


def hundred(by_name: dict[str, Relay], rounds: int, seconds: float, saved: list[Result]) -> None:
    print("\na hundred readers of one reply, 50 tokens/s, beside fifty replies with a reader each: µs CPU a token read")
    for _ in range(rounds):
        for options in (["-streams=1", "-readers=100"], ["-streams=50"]):
            one = measure(by_name["hearth-events"], *options, "-rate=50", f"-seconds={seconds}")
            saved.append({"relay": "readers", "options": options} | one)
    crowd, alone = (
        statistics.median(one["cpu"] for one in saved if one["options"] == options)
        for options in (["-streams=1", "-readers=100"], ["-streams=50"])
    )
    print(f"  a reader of a hundred {crowd:6.1f}\n  a stream of its own   {alone:6.1f}\n  ratio {crowd / alone:.2f}")


def main() -> None:
    options = OptionParser()
    options.define("rounds", 5)
    options.define("seconds", 5.0, float)
    options.define("loads", "50x50,200x30,1000x10", str, "streams x tokens a second in each")
    options.define("only", "", str, "names of relays, with commas between")
    options.define("quick", False, bool, "one short round of the smallest load, to see that all of it runs")
    options.define("hundred", False, bool, "also a hundred readers of one reply")
    options.define("most", "", str, "also a load for Hearth and Go alone, such as 3500x10")
    options.define("first", False, bool, "also the time to the first token")
    options.define("save", "", str, "a file for every single measurement, as JSON")
    options.parse_command_line()
    everything = relays(relay_tools.make())
    names = options.only.split(",") if options.only else [relay.name for relay in everything]
    chosen = [relay for relay in everything if relay.name in names]
    rounds, seconds = (1, 1.0) if options.quick else (options.rounds, options.seconds)
    saved: list[Result] = []
    for one in ["50x50"] if options.quick else filter(None, options.loads.split(",")):
        streams, rate = one.split("x")
        print(f"\n{streams} streams at {rate} tokens/s", flush=True)
        able = [relay for relay in chosen if relay.name != "tornado" or int(streams) * int(rate) < 8000]
        interleaved(able, rounds, [f"-streams={streams}", f"-rate={rate}", f"-seconds={seconds}"], saved)
    if options.most:
        streams, rate = options.most.split("x")
        print(f"\n{streams} streams at {rate} tokens/s")
        able = [relay for relay in chosen if relay.name not in ("tornado", "nginx")]
        interleaved(able, rounds, [f"-streams={streams}", f"-rate={rate}", f"-seconds={seconds}", "-warm=3"], saved)
    if options.first:
        first_tokens(chosen, rounds, 20 if options.quick else 200)
    if options.hundred:
        hundred({relay.name: relay for relay in everything}, rounds, seconds, saved)
    if options.save:
        Path(options.save).write_text(json.dumps(saved))


if __name__ == "__main__":
    main()
