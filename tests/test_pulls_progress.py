"""How far a pull is: one sum over layers whose lines interleave."""

from __future__ import annotations

import random

import pytest

from chat.layers import APART, MOST_LAYERS, WINDOW, Layers
from ollama.care import Step

A, B, C = "sha256:a", "sha256:b", "sha256:c"


def told(layers: Layers, *lines: tuple[str | None, int | None, int | None], every: float = 0.06) -> list[int]:
    """What `completed` was behind each line, (digest, total, completed), that came `every` so many seconds."""
    seen = []
    for place, (digest, total, completed) in enumerate(lines):
        layers.take(Step("pulling", digest, total, completed), place * every)
        seen.append(layers.completed)
    return seen


def test_layers_that_interleave_are_summed_by_their_digest() -> None:
    layers = Layers()
    told(layers, (A, 100, 10), (B, 50, 50), (A, 100, 30), (C, 7, None), (A, 100, 60))
    assert (layers.total, layers.completed) == (157, 110)


def test_bytes_that_ollama_counts_back_are_not_taken_from_the_reader() -> None:
    assert told(Layers(), (A, 100, 60), (A, 100, 20), (A, 100, None), (A, 100, 70)) == [60, 60, 60, 70]


def test_a_layer_that_comes_later_lets_the_total_grow_and_nothing_shrink() -> None:
    layers = Layers()
    lines = [(A, 100, 50), (A, 100, 100), (B, 1000, None), (B, 1000, 900)]
    assert told(layers, *lines) == [50, 100, 100, 1000]
    assert layers.total == 1100


def test_no_line_in_any_order_makes_the_bar_go_back_or_beyond_its_end() -> None:
    for seed in range(200):
        dice, layers = random.Random(seed), Layers()
        before = 0
        for moment in range(60):
            numbers = [dice.choice([None, dice.randrange(1000)]) for _ in range(2)]
            layers.take(Step("pulling", dice.choice([A, B, C, None]), *numbers), moment / 10)
            assert before <= layers.completed <= layers.total
            before = layers.completed


def test_more_than_all_of_a_layer_is_all_of_it() -> None:
    layers = Layers()
    told(layers, (A, 100, 250), (B, None, 40))
    assert (layers.total, layers.completed) == (100, 100)


def test_lines_without_a_digest_count_nothing() -> None:
    layers = Layers()
    told(layers, (None, 100, 50), (None, None, None))
    assert (layers.total, layers.completed) == (0, 0)


def test_a_pull_that_goes_on_never_falls_behind_what_it_had() -> None:
    layers = Layers(total=500, completed=300)
    told(layers, (None, None, None))
    assert (layers.total, layers.completed) == (500, 300)
    told(layers, (A, 400, 290))
    assert (layers.total, layers.completed) == (500, 300)
    told(layers, (A, 400, 350), (B, 200, 10))
    assert (layers.total, layers.completed) == (600, 360)


def test_what_is_smaller_than_before_is_whole_at_its_end() -> None:
    layers = Layers(total=500, completed=300)
    told(layers, (A, 400, 310))
    layers.finish()
    assert (layers.total, layers.completed) == (400, 400)


def test_when_it_is_tried_again_the_bar_stays_and_only_what_is_more_counts_as_fetched() -> None:
    layers = Layers()
    told(layers, (A, 100, 10), (A, 100, 90), (B, 50, 5))
    layers.try_again()
    assert told(layers, (A, 100, None), (A, 100, 80), (B, 50, 0), (B, 50, 5)) == [95] * 4
    assert (layers.total, layers.fetched) == (150, 0)
    told(layers, (A, 100, 93), (B, 50, 9))
    assert (layers.completed, layers.fetched) == (102, 7)


def test_the_last_bytes_of_a_layer_of_which_ollama_says_nothing_are_there_at_the_end() -> None:
    layers = Layers()
    told(layers, (A, 100, 97), (B, 10, 9))
    layers.finish()
    assert (layers.total, layers.completed) == (110, 110)


def test_what_was_there_already_is_no_speed() -> None:
    layers = Layers()
    layers.take(Step("", A, 4_000_000_000, 4_000_000_000), 0)
    for tick in range(1, 100):
        layers.take(Step("", B, 1_000_000, tick * 1000), tick * 0.1)
    assert layers.rate(9.9) == pytest.approx(10_000, rel=0.1)
    assert layers.fetched == 98_000


def test_the_rate_is_that_of_the_last_seconds_and_the_rest_is_reckoned_by_it() -> None:
    layers = Layers()
    for tick in range(100):
        layers.take(Step("", A, 10_000_000, tick * 1000), tick * 0.1)  # 10 kB/s
    for tick in range(100):
        layers.take(Step("", A, 10_000_000, 100_000 + tick * 10_000), 10 + tick * 0.1)  # 100 kB/s
    assert layers.rate(20) == pytest.approx(100_000, rel=0.1)
    assert layers.left(20) == pytest.approx((10_000_000 - 1_090_000) / 100_000, rel=0.1)


def test_nothing_is_foretold_from_the_first_moment_or_from_a_line_that_fell_silent() -> None:
    layers = Layers()
    layers.take(Step("", A, 1000, 10), 0)
    assert (layers.rate(0), layers.left(0), layers.rate(2 * APART)) == (None, None, None)
    for tick in range(1, 50):
        layers.take(Step("", A, 1000, 10 + tick), tick * 0.1)
    assert layers.rate(5) and layers.left(5)
    assert (layers.rate(5 + 3 * WINDOW), layers.left(5 + 3 * WINDOW)) == (0, None)


def test_a_pull_of_a_day_and_one_of_endless_layers_hold_no_more_than_others() -> None:
    layers = Layers()
    for tick in range(100_000):
        layers.take(Step("", A, 10**9, tick), tick * 0.5)
    assert len(layers._moments) < 2 * WINDOW / APART
    for number in range(2 * MOST_LAYERS):
        layers.take(Step("", f"sha256:{number}", 1, 1), 50_000)
    assert len(layers._layers) <= MOST_LAYERS
