"""One message by its id, as it is right now."""

from __future__ import annotations

import pytest

from .asked import kept, read, says, stop
from .hearth import error_code, running

pytestmark = pytest.mark.usefixtures("clean_log")


@pytest.mark.gen_test
async def test_a_message_is_the_one_of_its_conversation_while_it_is_written_and_after() -> None:
    async with running() as hearth:
        reply = await hearth.ask(await hearth.conversation(model="teller"), "Count")
        path = f"/api/messages/{reply['id']}"
        await says(hearth, reply, "One, two,")
        now = await read(hearth, path)
        assert (now["content"], now["state"]) == ("One, two,", "running")
        await stop(hearth, reply)
        assert await read(hearth, path) == await kept(hearth, reply)
        assert (await read(hearth, path))["state"] == "stopped"
        question = await read(hearth, f"/api/messages/{reply['parent']}")
        assert (question["role"], question["content"]) == ("user", "Count")


@pytest.mark.gen_test
async def test_an_unknown_message_is_not_found() -> None:
    async with running() as hearth:
        for name in ("nothing", "0" * 24, "%00", "%ff"):
            answer = await hearth.get(f"/api/messages/{name}")
            assert answer.code in (400, 404) and error_code(answer) in ("not_found", "bad_request")
        assert (await hearth.post("/api/messages/nothing", {})).code == 405
