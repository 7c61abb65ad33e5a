"""The owner looks after the accounts, and sees how much is in them but not what."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from people.errors import BadName, Disabled, Invalid, LastOwner, NameTaken, NoOwner, TooMany, Unknown, WrongPassword
from people.requests import ChangedPerson, NewInvitation, NewToken
from people.throttle import TRIES
from store import HOUSE, SQLiteStore
from store.backup import backup

from .accounts import HOME, PASSWORD, Clock, everything_in, member, opened, opened_with_store, owner, refused
from .store_records import add, conversation, exchange, search


async def write(store: SQLiteStore, person: str, text: str) -> tuple[str, str]:
    """A conversation of this person's, with a question and its reply; its id, and its generation's."""
    theirs = store.of(person)
    one = await add(theirs, "Title")
    _, reply = await exchange(theirs, one, text, text)
    assert reply.generation is not None
    return one.id, reply.generation


async def run(store: SQLiteStore, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    return await store._thread.write(lambda db: db.execute(statement, values).fetchall())


@pytest.mark.gen_test
async def test_people_are_listed_with_how_much_they_have(tmp_path: Path) -> None:
    async with opened_with_store(tmp_path) as (accounts, store):
        olga, mia = await owner(accounts), (await member(accounts)).caller
        await write(store, olga.person, "secret of Olga's")
        await write(store, mia.person, "secret of Mia's")
        await write(store, mia.person, "another secret")
        first, second = await accounts.people()
        assert (first.name, first.conversations, first.messages) == ("Mia", 2, 4)
        assert (second.name, second.conversations, second.messages) == ("Olga", 1, 2)
        told = msgspec.json.encode([first, second])
        assert b"secret" not in told and b"argon2" not in told
        assert first.has_password and first.role == "member" and first.models is None and first.at_once is None


@pytest.mark.gen_test
async def test_what_a_person_may_do_can_be_changed_and_stays_so(tmp_path: Path) -> None:
    wanted = ChangedPerson(name="Maria", models=["llama3", "qwen3"], at_once=2, manages_models=True)
    async with opened(tmp_path) as accounts:
        mia = (await member(accounts)).caller
        await accounts.change(mia.person, wanted)
        assert accounts.allowance(mia.person) == (frozenset({"llama3", "qwen3"}), 2)
    async with opened(tmp_path) as accounts:
        assert accounts.allowance(mia.person) == (frozenset({"llama3", "qwen3"}), 2)
        view = await accounts.change(mia.person, ChangedPerson(models=None, at_once=None))
        assert (view.name, view.manages_models) == ("Maria", True)
        assert accounts.allowance(mia.person) == (None, None)
        assert (await accounts.entrance.sign_in("maria", PASSWORD, HOME)).caller.person == mia.person
        await refused(accounts.entrance.sign_in("Mia", PASSWORD, HOME), WrongPassword)


@pytest.mark.gen_test
async def test_who_has_no_account_may_use_every_model(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        assert accounts.allowance(HOUSE) == (None, None)


@pytest.mark.gen_test
async def test_a_bad_or_taken_name_changes_nothing(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = (await member(accounts)).caller.person
        await refused(accounts.rename(mia, "OLGA"), NameTaken)
        await refused(accounts.rename(mia, "\u202eMia"), BadName)
        await refused(accounts.rename("nonsense", "Tom"), Unknown)
        assert accounts.view(mia).name == "Mia"
        await accounts.rename(mia, "MIA")
        assert accounts.view(mia).name == "MIA"


@pytest.mark.gen_test
async def test_of_two_who_take_the_same_name_at_once_one_has_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia, tom = (await member(accounts)).caller.person, (await member(accounts, "Tom")).caller.person
        answers = await asyncio.gather(accounts.rename(mia, "Kim"), accounts.rename(tom, "kim"), return_exceptions=True)
        assert sum(isinstance(one, NameTaken) for one in answers) == 1


@pytest.mark.gen_test
async def test_the_last_owner_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        olga, mia = await owner(accounts), (await member(accounts)).caller.person
        await refused(accounts.change(olga.person, ChangedPerson(role="member")), LastOwner)
        await refused(accounts.change(olga.person, ChangedPerson(disabled=True)), LastOwner)
        await refused(accounts.delete(olga.person), LastOwner)
        await refused(accounts.leave(olga.person, PASSWORD), LastOwner)
        await accounts.change(mia, ChangedPerson(role="owner", disabled=True))
        await refused(accounts.delete(olga.person), LastOwner)
        await accounts.change(mia, ChangedPerson(disabled=False))
        await accounts.change(olga.person, ChangedPerson(role="member"))
        await refused(accounts.delete(mia), LastOwner)


@pytest.mark.gen_test
async def test_of_two_owners_who_give_it_up_at_once_one_stays(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        olga, mia = (await owner(accounts)).person, (await member(accounts)).caller.person
        await accounts.change(mia, ChangedPerson(role="owner"))
        both = (accounts.change(one, ChangedPerson(role="member")) for one in (olga, mia))
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(one, LastOwner) for one in answers) == 1 and accounts.has_owner


@pytest.mark.gen_test
async def test_who_is_deleted_is_gone_with_everything_and_others_keep_theirs(tmp_path: Path) -> None:
    ended = list[tuple[str, str | None]]()
    async with opened_with_store(tmp_path) as (accounts, store):
        olga, mia = await owner(accounts), await member(accounts)
        of_olga, _ = await write(store, olga.person, "walrus")
        of_mia, generation = await write(store, mia.caller.person, "walrus")
        await run(store, "INSERT INTO shares VALUES ('s', ?, ?, NULL, 0, 0)", mia.caller.person, of_mia)
        await run(store, "INSERT INTO presets VALUES ('p','n',NULL,NULL,NULL,NULL,NULL,0,0,?)", mia.caller.person)
        await run(store, "INSERT INTO runs VALUES ('plain', NULL, NULL, 'done', 1, 0, ?)", mia.caller.person)
        _, token = await accounts.tokens.create(mia.caller.person, NewToken(name="x", scopes=["ask"]))
        await accounts.invitations.create(NewInvitation(person=mia.caller.person))
        accounts.on_end = lambda person, key: ended.append((person, key))
        assert set(await accounts.delete(mia.caller.person)) == {generation, "plain"}
        assert (mia.caller.person, None) in ended and {person for person, _ in ended} == {mia.caller.person}
        assert accounts.caller_by_session(mia.session) is None and accounts.caller_by_token(token) is None
        for table in ("people", "sessions", "devices", "tokens", "invitations", "shares", "presets", "runs"):
            column = "id" if table == "people" else "person"
            left = await run(store, f"SELECT count(*) FROM {table} WHERE {column} = ?", mia.caller.person)
            assert left == [(0,)], table
        assert [one.conversation.id for one in await search(store.of(olga.person), "walrus")] == [of_olga]
        theirs = store.of(mia.caller.person)
        assert await search(theirs, "walrus") == [] == await theirs.messages(of_mia)
        assert await theirs.conversation(of_mia) is None
        assert await run(store, "SELECT * FROM messages WHERE conversation = ?", of_mia) == []
        await refused(accounts.delete(mia.caller.person), Unknown)
    async with opened(tmp_path) as accounts:
        assert [one.name for one in await accounts.people()] == ["Olga"]
        assert accounts.caller_by_session(mia.session) is None
        assert await member(accounts, "Mia"), "the name is free again"


@pytest.mark.gen_test(timeout=30)
async def test_while_much_is_deleted_others_are_served(tmp_path: Path) -> None:
    async with opened_with_store(tmp_path) as (accounts, store):
        olga, mia = await owner(accounts), (await member(accounts)).caller.person
        for _ in range(35):
            await write(store, mia, "walrus")
        deleting = asyncio.ensure_future(accounts.delete(mia))
        before = store._thread.commits
        await store.of(olga.person).add_conversation(conversation("meanwhile"))
        assert len(await deleting) == 35 and store._thread.commits - before >= 5
        assert await run(store, "SELECT person FROM conversations") == [(olga.person,)]


@pytest.mark.gen_test
async def test_leaving_takes_one_s_own_password(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = (await member(accounts)).caller.person
        for _ in range(TRIES):
            await refused(accounts.leave(mia, "wrong horse"), WrongPassword)
        await refused(accounts.leave(mia, PASSWORD), TooMany)
        tom = (await member(accounts, "Tom")).caller.person
        assert await accounts.leave(tom, PASSWORD) == []
        assert [one.name for one in await accounts.people()] == ["Mia", "Olga"]


# -- people that a proxy has signed in


@pytest.mark.gen_test
async def test_whom_the_proxy_names_has_an_account(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        assert accounts.known_by_proxy("mia@example.org") is None
        both = await asyncio.gather(
            *(accounts.caller_of_proxy(name) for name in ("mia@example.org", "MIA@example.org"))
        )
        assert both[0] == both[1] and both[0].role == "member" and both[0].key is None
        assert accounts.known_by_proxy("Mia@Example.org") == both[0]
        assert (await accounts.caller_of_proxy("olga")).role == "owner"
        view = next(one for one in await accounts.people() if one.role == "member")
        assert not view.has_password and view.seen_at is not None
    async with opened(tmp_path) as accounts:
        assert (await accounts.caller_of_proxy("mia@example.org")).person == both[0].person


@pytest.mark.gen_test
async def test_whom_the_owner_closed_out_the_proxy_does_not_let_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        mia = await accounts.caller_of_proxy("Mia")
        await accounts.change(mia.person, ChangedPerson(disabled=True))
        await refused(accounts.caller_of_proxy("Mia"), Disabled)


@pytest.mark.gen_test
async def test_the_first_whom_a_proxy_names_does_not_become_the_owner(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await refused(accounts.caller_of_proxy("Mallory"), NoOwner)
        told = list[str]()
        accounts.entrance.first_owner.tell = told.append
        accounts.entrance.first_owner.ask()
        await accounts.entrance.claim(told[0], "Olga", None, HOME)
        assert (await accounts.caller_of_proxy("Olga")).role == "owner"
        assert (await accounts.caller_of_proxy("Mallory")).role == "member"


@pytest.mark.parametrize("name", ["", "x" * 10_000, "a\u202eb", "\x00"])
@pytest.mark.gen_test
async def test_what_is_no_name_makes_no_account(tmp_path: Path, name: str) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        await refused(accounts.caller_of_proxy(name), BadName)
        assert len(await accounts.people()) == 1


@pytest.mark.gen_test
async def test_without_a_password_nobody_signs_in_and_there_is_none_to_change(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        mia = await accounts.caller_of_proxy("Mia")
        await refused(accounts.entrance.sign_in("Mia", "", HOME), WrongPassword)
        await refused(accounts.entrance.change_password(mia.person, "", PASSWORD, HOME), Invalid)
        assert await accounts.leave(mia.person, "") == []


# -- what is kept


@pytest.mark.gen_test
async def test_everything_comes_back_as_it_was(tmp_path: Path) -> None:
    clock = Clock()
    async with opened_with_store(tmp_path, clock) as (accounts, store):
        mia = (await member(accounts)).caller
        await accounts.tokens.create(mia.person, NewToken(name="lamp", scopes=["read", "ask", "ask"], days=3))
        await accounts.invitations.create(NewInvitation(name="Tom"))
        await accounts.change(mia.person, ChangedPerson(models=[], at_once=1))
        registry = accounts._registry
        tables: tuple[dict[Any, Any], ...] = (
            registry.people,
            registry.sessions,
            registry.devices,
            registry.tokens,
            registry.invitations,
        )
        known = await store.accounts.load()
        for table, kept in zip(tables, msgspec.structs.astuple(known), strict=True):
            assert sorted(map(repr, table.values())) == sorted(map(repr, kept))
        assert accounts.allowance(mia.person) == (frozenset(), 1)


@pytest.mark.gen_test
async def test_what_was_seen_after_it_ended_does_not_come_back(tmp_path: Path) -> None:
    async with opened_with_store(tmp_path) as (accounts, store):
        mia = (await member(accounts)).caller
        (session,) = (one for one in accounts._registry.sessions.values() if one.person == mia.person)
        person = accounts.view(mia.person)
        await accounts.delete(mia.person)
        late = datetime(2030, 1, 1, tzinfo=UTC)
        seen = (msgspec.structs.replace(one, seen_at=late) for one in (person, session))
        await store.accounts.seen(*seen)  # type: ignore[arg-type]
        known = await store.accounts.load()
        assert [one.name for one in known.people] == ["Olga"] and known.sessions == []


@pytest.mark.gen_test
async def test_who_is_deleted_is_not_in_the_next_backup(tmp_path: Path) -> None:
    async with opened_with_store(tmp_path) as (accounts, store):
        mia = (await member(accounts, "Walpurga")).caller
        await write(store, mia.person, "a very particular walrus")
        await accounts.delete(mia.person)
        target = tmp_path / "copies"
        await asyncio.to_thread(target.mkdir)
        await asyncio.to_thread(backup, tmp_path, target / "copy.db")
        kept = everything_in(target)
        assert b"Olga" in kept and b"Walpurga" not in kept and b"particular walrus" not in kept
