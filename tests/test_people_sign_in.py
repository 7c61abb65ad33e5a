"""Signing in, staying signed in, and being signed out everywhere."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from people.errors import BadPassword, Disabled, TooMany, Unknown, WrongPassword
from people.passwords import Passwords
from people.requests import ChangedPerson
from people.sessions import MOST
from people.throttle import TRIES
from store import SQLiteStore

from .accounts import HOME, NEW_PASSWORD, PASSWORD, PHONE, Clock, everything_in, member, opened, owner, refused


@pytest.mark.gen_test
async def test_who_signs_in_is_known_by_what_the_browser_keeps(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await accounts.add("Olga", PASSWORD)
        entry = await accounts.entrance.sign_in("olga", PASSWORD, HOME)
        caller = accounts.caller_by_session(entry.session)
        assert caller == entry.caller
        assert caller is not None and (caller.name, caller.role, caller.scopes) == ("Olga", "owner", None)
        assert caller.manages_models and caller.manages_people and caller.may("ask")


@pytest.mark.gen_test
async def test_a_member_manages_nothing_until_the_owner_says_so(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        assert not mia.caller.manages_models and not mia.caller.manages_people
        await accounts.change(mia.caller.person, ChangedPerson(manages_models=True))
        caller = accounts.caller_by_session(mia.session)
        assert caller is not None and caller.manages_models and not caller.manages_people


@pytest.mark.gen_test
async def test_a_wrong_password_and_an_unknown_name_are_told_in_the_same_words(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await accounts.add("Olga", PASSWORD)
        told = [
            str(await refused(accounts.entrance.sign_in(name, password, HOME), WrongPassword))
            for name, password in (("Olga", "wrong horse"), ("Nobody", PASSWORD))
        ]
        assert told[0] == told[1]
        assert accounts.entrance.passwords.computed == 3, "one to make it, and one for each"


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("Olga", ""),
        ("Olga", "x"),
        ("Olga", "x" * 10_000),
        ("", PASSWORD),
        ("x" * 10_000, PASSWORD),
        ("Ol\0ga", "\ud800"),
    ],
)
@pytest.mark.gen_test
async def test_whatever_is_typed_is_only_wrong(tmp_path: Path, name: str, password: str) -> None:
    async with opened(tmp_path) as accounts:
        await accounts.add("Olga", PASSWORD)
        await refused(accounts.entrance.sign_in(name, password, HOME), WrongPassword)


@pytest.mark.gen_test
async def test_sessions_outlive_a_restart(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
    async with opened(tmp_path) as accounts:
        assert accounts.caller_by_session(mia.session) == mia.caller
        assert accounts.has_owner


@pytest.mark.gen_test
async def test_the_folder_holds_nothing_that_opens_a_door(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
    kept = everything_in(tmp_path)
    assert b"Mia" in kept
    assert not any(secret.encode() in kept for secret in (mia.session, mia.device, PASSWORD))


@pytest.mark.gen_test
async def test_a_forged_or_damaged_session_is_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        secret = (await member(accounts)).session
        forged = [
            "",
            "x",
            secret[:-1],
            secret + "=",
            secret.swapcase(),
            "x" * 43,
            "\ud800" * 43,
            "ü" * 43,
            secret * 1000,
        ]
        assert [accounts.caller_by_session(one) for one in forged] == [None] * len(forged)
        assert accounts.caller_by_token(secret) is None


@pytest.mark.gen_test
async def test_a_session_ends_90_days_after_it_was_seen_last(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        secret = (await member(accounts)).session
        for _ in range(4):
            clock.passes(days=80)
            assert accounts.caller_by_session(secret)
    async with opened(tmp_path, clock) as accounts:
        clock.passes(days=89)
        assert accounts.caller_by_session(secret), "that it was seen is kept"
        clock.passes(days=91)
        assert accounts.caller_by_session(secret) is None


@pytest.mark.gen_test
async def test_what_has_outlived_its_time_ends_and_is_forgotten(tmp_path: Path) -> None:
    clock, ended = Clock(), list[tuple[str, str | None]]()
    async with opened(tmp_path, clock) as accounts:
        mia = await member(accounts)
        accounts.on_end = lambda person, key: ended.append((person, key))
        await accounts.end_what_is_over()
        assert ended == []
        clock.passes(days=91)
        await accounts.end_what_is_over()
        assert ended == [(mia.caller.person, mia.caller.key)]
    store = await SQLiteStore.open(tmp_path)
    assert (await store.accounts.load()).sessions == []
    await store.close()


@pytest.mark.gen_test
async def test_that_somebody_was_seen_is_written_once_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        mia = await member(accounts)
        before = repr(accounts._registry._kept)
        for _ in range(50):
            clock.passes(minutes=1)
            assert accounts.caller_by_session(mia.session)
        assert repr(accounts._registry._kept) == before, "no commit"
        clock.passes(minutes=11)
        assert accounts.caller_by_session(mia.session)
        (session,) = accounts.sessions.all_of(mia.caller.person, mia.caller.key)
        assert session.seen_at == clock() and session.current
        assert next(one for one in await accounts.people() if one.name == "Mia").seen_at == clock()


@pytest.mark.gen_test
async def test_of_51_sessions_the_one_not_seen_for_the_longest_ends(tmp_path: Path) -> None:
    clock, ended = Clock(), list[str | None]()
    async with opened(tmp_path, clock) as accounts:
        first = await member(accounts)
        accounts.on_end = lambda person, key: ended.append(key)
        person = accounts._registry.get(first.caller.person)
        for _ in range(MOST):
            clock.passes(minutes=1)
            await accounts.entrance._enter(person, PHONE)
        assert len(accounts.sessions.all_of(first.caller.person, None)) == MOST
        assert ended == [first.caller.key] and accounts.caller_by_session(first.session) is None


@pytest.mark.gen_test
async def test_signing_out_ends_this_session_and_tells_who_streams_to_it(tmp_path: Path) -> None:
    ended = list[tuple[str, str | None]]()
    async with opened(tmp_path) as accounts:
        here = await member(accounts)
        there = await accounts.entrance.sign_in("Mia", PASSWORD, PHONE)
        accounts.on_end = lambda person, key: ended.append((person, key))
        await accounts.entrance.sign_out(here.caller)
        await accounts.entrance.sign_out(here.caller)
        assert ended == [(here.caller.person, here.caller.key)]
        assert accounts.caller_by_session(here.session) is None and accounts.caller_by_session(there.session)
    async with opened(tmp_path) as accounts:
        assert accounts.caller_by_session(here.session) is None


@pytest.mark.gen_test
async def test_each_of_one_s_sessions_can_be_ended_but_nobody_else_s(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia, olga = await member(accounts), await owner(accounts)
        phone = await accounts.entrance.sign_in("Mia", PASSWORD, PHONE)
        views = accounts.sessions.all_of(mia.caller.person, mia.caller.key)
        assert {(one.agent, one.address, one.current) for one in views} == {
            ("Firefox", "192.168.1.20", True),
            ("Phone", "192.168.1.30", False),
        }
        assert olga.key is not None and phone.caller.key is not None
        await refused(accounts.sessions.end(mia.caller.person, olga.key), Unknown)
        await refused(accounts.sessions.end(mia.caller.person, "nonsense"), Unknown)
        await accounts.sessions.end(mia.caller.person, phone.caller.key)
        assert accounts.caller_by_session(phone.session) is None and accounts.caller_by_session(mia.session)


@pytest.mark.gen_test
async def test_all_but_this_one_can_be_ended(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        others = [await accounts.entrance.sign_in("Mia", PASSWORD, PHONE) for _ in range(3)]
        await accounts.sessions.end_others(mia.caller.person, mia.caller.key)
        assert accounts.caller_by_session(mia.session)
        assert not any(accounts.caller_by_session(one.session) for one in others)


@pytest.mark.gen_test
async def test_a_changed_password_ends_all_sessions_and_this_browser_gets_a_new_one(tmp_path: Path) -> None:
    ended = list[str | None]()
    async with opened(tmp_path) as accounts:
        here = await member(accounts)
        there = await accounts.entrance.sign_in("Mia", PASSWORD, PHONE)
        accounts.on_end = lambda person, key: ended.append(key)
        anew = await accounts.entrance.change_password(here.caller.person, PASSWORD, NEW_PASSWORD, HOME)
        assert sorted(map(str, ended)) == sorted(map(str, (here.caller.key, there.caller.key)))
        assert accounts.caller_by_session(here.session) is accounts.caller_by_session(there.session) is None
        assert accounts.caller_by_session(anew.session) == anew.caller
        await refused(accounts.entrance.sign_in("Mia", PASSWORD, HOME), WrongPassword)
    async with opened(tmp_path) as accounts:
        assert accounts.caller_by_session(here.session) is None and accounts.caller_by_session(anew.session)
        await accounts.entrance.sign_in("Mia", NEW_PASSWORD, HOME)


@pytest.mark.gen_test
async def test_the_old_password_has_to_be_right_and_can_not_be_guessed_by_who_found_the_screen_open(
    tmp_path: Path,
) -> None:
    async with opened(tmp_path) as accounts:
        mia = (await member(accounts)).caller.person
        await refused(accounts.entrance.change_password(mia, PASSWORD, "short", HOME), BadPassword)
        for _ in range(TRIES):
            await refused(accounts.entrance.change_password(mia, "wrong horse", NEW_PASSWORD, HOME), WrongPassword)
        await refused(accounts.entrance.change_password(mia, PASSWORD, NEW_PASSWORD, HOME), TooMany)
        assert await accounts.entrance.sign_in("Mia", PASSWORD, HOME), "signing in has tries of its own"


@pytest.mark.gen_test
async def test_who_is_closed_out_is_out_at_once_and_told_so_only_with_the_right_password(tmp_path: Path) -> None:
    ended = list[tuple[str, str | None]]()
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        accounts.on_end = lambda person, key: ended.append((person, key))
        await accounts.change(mia.caller.person, ChangedPerson(disabled=True))
        assert (mia.caller.person, None) in ended
        assert accounts.caller_by_session(mia.session) is None
        await refused(accounts.entrance.sign_in("Mia", "wrong horse", HOME), WrongPassword)
        await refused(accounts.entrance.sign_in("Mia", PASSWORD, HOME), Disabled)
        await accounts.change(mia.caller.person, ChangedPerson(disabled=False))
        assert accounts.caller_by_session(mia.session) is None, "the old session stays ended"
        await accounts.entrance.sign_in("Mia", PASSWORD, HOME)


@pytest.mark.gen_test
async def test_other_rights_end_what_was_opened_with_the_old_ones_but_not_the_session(tmp_path: Path) -> None:
    ended = list[tuple[str, str | None]]()
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        accounts.on_end = lambda person, key: ended.append((person, key))
        await accounts.change(mia.caller.person, ChangedPerson(name="Maria", models=["llama3"]))
        assert ended == []
        await accounts.change(mia.caller.person, ChangedPerson(role="owner"))
        assert ended == [(mia.caller.person, None)]
        caller = accounts.caller_by_session(mia.session)
        assert caller is not None and (caller.role, caller.name) == ("owner", "Maria")


@pytest.mark.gen_test
async def test_a_password_changed_while_it_is_being_checked_lets_nobody_in_with_the_old_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        results = await asyncio.gather(
            accounts.entrance.change_password(mia.caller.person, PASSWORD, NEW_PASSWORD, HOME),
            *(accounts.entrance.sign_in("Mia", PASSWORD, PHONE) for _ in range(4)),
            return_exceptions=True,
        )
        anew, *signed_in = results
        assert not isinstance(anew, BaseException)
        still = [
            one for one in signed_in if not isinstance(one, BaseException) and accounts.caller_by_session(one.session)
        ]
        assert still == [] and accounts.caller_by_session(anew.session)


@pytest.mark.gen_test
async def test_a_hash_by_old_parameters_is_renewed_by_signing_in_also_twice_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await accounts.add("Olga", PASSWORD)
        person = accounts._registry.named("Olga")
        assert person is not None
        weak = await Passwords(memory=8 * 1024, passes=1).hash(PASSWORD)
        accounts.entrance.passwords = Passwords()
        await accounts._registry.commit([msgspec.structs.replace(person, password=weak)])
        await asyncio.gather(*(accounts.entrance.sign_in("Olga", PASSWORD, HOME) for _ in range(3)))
        renewed = accounts.view(person.id).password
        assert renewed is not None and "m=19456,t=2" in renewed
    async with opened(tmp_path) as accounts:
        assert accounts.view(person.id).password == renewed


@pytest.mark.gen_test
async def test_200_guesses_compute_a_handful_of_hashes_and_the_person_comes_in_from_elsewhere(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts, visit=PHONE)
        computed = accounts.entrance.passwords.computed
        guesses = (accounts.entrance.sign_in("Mia", f"guess number {one}", HOME) for one in range(200))
        answers = await asyncio.gather(*guesses, return_exceptions=True)
        assert {type(one) for one in answers} == {WrongPassword, TooMany}
        assert accounts.entrance.passwords.computed - computed == TRIES
        await accounts.entrance.sign_in("Mia", PASSWORD, PHONE)
        known = msgspec.structs.replace(HOME, device=mia.device)
        await accounts.entrance.sign_in("Mia", PASSWORD, known)


@pytest.mark.gen_test
async def test_another_person_s_browser_is_not_known_for_this_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia, tom = await member(accounts), await member(accounts, "Tom")
        assert accounts.sessions.known(mia.caller.person, mia.device)
        assert not accounts.sessions.known(mia.caller.person, tom.device)
        assert not accounts.sessions.known(mia.caller.person, "x" * 43)
        again = await accounts.entrance.sign_in("Mia", PASSWORD, msgspec.structs.replace(HOME, device=mia.device))
        assert again.device == mia.device
        other = await accounts.entrance.sign_in("Mia", PASSWORD, msgspec.structs.replace(HOME, device=tom.device))
        assert other.device not in (mia.device, tom.device)


@pytest.mark.gen_test
async def test_too_many_who_wait_for_their_hash_are_asked_to_come_back(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await accounts.add("Olga", PASSWORD)
        visits = [msgspec.structs.replace(HOME, address=f"10.0.{one}.1") for one in range(60)]
        tries = (accounts.entrance.sign_in("Olga", PASSWORD, visit) for visit in visits)
        answers = await asyncio.gather(*tries, return_exceptions=True)
        refusals = [one for one in answers if isinstance(one, BaseException)]
        assert refusals and {type(one) for one in refusals} == {TooMany}
        assert await accounts.entrance.sign_in("Olga", PASSWORD, visits[-1])
