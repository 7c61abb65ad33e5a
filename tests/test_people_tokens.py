"""Tokens for scripts."""

from __future__ import annotations

import asyncio
from pathlib import Path

import msgspec
import pytest

from people.errors import BadName, Full, Unknown
from people.requests import ChangedPerson, NewToken
from people.tokens import MOST

from .accounts import HOME, NEW_PASSWORD, PASSWORD, Clock, everything_in, member, opened, owner, refused

READS = NewToken(name="backup script", scopes=["read"], days=30)


@pytest.mark.gen_test
async def test_a_token_says_who_asks_and_what_for(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        olga = await owner(accounts)
        view, secret = await accounts.tokens.create(olga.person, READS)
        caller = accounts.caller_by_token(secret)
        assert caller is not None and (caller.person, caller.key) == (olga.person, view.id)
        assert caller.may("read") and not caller.may("ask")
        assert not caller.manages_models and not caller.manages_people, "a script of the owner's is no owner"
        assert secret.startswith("hearth_") and len(secret) == 50
        assert accounts.caller_by_session(secret) is None


@pytest.mark.gen_test
async def test_it_outlives_a_restart_and_is_in_no_file(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        olga = await owner(accounts)
        view, secret = await accounts.tokens.create(olga.person, READS)
    assert secret.removeprefix("hearth_").encode() not in everything_in(tmp_path)
    async with opened(tmp_path) as accounts:
        assert accounts.caller_by_token(secret)
        (listed,) = accounts.tokens.all_of(olga.person)
        assert (listed.name, listed.scopes, listed.expires_at) == (view.name, ["read"], view.expires_at)
        assert secret not in repr(listed)


@pytest.mark.gen_test
async def test_a_forged_or_cut_token_is_nobody(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        olga = await owner(accounts)
        _, secret = await accounts.tokens.create(olga.person, READS)
        forged = ["", "hearth_", secret[:-1], secret[1:], secret.removeprefix("hearth_"), secret.upper(), secret + "x"]
        forged += ["hearth_" + "x" * 43, "hearth_" + "\ud800" * 43, "Bearer " + secret, secret * 1000]
        assert [accounts.caller_by_token(one) for one in forged] == [None] * len(forged)


@pytest.mark.gen_test
async def test_it_ends_on_its_day(tmp_path: Path) -> None:
    clock, ended = Clock(), list[str | None]()
    async with opened(tmp_path, clock) as accounts:
        olga = await owner(accounts)
        view, secret = await accounts.tokens.create(olga.person, READS)
        _, forever = await accounts.tokens.create(olga.person, NewToken(name="lamp", scopes=["ask"]))
        accounts.on_end = lambda person, key: ended.append(key)
        clock.passes(days=29, hours=23)
        assert accounts.caller_by_token(secret)
        clock.passes(hours=1)
        assert accounts.caller_by_token(secret) is None
        await accounts.end_what_is_over()
        assert ended == [view.id] and [one.name for one in accounts.tokens.all_of(olga.person)] == ["lamp"]
        clock.passes(days=3650)
        assert accounts.caller_by_token(forever)


@pytest.mark.gen_test
async def test_it_can_be_ended_by_its_person_alone(tmp_path: Path) -> None:
    ended = list[tuple[str, str | None]]()
    async with opened(tmp_path) as accounts:
        olga, mia = await owner(accounts), (await member(accounts)).caller
        view, secret = await accounts.tokens.create(olga.person, READS)
        accounts.on_end = lambda person, key: ended.append((person, key))
        await refused(accounts.tokens.end(mia.person, view.id), Unknown)
        await accounts.tokens.end(olga.person, view.id)
        assert ended == [(olga.person, view.id)] and accounts.caller_by_token(secret) is None
        await refused(accounts.tokens.end(olga.person, view.id), Unknown)


@pytest.mark.gen_test
async def test_a_closed_account_s_tokens_stop_at_once_and_a_changed_password_leaves_them(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        mia = (await member(accounts)).caller
        _, secret = await accounts.tokens.create(mia.person, READS)
        await accounts.entrance.change_password(mia.person, PASSWORD, NEW_PASSWORD, HOME)
        assert accounts.caller_by_token(secret)
        await accounts.change(mia.person, ChangedPerson(disabled=True))
        assert accounts.caller_by_token(secret) is None
        await accounts.change(mia.person, ChangedPerson(disabled=False))
        assert accounts.caller_by_token(secret)


@pytest.mark.gen_test
async def test_its_last_use_is_told(tmp_path: Path) -> None:
    clock = Clock()
    async with opened(tmp_path, clock) as accounts:
        olga = await owner(accounts)
        _, secret = await accounts.tokens.create(olga.person, READS)
        assert accounts.tokens.all_of(olga.person)[0].seen_at is None
        clock.passes(days=1)
        accounts.caller_by_token(secret)
        used = clock()
    async with opened(tmp_path, clock) as accounts:
        assert accounts.tokens.all_of(olga.person)[0].seen_at == used


@pytest.mark.gen_test
async def test_fifty_are_enough_also_when_asked_for_at_once(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        olga, mia = await owner(accounts), (await member(accounts)).caller
        asked = (accounts.tokens.create(olga.person, READS) for _ in range(MOST + 5))
        answers = await asyncio.gather(*asked, return_exceptions=True)
        assert sum(isinstance(one, Full) for one in answers) == 5
        assert len(accounts.tokens.all_of(olga.person)) == MOST
        assert await accounts.tokens.create(mia.person, READS)


@pytest.mark.gen_test
async def test_a_token_has_a_name_that_can_be_read(tmp_path: Path) -> None:
    async with opened(tmp_path) as accounts:
        olga = await owner(accounts)
        for name in ("", "x" * 10_000, "a\u202eb"):
            await refused(accounts.tokens.create(olga.person, NewToken(name=name, scopes=["ask"])), BadName)


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "x", "scopes": []}',
        '{"name": "x", "scopes": ["everything"]}',
        '{"name": "x", "scopes": ["ask"], "days": 0}',
        '{"name": "x", "scopes": ["ask"], "days": 1e9}',
        '{"name": "x", "scopes": ["ask"], "expires": 3}',
        '{"name": "x"}',
    ],
)
def test_what_is_no_wish_for_a_token_is_refused(body: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(body, type=NewToken)
