"""Links that work once, and the code that makes the owner."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from people.accounts import Accounts
from people.errors import (
    BadName,
    BadPassword,
    CodeGone,
    CodeWrong,
    Disabled,
    Full,
    Invalid,
    LinkUsed,
    NameTaken,
    TooMany,
    Unknown,
    WrongPassword,
)
from people.invitations import MOST
from people.requests import ChangedPerson, NewInvitation
from store import HOUSE

from .accounts import HOME, NEW_PASSWORD, PASSWORD, PHONE, Clock, everything_in, member, opened, owner, refused


@pytest.mark.gen_test
async def test_who_follows_the_link_chooses_a_name_and_is_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        view, secret = await accounts.invitations.create(NewInvitation(name="Mia"))
        assert accounts.invitations.look(secret) == view and view.name == "Mia"
        entry = await accounts.entrance.accept(secret, "Mia Maria", PASSWORD, HOME)
        assert (entry.caller.name, entry.caller.role) == ("Mia Maria", "member")
        assert accounts.caller_by_session(entry.session) == entry.caller
        assert accounts.invitations.all() == []
        assert entry.caller.person != HOUSE


@pytest.mark.gen_test
async def test_a_link_works_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        _, secret = await accounts.invitations.create(NewInvitation())
        await accounts.entrance.accept(secret, "Mia", PASSWORD, HOME)
        await refused(accounts.entrance.accept(secret, "Tom", PASSWORD, HOME), LinkUsed)
        with pytest.raises(LinkUsed):
            accounts.invitations.look(secret)
    async with opened(tmp_path) as accounts:
        await refused(accounts.entrance.accept(secret, "Tom", PASSWORD, HOME), LinkUsed)


@pytest.mark.gen_test
async def test_of_two_at_once_one_is_in(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        _, secret = await accounts.invitations.create(NewInvitation())
        both = (accounts.entrance.accept(secret, name, PASSWORD, HOME) for name in ("Mia", "Tom"))
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(one, LinkUsed) for one in answers) == 1
        assert len(await accounts.people()) == 2


@pytest.mark.gen_test
async def test_two_with_links_of_their_own_can_not_take_the_same_name(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        secrets = [(await accounts.invitations.create(NewInvitation()))[1] for _ in range(2)]
        both = (
            accounts.entrance.accept(one, name, PASSWORD, HOME)
            for one, name in zip(secrets, ("Mia", "MIA"), strict=True)
        )
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(one, NameTaken) for one in answers) == 1
        assert len(accounts.invitations.all()) == 1, "the other's link is good still"


@pytest.mark.gen_test
async def test_what_is_wrong_with_a_name_or_password_does_not_use_the_link_up(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        _, secret = await accounts.invitations.create(NewInvitation())
        await refused(accounts.entrance.accept(secret, " OLGA ", PASSWORD, HOME), NameTaken)
        await refused(accounts.entrance.accept(secret, "x" * 65, PASSWORD, HOME), BadName)
        await refused(accounts.entrance.accept(secret, "Mia", "x", HOME), BadPassword)
        await refused(accounts.entrance.accept(secret, "Mia", "x" * 10_000, HOME), BadPassword)
        assert await accounts.entrance.accept(secret, "Mia", PASSWORD, HOME)


@pytest.mark.gen_test
async def test_a_link_is_good_for_seven_days(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        await owner(accounts)
        _, secret = await accounts.invitations.create(NewInvitation())
        clock.passes(days=6, hours=23)
        accounts.invitations.look(secret)
        clock.passes(hours=1)
        await refused(accounts.entrance.accept(secret, "Mia", PASSWORD, HOME), LinkUsed)
        assert accounts.invitations.all() == []


@pytest.mark.gen_test
async def test_a_forged_cut_or_ended_link_is_refused(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        view, secret = await accounts.invitations.create(NewInvitation())
        for forged in ("", secret[:-1], secret + "=", "x" * 43, "\ud800" * 43, secret * 100):
            await refused(accounts.entrance.accept(forged, "Mia", PASSWORD, HOME), LinkUsed)
        await accounts.invitations.end(view.id)
        await refused(accounts.entrance.accept(secret, "Mia", PASSWORD, HOME), LinkUsed)
        await refused(accounts.invitations.end(view.id), Unknown)


@pytest.mark.gen_test
async def test_no_link_is_kept_in_a_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        _, secret = await accounts.invitations.create(NewInvitation(name="Somebody new"))
    kept = everything_in(tmp_path)
    assert b"Somebody new" in kept and secret.encode() not in kept


@pytest.mark.gen_test
async def test_fifty_open_links_are_enough(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        await owner(accounts)
        for _ in range(MOST):
            await accounts.invitations.create(NewInvitation())
        await refused(accounts.invitations.create(NewInvitation()), Full)
        clock.passes(days=7)
        assert await accounts.invitations.create(NewInvitation())


@pytest.mark.gen_test
async def test_nobody_is_invited_under_a_name_that_somebody_has(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        await owner(accounts)
        await refused(accounts.invitations.create(NewInvitation(name="ｏｌｇａ")), NameTaken)
        await refused(accounts.invitations.create(NewInvitation(name="\u202e")), BadName)
        await refused(accounts.invitations.create(NewInvitation(person="nonsense")), Unknown)


# -- a new password for somebody


@pytest.mark.gen_test
async def test_who_forgot_the_password_gets_a_link_for_a_new_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        _, first = await accounts.invitations.create(NewInvitation(person=mia.caller.person))
        _, secret = await accounts.invitations.create(NewInvitation(person=mia.caller.person))
        await refused(accounts.entrance.accept(first, "", NEW_PASSWORD, PHONE), LinkUsed)
        assert accounts.invitations.look(secret).name == "Mia"
        entry = await accounts.entrance.accept(secret, "another name", NEW_PASSWORD, PHONE)
        assert entry.caller.name == "Mia" and entry.caller.person == mia.caller.person
        assert accounts.caller_by_session(mia.session) is None and accounts.caller_by_session(entry.session)
        await refused(accounts.entrance.sign_in("Mia", PASSWORD, HOME), WrongPassword)
        await refused(accounts.entrance.accept(secret, "", PASSWORD, PHONE), LinkUsed)


@pytest.mark.gen_test
async def test_a_password_that_was_changed_meanwhile_ends_the_link_that_would_have_renewed_it(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        _, secret = await accounts.invitations.create(NewInvitation(person=mia.caller.person))
        await accounts.entrance.change_password(mia.caller.person, PASSWORD, NEW_PASSWORD, HOME)
        await refused(accounts.entrance.accept(secret, "", PASSWORD, HOME), LinkUsed)


@pytest.mark.gen_test
async def test_a_closed_account_is_not_opened_by_a_link(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = await member(accounts)
        _, secret = await accounts.invitations.create(NewInvitation(person=mia.caller.person))
        await accounts.change(mia.caller.person, ChangedPerson(disabled=True))
        await refused(accounts.entrance.accept(secret, "", NEW_PASSWORD, HOME), Disabled)


# -- the first owner


def code_of(accounts: Accounts) -> str:
    told = list[str]()
    accounts.entrance.first_owner.tell = told.append
    accounts.entrance.first_owner.ask()
    return told[0]


@pytest.mark.gen_test
async def test_the_code_makes_the_owner_of_what_was_there_before(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        assert not accounts.has_owner and not accounts.has_people
        code = code_of(accounts)
        assert len(code) == 9 and code[4] == "-" and code not in repr(accounts)
        entry = await accounts.entrance.claim(code, "Olga", PASSWORD, HOME)
        assert (entry.caller.person, entry.caller.role) == (HOUSE, "owner")
        assert accounts.caller_by_session(entry.session)
    async with opened(tmp_path) as accounts:
        assert accounts.has_owner
        assert (await accounts.entrance.sign_in("Olga", PASSWORD, HOME)).caller.manages_people


@pytest.mark.gen_test
async def test_it_does_not_matter_how_the_code_is_typed(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        code = code_of(accounts).replace("0", "o").replace("1", "l")
        assert await accounts.entrance.claim(f" {code.lower().replace('-', ' ')} ", "Olga", PASSWORD, HOME)


@pytest.mark.gen_test
async def test_it_takes_five_tries_and_says_how_many_are_left(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        code = code_of(accounts)
        for left in (4, 3, 2, 1):
            wrong = await refused(accounts.entrance.claim("ÄÖ-\ud800" * left, "Olga", PASSWORD, HOME), CodeWrong)
            assert isinstance(wrong, CodeWrong) and wrong.left == left and str(left) in str(wrong)
        await refused(accounts.entrance.claim("x" * 10_000, "Olga", PASSWORD, HOME), CodeGone)
        await refused(accounts.entrance.claim(code, "Olga", PASSWORD, HOME), CodeGone)
        assert not accounts.has_owner


@pytest.mark.gen_test
async def test_it_is_good_for_half_an_hour(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        code = code_of(accounts)
        clock.passes(minutes=31)
        await refused(accounts.entrance.claim(code, "Olga", PASSWORD, HOME), CodeGone)
        assert await accounts.entrance.claim(code_of(accounts), "Olga", PASSWORD, HOME)


@pytest.mark.parametrize("days", [3, -3])
@pytest.mark.gen_test
async def test_it_is_as_good_when_the_machine_learns_the_time_meanwhile(tmp_path: Path, days: int) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        code = code_of(accounts)
        clock.passes(seconds=30)
        clock.is_set(days=days)
        clock.passes(seconds=30)
        assert code_of(accounts) == code
        assert await accounts.entrance.claim(code, "Olga", PASSWORD, HOME)


@pytest.mark.gen_test
async def test_a_code_is_printed_once_a_minute_and_asking_spoils_none_that_is_good(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        code = code_of(accounts)
        with pytest.raises(TooMany) as caught:
            code_of(accounts)
        assert caught.value.retry_after == 60
        clock.passes(seconds=60)
        assert code_of(accounts) == code
        for _ in range(5):
            with pytest.raises((CodeWrong, CodeGone)):
                await accounts.entrance.claim("wrong", "Olga", PASSWORD, HOME)
        clock.passes(seconds=60)
        assert code_of(accounts) != code


@pytest.mark.gen_test
async def test_a_bad_name_or_password_costs_no_try(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        code = code_of(accounts)
        for _ in range(10):
            await refused(accounts.entrance.claim(code, "", PASSWORD, HOME), BadName)
            await refused(accounts.entrance.claim(code, "Olga", "x", HOME), BadPassword)
        assert await accounts.entrance.claim(code, "Olga", PASSWORD, HOME)


@pytest.mark.gen_test
async def test_of_two_who_type_the_code_at_once_one_is_the_owner(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        code = code_of(accounts)
        both = (accounts.entrance.claim(code, name, PASSWORD, HOME) for name in ("Olga", "Mallory"))
        answers = await asyncio.gather(*both, return_exceptions=True)
        assert sum(isinstance(one, CodeGone) for one in answers) == 1
        assert [one.role for one in await accounts.people()] == ["owner"]


@pytest.mark.gen_test
async def test_where_there_is_an_owner_no_code_makes_another(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        code = code_of(accounts)
        await accounts.add("Olga", PASSWORD)
        await refused(accounts.entrance.claim(code, "Mallory", PASSWORD, HOME), Invalid)
        assert [one.name for one in await accounts.people()] == ["Olga"]


@pytest.mark.gen_test
async def test_an_owner_made_while_the_code_is_being_taken_stays_the_only_one(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        code = code_of(accounts)
        claiming = asyncio.ensure_future(accounts.entrance.claim(code, "Mallory", PASSWORD, HOME))
        await asyncio.gather(accounts.add("Olga", PASSWORD), claiming, return_exceptions=True)
        assert [one.role for one in await accounts.people()].count("owner") == 1
        assert accounts.view(HOUSE).name in ("Olga", "Mallory")
