"""What people may be called, and which passwords are taken."""

from __future__ import annotations

import unicodedata
from datetime import UTC, datetime
from typing import Any

import pytest

from people.errors import BadName, BadPassword
from people.names import checked, folded
from people.passwords import COMMONEST, SHORTEST, Passwords, check
from people.registry import Registry
from store import Known, Person

from .accounts import PASSWORD

PERSIAN = "علی\u200cرضا"  # with the joiner that Persian spells it with


@pytest.mark.parametrize(
    "name",
    [
        "A",
        "Olga",
        "Jean-Luc O'Neill",
        "王小明",
        "Ольга",
        "דוד",
        "عمر",
        PERSIAN,
        "क्षमा",
        "Ngọc",
        "たろう",
        "김철수",
        "🦊",
        "❤\ufe0f",
        "x" * 64,
    ],
)
def test_a_name_of_any_script_is_taken_as_it_is(name: str) -> None:
    assert checked(name) == name


def test_white_space_around_and_within_is_tidied() -> None:
    assert checked("  Anna \t Maria\u3000") == "Anna Maria"


@pytest.mark.parametrize("name", ["", "   ", "\u3000", "\ufe0f"])
def test_no_name_is_refused(name: str) -> None:
    with pytest.raises(BadName, match="needed"):
        checked(name)


@pytest.mark.parametrize("name", ["x" * 65, "x" * 10_000, "王" * 65])
def test_a_name_that_is_too_long_is_refused(name: str) -> None:
    with pytest.raises(BadName, match="64"):
        checked(name)


@pytest.mark.parametrize(
    "name",
    [
        "An\0na",
        "An\x1bna",
        "\u202eanna",
        "anna\u2066",
        "an\u200bna",
        "an\u200dna",
        "ан\u200cна",
        "\ufeffanna",
        "an\u00adna",
        "anna\u3164",
        "anna\U000e0041",
        "anna\ud800",
        "anna\ue000",
    ],
)
def test_what_nobody_sees_in_a_name_is_refused(name: str) -> None:
    with pytest.raises(BadName, match="nobody sees"):
        checked(name)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Anna", "ANNA"),
        ("Straße", "STRASSE"),
        ("ANNA", "Ａｎｎａ"),
        ("Zoe\u0308", "Zoë"),
        (PERSIAN, "علیرضا"),
        ("Anna Maria", " anna  maria "),
        ("ﬁona", "Fiona"),
        ("Olga", "Olga\ufe0f"),
        ("Olga", "Ol\U000e0100ga"),
    ],
)
def test_two_names_that_read_the_same_are_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_different_names_are_different() -> None:
    assert len({folded(name) for name in ("Anna", "Änna", "Anne", "王", "玉")}) == 5


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("", "at least 8"),
        ("x", "at least 8"),
        ("a" * 7, "at least 8"),
        ("x" * 1001, "at most 1,000"),
        ("x" * 10_000, "at most 1,000"),
        ("ANNA MARIA", "name itself"),
        ("password", "tried first"),
        ("PassWord1", "tried first"),
        ("aaaaaaaaaaaa", "tried first"),
        ("abababababab", "tried first"),
        ("a\ud800bcdefghij", "Unicode"),
    ],
)
def test_a_bad_password_is_refused_in_one_clear_sentence(password: str, why: str) -> None:
    with pytest.raises(BadPassword, match=why):
        check(password, "Anna Maria")


@pytest.mark.parametrize("password", [PASSWORD, "密码很长很安全的", "x y" * 333, "\0nul is fine", "correct🐎battery"])
def test_any_other_password_is_taken(password: str) -> None:
    check(password, "Anna")


def test_the_list_of_the_commonest_holds_only_what_would_be_long_enough() -> None:
    assert all(len(one) >= SHORTEST and one == folded(one) for one in COMMONEST.split())


@pytest.mark.gen_test
async def test_a_password_is_kept_as_owasp_says_and_found_right_again() -> None:
    passwords = Passwords()
    encoded = await passwords.hash(PASSWORD)
    assert encoded.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PASSWORD not in encoded and await passwords.hash(PASSWORD) != encoded
    assert (await passwords.verify(encoded, PASSWORD)) == (True, None)
    assert not (await passwords.verify(encoded, PASSWORD + " ")).right


@pytest.mark.gen_test
async def test_it_is_the_same_password_however_a_keyboard_composes_it() -> None:
    passwords = Passwords()
    encoded = await passwords.hash(unicodedata.normalize("NFD", "mäuseköder"))
    assert (await passwords.verify(encoded, unicodedata.normalize("NFC", "mäuseköder"))).right


@pytest.mark.gen_test
async def test_all_of_a_long_password_counts() -> None:
    passwords = Passwords()
    encoded = await passwords.hash("x" * 999 + "y")
    assert not (await passwords.verify(encoded, "x" * 999 + "z")).right
    assert not (await passwords.verify(encoded, "x" * 999 + "yz")).right
    assert (await passwords.verify(encoded, "x" * 999 + "y")).right


@pytest.mark.gen_test
async def test_a_name_that_nobody_has_costs_one_hash_of_the_same_kind() -> None:
    passwords = Passwords()
    assert not (await passwords.verify(None, PASSWORD)).right
    assert passwords.computed == 1
    weighs = passwords._nobodys.split("$")[:4]
    assert weighs == (await passwords.hash(PASSWORD)).split("$")[:4]


@pytest.mark.gen_test
async def test_what_is_kept_and_can_not_be_read_opens_nothing() -> None:
    for encoded in ("", "x", "$argon2id$v=19$m=19456,t=2,p=1$AAAA", "$2b$12$abcdefghijklmnopqrstuv"):
        assert not (await Passwords().verify(encoded, PASSWORD)).right


@pytest.mark.gen_test
async def test_when_the_parameters_rise_the_hash_is_renewed() -> None:
    encoded = await Passwords(memory=8 * 1024, passes=1).hash(PASSWORD)
    right, renewed = await Passwords().verify(encoded, PASSWORD)
    assert right and renewed is not None and renewed.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert (await Passwords().verify(encoded, "wrong horse")).renewed is None


def test_an_account_that_an_earlier_hearth_compared_otherwise_is_found_by_its_name() -> None:
    kept: Any = None
    then = datetime(2026, 5, 1, tzinfo=UTC)
    names = ["Mum ❤\ufe0f", "Olga", "O\ufe0flga"]
    people = [Person(name, name, name.casefold(), None, "member", then) for name in names]
    registry = Registry(kept, Known(people, [], [], [], []))
    found = [registry.named(name) for name in ["mum ❤", "Mum ❤\ufe0f", "olga"]]
    assert [one and one.id for one in found] == ["Mum ❤\ufe0f", "Mum ❤\ufe0f", "Olga"]
    assert set(registry.people) == set(names)  # the third is there, for the owner to rename
