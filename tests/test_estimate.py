"""Tokens are estimated before they are counted: rather too many than too few, and better with each count."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat.estimate import HEADROOM, MODELS, MOST, STEP, Estimates

RECORDINGS = Path(__file__).parent / "recordings"

messages = st.lists(
    st.builds(
        lambda content, images: {"role": "user", "content": content, "images": images},
        st.text(max_size=300) | st.text("etaoin shrdlu", max_size=300),
        st.lists(st.just("aGk="), max_size=2),
    ),
    min_size=1,
    max_size=6,
)
counts = st.none() | st.integers() | st.sampled_from([0, -1, 10**30, 2**63])


def said(content: str, **fields: Any) -> dict[str, Any]:
    return {"role": "user", "content": content} | fields


def whole(estimates: Estimates, prompt: list[dict[str, Any]], model: str = "m") -> int:
    return estimates.base(model) + sum(estimates.cost(model, message) for message in prompt)


def recorded(name: str) -> tuple[list[dict[str, Any]], int]:
    """What Ollama was sent, and how many tokens it counted."""
    body = json.loads((RECORDINGS / f"{name}.request").read_bytes().partition(b"\r\n\r\n")[2])
    answer = (RECORDINGS / f"{name}.response").read_text()
    return body["messages"], int(answer.partition('"prompt_eval_count":')[2].partition(",")[0])


@pytest.mark.parametrize(
    "name", ["chat-stream", "chat-stream-long", "chat-stream-system-history", "chat-stream-emoji", "chat-format-json"]
)
def test_a_real_prompt_is_not_estimated_too_low(name: str) -> None:
    prompt, count = recorded(name)
    estimates = Estimates()
    assert whole(estimates, prompt) >= count
    estimates.learn("m", prompt, count)
    assert whole(estimates, prompt) >= count


def test_six_thousand_words_are_about_that_many_tokens() -> None:
    assert 6010 <= whole(Estimates(), [said("word " * 6000)]) <= 2 * 6010  # 6010, as Ollama counted them


def test_a_prompt_that_ollama_cut_teaches_nothing() -> None:
    prompt, count = recorded("chat-context-overflow")
    estimates = Estimates()
    before = whole(estimates, prompt)
    estimates.learn("m", prompt, count)  # 1026 of 6010
    assert whole(estimates, prompt) == before


def test_a_template_with_a_prompt_of_its_own_does_not_make_every_word_dear() -> None:
    prompt, count = recorded("chat-think-true")  # 118 tokens for seven words
    estimates = Estimates()
    before = whole(estimates, [said("word " * 1000)])
    estimates.learn("m", prompt, count)
    assert whole(estimates, prompt) >= count
    assert whole(estimates, [said("word " * 1000)]) < 1.3 * before


def test_chinese_takes_more_tokens_a_character_than_english() -> None:
    estimates = Estimates()
    assert estimates.cost("m", said("人人生而自由" * 10)) > 3 * estimates.cost("m", said("people" * 10))


def test_what_was_learned_from_english_says_little_about_chinese() -> None:
    english, chinese = [said("hello there " * 50)], said("人人生而自由" * 50)
    estimates = Estimates()
    before = estimates.cost("m", chinese)
    for _ in range(50):
        estimates.learn("m", english, 120)
    assert estimates.cost("m", chinese) > 0.95 * before


def test_thinking_that_is_given_back_and_images_cost_tokens() -> None:
    estimates = Estimates()
    assert estimates.cost("m", said("one", thinking="hm " * 99)) > estimates.cost("m", said("one")) + 30
    assert estimates.cost("m", said("one", images=["aGk="])) > estimates.cost("m", said("one")) + 1000
    assert estimates.cost("m", said("one", images=None, thinking=None)) == estimates.cost("m", said("one"))


def test_half_a_surrogate_pair_is_a_text_too() -> None:
    assert Estimates().cost("m", said("\ud83d")) > 0


def test_what_one_model_counts_says_nothing_about_another() -> None:
    estimates = Estimates()
    before = whole(estimates, [said("word " * 99)], "other")
    estimates.learn("m", [said("word " * 99)], 400)
    assert whole(estimates, [said("word " * 99)], "other") == before < whole(estimates, [said("word " * 99)], "m")


def test_the_models_learned_from_long_ago_are_forgotten() -> None:
    prompt = [said("word " * 99)]
    estimates = Estimates()
    new = whole(estimates, prompt)
    for number in range(MODELS):
        estimates.learn(f"m{number}", prompt, 400)
    estimates.learn("m0", prompt, 400)
    estimates.learn("another", prompt, 400)
    assert repr(estimates) == f"<Estimates for {MODELS} models>"
    assert whole(estimates, prompt, "m1") == new
    assert whole(estimates, prompt, "m0") > new


@given(prompt=messages, much=st.floats(1, 2))
def test_a_count_above_the_estimate_is_believed_at_once(prompt: list[dict[str, Any]], much: float) -> None:
    estimates = Estimates()
    count = int(whole(estimates, prompt) / HEADROOM * much)
    estimates.learn("m", prompt, count)
    assert whole(estimates, prompt) >= count


@given(prompt=messages)
def test_one_count_that_can_not_be_true_does_not_spoil_all_estimates(prompt: list[dict[str, Any]]) -> None:
    estimates = Estimates()
    before = whole(estimates, prompt)
    estimates.learn("m", prompt, 10**30)
    assert whole(estimates, prompt) <= STEP * before + len(prompt) + 1


@given(prompt=messages, little=st.floats(0.7, 1))
def test_a_count_below_the_estimate_is_believed_slowly_and_never_wholly(
    prompt: list[dict[str, Any]], little: float
) -> None:
    estimates = Estimates()
    before = whole(estimates, prompt)
    count = int(before / HEADROOM * little)
    estimates.learn("m", prompt, count)
    once = whole(estimates, prompt)
    assert count <= before - (before - count) * 0.5 <= once + len(prompt) + 1
    for _ in range(20):
        estimates.learn("m", prompt, count)
    assert count <= whole(estimates, prompt) <= once


@given(seen=st.lists(st.tuples(messages, counts), max_size=12), prompt=messages)
def test_no_count_makes_an_estimate_absurd(
    seen: list[tuple[list[dict[str, Any]], int | None]], prompt: list[dict[str, Any]]
) -> None:
    estimates = Estimates()
    before = [estimates.cost("m", message) for message in prompt]
    for shown, count in seen:
        estimates.learn("m", shown, count)
    for message, assumed in zip(prompt, before, strict=True):
        assert 0.25 * assumed - 1 <= estimates.cost("m", message) <= MOST * assumed
    assert 0 < estimates.base("m") <= 300


@given(prompt=messages, count=st.none() | st.integers(max_value=0))
def test_a_count_that_can_not_be_teaches_nothing(prompt: list[dict[str, Any]], count: int | None) -> None:
    estimates = Estimates()
    estimates.learn("m", prompt, count)
    estimates.learn("m", [], 10**6)
    assert repr(estimates) == "<Estimates for 0 models>"


@given(letters=st.integers(1000, 6000), rate=st.floats(0.22, 0.6), base=st.integers(4, 150), data=st.data())
def test_after_a_conversation_the_estimate_is_near_and_not_below(
    letters: int, rate: float, base: int, data: st.DataObject
) -> None:
    """With a model that takes `rate` tokens a letter, `base` for its template and five for each message."""
    estimates = Estimates()
    prompt: list[dict[str, Any]] = []
    for _ in range(20):
        prompt.append(said("e" * data.draw(st.integers(20, letters))))
        real = base + sum(5 + int(rate * len(message["content"])) for message in prompt)
        last = whole(estimates, prompt)
        estimates.learn("m", prompt, real)
    assert real <= last <= 1.6 * real
