"""From a question to its reply through Ollama: the phases, what is counted, how it ends, and stopping in each phase."""

from __future__ import annotations

import asyncio

import pytest

from chat.errors import Closing
from chat.events import Content, Done, Error, Event, Status, Thinking
from chat.generation import Generation, State
from chat.requests import Choice, NewConversation, Question
from store import HOUSE, Message

from .asking import frozen as frozen
from .asking import silence as silence
from .hearth import Hearth, eventually, running

pytestmark = pytest.mark.usefixtures("silence")


class Talk:
    """One conversation, asked as the handlers ask."""

    def __init__(self, hearth: Hearth, conversation: str) -> None:
        self.conversations = hearth.house.conversations.of(HOUSE)
        self.generations = hearth.house.generations
        self.id = conversation

    @classmethod
    async def begin(cls, hearth: Hearth, model: str, system: str | None = None) -> Talk:
        conversation = await hearth.house.conversations.of(HOUSE).create(NewConversation(model=model, system=system))
        return cls(hearth, conversation.id)

    async def ask(self, content: str = "hi", model: str | None = None) -> Generation:
        _, reply = await self.conversations.ask(self.id, Question(content=content, model=model))
        assert reply.generation is not None
        return await self.generations.get(HOUSE, reply.generation)

    async def again(self, generation: Generation, model: str) -> Generation:
        """Another reply to the same question."""
        reply = await self.message(generation)
        assert reply.parent is not None
        other = await self.conversations.reply(reply.parent, Choice(model=model))
        assert other.generation is not None
        return await self.generations.get(HOUSE, other.generation)

    async def message(self, generation: Generation) -> Message:
        messages = await self.conversations.messages(self.id)
        return next(message for message in messages if message.id == generation.message)


def events(generation: Generation) -> list[Event]:
    return [one.event for one in generation.log.read(0)]


def phases(generation: Generation) -> list[str]:
    return [event.phase for event in events(generation) if isinstance(event, Status)]


async def entered(generation: Generation, phase: str) -> None:
    await eventually(lambda: phase in phases(generation))


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize(
    ("loaded", "told"), [(False, ["loading", "reading", "writing"]), (True, ["reading", "writing"])]
)
async def test_a_model_is_loaded_reads_and_writes(loaded: bool, told: list[str]) -> None:
    async with running() as hearth:
        hearth.fake.load = 0.1
        if loaded:
            hearth.fake.loaded.add("cold:latest")
        generation = await (await Talk.begin(hearth, "cold")).ask()
        await generation.ended()
    assert phases(generation) == told
    assert {event.model for event in events(generation) if isinstance(event, Status)} == {"cold"}


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["thinker", "tagged"])
async def test_thoughts_come_before_the_answer_however_the_model_writes_them(model: str) -> None:
    async with running() as hearth:
        hearth.fake.pace = 0
        generation = await (await Talk.begin(hearth, model)).ask()
        await generation.ended()
    texts = [event for event in events(generation) if isinstance(event, Thinking | Content)]
    thought = "Let me think about it." if model == "thinker" else "Let me think."
    assert texts == [Thinking(thought), Content("The answer is 42.")]


@pytest.mark.gen_test
async def test_a_finished_reply_has_ollamas_counts_and_hearths_own_durations() -> None:
    async with running() as hearth:
        talk = await Talk.begin(hearth, "quick")
        generation = await talk.ask()
        await generation.ended()
        message = await talk.message(generation)
    done = events(generation)[-1]
    assert isinstance(done, Done)
    assert message.stats == done.stats | {"done_reason": "stop"}
    assert done.stats["eval_count"] == 4
    assert done.stats["prompt_eval_duration"] == 136990000
    assert 0 < done.stats["queue_duration"] < 5e9
    assert 0 < done.stats["first_token_duration"] < 5e9
    assert (message.state, message.content, message.model) == ("done", "Hello, world!", "quick")


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize(
    ("model", "state", "code", "content"),
    [
        ("failing", State.FAILED, "model_failed", "One two three four"),
        ("cut", State.INTERRUPTED, "broken_stream", "One two three four"),
        ("reset", State.INTERRUPTED, "broken_stream", "One two"),
        ("nojson", State.INTERRUPTED, "broken_stream", "One"),
        ("busy", State.FAILED, "ollama_busy", ""),
        ("refused", State.FAILED, "model_failed", ""),
        ("nosuch", State.FAILED, "model_not_found", ""),
        ("overflow", State.FAILED, "too_long", ""),
        ("empty", State.FAILED, "too_long", ""),
    ],
)
async def test_a_failed_reply_keeps_what_was_written_and_why(model: str, state: State, code: str, content: str) -> None:
    async with running() as hearth:
        talk = await Talk.begin(hearth, model)
        generation = await talk.ask()
        await generation.ended()
        message = await talk.message(generation)
        await eventually(lambda: not hearth.fake.at_work)
    error = events(generation)[-1]
    assert isinstance(error, Error)
    assert (generation.state, error.code) == (state, code)
    assert (message.state, message.content) == (state, content)
    assert message.error == {"code": code, "message": error.message, "retryable": error.retryable}
    assert generation.content == content


@pytest.mark.gen_test
async def test_where_ollama_is_not_running_the_reply_says_so() -> None:
    async with running() as hearth:
        talk = await Talk.begin(hearth, "quick")
        await hearth.fake.stop()
        generation = await talk.ask()
        await generation.ended()
    (error,) = events(generation)
    assert isinstance(error, Error)
    assert (error.code, error.retryable, generation.state) == ("ollama_unreachable", True, State.FAILED)
    assert "connection refused" in error.message


@pytest.mark.gen_test
async def test_a_reply_at_its_length_limit_is_done_and_says_why_it_ended() -> None:
    async with running() as hearth:
        generation = await (await Talk.begin(hearth, "length")).ask()
        await generation.ended()
    done = events(generation)[-1]
    assert isinstance(done, Done)
    assert (done.reason, generation.state) == ("length", State.DONE)


@pytest.mark.gen_test
async def test_a_question_below_a_running_reply_waits_for_it_and_is_asked_with_it() -> None:
    async with running() as hearth:
        hearth.fake.pace = 0.005
        talk = await Talk.begin(hearth, "slow", system="Be brief")
        first = await talk.ask("one")
        await entered(first, "writing")
        second = await talk.ask("two", model="echo")
        await entered(second, "queued")
        assert second.state == State.QUEUED
        assert events(second) == [Status("queued", "echo", 1)]
        assert len(hearth.fake.chats) == 1
        await asyncio.gather(first.ended(), second.ended())
        messages = hearth.fake.chats[1].body["messages"]
    assert [(one["role"], one["content"]) for one in messages] == [
        ("system", "Be brief"),
        ("user", "one"),
        ("assistant", first.content),
        ("user", "two"),
    ]
    assert first.content.endswith("word199 ")
    assert second.stats["queue_duration"] > 0.1e9


# -- stopping


@pytest.mark.gen_test
async def test_a_question_that_is_stopped_while_it_waits_is_never_asked() -> None:
    async with running() as hearth:
        talk = await Talk.begin(hearth, "slow")
        first = await talk.ask()
        second = await talk.ask()
        await entered(second, "queued")
        await talk.generations.stop(HOUSE, second.id)
        assert (second.state, first.state) == (State.STOPPED, State.RUNNING)
        await talk.generations.stop(HOUSE, first.id)
        assert len(hearth.fake.chats) == 1
        assert (await talk.message(second)).state == "stopped"


@pytest.mark.gen_test
async def test_a_question_that_waits_is_asked_once_the_reply_above_is_stopped() -> None:
    async with running() as hearth:
        talk = await Talk.begin(hearth, "slow")
        first = await talk.ask()
        second = await talk.ask(model="quick")
        await entered(first, "writing")
        await talk.generations.stop(HOUSE, first.id)
        await second.ended()
        assert (second.state, second.content) == (State.DONE, "Hello, world!")


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize(
    ("model", "phase"), [("cold", "loading"), ("mute", "reading"), ("slow", "writing"), ("hushed", "writing")]
)
async def test_stop_ends_ollamas_work_in_every_phase_and_keeps_what_was_written(model: str, phase: str) -> None:
    async with running() as hearth:
        hearth.fake.load = 60
        talk = await Talk.begin(hearth, model)
        generation = await talk.ask()
        await entered(generation, phase)
        asked = hearth.fake.loads if phase == "loading" else hearth.fake.chats
        await eventually(lambda: asked)
        async with asyncio.timeout(10):
            await talk.generations.stop(HOUSE, generation.id)
            await asked[-1].gone.wait()
        message = await talk.message(generation)
        await eventually(lambda: not hearth.fake.at_work)
        await eventually(lambda: "take_turn" not in repr(asyncio.all_tasks()))
        assert phase != "loading" or not hearth.fake.chats
    done = events(generation)[-1]
    assert isinstance(done, Done)
    assert done.reason == "stopped"
    assert ("first_token_duration" in done.stats) == (phase == "writing")
    assert (message.state, message.content) == ("stopped", generation.content)
    assert bool(message.content) == (phase == "writing")


@pytest.mark.gen_test
async def test_a_reply_that_is_stopped_before_it_begins_asks_ollama_nothing() -> None:
    async with running() as hearth:
        talk = await Talk.begin(hearth, "quick")
        generation = await talk.ask()
        generation.stop()
        await generation.ended()
        await hearth.get("/api/models")  # the loop went round, to Ollama and back
        assert not hearth.fake.chats
        assert generation.state == State.STOPPED


@pytest.mark.gen_test
async def test_what_was_held_back_of_a_stopped_reply_is_not_lost() -> None:
    """A `<` at the very beginning might have become `<think>`."""
    async with running() as hearth:
        hearth.fake.recording = (
            b'HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n{"message":{"content":"<th"},"done":false}\n'
        )
        talk = await Talk.begin(hearth, "recorded")
        generation = await talk.ask()
        await generation.ended()
        assert (generation.state, generation.content) == (State.INTERRUPTED, "<th")
        other = await talk.again(generation, "quick")
        await other.ended()
        assert (await talk.message(other)).content == "Hello, world!"
        assert (await talk.message(generation)).content == "<th"


# -- going down


@pytest.mark.gen_test
async def test_going_down_keeps_what_was_written_and_stops_ollama() -> None:
    async with running() as hearth:
        talk = await Talk.begin(hearth, "slow")
        generation = await talk.ask()
        await entered(generation, "writing")
        await talk.generations.close(0.1, 1)
        await asyncio.wait_for(hearth.fake.chats[0].gone.wait(), 10)
        message = await talk.message(generation)
        with pytest.raises(Closing):
            await talk.ask()
    assert generation.log.over and generation.log.ending is None, "the next start goes on with it"
    assert (message.state, message.content) == ("running", generation.content)
    assert message.content.startswith("word0 ")


@pytest.mark.gen_test
async def test_a_plain_question_that_nobody_reads_any_more_is_stopped() -> None:
    async with running() as hearth:
        generation = await hearth.house.questions.ask(HOUSE, "hi", "slow")
        generation.audience.leave_after(0.1, generation.stop)
        with generation.audience.seat("sse"):
            await entered(generation, "writing")
            await asyncio.sleep(0.15)
            assert generation.log.ending is None
        await asyncio.wait_for(generation.ended(), 10)
        await asyncio.wait_for(hearth.fake.chats[0].gone.wait(), 10)
    assert generation.state == State.STOPPED
