"""What a model thinks in its content, between tags at the head, is told apart wherever its words are cut."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chat.events import Content, Text, Thinking
from chat.thinking import ThinkingSplitter

from .asked import answered, eventful, kept, stop
from .asking import unhurried
from .hearth import running


def split(pieces: list[str]) -> list[Text]:
    splitter = ThinkingSplitter()
    return [text for piece in pieces for text in splitter.feed(piece)] + splitter.end()


def said(texts: list[Text]) -> tuple[str, str]:
    """What was thought and what was written; all thinking comes before all content, and nothing is empty."""
    kinds = [type(text) for text in texts]
    assert kinds == sorted(kinds, key=[Thinking, Content].index)
    assert all(text.text for text in texts)
    return tuple("".join(text.text for text in texts if isinstance(text, kind)) for kind in (Thinking, Content))  # type: ignore[return-value]


def meant(text: str) -> tuple[str, str]:
    head = text.lstrip()
    if not head.startswith("<think>"):
        return "", text
    thought, _, rest = head.removeprefix("<think>").partition("</think>")
    return thought.strip(), rest.lstrip()


parts = st.sampled_from(
    ["<think>", "</think>", "<", "<th", "</", "</thi", "nk>", ">", " ", "\n", "\u3000", "a", "b c", "é", "\r\n"]
)
replies = st.lists(parts, max_size=12).map("".join)


@unhurried
@given(replies | replies.map("<think>{}".format), st.lists(st.integers(0, 100)))
@example("<think></think>a", [])
@example("<think> a </think></think> b", [9, 17])
@example(" <think>\n<think>a</think>", [3])
def test_thinking_is_told_apart_wherever_it_is_cut(text: str, places: list[int]) -> None:
    ends = [0, *sorted(place % (len(text) + 1) for place in places), len(text)]
    assert said(split([text[start:end] for start, end in pairwise(ends)])) == meant(text)


@unhurried
@given(replies)
def test_thinking_is_told_apart_letter_by_letter(text: str) -> None:
    assert said(split(list(text))) == meant(text)


@pytest.mark.parametrize(
    ("pieces", "thought", "written"),
    [
        (["<think>\nLet me", " think.\n", "</think>\n\n", "42."], "Let me think.", "42."),
        (["<think>\n\n</think>\n\nHello"], "", "Hello"),
        (["<think>never closed"], "never closed", ""),
        (["<think>cut in the tag</thi"], "cut in the tag</thi", ""),
        (["<thi"], "", "<thi"),
        (["  plain"], "", "  plain"),
        (["It says <think> here</think>"], "", "It says <think> here</think>"),
        (["<thinking>no</thinking>"], "", "<thinking>no</thinking>"),
        (["<think>a</think>b<think>c</think>"], "a", "b<think>c</think>"),
        (["<think>if a < b", " </then> </think>c"], "if a < b </then>", "c"),
        (["\n", " "], "", "\n "),
        ([""], "", ""),
    ],
)
def test_only_tags_at_the_head_count_and_the_seam_is_clean(pieces: list[str], thought: str, written: str) -> None:
    assert said(split(pieces)) == (thought, written)


def test_words_are_passed_on_as_soon_as_they_are_known_to_be_words() -> None:
    splitter = ThinkingSplitter()
    assert splitter.feed("<think>") == []
    assert splitter.feed("Let me") == [Thinking("Let me")]
    assert splitter.feed(" ") == []
    assert splitter.feed("think <") == [Thinking(" think")]
    assert splitter.feed("b") == [Thinking(" <b")]
    assert splitter.feed("\n</think>\n") == []
    assert splitter.feed("So") == [Content("So")]
    assert splitter.feed(" <") == [Content(" <")]
    assert splitter.end() == []


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["thinker", "tagged"])
async def test_the_time_of_thinking_is_kept(model: str) -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.02
        reply = await answered(hearth, await hearth.conversation(model=model), "hi")
    assert 20_000_000 <= reply["stats"]["thinking_duration"] < 5e9


@pytest.mark.gen_test
async def test_a_reply_that_is_stopped_while_it_thinks_has_thought_until_then() -> None:
    async with running() as hearth:
        hearth.fake.pace = 60
        reply = await hearth.ask(await hearth.conversation(model="thinker"), "hi")
        await (await eventful(hearth, reply)).until(b"Let me")
        await stop(hearth, reply)
        stats = (await kept(hearth, reply))["stats"]
    assert 0 < stats["thinking_duration"] < 5e9
