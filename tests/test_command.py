"""The command: its options, what it says, and how it refuses."""

import asyncio
import json
import socket
import sys
from pathlib import Path

import pytest
from tornado.httpclient import HTTPClientError

import server
from settings import read

from .fake_ollama import FakeOllama
from .hearth import eventually
from .process import HOUSE, command, run


@pytest.mark.gen_test(timeout=30)
async def test_help_tells_every_option(tmp_path: Path) -> None:
    ended = await run("--help", home=tmp_path)
    assert ended.status == 0 and "Traceback" not in ended.err
    for name in (
        "address",
        "port",
        "ollama",
        "data",
        "model",
        "demo",
        "auth",
        "auth-header",
        "hosts",
        "trusted-proxies",
        "grace",
        "metrics",
    ):
        assert f"--{name}" in ended.out + ended.err, name
    assert folders(tmp_path) == {tmp_path}


def folders(root: Path) -> set[Path]:
    return {root, *(path for path in root.rglob("*") if path.is_dir())}


WRONG = {
    "--colour=red": "colour",
    "chat": "chat",
    "-x": "x",
    "--port=70000": "70000",
    "--port=-1": "-1",
    "--port=eighty": "port",
    "--port": "port",
    "--grace=-1": "grace",
    "--grace=nan": "grace",
    "--connect-timeout=0": "connect-timeout",
    "--first-byte-timeout=-5": "first-byte-timeout",
    "--idle-timeout=inf": "idle-timeout",
    "--max-line=0": "max-line",
    "--ollama=ftp://localhost": "ftp",
    "--ollama=localhost:99999": "99999",
    "--auth=maybe": "maybe",
    "--hosts=http://hearth.example": "hearth.example",
    "--trusted-proxies=proxy.example": "proxy.example",
    "--address=": "address",
    "--address=http://localhost": "address",
    "--auth=proxy": "--trusted-proxies",
    "--auth-header=Remote User": "auth-header",
    "--auth-header=": "auth-header",
    "--parallel=-1": "parallel",
    "--parallel=1.5": "parallel",
    "--titles=maybe": "maybe",
    "--demo=please": "please",
    "--metrics=perhaps": "perhaps",
    "--metrics-for=192.168.0.0/33": "metrics-for",
    "--metrics-for=prometheus.example": "prometheus.example",
    "--log-level=loud": "loud",
    "--log-format=xml": "xml",
    "--trusted-proxies=10.0.0.256": "10.0.0.256",
    "--max-line=-5": "max-line",
    "--grace=soon": "grace",
    "--data=": "data",
    "--data=~nobodyofthatname/hearth": "nobodyofthatname",
    "--config=nothere.conf": "nothere.conf",
    "--config=unknown.conf": "colour",
    "--config=syntax.conf": "syntax.conf",
    "--config=kind.conf": "kind.conf",
    "--config=zero.conf": "zero.conf",
    "--config=import.conf": "import.conf",
    "--config=binary.conf": "binary.conf",
    "--config=range.conf": "70000",
    "--config=flag.conf": "maybe",
    "--config=.": "can't be read",
}


def test_a_wrong_option_is_one_line_and_status_2(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def started(_: object) -> None:
        raise AssertionError(f"started with {sys.argv}")

    monkeypatch.setattr("server.serve", lambda _: None)
    monkeypatch.setattr("server.asyncio.run", started)
    monkeypatch.chdir(tmp_path)
    for name, text in (
        ("unknown", b"colour = 'red'\n"),
        ("syntax", b"port = = 1\n"),
        ("kind", b"port = 'eighty'\n"),
        ("zero", b"port = 1 / 0\n"),
        ("import", b"import nothere\n"),
        ("binary", b"\x00\xff\xfe"),
        ("range", b"port = 70000\n"),
        ("flag", b"titles = 'maybe'\n"),
    ):
        (tmp_path / f"{name}.conf").write_bytes(text)
    for option, words in WRONG.items():
        monkeypatch.setattr("sys.argv", ["server.py", option])
        assert server.main() == 2, option
        said = capsys.readouterr()
        assert not said.out and len(said.err.splitlines()) == 1 and words in said.err, said


@pytest.mark.gen_test(timeout=30)
async def test_what_stands_in_the_way_is_one_line_and_status_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        wrong = {
            f"--port={taken.getsockname()[1]}": "in use",
            "--address=192.0.2.1": "192.0.2.1",
            "--address=nothere.invalid": "nothere.invalid",
            f"--address={'x' * 70}.example": "x" * 70,
            "--data=file": f"{tmp_path}/file can't be written",
            "--data=file/below": f"{tmp_path}/file/below can't be written",
            "--data=/proc/hearth": "/proc/hearth can't be written",
        }
        for option, words in wrong.items():  # one after the other: they have one folder
            ended = await run("--port=0", option, "--auth=none", home=tmp_path)
            assert (ended.status, ended.out, len(ended.err.splitlines())) == (1, "", 1), ended
            assert words in ended.err and "give another with --" in ended.err
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.gen_test(timeout=30)
async def test_the_process_ends_with_that_line_and_that_status(tmp_path: Path) -> None:
    for option, status in (("--port=70000", 2), ("--auth=proxy", 2), (f"--data={__file__}", 1)):
        ended = await run("--port=0", option, home=tmp_path)
        assert (ended.status, ended.out, len(ended.err.splitlines())) == (status, "", 1), ended
        assert ended.err.startswith("server.py: ")


@pytest.mark.gen_test(timeout=30)
async def test_it_says_where_it_listens_and_nothing_else(tmp_path: Path) -> None:
    async with command(home=tmp_path) as hearth:
        assert hearth.line == f"Hearth is listening on http://127.0.0.1:{hearth.port}/\n"
        assert b"<script" in await hearth.get("/")
        assert b'"reachable":false' in await hearth.get("/api/status")  # which is no reason not to start
        hearth.process.terminate()
        ended = await hearth.ended()
        assert (ended.status, ended.out, ended.err) == (0, "", "")


@pytest.mark.gen_test(timeout=30)
async def test_it_is_light(tmp_path: Path) -> None:
    async with command(home=tmp_path) as hearth:
        await hearth.get("/")
        assert resident(hearth.process.pid) < 60 * 1024


def resident(pid: int) -> int:
    """Its memory, in KiB."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))


@pytest.mark.parametrize(
    ("options", "sockets", "auth"),
    [
        ([], [], "none"),
        (["--address=127.0.0.2"], [], "none"),
        (["--address=::1"], [], "none"),
        (["--address=localhost"], [], "none"),
        ([], ["127.0.0.1", "::1"], "none"),
        (["--address=0.0.0.0"], ["127.0.0.1"], "none"),  # the socket is what it listens on
        (["--address=0.0.0.0"], [], "required"),
        (["--address=::"], [], "required"),
        (["--address=192.168.1.7"], [], "required"),
        (["--address=hearth.local"], [], "required"),
        ([], ["0.0.0.0"], "required"),
        ([], ["127.0.0.1", "::"], "required"),
        (["--hosts=hearth.example"], [], "required"),
        (["--trusted-proxies=127.0.0.1"], [], "required"),
        (["--auth=required"], [], "required"),
        (["--auth=none", "--address=0.0.0.0", "--hosts=hearth.example"], ["::"], "none"),
        (["--auth=proxy", "--trusted-proxies=127.0.0.1"], [], "proxy"),
    ],
)
def test_who_can_be_reached_by_others_asks_them_to_sign_in(options: list[str], sockets: list[str], auth: str) -> None:
    settings = read(options, {}, sockets)
    assert settings.auth == auth
    assert settings.open_to_all == ("--auth=none" in options)


@pytest.mark.gen_test(timeout=30)
async def test_strangers_get_nothing_as_soon_as_they_could_reach_it(tmp_path: Path) -> None:
    async with command("--address=0.0.0.0", home=tmp_path) as hearth:
        with pytest.raises(HTTPClientError, match="401"):
            await hearth.get("/api/conversations")
        status = json.loads(await hearth.get("/api/status"))
        assert (status["auth"], status["user"], status["ollama"]["url"]) == ("required", None, None)
        hearth.process.terminate()
        ended = await hearth.ended()
        assert ended.status == 0 and "everyone" not in ended.err


@pytest.mark.gen_test(timeout=30)
async def test_others_are_let_in_only_by_a_clear_word_and_a_warning(tmp_path: Path) -> None:
    async with command("--address=0.0.0.0", "--auth=none", home=tmp_path) as hearth:
        assert hearth.line == f"Hearth is listening on http://0.0.0.0:{hearth.port}/\n"
        hearth.process.terminate()
        ended = await hearth.ended()
        assert (ended.status, ended.out) == (0, "")
        assert len(ended.err.splitlines()) == 1 and "everyone" in ended.err


@pytest.mark.gen_test(timeout=40)
async def test_ollama_is_found_in_every_form_its_own_client_reads(tmp_path: Path) -> None:
    fake = await FakeOllama().start()
    port = fake.port
    for options, variable in (
        ([], f"127.0.0.1:{port}"),
        ([], f":{port}"),
        ([], f"http://0.0.0.0:{port}/"),
        ([f"--ollama=localhost:{port}"], "127.0.0.1:1"),
    ):
        async with command(*options, home=tmp_path, OLLAMA_HOST=variable) as hearth:
            assert b'"reachable":true' in await hearth.get("/api/status"), (options, variable)
    await fake.stop()


@pytest.mark.gen_test(timeout=40)
async def test_it_writes_to_its_folder_only(tmp_path: Path) -> None:
    home = tmp_path / "home"
    for environ, folder in (
        ({}, "home/.local/share/hearth"),
        ({"XDG_DATA_HOME": str(tmp_path / "xdg")}, "xdg/hearth"),
        ({"XDG_DATA_HOME": str(tmp_path / "xdg"), "STATE_DIRECTORY": str(tmp_path / "state")}, "state"),
    ):
        home.mkdir(exist_ok=True)
        before = folders(tmp_path)
        async with command(home=home, **environ) as hearth:
            await hearth.get("/")
        assert (tmp_path / folder).is_dir() and (tmp_path / folder).stat().st_mode & 0o077 == 0
        new = folders(tmp_path) - before
        own = tmp_path / folder
        assert all(own.is_relative_to(path) or path.is_relative_to(own) for path in new), new
    async with command(f"--data={tmp_path / 'chosen'}", home=home, STATE_DIRECTORY=str(tmp_path / "state")):
        assert (tmp_path / "chosen").is_dir()


@pytest.mark.gen_test(timeout=30)
async def test_options_are_read_from_a_file_and_the_command_line_counts_above_it(tmp_path: Path) -> None:
    fake = await FakeOllama().start()
    (tmp_path / "hearth.conf").write_text(f"ollama = '{fake.url}'\nmodel = 'of the file'\nport = 1\n")
    async with command("--config=hearth.conf", "--model=of the line", home=tmp_path) as hearth:
        assert hearth.port > 1
        assert b'"default":"of the line"' in await hearth.get("/api/models")
    await fake.stop()


@pytest.mark.gen_test(timeout=30)
async def test_who_does_not_read_its_words_does_not_stop_it(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_shell(
        f"exec {command_line(tmp_path)} >&-", stderr=asyncio.subprocess.PIPE, cwd=tmp_path
    )
    try:
        await eventually(lambda: (tmp_path / "data").is_dir(), seconds=20)
        process.terminate()
        _, err = await asyncio.wait_for(process.communicate(), 10)
        assert b"Traceback" not in err
    finally:
        if process.returncode is None:
            process.kill()


def command_line(home: Path) -> str:
    return f"{sys.executable} {HOUSE / 'server.py'} --port=0 --data={home / 'data'} --ollama=127.0.0.1:1"
