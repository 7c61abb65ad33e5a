"""What does not fit into the model's context is left out by Hearth, in whole turns, and the reader is told which."""

from typing import Any

import pytest

from .asked import answered, kept, stop, whole
from .hearth import Hearth, eventually, running

pytestmark = pytest.mark.usefixtures("clean_log")

LONG = "All about herbs, and how to water them. " * 25  # a thousand characters


async def talked(hearth: Hearth, turns: int, **fields: Any) -> str:
    """A conversation in which so many long questions were answered."""
    conversation = await hearth.conversation(**{"model": "echo"} | fields)
    for turn in range(turns):
        await answered(hearth, conversation, f"Question {turn}. {LONG}")
    return conversation


async def ids(hearth: Hearth, conversation: str) -> list[str]:
    return [one["id"] for one in (await whole(hearth, conversation))["messages"]]


def sent(hearth: Hearth) -> list[dict[str, str]]:
    """What Ollama was given last."""
    return list(hearth.fake.chats[-1].body["messages"])


@pytest.mark.gen_test
async def test_what_fits_is_sent_whole_and_nothing_is_left_out() -> None:
    async with running() as hearth:
        hearth.fake.context_length = 100_000
        conversation = await talked(hearth, 4, system="Be brief.")
        assert [one["role"] for one in sent(hearth)] == ["system", *["user", "assistant"] * 3, "user"]
        reply = (await whole(hearth, conversation))["messages"][-1]
        # `used` is Ollama's own count of prompt and reply: 16 and 4
        assert reply["context"] == {"size": 100_000, "used": 20, "left_out": []}


@pytest.mark.gen_test(timeout=20)
@pytest.mark.parametrize("by_option", [True, False])
async def test_the_oldest_turns_are_left_out_whole_and_the_reply_names_them(by_option: bool) -> None:
    async with running() as hearth:
        hearth.fake.context_length = 8192 if by_option else 2048
        fields = {"options": {"num_ctx": 2048}} if by_option else {}
        conversation = await talked(hearth, 8, system="Be brief.", **fields)
        messages = sent(hearth)
        assert messages[0] == {"role": "system", "content": "Be brief."}
        assert [one["role"] for one in messages[1:]] == ["user", "assistant"] * (len(messages) // 2 - 1) + ["user"]
        assert messages[-1]["content"].startswith("Question 7.")
        everything = await ids(hearth, conversation)
        context = (await whole(hearth, conversation))["messages"][-1]["context"]
        left_out = context["left_out"]
        assert context["size"] == 2048 and 0 < len(left_out) < 14 and len(left_out) % 2 == 0
        assert left_out == everything[: len(left_out)]
        assert len(messages) - 1 == len(everything) - 1 - len(left_out), "what is not left out is sent"
        assert all(len(one["content"]) > 900 for one in messages if one["role"] == "user")


@pytest.mark.gen_test
async def test_before_the_reply_is_done_what_is_used_is_an_estimate() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        reply = await hearth.ask(conversation, LONG)

        async def estimated() -> Any:
            return (await kept(hearth, reply))["context"]

        context = await eventually(estimated)
        assert context["size"] == 2048 and context["left_out"] == [] and 150 < context["used"] < 1000
        await stop(hearth, reply)
        assert (await kept(hearth, reply))["context"] == context


@pytest.mark.gen_test
async def test_a_single_question_is_never_left_out_however_long() -> None:
    async with running() as hearth:
        hearth.fake.context_length = 512
        conversation = await talked(hearth, 1)
        reply = await answered(hearth, conversation, "Now this: " + LONG * 5)
        assert len(sent(hearth)) == 1 and sent(hearth)[0]["content"].startswith("Now this")
        assert reply["context"]["left_out"] == (await ids(hearth, conversation))[:2]


@pytest.mark.gen_test
async def test_old_thinking_is_not_sent_and_a_branch_brings_only_its_own_messages() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0
        conversation = await hearth.conversation(model="thinker")
        first = await answered(hearth, conversation, "one")
        await answered(hearth, conversation, "two")
        await answered(hearth, conversation, "other", parent=first["id"])
        assert sent(hearth) == [
            {"role": "user", "content": "one"},
            {"role": "assistant", "content": "The answer is 42."},
            {"role": "user", "content": "other"},
        ]


# -- where Ollama counts more than was estimated


@pytest.mark.gen_test
async def test_when_ollama_finds_it_too_long_all_the_same_a_shorter_one_is_sent_and_nobody_notices() -> None:
    async with running() as hearth:
        hearth.fake.room = 3500  # and each character is a token to this model
        hearth.fake.context_length = 100_000
        conversation = await talked(hearth, 4, model="echo")
        asked = len(hearth.fake.chats)
        reply = await answered(hearth, conversation, "And now?", model="narrow")
        assert reply["state"] == "done" and reply["error"] is None
        first, *again = [exchange.body["messages"] for exchange in hearth.fake.chats[asked:]]
        assert len(first) == 9 and 1 <= len(again) <= 2 and len(again[-1]) < 9
        assert again[-1] == first[-len(again[-1]) :], "shorter at the old end"
        context = reply["context"]
        assert context["size"] == 3500
        assert context["left_out"] == (await ids(hearth, conversation))[: 9 - len(again[-1])]
        events = await hearth.events(reply["generation"])
        assert [one["phase"] for one in events if one["type"] == "status"].count("reading") == 1
        # What was learned then is known now.
        asked = len(hearth.fake.chats)
        assert (await answered(hearth, conversation, "And then?", model="narrow"))["state"] == "done"
        assert len(hearth.fake.chats) - asked <= 2


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["narrow", "overflow"])
async def test_a_question_that_is_too_long_alone_is_told_once_with_ollamas_words(model: str) -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model=model)
        reply = await answered(hearth, conversation, LONG * 2)
        assert (reply["state"], reply["error"]["code"]) == ("failed", "too_long")
        assert "exceeds the available context size" in reply["error"]["message"]
        assert not reply["error"]["retryable"] and len(hearth.fake.chats) == 1
        shorter = await answered(hearth, conversation, "hi", parent=None, model="quick")
        assert shorter["state"] == "done"


@pytest.mark.gen_test
async def test_a_model_that_is_never_satisfied_is_not_asked_for_ever() -> None:
    async with running() as hearth:
        conversation = await talked(hearth, 3)
        asked = len(hearth.fake.chats)
        reply = await answered(hearth, conversation, "hi", model="overflow")
        assert (reply["state"], reply["error"]["code"]) == ("failed", "too_long")
        assert len(hearth.fake.chats) - asked <= 3
