"""`--add-user=NAME`: an account, or a new password, made by whoever sits at the machine."""

from __future__ import annotations

import asyncio
import getpass
import sys
from pathlib import Path

from store import InUse, SQLiteStore

from .accounts import Accounts
from .errors import BadPassword, PeopleError
from .names import checked
from .passwords import LONGEST
from .views import PersonView


def add_user(folder: Path, name: str) -> str:
    """What was done, in a sentence. Asks for the password where there is a terminal, else reads one line. Blocks."""
    name = checked(name)
    with asyncio.Runner() as runner:
        try:
            store = runner.run(SQLiteStore.open(folder))
        except InUse:
            raise PeopleError(
                f"Hearth is running on {folder}: let its owner invite {name} or renew the password on the page "
                "(People), or stop it first"
            ) from None
        try:
            accounts = runner.run(Accounts.open(store.accounts))
            person, is_new = runner.run(accounts.add(name, read_password(name)))
        finally:
            runner.run(store.close())
    return _told(person, is_new)


def read_password(name: str) -> str:
    """Never from the command line: every program on the machine sees that."""
    try:
        return _typed(name) if sys.stdin.isatty() else _line()
    except (KeyboardInterrupt, EOFError):
        raise PeopleError("no password was given: nothing is changed") from None


def _typed(name: str) -> str:
    password = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("The same again: ") != password:
        raise PeopleError("the two passwords differ: nothing is changed")
    return password


def _line() -> str:
    line = sys.stdin.buffer.readline(8 * LONGEST)
    if not line:
        raise EOFError
    try:
        return line.decode().rstrip("\r\n")
    except UnicodeDecodeError:
        raise BadPassword("characters") from None


def _told(person: PersonView, is_new: bool) -> str:
    if not is_new:
        return f"{person.name} has a new password; whoever was signed in with the old one is signed out"
    return f"{person.name} can sign in now, as {'the owner' if person.role == 'owner' else 'a member'}"
