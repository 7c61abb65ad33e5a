"""`python server.py --doctor`: a line for each thing it looked at, and for what is wrong what to do."""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import threading
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing, suppress
from pathlib import Path

import pytest

from doctor import asking, packages
from doctor.finding import Finding, mend, size
from doctor.rounds import examine
from settings import read
from store.files import DATABASE

from .fake_ollama import FakeOllama
from .process import Ended, command, run
from .store_records import add, exchange, opened


@asynccontextmanager
async def scripted() -> AsyncIterator[FakeOllama]:
    fake = await FakeOllama().start()
    try:
        yield fake
    finally:
        await fake.stop()


async def house(folder: Path) -> Path:
    """A data folder with something in it."""
    async with opened(folder / "data") as store:
        await exchange(store, await add(store, "tea"))
    (folder / "data" / "generations").mkdir(0o700)
    (folder / "data" / "generations" / "old.events").write_text("{}\n")
    return folder / "data"


async def doctor(folder: Path, *options: str) -> Ended:
    ended = await run("--doctor", f"--data={folder / 'data'}", "--port=0", *options, home=folder)
    assert "Traceback" not in ended.out + ended.err
    assert not ended.err
    lines = ended.out.splitlines()
    assert all(line[:6] in ("ok    ", "note  ", "mend  ") for line in lines[:-2]), ended.out
    assert ended.status == (0 if "Nothing to mend." in ended.out else 1)
    return ended


def mends(ended: Ended) -> list[str]:
    return [line.removeprefix("mend  ") for line in ended.out.splitlines() if line.startswith("mend ")]


def content(folder: Path) -> dict[str, bytes]:
    return {str(file): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.gen_test(timeout=30)
async def test_where_all_is_well_it_says_so_and_writes_nothing(tmp_path: Path) -> None:
    data = await house(tmp_path)
    before = content(tmp_path)
    async with scripted() as fake:
        ended = await doctor(tmp_path, f"--ollama={fake.url}")
    assert ended.status == 0, ended.out
    for words in ("is Ollama 0.33.0", "can chat", "1 conversation, 2 messages", "it is whole", "no Hearth uses it now"):
        assert words in ended.out
    assert content(tmp_path) == before
    assert not (data / f"{DATABASE}-shm").exists()


@pytest.mark.gen_test(timeout=30)
async def test_before_the_first_start_it_makes_nothing_either(tmp_path: Path) -> None:
    ended = await doctor(tmp_path, "--ollama=127.0.0.1:1")
    assert mends(ended)[0].startswith("Ollama: http://127.0.0.1:1 doesn't answer (connection refused): start it")
    assert len(mends(ended)) == 1 and "1 to mend." in ended.out
    assert "Hearth makes it when it starts" in ended.out
    assert os.listdir(tmp_path) == []


@pytest.mark.gen_test(timeout=30)
async def test_beside_a_hearth_that_runs_it_tells_of_that_one(tmp_path: Path) -> None:
    data = await house(tmp_path)
    async with scripted() as fake, command(f"--data={data}", home=tmp_path, OLLAMA_HOST=fake.url) as hearth:
        ended = await doctor(tmp_path, f"--ollama={fake.url}", f"--port={hearth.port}")
        assert ended.status == 0, ended.out
        assert f"a Hearth uses it (process {hearth.process.pid})" in ended.out
        assert f"a Hearth answers at 127.0.0.1:{hearth.port}" in ended.out
        assert "it would answer a question" in ended.out
        fake.answers["/api/version"] = _answers(b"", "500 Oh no")
        ended = await doctor(tmp_path, f"--ollama={fake.url}", f"--port={hearth.port}")
        assert any("could answer no question, for want of its ollama" in line for line in mends(ended))


@pytest.mark.gen_test(timeout=30)
async def test_who_gets_in_is_told_of_the_hearth_that_runs_whatever_these_options_would_mean(tmp_path: Path) -> None:
    data = await house(tmp_path)
    async with (
        scripted() as fake,
        command(f"--data={data}", "--auth=required", home=tmp_path, OLLAMA_HOST=fake.url) as hearth,
    ):
        ended = await doctor(tmp_path, f"--ollama={fake.url}", f"--port={hearth.port}")
        assert "ok    who gets in: of the Hearth that runs there: who comes signs in" in ended.out
        assert "other options than these" in ended.out and "nobody signs in" not in ended.out
        ended = await doctor(tmp_path, f"--ollama={fake.url}", f"--port={hearth.port}", "--auth=required")
        assert "ok    who gets in: who comes signs in" in ended.out and "other options" not in ended.out


def _sql(*statements: str) -> Callable[[Path], None]:
    def change(data: Path) -> None:
        with closing(sqlite3.connect(data / DATABASE, isolation_level=None)) as db:
            for statement in statements:
                db.execute(statement)

    return change


def _replaced(data: Path) -> None:
    (data / DATABASE).write_bytes(b"no database " * 999)


def _scribbled(data: Path) -> None:
    whole = bytearray((data / DATABASE).read_bytes())
    whole[8192:40960] = b"\x5a" * 32768
    (data / DATABASE).write_bytes(whole)


FAULTS: dict[str, tuple[Callable[[Path], object], str]] = {
    "no database": (_replaced, "can't be read"),
    "damaged": (_scribbled, "damaged"),
    "newer": (_sql("PRAGMA user_version = 99"), "written by a newer Hearth (version 99"),
    "another program's": (_sql("PRAGMA application_id = 7"), "is not a database of Hearth's"),
    "without tables": (_sql("DROP TABLE messages"), "can't be read (no such table: messages)"),
    "in the future": (_sql("UPDATE conversations SET updated_at = 4102444800000000"), "behind the latest conversation"),
    "open to all": (lambda data: data.chmod(0o755), "other users of this machine can open"),
    "database open to all": (lambda data: (data / DATABASE).chmod(0o644), "other users of this machine can open"),
    "a file of the future": (
        lambda data: os.utime(data / "generations" / "old.events", (4102444800, 4102444800)),
        "behind the files in the data folder",
    ),
    "without an owner": (
        _sql("INSERT INTO people (id, name, folded, role, created_at) VALUES ('p', 'Ada', 'ada', 'member', 1)"),
        "no account may manage the others",
    ),
}


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("kind", FAULTS)
async def test_what_is_wrong_with_the_folder_is_told_with_what_to_do(tmp_path: Path, kind: str) -> None:
    data = await house(tmp_path)
    spoil, words = FAULTS[kind]
    spoil(data)
    async with scripted() as fake:
        ended = await doctor(tmp_path, f"--ollama={fake.url}")
    told = mends(ended)
    assert len(told) == 1 and words in told[0] and ": " in told[0], ended.out


def _answers(body: bytes, status: str = "200 OK") -> bytes:
    return b"HTTP/1.1 %b\r\nContent-Length: %d\r\n\r\n%b" % (status.encode(), len(body), body)


OLLAMAS: dict[str, tuple[dict[str, bytes], str]] = {
    "old": ({"/api/version": _answers(b'{"version":"0.1.29"}')}, "Hearth needs 0.3 or newer"),
    "a web server": ({"/api/version": _answers(b"<html>Welcome to nginx!")}, "not as Ollama does"),
    "no HTTP": ({"/api/version": b"\x15\x03\x01\x00\x02\x02\x16 and more\r\n\r\n"}, "speaks no HTTP"),
    "gone in the midst": ({"/api/version": b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{"}, "answers, but not as"),
    "an error": ({"/api/version": _answers(b"", "500 Oh no")}, "not as Ollama does (500)"),
    "without models": ({"/api/tags": _answers(b'{"models":null}')}, "has no model"),
    "with nonsense for models": ({"/api/tags": _answers(b'{"models":[7,{"name":7}]}')}, "has no model"),
    "embedding only": ({"/api/show": _answers(b'{"capabilities":["embedding"]}')}, "none of"),
}


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize("kind", OLLAMAS)
async def test_an_ollama_that_cannot_serve_is_told(tmp_path: Path, kind: str) -> None:
    answers, words = OLLAMAS[kind]
    async with scripted() as fake:
        fake.answers |= answers
        ended = await doctor(tmp_path, f"--ollama={fake.url}")
    told = mends(ended)
    assert len(told) == 1 and words in told[0], ended.out


@pytest.mark.gen_test(timeout=30)
async def test_what_others_say_does_nothing_to_the_terminal(tmp_path: Path) -> None:
    async with scripted() as fake:
        fake.answers["/api/version"] = _answers(b'{"version":"0.33\\u001b[2J\\nok    all is well"}')
        ended = await doctor(tmp_path, f"--ollama={fake.url}")
    assert "\x1b" not in ended.out
    assert "\nok    all is well" not in ended.out


@pytest.mark.gen_test(timeout=30)
async def test_an_older_ollama_that_still_serves_is_no_fault(tmp_path: Path) -> None:
    async with scripted() as fake:
        fake.answers["/api/version"] = _answers(b'{"version":"0.9.2"}')
        ended = await doctor(tmp_path, f"--ollama={fake.url}")
    assert ended.status == 0
    assert "a newer one would serve better: it doesn't say how large" in ended.out


@pytest.mark.gen_test(timeout=30)
async def test_where_none_was_named_it_asks_the_one_that_hearth_found(tmp_path: Path) -> None:
    data = await house(tmp_path)
    async with scripted() as fake:
        _sql(f"INSERT INTO settings VALUES ('ollama', '\"{fake.url}\"')")(data)
        assert f"{fake.url} is Ollama" in (await doctor(tmp_path)).out
        assert f"{fake.url} is Ollama" not in (await doctor(tmp_path, "--ollama=127.0.0.1:1")).out
        _sql("UPDATE settings SET value = 'no JSON'")(data)
        assert f"{fake.url} is Ollama" not in (await doctor(tmp_path)).out


@pytest.mark.gen_test(timeout=30)
async def test_a_model_that_is_not_there_is_missed(tmp_path: Path) -> None:
    async with scripted() as fake:
        ended = await doctor(tmp_path, f"--ollama={fake.url}", "--model=llama9")
        assert ["has no llama9" in line for line in mends(ended)] == [True]
        assert (await doctor(tmp_path, f"--ollama={fake.url}", "--model=quick")).status == 0


@pytest.mark.gen_test(timeout=30)
async def test_a_port_that_another_program_has_is_told(tmp_path: Path) -> None:
    async with scripted() as fake:
        ended = await doctor(tmp_path, f"--ollama={fake.url}", f"--port={fake.port}")
        assert ["is another program's" in line for line in mends(ended)] == [True]
        ended = await doctor(tmp_path, f"--ollama={fake.url}", "--address=192.0.2.7", "--port=9999", "--auth=none")
        assert ["is no address of this machine" in line for line in mends(ended)] == [True]


@pytest.mark.gen_test(timeout=30)
@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--port=0",), "nobody signs in: whoever uses this machine may do everything"),
        (("--address=0.0.0.0", "--auth=none"), "everyone on its networks reaches 0.0.0.0:0"),
        (("--address=0.0.0.0", "--auth=none"), "whoever can reach it reads and writes everything"),
        (("--hosts=nowhere.invalid", "--auth=none"), "nowhere.invalid, given in --hosts, is known to no name server"),
        (("--hosts=localhost.local", "--auth=none"), "--hosts without --trusted-proxies"),
        (("--trusted-proxies=127.0.0.1", "--auth=none"), "no name is answered to"),
    ],
)
async def test_what_the_options_mean_is_said(tmp_path: Path, options: tuple[str, ...], words: str) -> None:
    ended = await doctor(tmp_path, "--ollama=127.0.0.1:1", *options)
    assert words in ended.out


def test_packages_that_are_missing_or_others_than_were_tried_are_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "requirements.txt").write_text("tornado==6.0.0  # why\nnothing-of-this-name==1\nuvloop==0; x == 'y'\n")
    monkeypatch.setattr(packages, "ROOT", tmp_path)
    told = list(packages.look(read(["--doctor"], {})))
    assert [one.verdict for one in told] == ["ok", "mend", "mend", "mend"]
    assert "tried with 6.0.0: 'make run' does it, or: " in str(told[1])
    assert "nothing-of-this-name is missing" in str(told[2])


def test_a_check_that_fails_itself_is_a_line_too() -> None:
    def broken(_: object) -> list[Finding]:
        raise RuntimeError("oh\nno")

    ((name, finding),) = examine(read(["--doctor"], {}), [("clock", broken)])
    assert (name, str(finding)) == ("clock", "can't be looked at (RuntimeError: oh no): see to it by hand")
    assert finding.verdict == "mend"


def test_a_line_is_one_line() -> None:
    assert str(mend("a\nb", "c\r\nd")) == "a b: c d"
    assert [size(count) for count in (5, 61440, 2.34e9)] == ["5 bytes", "61 kB", "2.3 GB"]


@pytest.mark.gen_test(timeout=30)
async def test_an_ollama_that_never_answers_is_not_waited_for_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("doctor.asking.PATIENCE", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        settings = read(["--doctor", f"--ollama={url}", f"--data={tmp_path / 'data'}", "--port=0"], {})
        told = await asyncio.to_thread(lambda: [str(one) for _, one in examine(settings)])
    assert any("no answer within" in line for line in told)


def test_an_answer_that_comes_letter_by_letter_for_ever_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "LONGEST", 0.1)

    def drip(listening: socket.socket) -> None:
        with closing(listening.accept()[0]) as line, suppress(OSError):
            line.sendall(b"HTTP/1.1 200 OK\r\n")
            for _ in range(200):
                line.sendall(b"x")
                time.sleep(0.01)

    with closing(socket.create_server(("127.0.0.1", 0))) as listening:
        threading.Thread(target=drip, args=(listening,), daemon=True).start()
        with pytest.raises(asking.NoAnswer, match="no end"):
            asking.ask(f"http://127.0.0.1:{listening.getsockname()[1]}/")
