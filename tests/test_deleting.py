"""What is left when an account is gone: nothing, however many things are under way at that moment."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from chat.imports import Import, ImportedConversation, ImportedMessage
from chat.requests import NewConversation, NewPreset, Question
from people.errors import LastOwner
from people.registry import Registry
from people.requests import ChangedPerson
from store import DiskFull, Gone, Person, SQLiteStore, StoredAccounts

from .at_home import PASSWORD, Home, at_home
from .hearth import eventually, running


async def rows(store: SQLiteStore, person: str) -> int:
    """How much there is of this person's, in every table."""
    tables = ("conversations", "presets", "runs", "shares", "sessions", "devices", "tokens", "invitations", "people")
    sql = " + ".join(f"(SELECT count(*) FROM {one} WHERE person = :p)" for one in tables[:-1])
    statement = f"SELECT {sql} + (SELECT count(*) FROM people WHERE id = :p)"
    return int(await store._thread.read(lambda db: db.execute(statement, {"p": person}).fetchone()[0]))


def store_of(home: Home) -> SQLiteStore:
    store: SQLiteStore = home.hearth.house.conversations._store  # type: ignore[assignment]
    return store


@pytest.mark.gen_test(timeout=20)
async def test_an_account_that_is_deleted_in_the_midst_of_everything_leaves_nothing() -> None:
    async with at_home() as home:
        mine = home.hearth.house.conversations.of(home.anna.id)
        message = ImportedMessage(role="user", content="words " * 50)
        many = Import(tuple(ImportedConversation(messages=(message,) * 20) for _ in range(50)))
        await home.anna.ask(await home.anna.conversation(), "tell", model="slow")
        stream = await home.anna.stream("/chat?question=hi&model=slow")
        await stream.until(b"id: ")
        importing = [asyncio.create_task(mine.take_in(many)) for _ in range(3)]
        await asyncio.sleep(0)
        answer = await home.owner.send("DELETE", f"/api/people/{home.anna.id}", None)
        assert answer.code == 204
        for one in await asyncio.gather(*importing, return_exceptions=True):
            assert isinstance(one, list | Gone)
        assert await rows(store_of(home), home.anna.id) == 0
        journals = home.hearth.house.generations._journals
        await eventually(lambda: not journals.of(home.anna.id))


@pytest.mark.gen_test
async def test_what_comes_behind_a_deletion_finds_no_account() -> None:
    async with at_home() as home:
        house, person = home.hearth.house, home.anna.id
        await home.owner.send("DELETE", f"/api/people/{person}", None)
        for work in (
            house.conversations.of(person).create(NewConversation(title="late")),
            house.presets.create(person, NewPreset(name="late")),
            house.conversations.of(person).take_in(
                Import((ImportedConversation(messages=(ImportedMessage(role="user", content="late"),)),))
            ),
        ):
            with pytest.raises(Gone):
                await work


@pytest.mark.gen_test(timeout=20)
async def test_two_owners_who_delete_each_other_leave_one_with_everything() -> None:
    async with at_home() as home:
        accounts = home.hearth.accounts
        await accounts.change(home.ben.id, ChangedPerson(role="owner"))
        for one in (home.owner, home.ben):
            await one.conversation(title="kept")
        deleting = (accounts.delete(home.owner.id), accounts.delete(home.ben.id))
        ended = await asyncio.gather(*deleting, return_exceptions=True)
        assert sorted(type(one).__name__ for one in ended) == ["LastOwner", "list"]
        left = home.ben if isinstance(ended[1], LastOwner) else home.owner
        assert len(await home.hearth.house.conversations.of(left.id).ids()) == 1


@pytest.mark.gen_test(timeout=20)
async def test_a_reply_that_is_asked_for_in_the_moment_of_closing_writes_nothing() -> None:
    async with at_home() as home:
        conversation = await home.anna.conversation()
        await home.hearth.accounts.change(home.anna.id, ChangedPerson(disabled=True))
        asked = home.hearth.house.conversations.of(home.anna.id)
        _, reply = await asked.ask(conversation, Question(content="hi", model="quick"))

        async def stopped() -> bool:
            return (await asked.message(reply.id)).state == "stopped"

        await eventually(stopped)
        assert not home.hearth.fake.chats


@pytest.mark.gen_test
async def test_who_deletes_their_own_account_is_told_however_long_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    async with at_home() as home:
        await home.anna.conversation()
        empty, other = Registry.empty, await home.anna.stream("/chat?question=hi&model=slow")
        await other.until(b"id: ")

        async def slow(self: Registry, person: Person) -> list[str]:
            while await other.reader.read(65536):  # so long that all others of this person have ended meanwhile
                pass
            return await empty(self, person)

        monkeypatch.setattr(Registry, "empty", slow)
        answer = await home.anna.send("DELETE", "/api/account", {"password": PASSWORD.format("anna")})
        assert answer.code == 204
        assert (await home.anna.get("/api/account")).code == 401


# -- people that a proxy names

PROXY = ("--auth=proxy", "--trusted-proxies=127.0.0.1")


@pytest.mark.gen_test
async def test_nobody_takes_the_place_of_whom_the_proxy_will_name_next() -> None:
    async with running(*PROXY) as hearth:
        await hearth.accounts.add("olga", "a long enough one")

        async def account(name: str) -> dict[str, Any]:
            answer = await hearth.get("/api/account", Remote_User=name)
            assert answer.code == 200, answer.body
            found: dict[str, Any] = json.loads(answer.body)
            return found

        anna = await account("anna")
        renamed = await hearth.send("PATCH", "/api/account", {"name": "carol"}, Remote_User="anna")
        assert renamed.code == 200
        carol = await account("carol")
        assert carol["id"] != anna["id"] and carol["name"] == "carol 2"
        assert (await account("anna"))["id"] == anna["id"]
        lookalike = await account("ａnna".encode().decode("latin-1"))
        assert lookalike["id"] not in (anna["id"], carol["id"])
        assert (await account("olga"))["role"] == "owner"


@pytest.mark.gen_test
async def test_a_full_disk_at_a_new_persons_first_visit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running(*PROXY) as hearth:
        await hearth.accounts.add("olga", "a long enough one")

        async def full(*_: Any) -> None:
            raise DiskFull("The disk is full: nothing was kept. Make room, then try again")

        monkeypatch.setattr(StoredAccounts, "write", full)
        assert (await hearth.get("/api/account", Remote_User="anna")).code == 507
