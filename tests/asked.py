"""A conversation over HTTP: asked, read, and waited for."""

from __future__ import annotations

import json
from typing import Any

from .hearth import Hearth, RawStream, eventually, frames


async def read(hearth: Hearth, path: str) -> dict[str, Any]:
    answer = await hearth.get(path)
    assert answer.code == 200, answer.body
    return dict(json.loads(answer.body))


async def whole(hearth: Hearth, conversation: str) -> dict[str, Any]:
    return await read(hearth, f"/api/conversations/{conversation}")


async def kept(hearth: Hearth, reply: dict[str, Any]) -> dict[str, Any]:
    """A message as it is now."""
    messages = (await whole(hearth, reply["conversation"]))["messages"]
    return dict(next(one for one in messages if one["id"] == reply["id"]))


async def answered(hearth: Hearth, conversation: str, question: str, **fields: Any) -> dict[str, Any]:
    """The reply, once it has ended."""
    reply = await hearth.ask(conversation, question, **fields)
    await hearth.events(reply["generation"])
    return await kept(hearth, reply)


async def stop(hearth: Hearth, reply: dict[str, Any]) -> None:
    assert (await hearth.post(f"/api/generations/{reply['generation']}/stop")).code == 200


async def says(hearth: Hearth, reply: dict[str, Any], content: str) -> None:
    """Until the reply has come so far."""

    async def said() -> bool:
        return bool((await kept(hearth, reply))["content"] == content)

    await eventually(said)


def text(events: list[dict[str, Any]]) -> str:
    return "".join(one["text"] for one in events if one["type"] == "content")


async def eventful(hearth: Hearth, reply: dict[str, Any]) -> RawStream:
    """What everybody who follows is told, as it comes."""
    return await hearth.stream(f"/api/generations/{reply['generation']}/events")


def told(stream: RawStream) -> list[dict[str, Any]]:
    """The events that came whole so far."""
    body = stream.body().decode(errors="ignore")
    return [json.loads(one.data) for one in frames(body[: body.rfind("\n\n") + 2]) if one.data]


async def asked_times(hearth: Hearth, count: int) -> None:
    """Until Ollama was asked so often."""
    await eventually(lambda: len(hearth.fake.chats) == count)
