"""A question in, a reply out: the way through the whole house."""

import json

import pytest

from .hearth import frames, running


@pytest.mark.gen_test
async def test_a_question_is_answered_piece_by_piece() -> None:
    async with running() as hearth:
        answer = await hearth.get("/chat?question=hi")
    assert answer.code == 200
    assert answer.headers["Content-Type"].startswith("text/event-stream")
    first, *rest = frames(answer.body.decode())
    assert (first.retry, first.data) == ("1000", "")
    assert "".join(one.data for one in rest) == "Hello, world!"


@pytest.mark.gen_test
async def test_a_conversation_is_kept_and_its_events_end_with_done() -> None:
    async with running() as hearth:
        conversation = await hearth.conversation(model="quick")
        reply = await hearth.ask(conversation, "hi")
        events = await hearth.events(reply["generation"])
        kept = json.loads((await hearth.get(f"/api/conversations/{conversation}")).body)
    assert events[-1]["type"] == "done"
    assert "".join(one["text"] for one in events if one["type"] == "content") == "Hello, world!"
    assert [one["content"] for one in kept["messages"]] == ["hi", "Hello, world!"]
    assert kept["messages"][1]["state"] == "done"
