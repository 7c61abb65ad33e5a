"""Hearth: builds everything, once, and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import socket
import sys
from collections.abc import Callable, Coroutine
from contextlib import closing, suppress
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from chat.changes import Changes
from chat.conversations import Conversations
from chat.first import First
from chat.generations import Generations
from chat.line import Line
from chat.looking import Looking, places
from chat.models import Models
from chat.presets import Presets
from chat.questions import Questions
from chat.replies import Replies
from chat.status import Readiness, Status
from chat.tally import Tally
from chat.titles import Titles
from chat.writer import Writer
from demo.process import DemoFailed, DemoMissing, DemoModel
from handlers.connections import Connections
from handlers.gate import Gate
from handlers.metrics import Figures
from handlers.routes import House, application
from handlers.server import Server
from handlers.websocket import Sockets
from ollama.address import Address, parse
from ollama.client import Ollama
from ollama.servers import Servers
from process import logs, machine
from process.blocked import LoopWatch
from process.gateway import gateway
from process.notify import Notify
from process.sockets import CannotListen, bound, inherited, most_connections
from settings import BadOption, Settings, read
from store import SQLiteStore, StoreError
from store.backup import backup
from store.journal import Journals

VERSION = "0.1.0"
LINGER = 8.0  # seconds after which a plain question that nobody follows any more is stopped
LAST_WORDS = 2.0  # seconds for readers to be told of an end that Hearth made
LAST_ANSWERS = 1.0  # seconds for what was asked in the last moment
PASSED_ON = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC")

log = logging.getLogger("hearth")

T = TypeVar("T")


class CannotStart(Exception):
    """One line that says what is in the way and what to do."""


def main() -> int:
    try:
        sockets = inherited(os.environ)
        settings = read(sys.argv[1:], os.environ, [one.getsockname()[0] for one in sockets])
        logs.set_up(sys.stderr, settings.log_level, settings.log_format, os.environ)
        if settings.backup is not None:
            backup(settings.data, settings.backup)
        else:
            notify = Notify(os.environ)
            for name in PASSED_ON:  # to us, and not to a process of ours
                os.environ.pop(name, None)
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(serve(settings, sockets, notify))
    except BadOption as error:
        return _refuse(error, 2)
    except (CannotStart, CannotListen, StoreError, DemoMissing, DemoFailed) as error:
        return _refuse(error, 1)
    return 0


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which halves what a token costs; where there is none to be had, asyncio's own does the same."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


async def serve(settings: Settings, sockets: list[socket.socket], notify: Notify) -> None:
    stop = _on_signals()
    _prepare_folder(settings.data)
    store = await SQLiteStore.open(settings.data)
    demo = DemoModel() if settings.demo else None
    try:
        listening = _listening(settings, sockets)
        where = settings.ollama if demo is None else await _unless(stop, demo.start())
        if where is not None:
            where = where if isinstance(where, Address) else parse(where)
            await _serve(settings, store, listening, where, stop, notify)
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


class Listening(NamedTuple):
    sockets: list[socket.socket]
    host: str
    are_kept: bool  # by the service manager, for the Hearth that comes after this one

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.sockets[0].getsockname()[1]}/"


def _listening(settings: Settings, sockets: list[socket.socket]) -> Listening:
    if sockets:
        return Listening(sockets, sockets[0].getsockname()[0], are_kept=True)
    return Listening(bound(settings.address, settings.port), settings.address, are_kept=False)


async def _serve(
    settings: Settings, store: SQLiteStore, listening: Listening, where: Address, stop: asyncio.Event, notify: Notify
) -> None:
    tally = Tally()
    try:
        house, server = build(settings, store, where, tally)
    except OSError as error:  # the folder for the replies
        raise CannotStart(f"{error.filename} can't be used ({_words(error)}); move it away") from None
    await house.looking.recall()
    await house.conversations.recover()
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(house.generations.sweep()), loop.create_task(notify.keep_alive())]
    server.add_sockets(listening.sockets)
    _announce(settings, listening, notify)
    with closing(LoopWatch(tally.lags.add)) as watch:
        watch.start()
        await stop.wait()
    notify.tell("STOPPING=1")
    if listening.are_kept:
        server.stop()  # who comes now is served by the next one
    await house.generations.close(settings.grace, LAST_WORDS)
    await house.sockets.close()
    server.stop()
    await server.drained(LAST_ANSWERS)
    await server.close_all_connections()
    for task in tasks:
        task.cancel()


def build(settings: Settings, store: SQLiteStore, where: Address, tally: Tally | None = None) -> tuple[House, Server]:
    """Everything between the browsers and the Ollama at `where`; needs a running loop, listens nowhere yet."""
    tally = tally or Tally()

    def open_ollama(address: Address) -> Ollama:
        opened = Ollama(address, settings.limits, settings.max_line)
        opened.on_error = tally.add_error
        return opened

    ollama = open_ollama(where)
    servers = Servers([ollama])
    where_to_look = None if settings.told_of_ollama else places(gateway())
    looking = Looking(servers, store.settings, open_ollama, where_to_look)
    generations = Generations(store, Journals(settings.data / "generations"))
    generations.on_ended = tally.add
    models = Models(ollama, settings.model)
    line = Line(settings.parallel)
    writer = Writer(ollama, models, line)
    writer.on_load = tally.loads.add
    changes = Changes()
    titles = Titles(store, ollama, models, writer, changes.tell, wanted=settings.titles)
    writer.on_write = titles.give_up
    replies = Replies(store, generations, models, writer, titles, changes)
    sockets, connections = Sockets(), Connections(most_connections())
    house = House(
        conversations=Conversations(store, generations, replies, titles, changes),
        generations=generations,
        models=models,
        presets=Presets(store, changes.tell_of_presets),
        questions=Questions(generations, models, writer, LINGER),
        status=Status(VERSION, ollama, settings.auth, settings.demo),
        readiness=Readiness(store, ollama),
        first=First(servers, looking, machine.look),
        looking=looking,
        sockets=sockets,
        changes=changes,
        figures=Figures(VERSION, generations, line, tally, sockets, connections) if settings.metrics else None,
        figures_for=settings.metrics_for,
        static=Path(__file__).parent / "static",
    )
    return house, Server(Gate(application(house), settings.hosts, settings.proxies), connections)


def _announce(settings: Settings, listening: Listening, notify: Notify) -> None:
    words = f"Hearth is listening on {listening.url}"
    with suppress(OSError):  # that nobody reads it, or that a disk is full, is no reason to stop
        print(words, flush=True)
    notify.tell("READY=1", f"STATUS={words}")
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


def _refuse(error: Exception, status: int) -> int:
    print(f"server.py: {error}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
