"""Hearth: builds everything, once, and runs it until it is told to stop."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import sys
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from io import TextIOWrapper
from pathlib import Path

import process.needs  # noqa: F401 -- says in one line which package is missing, before the next ones can't be imported
from chat.changes import Changes
from chat.conversations import Conversations
from chat.first import First
from chat.fleet import Fleet
from chat.generation import Generation
from chat.generations import Generations
from chat.installed import Installed
from chat.line import Line
from chat.looking import Looking, places
from chat.models import Models
from chat.presets import Presets
from chat.pulls import Pulls
from chat.questions import Questions
from chat.replies import Replies
from chat.shares import Shares
from chat.shelf import Shelf
from chat.status import Readiness, Status
from chat.tally import Tally
from chat.titles import Titles
from chat.writer import Writer
from demo.process import DemoFailed, DemoMissing, DemoModel
from handlers.connections import Connections
from handlers.doors import Door, OpenDoor, PasswordDoor, ProxyDoor
from handlers.gate import Gate
from handlers.metrics import Figures
from handlers.routes import House, application
from handlers.server import Server
from handlers.websocket import Sockets
from ollama.address import Address, parse
from ollama.client import Ollama
from ollama.servers import Servers
from people.accounts import Accounts
from people.errors import BadName, PeopleError
from people.terminal import add_user
from process import logs, machine
from process.blocked import LoopWatch
from process.gateway import gateway
from process.notify import Notify
from process.sockets import CannotListen, Listening, inherited, most_connections
from process.stopping import on_signals, unless
from settings import BadOption, Settings, read
from store import GUEST, HOUSE, SQLiteStore, StoreError
from store.backup import backup
from store.journal import Journals
from store.restoring import restore

VERSION = "0.1.0"
LINGER = 8.0  # seconds after which a plain question that nobody follows any more is stopped
LAST_WORDS = 2.0  # seconds for readers to be told of an end that Hearth made
LAST_ANSWERS = 1.0  # seconds for what was asked in the last moment
PASSED_ON = ("LISTEN_PID", "LISTEN_FDS", "LISTEN_FDNAMES", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC")

log = logging.getLogger("hearth")


class CannotStart(Exception):
    """One line that says what is in the way and what to do."""


def main() -> int:
    try:
        sockets = inherited(os.environ)
        settings = read(sys.argv[1:], os.environ, [one.getsockname()[0] for one in sockets])
        logs.set_up(sys.stderr, settings.log_level, settings.log_format, os.environ)
        if settings.doctor:
            return _examine(settings)
        if settings.backup is not None:
            backup(settings.data, settings.backup)
        elif settings.add_user is not None:
            print(add_user(settings.data, settings.add_user), file=sys.stderr)
        elif settings.restore is not None:
            _restore(settings.data, settings.restore)
        else:
            notify = Notify(os.environ)
            for name in PASSED_ON:  # to us, and not to a process of ours
                os.environ.pop(name, None)
            with asyncio.Runner(loop_factory=_loop_factory()) as runner:
                runner.run(serve(settings, sockets, notify))
    except BadOption as error:
        return _refuse(error, 2)
    except BadName as error:
        return _refuse(Exception(f"--add-user: {error}"), 2)
    except (CannotStart, CannotListen, StoreError, PeopleError, DemoMissing, DemoFailed) as error:
        return _refuse(error, 1)
    logs.close()
    return 0


def _examine(settings: Settings) -> int:
    """The doctor's modules are loaded for nobody else."""
    from doctor.rounds import report

    if isinstance(sys.stdout, TextIOWrapper):  # a file's name may be one that the terminal can't show
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        return 0 if report(settings, sys.stdout) else 1
    except BrokenPipeError:  # whoever read has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1


def _restore(folder: Path, file: Path) -> None:
    kept = restore(folder, file)
    print(f"{file} is in place.", f"What was there is kept in {kept} for two weeks." if kept else "")
    print("Accounts and passwords are as they were then. Everyone signs in anew; tokens, invitations and shared")
    print("links don't come back: what of them was ended since stays so.")


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """uvloop's, which halves what a token costs; where there is none to be had, asyncio's own does the same."""
    try:
        from uvloop import new_event_loop
    except ImportError:
        return None
    return new_event_loop


async def serve(settings: Settings, sockets: list[socket.socket], notify: Notify) -> None:
    stop = on_signals()
    _prepare_folder(settings.data)
    store = await SQLiteStore.open(settings.data)
    demo = DemoModel() if settings.demo else None
    try:
        listening = Listening.of(sockets, settings.address, settings.port)
        where = settings.ollama if demo is None else await unless(stop, _where(demo))
        if where is not None:
            await _serve(settings, store, listening, where, stop, notify)
    finally:
        if demo:
            await demo.stop()
        await store.close()


async def _where(demo: DemoModel) -> tuple[Address, ...]:
    return (parse(await demo.start()),)


async def _serve(
    settings: Settings,
    store: SQLiteStore,
    listening: Listening,
    where: Sequence[Address],
    stop: asyncio.Event,
    notify: Notify,
) -> None:
    tally = Tally()
    accounts = await Accounts.open(store.accounts)
    try:
        house, server = build(settings, store, accounts, where, tally)
    except OSError as error:  # the folder for the replies
        raise CannotStart(f"{error.filename} can't be used ({_words(error)}); move it away") from None
    await house.looking.recall()
    await house.conversations.recover()
    await house.pulls.recover()
    loop = asyncio.get_running_loop()
    tasks = [loop.create_task(one) for one in (house.generations.sweep(), accounts.sweep(), notify.keep_alive())]
    server.add_sockets(listening.sockets)
    _announce(settings, listening, notify)
    _tell_of_owner(settings, accounts, listening)
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
    await house.pulls.close()
    await house.fleet.close()
    for task in tasks:
        task.cancel()
    await accounts.close()


def build(
    settings: Settings,
    store: SQLiteStore,
    accounts: Accounts,
    where: Sequence[Address],
    tally: Tally | None = None,
) -> tuple[House, Server]:
    """Everything between the browsers and the Ollamas at `where`; needs a running loop, listens nowhere yet."""
    tally = tally or Tally()

    def open_ollama(address: Address) -> Ollama:
        return Ollama(address, settings.limits, settings.max_line)

    servers = Servers(map(open_ollama, where))
    servers.on_error = tally.add_error
    servers.assumed = None if settings.told_of_ollama else servers.first
    fleet = Fleet(servers)
    where_to_look = None if settings.told_of_ollama else places(gateway())
    looking = Looking(servers, store.settings, open_ollama, where_to_look)
    generations = Generations(store, Journals(settings.data / "generations"))
    models = Models(fleet, settings.model, lambda person: accounts.allowance(person)[0])
    line = Line(settings.parallel, at_once=lambda person: accounts.allowance(person)[1])
    writer = Writer(fleet, line)
    writer.on_load = tally.loads.add
    changes = Changes()
    titles = Titles(store, fleet, writer, changes.tell, wanted=settings.titles)
    writer.on_write = titles.give_up

    def ended(generation: Generation) -> None:
        tally.add(generation)
        titles.resume()

    generations.on_ended = ended
    replies = Replies(store, generations, models, writer, titles, changes)
    sockets, connections = Sockets(), Connections(most_connections())
    shelf = Shelf()
    servers.on_change = shelf.tell_of_models
    pulls = Pulls(store.pulls, servers, shelf)
    conversations = Conversations(store, generations, replies, titles, changes)
    house = House(
        conversations=conversations,
        generations=generations,
        fleet=fleet,
        models=models,
        installed=Installed(servers, pulls, shelf),
        pulls=pulls,
        shelf=shelf,
        presets=Presets(store, changes.tell_of_presets),
        questions=Questions(generations, models, writer, LINGER),
        shares=Shares(store, conversations, accounts.is_closed),
        accounts=accounts,
        auth=settings.auth,
        status=Status(VERSION, servers, settings.auth, settings.demo),
        readiness=Readiness(store, servers),
        first=First(servers, looking, machine.look),
        looking=looking,
        sockets=sockets,
        changes=changes,
        figures=Figures(VERSION, generations, line, tally, sockets, connections) if settings.metrics else None,
        figures_for=settings.metrics_for,
        static=Path(__file__).parent / "static",
    )
    generations.is_closed = accounts.is_closed
    accounts.on_end = connections.end
    accounts.on_allowance = line.settle
    gate = Gate(application(house), _door(settings, accounts), settings.hosts, settings.proxies)
    return house, Server(gate, connections)


def _door(settings: Settings, accounts: Accounts) -> Door:
    match settings.auth:
        case "required":
            return PasswordDoor(accounts)
        case "proxy":
            return ProxyDoor(accounts, settings.auth_header, settings.proxies)
    # What is an account's is shown to nobody else, but to who sits at the machine, who could read it there anyway.
    return OpenDoor(GUEST if settings.open_to_all and accounts.has_owner else HOUSE)


def _announce(settings: Settings, listening: Listening, notify: Notify) -> None:
    words = f"Hearth is listening on {listening.url}"
    with suppress(OSError):  # that nobody reads it, or that a disk is full, is no reason to stop
        print(words, flush=True)
    notify.tell("READY=1", f"STATUS={words}")
    if settings.open_to_all:
        log.warning("--auth=none: everyone who can reach this address reads and writes every conversation")


def _tell_of_owner(settings: Settings, accounts: Accounts, listening: Listening) -> None:
    """Who reads this log may become the owner, as long as there is none."""
    if settings.auth == "none" or accounts.has_owner:
        return

    def tell(code: str) -> None:
        log.critical(
            "nobody owns this Hearth yet: open %ssetup and type the code %s (30 minutes)", listening.named_url, code
        )

    accounts.entrance.first_owner.tell = tell
    accounts.entrance.first_owner.ask()


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
