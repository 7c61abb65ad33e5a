"""Calls to the demo model, as Ollama's clients make them."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from tornado.httpclient import AsyncHTTPClient, HTTPResponse

from demo.process import DemoModel

NAME = "smollm2:135m"


async def post(demo: DemoModel, path: str, body: object) -> HTTPResponse:
    return await AsyncHTTPClient().fetch(
        f"{demo.url}{path}", method="POST", body=json.dumps(body), raise_error=False, request_timeout=50
    )


async def get(demo: DemoModel, path: str) -> Any:
    return json.loads((await AsyncHTTPClient().fetch(f"{demo.url}{path}")).body)


def chat(*contents: str, **fields: Any) -> dict[str, Any]:
    """A request whose messages are the user's and the assistant's by turns; the same answer every time."""
    roles = ("user", "assistant")
    messages = [{"role": roles[i % 2], "content": content} for i, content in enumerate(contents)]
    return {"model": NAME, "messages": messages, "options": {"temperature": 0}} | fields


async def reply(demo: DemoModel, *contents: str, **fields: Any) -> Any:
    return json.loads((await post(demo, "/api/chat", chat(*contents, stream=False, **fields))).body)


async def until(happened: Callable[[], Awaitable[bool]], within: float) -> None:
    async with asyncio.timeout(within):
        while not await happened():
            pass
