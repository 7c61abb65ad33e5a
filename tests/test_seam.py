"""A reply that was cut goes on: nothing is said twice, nothing that was there changes, a doubtful join is marked."""

import json
from itertools import takewhile
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from chat.seam import LONG, WHITE, Seam

RECORDINGS = Path(__file__).parent / "recordings"

# Few characters, so that beginnings are the same often: words, sentences, white space and what code is made of.
texts = st.text(st.sampled_from("ab AI1,.\n`*é語\t"), max_size=40) | st.text(max_size=20)
words = st.lists(st.sampled_from(["the", "cat", "sat", "on", "Paris", "42", "日本", "été"]), min_size=1, max_size=30)
pieces = st.lists(st.text(st.sampled_from("ab AI1,.\n`*é語\t"), max_size=8), max_size=12)


def joined(was: str, *came: str) -> tuple[str, bool]:
    """What is appended, and whether it is marked."""
    seam = Seam(was)
    return "".join([*map(seam.feed, came), seam.end()]), seam.marked


def test_a_model_that_began_anew_is_not_heard_twice() -> None:
    sent = (RECORDINGS / "chat-assistant-prefill.request").read_bytes().partition(b"\r\n\r\n")[2]
    answer = (RECORDINGS / "chat-assistant-prefill.response").read_bytes()
    was = json.loads(sent)["messages"][-1]["content"]
    came = [json.loads(line)["message"]["content"] for line in answer.split(b"\n") if line.startswith(b"{")]
    assert (was, "".join(came)) == ("One, two,", "One, two, three")
    assert joined(was, *came) == (" three", False)


@pytest.mark.parametrize(
    ("was", "came", "whole"),
    [
        # it went on from the very character
        ("One, two,", " three", "One, two, three"),
        ("One, two, thr", "ee", "One, two, three"),
        ("Das ist ein", " Haus", "Das ist ein Haus"),
        ("def f():\n   ", " return 1", "def f():\n    return 1"),
        ("A paragraph.\n", "\nAnother.", "A paragraph.\n\nAnother."),
        ("I like tea. ", "I like coffee.", "I like tea. I like coffee."),
        ("Use `get", "Name()`", "Use `getName()`"),
        ("```java\nget", "Name();\n```", "```java\ngetName();\n```"),
        ("NA", "SA", "NASA"),
        ("No\n", "Now", "No\nNow"),
        ("今日は", "いい天気", "今日はいい天気"),
        # it closed what it had begun with
        ("```python\nprint(1)\n", "```", "```python\nprint(1)\n```"),
        ("**Note", "**", "**Note**"),
        # it went on, but its template had trimmed the end
        ("One, ", " two", "One, two"),
        ("A paragraph.\n\n", "\n\nAnother.", "A paragraph.\n\nAnother."),
        # it began anew
        ("One, two, thr", "One, two, three", "One, two, three"),
        ("One, two, ", "One, two, three", "One, two, three"),
        ("One, two,\n\n", "One, two, three", "One, two,\n\nthree"),
        ("One, two, ", "One, two,\n\nThree", "One, two, \n\nThree"),
        ("One, two,", "\nOne, two, three", "One, two, three"),
        ("\nOne, two,", "One, two, three", "\nOne, two, three"),
        ("One, two, three", "One, two,", "One, two, three"),
        ("One, two,", "One, two,", "One, two,"),
        ("\n\n", "Hello", "\n\nHello"),
        ("\n\n", "\n\nHello", "\n\nHello"),
        ("", "Hello", "Hello"),
    ],
)
def test_the_text_reads_as_if_it_had_never_been_cut(was: str, came: str, whole: str) -> None:
    appended, marked = joined(was, came)
    assert (was + appended, marked) == (whole, False)


@pytest.mark.parametrize(
    ("was", "came"),
    [
        ("The capital of France is", "The capital of Spain is Madrid."),  # began anew, and says something else
        ("the capital of france is", " the capital of spain is madrid"),
        ("The cat sat on the ma", "The dog stood."),
        ("One, two,", "One: two: three"),
        ("The answer", "I'm sorry."),
        ("That is all.", "A cat sat."),
    ],
)
def test_something_else_is_kept_whole_and_marked(was: str, came: str) -> None:
    assert joined(was, came) == (came, True)


def test_a_new_reply_is_shown_as_it_comes() -> None:
    seam = Seam("")
    assert [seam.feed(" "), seam.feed("O"), seam.feed("ne"), seam.end()] == [" ", "O", "ne", ""]


def test_what_goes_on_at_once_is_shown_at_once() -> None:
    seam = Seam("One, two,")
    assert [seam.feed(" "), seam.feed("three"), seam.feed(" ")] == ["", " three", " "]


@given(was=texts, came=pieces)
@example(was="a ", came=["a", " ", "", " b"])
@example(was="The ma", came=["I", "'m"])
def test_it_does_not_matter_where_the_stream_is_cut(was: str, came: list[str]) -> None:
    assert joined(was, *came) == joined(was, "".join(came)) == joined(was, *"".join(came))


@given(was=texts, went_on=pieces)
def test_it_does_not_matter_where_a_repetition_is_cut(was: str, went_on: list[str]) -> None:
    came = was + "".join(went_on)
    assert joined(was, *came) == joined(was, was, *went_on) == joined(was, came)


@given(whole=texts | st.builds(" ".join, words), data=st.data())
def test_a_model_that_says_all_of_it_again_gives_the_very_same_text(whole: str, data: st.DataObject) -> None:
    was = whole[: data.draw(st.integers(0, len(whole)))]
    assert (was + joined(was, whole)[0], joined(was, whole)[1]) == (whole, False)
    assume(was.strip())
    assert was + joined(was, whole.lstrip())[0] == whole


@given(words=words, data=st.data())
def test_a_model_that_goes_on_from_the_very_character_is_not_changed(words: list[str], data: st.DataObject) -> None:
    whole = " ".join(words).lower()
    at = data.draw(st.integers(0, len(whole)))
    was, came = whole[:at], whole[at:]
    pairs = zip(was.strip(), came.lstrip(), strict=False)
    same = len(list(takewhile(lambda pair: pair[0] == pair[1], pairs)))
    assume(same < min(LONG, len(was.strip()), len(came.strip())) or not was)  # it does not begin as `was` did
    assert joined(was, came) == (came, False)


@given(was=texts, came=texts)
def test_nothing_is_invented_and_nothing_but_a_repetition_or_white_space_is_lost(was: str, came: str) -> None:
    appended, marked = joined(was, came)
    assert came.endswith(appended)
    dropped = came[: len(came) - len(appended)].strip()
    assert was.strip().startswith(dropped)
    if marked:
        assert appended == came


@given(was=texts, data=st.data())
def test_little_is_held_back(was: str, data: st.DataObject) -> None:
    kinds = st.sampled_from([was, was[: len(was) // 2], "\n" * 9, " " * 99, "x"])
    seam = Seam(was)
    behind = 0
    for one in "".join(data.draw(st.lists(kinds, max_size=9))):
        behind += 1 - len(seam.feed(one))
        assert behind <= 2 * (len(was) + WHITE)  # the half of it is what was dropped


@given(was=texts.filter(bool))
def test_endless_white_space_is_not_waited_through(was: str) -> None:
    for begun in ("", was.strip()):
        seam = Seam(was)
        given_out = seam.feed(begun) + "".join(seam.feed(" ") for _ in range(2 * WHITE + len(was)))
        assert seam.feed("x") == "x" and given_out


def test_a_long_repetition_costs_no_more_than_its_length() -> None:
    was = "all work and no play " * 20_000
    assert joined(was, *was, "makes") == ("makes", False)  # quadratic, this would take minutes


def test_a_seam_tells_where_it_is() -> None:
    seam = Seam("The cat sat on the ma")
    assert repr(seam) == "<Seam before>"
    seam.feed("The dog")
    assert repr(seam) == "<Seam on, marked>"
