"""Hearth: builds everything, once, and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import errno
import logging
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from tornado.netutil import bind_sockets

from chat.changes import Changes
from chat.conversations import Conversations
from chat.generations import Generations
from chat.line import Line
from chat.models import Models
from chat.presets import Presets
from chat.questions import Questions
from chat.replies import Replies
from chat.status import Status
from chat.titles import Titles
from chat.writer import Writer
from demo.process import DemoFailed, DemoMissing, DemoModel
from handlers.gate import Gate
from handlers.routes import House, application
from handlers.server import Server
from handlers.websocket import Sockets
from ollama.address import Address, parse
from ollama.client import Ollama
from settings import BadOption, Settings, read
from store import SQLiteStore, StoreError
from store.backup import backup
from store.journal import Journals

VERSION = "0.1.0"
LINGER = 8.0  # seconds after which a plain question that nobody follows any more is stopped
SPARE = 256  # file descriptors that are no browser's: Ollama, files, and connections that are being refused
LAST_WORDS = 2.0  # seconds for readers to be told of an end that Hearth made

log = logging.getLogger("hearth")

T = TypeVar("T")


class CannotStart(Exception):
    """One line that says what is in the way and what to do."""


def main() -> int:
    try:
        settings = read(sys.argv[1:], os.environ)
        logging.basicConfig(
            stream=sys.stderr,
            level=logging.INFO if settings.verbose else logging.WARNING,
            format="%(levelname)s %(name)s: %(message)s",
        )
        if settings.backup is not None:
            backup(settings.data, settings.backup)
        else:
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(serve(settings))
    except BadOption as error:
        return _refuse(error, 2)
    except (CannotStart, StoreError, DemoMissing, DemoFailed) as error:
        return _refuse(error, 1)
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which halves what a token costs; where there is none to be had, asyncio's own does the same."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


async def serve(settings: Settings) -> None:
    stop = _on_signals()
    _prepare_folder(settings.data)
    store = await SQLiteStore.open(settings.data)
    demo = DemoModel() if settings.demo else None
    try:
        listening = _listen(settings.address, settings.port)
        where = settings.ollama if demo is None else await _unless(stop, demo.start())
        if where is not None:
            await _serve(settings, store, listening, where if isinstance(where, Address) else parse(where), stop)
    finally:
        if demo:
            await demo.stop()
        await store.close()


async def _unless(stop: asyncio.Event, work: Coroutine[Any, Any, T]) -> T | None:
    """What the work gives; None if Hearth is told to stop before."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    await asyncio.wait([task, stopped], return_when=asyncio.FIRST_COMPLETED)
    stopped.cancel()
    if task.done():
        return task.result()
    task.cancel()
    await asyncio.wait([task])
    return None


async def _serve(
    settings: Settings, store: SQLiteStore, listening: list[socket.socket], where: Address, stop: asyncio.Event
) -> None:
    try:
        house, server = build(settings, store, where)
    except OSError as error:  # the folder for the replies
        raise CannotStart(f"{error.filename} can't be used ({_words(error)}); move it away") from None
    await house.conversations.recover()
    sweeping = asyncio.get_running_loop().create_task(house.generations.sweep())
    server.add_sockets(listening)
    _announce(settings, listening)
    await stop.wait()
    sweeping.cancel()
    await house.generations.close(settings.grace, LAST_WORDS)
    await house.sockets.close()
    server.stop()
    await server.close_all_connections()


def build(settings: Settings, store: SQLiteStore, where: Address) -> tuple[House, Server]:
    """Everything between the browsers and the Ollama at `where`; needs a running loop, listens nowhere yet."""
    ollama = Ollama(where, settings.limits, settings.max_line)
    generations = Generations(store, Journals(settings.data / "generations"))
    models = Models(ollama, settings.model)
    writer = Writer(ollama, models, Line(settings.parallel))
    changes = Changes()
    titles = Titles(store, ollama, models, writer, changes.tell, wanted=settings.titles)
    writer.on_write = titles.give_up
    replies = Replies(store, generations, models, writer, titles, changes)
    house = House(
        conversations=Conversations(store, generations, replies, titles, changes),
        generations=generations,
        models=models,
        presets=Presets(store, changes.tell_of_presets),
        questions=Questions(generations, models, writer, LINGER),
        status=Status(VERSION, ollama, settings.auth, settings.demo),
        sockets=Sockets(),
        changes=changes,
        static=Path(__file__).parent / "static",
    )
    return house, Server(Gate(application(house), settings.hosts, settings.proxies), most=_connections())


def _announce(settings: Settings, listening: list[socket.socket]) -> None:
    host = f"[{settings.address}]" if ":" in settings.address else settings.address
    with suppress(OSError):  # that nobody reads it, or that a disk is full, is no reason to stop
        print(f"Hearth is listening on http://{host}:{listening[0].getsockname()[1]}/", flush=True)
    if settings.open_to_all:
        log.warning("--auth=none: everyone who can reach this address reads and writes every conversation")


def _on_signals() -> asyncio.Event:
    """Set by SIGTERM and SIGINT; the second one ends the process at once."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if stop.is_set():
            os._exit(1)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop


def _prepare_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        probe = folder / ".writable"
        probe.touch(mode=0o600)
        probe.unlink()
    except OSError as error:
        what = f"the data folder {folder} can't be written ({_words(error)})"
        raise CannotStart(f"{what}; give another with --data=") from None


def _words(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _listen(address: str, port: int) -> list[socket.socket]:
    try:
        return bind_sockets(port, address)
    except UnicodeError:
        raise CannotStart(f"{address} is no host name; give another with --address=") from None
    except OSError as error:
        match error.errno:
            case errno.EADDRINUSE:
                what = f"port {port} is in use; stop what uses it, or give another with --port="
            case errno.EACCES:
                what = f"port {port} needs root's rights; give one above 1023 with --port="
            case errno.EADDRNOTAVAIL | socket.EAI_NONAME | socket.EAI_AGAIN:
                what = f"{address} is no address of this machine; give another with --address="
            case _:
                what = f"can't listen on {address}:{port} ({error.strerror or error})"
        raise CannotStart(what) from None


def _connections() -> int:
    """How many at most, below the limit on file descriptors, which is raised as far as it may be."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = min(65536, hard) if hard != resource.RLIM_INFINITY else 65536
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        soft = wanted
    return max(soft - SPARE, soft // 2) if soft != resource.RLIM_INFINITY else wanted


def _refuse(error: Exception, status: int) -> int:
    print(f"server.py: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
