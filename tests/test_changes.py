"""A second tab or device hears over hearth.v1 of everything that changes elsewhere, and reads how it is now."""

import asyncio
from collections import Counter
from contextlib import AbstractContextManager
from typing import Any

import pytest

from chat.changes import Changes
from chat.conversations import PersonalConversations
from handlers.news import News
from store import HOUSE, Conversation

from .asked import answered, read, says, stop
from .hearth import eventually, running
from .talk import Line, talk

pytestmark = pytest.mark.usefixtures("clean_log")


async def hears(line: Line, conversation: str) -> dict[str, Any]:
    """The next frame, which tells how that conversation is now."""
    frame = await line.hear()
    assert set(frame) == {"type", "id", "deleted", "conversation"}, frame
    assert (frame["type"], frame["id"]) == ("conversation", conversation)
    return frame


async def hears_nothing(line: Line) -> None:
    """Whatever was to be told before this has been told."""
    line.say("follow", generation="marker")
    assert (await line.hear())["generation"] == "marker"


@pytest.mark.gen_test
async def test_a_new_message_and_the_end_of_its_reply_are_heard_by_who_does_not_follow() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        line = await talk(hearth)
        reply = await hearth.ask(conversation, "hi")
        frame = await hears(line, conversation)
        assert not frame["deleted"] and frame["conversation"]["running"] == [reply["generation"]]
        assert (frame["conversation"]["title"], frame["conversation"]["leaf"]) == ("hi", reply["id"])
        await stop(hearth, reply)
        frame = await hears(line, conversation)
        assert frame["conversation"]["running"] == []
        now = await read(hearth, f"/api/conversations/{conversation}")
        del now["messages"]
        assert frame["conversation"] == now
        await hears_nothing(line)


@pytest.mark.gen_test
async def test_who_leaves_a_reply_whose_end_is_already_on_the_way_hears_of_the_end_as_others_do() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        reply = await hearth.ask(conversation, "hi")
        line = await talk(hearth)
        line.say("follow", generation=reply["generation"])
        await line.hear()
        await stop(hearth, reply)
        line.say("unfollow", generation=reply["generation"])
        while (frame := await line.hear())["type"] != "conversation":
            pass
        assert (frame["id"], frame["conversation"]["running"]) == (conversation, [])
        await hears_nothing(line)


@pytest.mark.gen_test
async def test_a_rename_a_pin_and_a_deletion_are_heard() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick", title="Before")
        line, other = await talk(hearth), await talk(hearth)
        await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": "After"})
        for one in (line, other):
            assert (await hears(one, conversation))["conversation"]["title"] == "After"
        await hearth.send("PATCH", f"/api/conversations/{conversation}", {"pinned": True})
        assert (await hears(line, conversation))["conversation"]["pinned"] is True
        await hearth.send("DELETE", f"/api/conversations/{conversation}", None)
        frame = await hears(line, conversation)
        assert frame["deleted"] is True and frame["conversation"] is None
        await hears_nothing(line)


@pytest.mark.gen_test
async def test_a_change_that_many_are_told_of_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick", title="Before")
        lines = [await talk(hearth) for _ in range(20)]
        for line in lines:
            await hears_nothing(line)
        reads = Counter[str]()
        get = PersonalConversations.get

        async def counted(mine: PersonalConversations, conversation_id: str) -> Conversation:
            reads[conversation_id] += 1
            return await get(mine, conversation_id)

        await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": "Between"})
        for line in lines:
            await hears(line, conversation)
        monkeypatch.setattr(PersonalConversations, "get", counted)
        hearth.house.changes.tell(HOUSE, conversation)
        for line in lines:
            assert (await hears(line, conversation))["conversation"]["title"] == "Between"
        assert reads == {conversation: 1}


@pytest.mark.gen_test
async def test_what_changes_while_it_is_read_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick", title="Before")
        line = await talk(hearth)
        await hears_nothing(line)
        get, reading, go_on = PersonalConversations.get, asyncio.Event(), asyncio.Event()

        async def slow(mine: PersonalConversations, conversation_id: str) -> Conversation:
            found = await get(mine, conversation_id)
            reading.set()
            await go_on.wait()
            return found

        with monkeypatch.context() as patch:
            patch.setattr(PersonalConversations, "get", slow)
            hearth.house.changes.tell(HOUSE, conversation)
            await reading.wait()
        await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": "After"})
        other = await talk(hearth)
        await hears_nothing(other)
        hearth.house.changes.tell(HOUSE, conversation)
        assert (await hears(other, conversation))["conversation"]["title"] == "After"  # who did not wait for the first
        go_on.set()
        titles = [(await hears(line, conversation))["conversation"]["title"] for _ in range(2)]
        assert titles == ["Before", "After"]


@pytest.mark.gen_test
async def test_how_it_was_before_the_end_is_not_the_last_that_a_follower_hears(monkeypatch: pytest.MonkeyPatch) -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        reply = await hearth.ask(conversation, "hi")
        line = await talk(hearth)
        line.say("follow", generation=reply["generation"])
        await line.hear()
        of, read_so_far, go_on = News.of, asyncio.Event(), asyncio.Event()

        async def slow(news: News, person: str, conversation_id: str) -> bytes:
            frame = await of(news, person, conversation_id)
            read_so_far.set()
            await go_on.wait()
            return frame

        with monkeypatch.context() as patch:
            patch.setattr(News, "of", slow)
            hearth.house.changes.tell(HOUSE, conversation)
            await read_so_far.wait()
        await stop(hearth, reply)
        go_on.set()
        told: list[list[str]] = []
        while [] not in told:
            if (frame := await line.hear())["type"] == "conversation":
                told.append(frame["conversation"]["running"])
        assert told == [[reply["generation"]], []]


@pytest.mark.gen_test
async def test_a_title_that_the_model_found_is_heard() -> None:
    async with running("--titles=true") as hearth:
        hearth.fake.titling.clear()
        conversation = await hearth.conversation(model="quick")
        await answered(hearth, conversation, "hi")
        line = await talk(hearth)
        await hears_nothing(line)
        hearth.fake.titling.set()
        assert (await hears(line, conversation))["conversation"]["title"] == hearth.fake.title


@pytest.mark.gen_test
async def test_a_conversation_begun_elsewhere_another_reply_and_a_continued_one_are_heard() -> None:
    async with running() as hearth:
        line = await talk(hearth)
        conversation = await hearth.conversation(model="teller")
        reply = await hearth.ask(conversation, "Count")
        assert (await hears(line, conversation))["conversation"]["leaf"] == reply["id"]
        await says(hearth, reply, "One, two,")
        await stop(hearth, reply)
        await hears(line, conversation)
        await hearth.post(f"/api/messages/{reply['id']}/continue")
        await hears(line, conversation)
        while (await hears(line, conversation))["conversation"]["running"]:
            pass
        await hearth.post(f"/api/messages/{reply['parent']}/replies", {"model": "hushed"})
        assert (await hears(line, conversation))["conversation"]["leaf"] != reply["id"]


@pytest.mark.gen_test
async def test_who_asks_and_follows_hears_neither_of_its_own_question_nor_of_the_end() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        line, other = await talk(hearth), await talk(hearth)
        line.say("ask", conversation=conversation, content="hi", request_id="r1")
        assert (await line.hear())["type"] == "asked"
        frame = await line.hear()
        while frame["type"] != "done":
            assert frame["type"] in ("status", "content"), frame
            frame = await line.hear()
        await hears_nothing(line)
        await hears(other, conversation)


@pytest.mark.gen_test
async def test_two_who_ask_in_one_conversation_at_once_hear_of_each_other() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="hushed")
        lines = [await talk(hearth) for _ in range(3)]
        for number, line in enumerate(lines):
            line.say("ask", conversation=conversation, content=f"question {number}", request_id=f"r{number}")

        async def hears_all(line: Line) -> set[str]:
            """The generations that it hears of, one way or the other."""
            known: set[str] = set()
            while len(known) < len(lines):
                frame = await line.hear()
                if frame["type"] == "asked":
                    known.add(frame["reply"]["generation"])
                elif frame["type"] == "conversation":
                    known.update(frame["conversation"]["running"])
            return known

        async with asyncio.timeout(10):
            heard = await asyncio.gather(*map(hears_all, lines))
        assert len(set(map(frozenset, heard))) == 1


@pytest.mark.gen_test(timeout=30)
async def test_many_changes_come_as_few_to_who_is_slow_and_fill_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("handlers.talk_events.ECHOED", 5000)  # large answers, to fill the line
    async with running() as hearth:
        conversations = [await hearth.conversation(title=f"t{number}") for number in range(3)]
        line = await talk(hearth)
        await hears_nothing(line)
        (handler,) = hearth.house.sockets._open
        talking: Any = handler._talk
        for _ in range(2000):
            line.say("follow", generation="x" * 4000)  # whose answers it does not take
        await eventually(lambda: len(talking._unsent) > 60)
        changes = 60
        for number in range(changes):
            for conversation in conversations:
                title = f"{conversation} {number}"
                await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": title})
            assert len(talking._changed) <= 3
        heard: dict[str, list[str]] = {conversation: [] for conversation in conversations}
        while not all(titles and titles[-1].endswith(f" {changes - 1}") for titles in heard.values()):
            frame = await line.hear()
            if frame["type"] == "conversation":
                heard[frame["id"]].append(frame["conversation"]["title"])
        assert max(map(len, heard.values())) < changes / 4


@pytest.mark.gen_test(timeout=30)
async def test_models_that_change_again_and_again_fill_no_memory_for_who_is_slow(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("handlers.talk_events.ECHOED", 5000)
    async with running() as hearth:
        line = await talk(hearth)
        await hears_nothing(line)
        (handler,) = hearth.house.sockets._open
        talking: Any = handler._talk
        for _ in range(2000):
            line.say("follow", generation="x" * 4000)
        await eventually(lambda: len(talking._unsent) > 60)
        for _ in range(50):
            hearth.house.shelf.tell_of_models()
            await hearth.get("/healthz")
        assert len(talking._unsent) < 100


@pytest.mark.gen_test
async def test_a_socket_that_left_hears_no_more() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(title="t")
        line = await talk(hearth)
        await hears_nothing(line)
        assert "1 listen" in repr(hearth.house.changes)
        line.socket.cut()
        await eventually(lambda: "0 listen" in repr(hearth.house.changes))
        assert (await hearth.send("PATCH", f"/api/conversations/{conversation}", {"title": "u"})).code == 200


@pytest.mark.gen_test
async def test_a_plain_socket_hears_no_changes(  # what comes back there is the reply and nothing else
) -> None:
    async with running("--model=quick") as hearth:
        socket = await hearth.socket(None)
        await hearth.ask(await hearth.conversation(model="quick"), "hi")
        await socket.write_message("hi")
        assert "".join([str(await socket.read_message()) for _ in range(4)]) == "Hello, world!"
        socket.close()


def test_what_is_ones_own_is_told_to_nobody_else() -> None:
    changes, heard = Changes(), list[str]()

    def hears(person: str) -> AbstractContextManager[None]:
        return changes.heard(person, lambda *_: heard.append(person), lambda: heard.append(f"{person}'s presets"))

    with hears("anna"), hears("anna"), hears("bob"):
        changes.tell("anna", "c")
        changes.tell_of_presets("bob")
        changes.tell(HOUSE, "c")
        changes.tell_of_presets("")
    changes.tell("anna", "c")
    assert heard == ["anna", "anna", "bob's presets"]
    assert repr(changes) == "<Changes, 0 listen>"
