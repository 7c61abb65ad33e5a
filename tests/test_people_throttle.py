"""Guessing is slow, and keeps nobody out but the one who guesses."""

from __future__ import annotations

import pytest

from people.errors import TooMany, WrongPassword
from people.throttle import TRIES, Throttle, network


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def guess(throttle: Throttle, account: str, address: str, known: str | None = None) -> bool:
    """Whether it was let through; it is wrong each time."""
    try:
        with throttle.enter(account, address, known):
            raise WrongPassword
    except WrongPassword:
        return True
    except TooMany:
        return False


def comes_in(throttle: Throttle, account: str, address: str, known: str | None = None) -> bool:
    try:
        with throttle.enter(account, address, known):
            return True
    except TooMany:
        return False


def attacked(throttle: Throttle, clock: Seconds, account: str, address: str, minutes: float, rate: int = 200) -> int:
    """How many guesses of so many a minute were let through."""
    through = 0
    for _ in range(int(minutes * rate)):
        through += guess(throttle, account, address)
        clock.now += 60 / rate
    return through


def test_of_200_guesses_a_minute_only_a_handful_is_computed() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    assert attacked(throttle, clock, "anna", "10.0.0.66", 1) <= 7
    assert attacked(throttle, clock, "anna", "10.0.0.66", 10) <= 21


def test_under_attack_the_person_comes_in_from_elsewhere() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    attacked(throttle, clock, "anna", "10.0.0.66", 30)
    assert comes_in(throttle, "anna", "192.168.1.20")


def test_under_attack_from_many_addresses_too() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    through = sum(guess(throttle, "anna", f"10.0.{one // 250}.{one % 250}") for one in range(1000) for _ in range(5))
    assert through <= 1000 + 10, "one each, and what the account has"
    assert comes_in(throttle, "anna", "192.168.1.20")


def test_under_attack_from_the_same_address_a_browser_that_is_known_comes_in() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    attacked(throttle, clock, "anna", "10.0.0.66", 5.2)
    assert not comes_in(throttle, "anna", "10.0.0.66")
    assert comes_in(throttle, "anna", "10.0.0.66", known="laptop")


def test_a_minute_after_an_attack_the_same_address_comes_in_again() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    attacked(throttle, clock, "anna", "10.0.0.66", 60)
    clock.now += 60
    assert comes_in(throttle, "anna", "10.0.0.66")


def test_who_is_refused_is_told_when_to_come_back_and_can_then() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    attacked(throttle, clock, "anna", "10.0.0.66", 1.2)
    with pytest.raises(TooMany) as caught:
        throttle.enter("anna", "10.0.0.66")
    assert 1 <= caught.value.retry_after <= 30
    clock.now += caught.value.retry_after
    assert comes_in(throttle, "anna", "10.0.0.66")


def test_the_right_password_costs_nothing() -> None:
    throttle = Throttle(Seconds())
    assert all(comes_in(throttle, "anna", "10.0.0.66") for _ in range(100))


def test_what_went_wrong_for_another_reason_costs_nothing() -> None:
    throttle = Throttle(Seconds())
    for _ in range(100):
        with pytest.raises(OSError), throttle.enter("anna", "10.0.0.66"):
            raise OSError
    assert comes_in(throttle, "anna", "10.0.0.66")


def test_one_s_own_account_does_not_buy_guesses_at_another() -> None:
    """Signing in between gives nothing back of what was guessed."""
    throttle = Throttle(Seconds())
    through = 0
    for _ in range(50):
        through += guess(throttle, "anna", "10.0.0.66")
        comes_in(throttle, "mallory", "10.0.0.66")
    assert through == TRIES


def test_guesses_at_once_are_counted_before_any_is_known_to_be_wrong() -> None:
    throttle = Throttle(Seconds())
    entered = 0
    with pytest.raises(TooMany):
        for _ in range(200):
            throttle.enter("anna", "10.0.0.66")
            entered += 1
    assert entered == TRIES


def test_a_known_browser_has_tries_of_its_own_and_they_end_too() -> None:
    clock = Seconds()
    throttle = Throttle(clock)
    assert sum(guess(throttle, "anna", "10.0.0.66", known="laptop") for _ in range(50)) == TRIES
    assert comes_in(throttle, "anna", "10.0.0.66")


def test_all_of_an_ipv6_household_is_one_address() -> None:
    throttle = Throttle(Seconds())
    assert sum(guess(throttle, "anna", f"2001:db8:1:2::{one:x}") for one in range(1, 100)) == TRIES
    assert comes_in(throttle, "anna", "2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("address", "of"),
    [
        ("192.168.1.20", "192.168.1.20"),
        ("::ffff:192.168.1.20", "192.168.1.20"),
        ("fe80::1%eth0", "fe80::"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("", ""),
        ("x" * 500, "x" * 64),
    ],
)
def test_an_address_counts_as(address: str, of: str) -> None:
    assert network(address) == of


def test_however_many_names_are_guessed_only_so_much_is_remembered() -> None:
    throttle = Throttle(Seconds(), most=100)
    for one in range(5000):
        guess(throttle, f"name {one}", f"10.{one // 250}.{one % 250}.1")
    assert len(throttle) <= 100


def test_a_refused_address_makes_nothing_be_remembered_of_an_account() -> None:
    throttle = Throttle(Seconds())
    for one in range(1000):
        guess(throttle, f"name {one}", "10.0.0.66")
    assert len(throttle) == 1 + TRIES
