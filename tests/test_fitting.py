"""What the model is given of a conversation that is longer than its context."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from chat.fitting import Fitted, Sent, fit
from store import Message, Role

NOW = datetime(2026, 11, 22, tzinfo=UTC)


def message(role: Role, content: str, **fields: object) -> Message:
    made = {"id": content, "conversation": "c", "parent": None, "role": role, "content": content, "created_at": NOW}
    return Message(**(made | fields))  # type: ignore[arg-type]


def question(content: str, **fields: object) -> Message:
    return message("user", content, **fields)


def reply(content: str, **fields: object) -> Message:
    return message("assistant", content, **fields)


def letters(sent: Sent) -> int:
    return len(sent["content"]) + len(sent.get("thinking", "")) + 10 * len(sent.get("images", ()))


def contents(fitted: Fitted) -> list[str]:
    return [sent["content"] for sent in fitted.messages]


TALK = [question("one"), reply("first"), question("two"), reply("second"), question("three")]


def test_a_short_conversation_is_sent_whole_with_the_system_prompt_at_its_head() -> None:
    fitted = fit("Be brief.", TALK, size=100, room=20, cost=letters)
    assert fitted.messages == [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "first"},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": "second"},
        {"role": "user", "content": "three"},
    ]
    assert (fitted.left_out, fitted.used) == ([], 31)


def test_the_oldest_question_is_left_out_with_its_replies() -> None:
    fitted = fit("Be brief.", TALK, size=40, room=10, cost=letters)
    assert contents(fitted) == ["Be brief.", "two", "second", "three"]
    assert (fitted.left_out, fitted.used) == (["one", "first"], 23)


def test_what_the_template_takes_by_itself_counts_too() -> None:
    assert fit(None, TALK, size=22, room=0, cost=letters).left_out == []
    fitted = fit(None, TALK, size=22, room=0, cost=letters, base=1)
    assert (fitted.left_out, fitted.used) == (["one", "first"], 15)


def test_a_question_that_is_too_long_by_itself_is_sent_alone() -> None:
    fitted = fit("Be brief.", [*TALK, question("x" * 500)], size=100, room=50, cost=letters)
    assert contents(fitted) == ["Be brief.", "x" * 500]
    assert fitted.left_out == [one.id for one in TALK]
    assert fitted.used == 509


def test_everything_is_sent_where_the_size_is_not_known() -> None:
    fitted = fit(None, TALK, size=None, room=10**9, cost=letters)
    assert (contents(fitted), fitted.left_out) == ([one.content for one in TALK], [])


def test_old_thinking_is_not_sent() -> None:
    fitted = fit(None, [question("one"), reply("first", thinking="hm"), question("two")], size=9, room=0, cost=letters)
    assert fitted.messages == [
        {"role": "user", "content": "two"},
    ]
    fitted = fit(None, [question("a"), reply("b", thinking="hm" * 99), question("c")], size=9, room=0, cost=letters)
    assert fitted.messages[1] == {"role": "assistant", "content": "b"}


def test_a_reply_that_is_continued_gets_its_thinking_back() -> None:
    branch = [question("one"), reply("first", thinking="old"), question("two"), reply("sec", thinking="new")]
    assert fit(None, branch, size=None, room=0, cost=letters).messages == [
        {"role": "user", "content": "one"},
        {"role": "assistant", "content": "first"},
        {"role": "user", "content": "two"},
        {"role": "assistant", "content": "sec", "thinking": "new"},
    ]


def test_a_reply_that_was_cut_while_it_was_thinking_is_continued_there() -> None:
    fitted = fit(None, [question("one"), reply("", thinking="hm")], size=1, room=0, cost=letters)
    assert fitted.messages[1:] == [{"role": "assistant", "content": "", "thinking": "hm"}]


def test_a_reply_that_was_cut_before_its_first_word_is_asked_for_again() -> None:
    assert fit(None, [question("one"), reply("")], size=None, room=0, cost=letters).messages == [
        {"role": "user", "content": "one"}
    ]


def test_a_conversation_that_begins_with_a_reply_is_sent_too() -> None:
    assert contents(fit(None, [reply("one"), question("two")], size=100, room=0, cost=letters)) == ["one", "two"]


def test_a_reply_that_failed_is_neither_sent_nor_left_out() -> None:
    branch = [question("one"), reply("", id="failed", state="failed"), question("two")]
    assert contents(fit(None, branch, size=100, room=0, cost=letters)) == ["one", "two"]
    assert fit(None, branch, size=1, room=0, cost=letters).left_out == ["one"]


def test_images_are_sent_and_cost_something() -> None:
    branch = [question("one", images=["aGk="]), reply("first"), question("", images=["aG8="])]
    fitted = fit(None, branch, size=28, room=0, cost=letters)
    assert [sent.get("images") for sent in fitted.messages] == [["aGk="], None, ["aG8="]]
    assert fit(None, branch, size=27, room=0, cost=letters).left_out == ["one", "first"]


@st.composite
def branches(draw: st.DrawFn) -> list[Message]:
    """Conversations as they become: replies that failed, questions without one, one that is to be continued."""
    said = st.text("abc", max_size=8)
    made: list[Message] = []
    for place in range(draw(st.integers(0, 12))):
        role: Role = "user" if place == 0 or draw(st.booleans()) else "assistant"
        images = draw(st.lists(st.just("aGk="), max_size=2)) if role == "user" else []
        thinking = draw(said) if role == "assistant" else ""
        content = draw(said if role == "assistant" or images else said.filter(bool))
        made.append(message(role, content, id=str(place), images=images, thinking=thinking))
    return made


systems = st.none() | st.text("s", max_size=20)
sizes = st.integers(-5, 150)
rooms = st.integers(0, 60)
given_talk = given(system=systems, branch=branches(), size=sizes, room=rooms, base=st.integers(0, 9))


def whole(system: str | None, branch: list[Message]) -> Fitted:
    return fit(system, branch, size=None, room=0, cost=letters)


def last_turn(branch: list[Message]) -> list[str]:
    start = max((place for place, one in enumerate(branch) if one.role == "user"), default=0)
    return contents(whole(None, branch[start:]))


@given_talk
def test_what_is_sent_and_what_is_left_out_are_the_conversation(
    system: str | None, branch: list[Message], size: int, room: int, base: int
) -> None:
    fitted = fit(system, branch, size=size, room=room, cost=letters, base=base)
    kept = branch[int(fitted.left_out[-1]) + 1 :] if fitted.left_out else branch
    saying = [one.id for one in branch if one.content or one.images]
    assert fitted.left_out == saying[: len(fitted.left_out)]
    assert fitted.messages == whole(system, kept).messages


@given_talk
def test_only_whole_turns_are_left_out(
    system: str | None, branch: list[Message], size: int, room: int, base: int
) -> None:
    fitted = fit(system, branch, size=size, room=room, cost=letters, base=base)
    turns = [sent for sent in fitted.messages if sent["role"] != "system"]
    assert not turns or turns[0]["role"] == "user"


@given_talk
def test_the_system_prompt_and_the_last_question_are_always_sent(
    system: str | None, branch: list[Message], size: int, room: int, base: int
) -> None:
    sent = contents(fit(system, branch, size=size, room=room, cost=letters, base=base))
    assert sent[: bool(system)] == ([system] if system else [])
    assert sent[len(sent) - len(last_turn(branch)) :] == last_turn(branch)


@given_talk
def test_what_is_sent_fits_and_one_turn_more_would_not(
    system: str | None, branch: list[Message], size: int, room: int, base: int
) -> None:
    fitted = fit(system, branch, size=size, room=room, cost=letters, base=base)
    assert fitted.used == base + sum(map(letters, fitted.messages))
    if len(fitted.messages) > bool(system) + len(last_turn(branch)):
        assert fitted.used <= size - room
    if fitted.left_out:
        more = [one for one in branch if one.id in fitted.left_out or one.content]
        start = [place for place, one in enumerate(more) if one.role == "user" and one.id in fitted.left_out][-1]
        longer = [one for one in more[start:] if one.id in fitted.left_out]
        assert fitted.used + sum(len(one.content) + 10 * len(one.images) for one in longer) > size - room


@given_talk
def test_a_larger_context_never_takes_less(
    system: str | None, branch: list[Message], size: int, room: int, base: int
) -> None:
    small = fit(system, branch, size=size, room=room, cost=letters, base=base)
    for large in (
        fit(system, branch, size=size + 7, room=room, cost=letters, base=base),
        fit(system, branch, size=size, room=room - 7, cost=letters, base=base),
        fit(system, branch, size=None, room=room, cost=letters, base=base),
    ):
        assert large.left_out == small.left_out[: len(large.left_out)]


@given(branch=branches(), size=sizes)
def test_each_message_is_estimated_once_at_most(branch: list[Message], size: int) -> None:
    asked: list[Sent] = []
    fit("s", branch, size=size, room=0, cost=lambda sent: asked.append(sent) or 5)  # type: ignore[func-returns-value]
    assert len(asked) <= len(branch) + 1
