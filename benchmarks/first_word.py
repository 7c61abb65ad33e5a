"""How long it takes from `git clone` to the first word of a reply, on a machine that has git, make and Python.

    python benchmarks/first_word.py [--rounds=1] [--folder=/var/tmp]

In an empty folder with a home of its own, so that pip has nothing in store: the clone, `make run` with the demo model
until Hearth listens, and the first word of `GET /chat`. Nothing else may answer where Ollama usually is. Downloads
count, so the line to the package index decides: 200 MB.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from tornado.options import OptionParser

ROOT = Path(__file__).parent.parent
OLLAMA = ("127.0.0.1", 11434)
# How pip and git come to the network is the machine's affair, and is left as it is.
PASSED_ON = ("PATH", "LANG", "PIP_", "SSL_", "GIT_SSL", "http_proxy", "https_proxy", "no_proxy", "HTTP", "NO_PROXY")
STAMPS = (("python", "a virtual environment"), ("hearth", "Hearth's packages"), ("demo", "the demo model's packages"))
SAID = "Hearth is listening on "
PATIENCE = 1800.0  # seconds

Step = tuple[str, float]


def environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name.startswith(PASSED_ON)}
    settings = Path("~/.config/pip/pip.conf").expanduser()
    if settings.is_file():
        kept.setdefault("PIP_CONFIG_FILE", str(settings))
    return kept | {"HOME": str(home)}


def measured(folder: Path) -> Iterator[Step]:
    home, clone = folder / "home", folder / "hearth"
    home.mkdir()
    began = time.time()
    source = f"file://{ROOT}"  # as over a network: without it git would link the files
    subprocess.run(["git", "clone", "--quiet", source, str(clone)], check=True, env=environ(home))
    before = time.time()
    yield "git clone", before - began
    with running(clone, home) as url:
        for name, what in STAMPS:
            made = (clone / ".venv" / name).stat().st_mtime
            yield what, made - before
            before = made
        listening = time.time()
        yield "the start, with the model brought into memory", listening - before
        first_word(url)
        yield "the first word", time.time() - listening
    yield "all together", time.time() - began


@contextmanager
def running(clone: Path, home: Path) -> Iterator[str]:
    """`make run`, once Hearth says where it listens."""
    command = ["make", "run", f"ARGS=--port=0 --data={home / 'data'}"]
    process = subprocess.Popen(command, cwd=clone, env=environ(home), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield next(line.removeprefix(SAID).strip() for line in process.stdout if line.startswith(SAID))
    except StopIteration:
        sys.exit("make run did not come as far as listening")
    finally:
        process.terminate()  # make tells Hearth
        process.wait()


def first_word(url: str) -> str:
    connection = HTTPConnection(url.removeprefix("http://").strip("/"), timeout=PATIENCE)
    connection.request("GET", "/chat?question=Hello")
    response = connection.getresponse()
    try:
        while line := response.readline():
            if line.startswith(b"data: ") and line[6:].strip():
                return line[6:].decode().strip()
    finally:
        connection.close()
    sys.exit("the reply has no word")


def is_ollama_there() -> bool:
    with suppress(OSError), socket.create_connection(OLLAMA, timeout=1):
        return True
    return False


def main() -> None:
    options = OptionParser()
    options.define("rounds", 1)
    options.define("folder", "/var/tmp", help="a folder on the disk to measure; what is written there is removed again")
    options.parse_command_line()
    if is_ollama_there():
        sys.exit("something answers at 127.0.0.1:11434, so that make run would not take the demo model: stop it first")
    for _ in range(options.rounds):
        with tempfile.TemporaryDirectory(dir=options.folder) as name:
            for what, seconds in measured(Path(name)):
                print(f"{seconds:7.1f} s  {what}", flush=True)


if __name__ == "__main__":
    main()
