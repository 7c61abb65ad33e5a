"""`fetch` as Tornado documents it, from the client that reads Ollama."""

from __future__ import annotations

import asyncio

import pytest
from tornado.httpclient import AsyncHTTPClient, HTTPClientError, HTTPRequest

from ollama.errors import BrokenStream
from ollama.http import HTTPClient, Limits

from .asking import MIB, asking
from .asking import frozen as frozen
from .asking import silence as silence
from .hearth import eventually

pytestmark = pytest.mark.usefixtures("silence")


def client() -> AsyncHTTPClient:
    return HTTPClient(force_instance=True, limits=Limits())


@pytest.mark.gen_test
async def test_an_answer_has_its_status_headers_body_and_request() -> None:
    async with asking() as (_, fake):
        url = f"{fake.url}/api/version"
        response = await client().fetch(url, headers={"X-One": "1"})
    assert (response.code, response.reason) == (200, "X")
    assert response.body == b'{"version": "0.33.0-fake"}'
    assert response.headers["content-type"] == "application/json"
    assert response.effective_url == url
    assert response.request.headers["X-One"] == "1"
    assert response.error is None


@pytest.mark.gen_test
async def test_an_error_status_is_raised_unless_told_otherwise() -> None:
    async with asking() as (_, fake):
        with pytest.raises(HTTPClientError) as caught:
            await client().fetch(f"{fake.url}/nowhere")
        response = await client().fetch(f"{fake.url}/nowhere", raise_error=False)
    assert caught.value.code == 404
    assert caught.value.response is not None
    assert caught.value.response.body == response.body == b"404 page not found"


@pytest.mark.gen_test
@pytest.mark.parametrize(("model", "status"), [("busy", 503), ("redirect", 302), ("overflow", 400), ("nosuch", 404)])
async def test_the_body_of_an_error_is_never_streamed(model: str, status: int) -> None:
    streamed: list[bytes] = []
    async with asking() as (_, fake):
        request = HTTPRequest(
            f"{fake.url}/api/chat",
            "POST",
            body=b'{"model":"%b"}' % model.encode(),
            streaming_callback=streamed.append,
        )
        response = await client().fetch(request, raise_error=False)
        assert fake.seen.total() == 1, "a redirect is not followed"
    assert response.code == status
    assert bool(response.body) == (model != "redirect")
    assert not streamed


@pytest.mark.gen_test
async def test_a_streamed_body_is_not_kept_as_well() -> None:
    streamed: list[bytes] = []
    async with asking() as (_, fake):
        response = await client().fetch(f"{fake.url}/api/version", streaming_callback=streamed.append)
    assert b"".join(streamed) == b'{"version": "0.33.0-fake"}'
    assert response.body == b""


@pytest.mark.gen_test
async def test_what_the_streaming_callback_raises_comes_out_of_fetch() -> None:
    def fail(_: bytes) -> None:
        raise KeyError("mine")

    async with asking() as (_, fake):
        request = HTTPRequest(f"{fake.url}/api/chat", "POST", body=b'{"model":"slow"}', streaming_callback=fail)
        with pytest.raises(KeyError, match="mine"):
            await client().fetch(request, raise_error=False)
        await asyncio.wait_for(fake.chats[0].gone.wait(), 10)


@pytest.mark.gen_test
async def test_cancelling_the_future_closes_the_connection() -> None:
    async with asking() as (_, fake):
        future = client().fetch(f"{fake.url}/api/chat", method="POST", body=b'{"model":"mute"}')
        await eventually(lambda: fake.chats)
        future.cancel()
        await asyncio.wait_for(fake.chats[0].gone.wait(), 10)


@pytest.mark.gen_test
async def test_cancelling_a_future_that_is_done_changes_nothing() -> None:
    async with asking() as (_, fake):
        future = client().fetch(f"{fake.url}/api/version")
        response = await future
        assert not future.cancel()
        assert future.result() is response


@pytest.mark.gen_test
async def test_a_limit_on_the_whole_is_kept_where_one_is_given() -> None:
    async with asking() as (_, fake):
        request = HTTPRequest(f"{fake.url}/api/chat", "POST", body=b'{"model":"slow"}', request_timeout=0.3)
        with pytest.raises(BrokenStream, match=r"no whole answer within 0\.3 s"):
            await client().fetch(request)
        await asyncio.wait_for(fake.chats[0].gone.wait(), 10)


@pytest.mark.gen_test
async def test_an_answer_that_is_kept_whole_has_a_limit() -> None:
    async with asking() as (ollama, fake):
        fake.answers["/api/tags"] = b"HTTP/1.0 200 OK\r\n\r\n" + b" " * 17 * MIB
        with pytest.raises(BrokenStream, match=f"answer of more than {16 * MIB} bytes"):
            await ollama.models()


@pytest.mark.gen_test
async def test_an_error_in_the_moment_of_a_cancel_is_told_to_nobody() -> None:
    """Not to the log either."""

    def cancel_and_fail(_: bytes) -> None:
        future.cancel()
        raise KeyError("mine")

    async with asking() as (_, fake):
        body = b'{"model":"slow"}'
        future = client().fetch(f"{fake.url}/api/chat", method="POST", body=body, streaming_callback=cancel_and_fail)
        await asyncio.wait([future])
        assert future.cancelled()
        await asyncio.wait_for(fake.chats[0].gone.wait(), 10)
