"""Hearth as a service of the machine: it is restarted, and nobody notices."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from process.notify import Notify
from process.sockets import CannotListen, inherited

from . import fake_ollama
from .cut_models import CUT, WORDS
from .hearth import error_of, eventually
from .managed import UNIT, managed
from .restarting import merged


@pytest.fixture(autouse=True)
def models(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, behaviour in CUT.items():
        monkeypatch.setitem(fake_ollama.BEHAVIOURS, name, behaviour)


class Callers:
    """They come one after the other, each on a connection of their own, and never try a second time."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.answers: list[str] = []
        self.enough = False

    async def call(self) -> None:
        while not self.enough:
            try:
                answer = await self._answer()
            except OSError as error:
                answer = repr(error)
            self.answers.append("ok" if answer.startswith("HTTP/1.1 200") and '"ok"' in answer else answer)

    async def _answer(self) -> str:
        reader, writer = await asyncio.open_connection("127.0.0.1", self._port)
        writer.write(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        answer = (await reader.read()).decode()
        writer.close()
        await writer.wait_closed()
        return answer


@asynccontextmanager
async def calling(port: int) -> AsyncIterator[Callers]:
    callers = Callers(port)
    tasks = [asyncio.ensure_future(callers.call()) for _ in range(4)]
    try:
        yield callers
    finally:
        callers.enough = True
        await asyncio.wait(tasks, timeout=10)


@pytest.mark.gen_test(timeout=60)
async def test_nobody_notices_a_restart(tmp_path: Path) -> None:
    async with managed(tmp_path, "--grace=0.1") as hearth, calling(hearth.port) as callers:
        reply = await hearth.ask("steady")
        readers = [hearth.follow(reply["generation"]), hearth.follow(reply["generation"], "socket")]
        for word in ("word3 ", "word12 "):
            for reader in readers:
                await reader.has(word)
            assert await hearth.terminate() == 0
            before = len(callers.answers)
            await hearth.start()
            await eventually(lambda before=before: len(callers.answers) > before + 10)  # type: ignore[misc]
        heard = [merged(await reader.ended()) for reader in readers]
        whole = merged(await hearth.events(reply["generation"]))
        assert heard == [whole, whole] and readers[0].content == WORDS
        assert all(reader.lines == 3 for reader in readers)  # a line again at each start, without one that was refused
        assert set(callers.answers) == {"ok"}
        assert "Traceback" not in hearth.log


@pytest.mark.gen_test(timeout=30)
async def test_who_comes_while_it_stops_is_served_by_the_next_one(tmp_path: Path) -> None:
    async with managed(tmp_path, "--grace=30") as hearth:
        reply = await hearth.ask("mute")
        reader = hearth.follow(reply["generation"])
        await eventually(lambda: hearth.fake.at_work)
        first = hearth.pid
        os.kill(first, signal.SIGTERM)
        await eventually(lambda: "STOPPING=1" in hearth.words)
        asked = asyncio.ensure_future(hearth.ask("quick"))
        os.kill(first, signal.SIGTERM)  # at once
        await hearth.kill()
        await hearth.start()
        assert (await hearth.final(await asked))["state"] == "done"
        reader.leave()


@pytest.mark.gen_test(timeout=30)
async def test_the_manager_is_told_that_it_is_ready_and_that_it_lives(tmp_path: Path) -> None:
    async with managed(tmp_path) as hearth:
        assert f"STATUS=Hearth is listening on http://127.0.0.1:{hearth.port}/" in hearth.words
        await eventually(lambda: hearth.words.count("WATCHDOG=1") > 3)
        assert "STOPPING=1" not in hearth.words
        assert await hearth.terminate() == 0
        await eventually(lambda: "STOPPING=1" in hearth.words)
        assert (hearth.data / "hearth.db").exists()


@pytest.mark.gen_test(timeout=30)
async def test_a_process_that_stands_still_is_not_said_to_live(tmp_path: Path) -> None:
    async with managed(tmp_path) as hearth:
        await eventually(lambda: "WATCHDOG=1" in hearth.words)
        os.kill(hearth.pid, signal.SIGSTOP)
        hearth.words.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", hearth.port)
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(reader.read(1), 2 * hearth.patience)
        assert hearth.words.count("WATCHDOG=1") <= 1  # what was on its way
        os.kill(hearth.pid, signal.SIGCONT)
        await eventually(lambda: hearth.words.count("WATCHDOG=1") > 1)
        writer.close()


@pytest.mark.gen_test(timeout=30)
async def test_over_a_socket_that_others_can_reach_they_sign_in_but_for_a_clear_word(tmp_path: Path) -> None:
    async with managed(tmp_path, address="0.0.0.0") as hearth:
        refused = await hearth.send("GET", "/api/conversations")
        assert (refused.code, error_of(refused.headers, refused.body)) == (401, "unauthorized")
    (tmp_path / "again").mkdir()
    async with managed(tmp_path / "again", "--auth=none", address="::") as hearth:
        assert (await hearth.get("/healthz")) == {"status": "ok"}
        assert (await hearth.get("/api/conversations"))["conversations"] == []
        assert "everyone" in hearth.log
    (tmp_path / "here").mkdir()
    async with managed(tmp_path / "here", address="::1") as hearth:
        assert f"http://[::1]:{hearth.port}/" in hearth.log


@pytest.mark.gen_test(timeout=30)
async def test_callers_over_ipv4_are_known_by_their_plain_address(tmp_path: Path) -> None:
    async with managed(tmp_path, "--auth=none", "--log-level=info", address="::") as hearth:
        await hearth.get("/healthz")
        await eventually(lambda: "/healthz (127.0.0.1)" in hearth.log)


def test_sockets_meant_for_another_process_are_left_alone() -> None:
    assert inherited({}) == []
    assert inherited({"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid() + 1)}) == []
    assert inherited({"LISTEN_FDS": "many", "LISTEN_PID": str(os.getpid())}) == []


@pytest.mark.parametrize("passed", ["closed", "file", "datagrams", "line"])
def test_what_was_passed_and_is_no_listening_socket_is_refused_in_one_line(
    passed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    match passed:
        case "closed":
            number = 9999
        case "file":
            number = os.open(tmp_path / "file", os.O_CREAT | os.O_RDWR)
        case "datagrams":
            number = socket.socket(type=socket.SOCK_DGRAM).detach()
        case _:
            number = socket.socket().detach()
    monkeypatch.setattr("process.sockets.FIRST", number)
    with pytest.raises(CannotListen, match="was passed, and") as refused:
        inherited({"LISTEN_FDS": "1", "LISTEN_PID": str(os.getpid())})
    assert "\n" not in str(refused.value)
    if passed == "file":
        os.close(number)


def test_nobody_is_told_where_nobody_asked_and_a_manager_that_has_gone_does_no_harm(tmp_path: Path) -> None:
    Notify({}).tell("READY=1")
    Notify({"NOTIFY_SOCKET": str(tmp_path / "gone")}).tell("READY=1")


def test_a_manager_may_listen_at_an_address_without_a_file() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear:
        ear.bind(f"\0hearth-{os.getpid()}")
        Notify({"NOTIFY_SOCKET": f"@hearth-{os.getpid()}"}).tell("READY=1", "STATUS=fine")
        assert ear.recv(100) == b"READY=1\nSTATUS=fine"


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    assert shutil.which("systemd-analyze"), "make test installs it"
    return subprocess.run(["systemd-analyze", *arguments], capture_output=True, text=True, timeout=60)


def test_the_service_may_do_little_beside_its_work() -> None:
    told = analyze("security", "--offline=true", "--threshold=15", str(UNIT))
    assert told.returncode == 0, told.stdout


def test_systemd_has_nothing_to_complain_of(tmp_path: Path) -> None:
    text = UNIT.read_text().replace("/opt/hearth/.venv/bin/python", sys.executable)
    (tmp_path / "hearth.service").write_text(text)
    shutil.copy(UNIT.with_suffix(".socket"), tmp_path)
    told = analyze("verify", "--man=no", str(tmp_path / "hearth.service"), str(tmp_path / "hearth.socket"))
    assert told.returncode == 0 and "hearth" not in told.stderr, told.stderr  # it also reads other units
