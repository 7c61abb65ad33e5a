"""`python server.py --add-user=NAME`, for those without a browser."""

from __future__ import annotations

import asyncio
import os
import pty
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from people.errors import WrongPassword

from .accounts import HOME, NEW_PASSWORD, PASSWORD, everything_in, opened, refused
from .process import HOUSE, Ended, command


async def add_user(name: str, home: Path, typed: bytes, *options: str) -> Ended:
    """With `typed` on its standard input."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(HOUSE / "server.py"),
        f"--add-user={name}",
        f"--data={home / 'data'}",
        *options,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(home)},
    )
    assert process.stdin is not None
    async with asyncio.timeout(20):
        out, err = await process.communicate(typed)
        with suppress(OSError):  # it may refuse before it has read; Python 3.11.2 logs that where nobody asks
            await process.stdin.wait_closed()
    assert process.returncode is not None and b"Traceback" not in err and out == b""
    return Ended(process.returncode, "", err.decode())


@pytest.mark.gen_test(timeout=40)
async def test_the_first_is_the_owner_the_next_a_member(tmp_path: Path) -> None:
    first = await add_user("Olga", tmp_path, PASSWORD.encode() + b"\n")
    second = await add_user("王小明", tmp_path, "密码很长很安全的".encode())
    assert first.status == second.status == 0, (first, second)
    assert "the owner" in first.err and "a member" in second.err and PASSWORD not in first.err
    async with opened(tmp_path / "data") as accounts:
        assert (await accounts.entrance.sign_in("olga", PASSWORD, HOME)).caller.role == "owner"
        assert (await accounts.entrance.sign_in("王小明", "密码很长很安全的", HOME)).caller.role == "member"
    assert PASSWORD.encode() not in everything_in(tmp_path)


@pytest.mark.gen_test(timeout=40)
async def test_who_is_there_already_has_a_new_password_and_is_signed_out(tmp_path: Path) -> None:
    async with opened(tmp_path / "data") as accounts:
        await accounts.add("Olga", PASSWORD)
        entry = await accounts.entrance.sign_in("Olga", PASSWORD, HOME)
    ended = await add_user("OLGA", tmp_path, NEW_PASSWORD.encode() + b"\r\nmore lines\n")
    assert ended.status == 0 and "new password" in ended.err
    async with opened(tmp_path / "data") as accounts:
        assert accounts.caller_by_session(entry.session) is None
        await refused(accounts.entrance.sign_in("Olga", PASSWORD, HOME), WrongPassword)
        assert (await accounts.entrance.sign_in("Olga", NEW_PASSWORD, HOME)).caller.role == "owner"
        assert len(await accounts.people()) == 1


@pytest.mark.parametrize(
    ("name", "typed", "status", "says"),
    [
        ("Olga", b"", 1, "no password was given"),
        ("Olga", b"\n", 1, "at least 8"),
        ("Olga", b"short\n", 1, "at least 8"),
        ("Olga", b"x" * 100_000, 1, "at most 1,000"),
        ("Olga", b"\xff\xfe\xfdabcdefgh\n", 1, "Unicode"),
        ("", PASSWORD.encode(), 2, "A name is needed"),
        ("x" * 10_000, PASSWORD.encode(), 2, "64 characters"),
        ("Ol\u202ega", PASSWORD.encode(), 2, "nobody sees"),
    ],
)
@pytest.mark.gen_test(timeout=40)
async def test_what_is_wrong_is_said_in_one_line_and_nothing_is_made(
    tmp_path: Path, name: str, typed: bytes, status: int, says: str
) -> None:
    ended = await add_user(name, tmp_path, typed)
    assert ended.status == status and says in ended.err
    assert ended.err.startswith("server.py: ") and ended.err.count("\n") == 1
    async with opened(tmp_path / "data") as accounts:
        assert not accounts.has_people


@pytest.mark.gen_test(timeout=40)
async def test_while_hearth_runs_it_says_how_else(tmp_path: Path) -> None:
    async with command(f"--data={tmp_path / 'data'}", home=tmp_path):
        ended = await add_user("Olga", tmp_path, PASSWORD.encode())
    assert ended.status == 1 and "running" in ended.err and "invite" in ended.err and ended.err.count("\n") == 1


@pytest.mark.parametrize(("again", "status", "says"), [(PASSWORD, 0, "the owner"), ("another horse", 1, "differ")])
@pytest.mark.gen_test(timeout=40)
async def test_at_a_terminal_it_is_asked_for_twice_and_not_shown(
    tmp_path: Path, again: str, status: int, says: str
) -> None:
    arguments = [sys.executable, str(HOUSE / "server.py"), "--add-user=Olga", f"--data={tmp_path / 'data'}"]
    async with asyncio.timeout(20):
        shown, ended = await asyncio.to_thread(_at_terminal, arguments, [PASSWORD, again])
    assert ended == status and says in shown
    assert "Password for Olga" in shown and PASSWORD not in shown


def _at_terminal(arguments: list[str], answers: list[str]) -> tuple[str, int]:
    """What it showed, and its exit status. Each answer is typed once it is asked for."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execv(arguments[0], arguments)
    shown, asked = b"", 0
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # how Linux says that the other end is closed
            break
        if not data:
            break
        shown += data
        while asked < len(answers) and shown.count(b": ") > asked:
            os.write(terminal, answers[asked].encode() + b"\n")
            asked += 1
    os.close(terminal)
    return shown.decode(), os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
