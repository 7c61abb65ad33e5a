"""A reply that nobody wants any more is stopped at once, and a silent Ollama is waited for no longer than it may be."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, closing, contextmanager

import pytest
from tornado.httpclient import HTTPRequest, HTTPResponse

from ollama.address import parse
from ollama.client import Ollama
from ollama.errors import BrokenStream, Unreachable
from ollama.http import HTTPClient, Limits

from .asking import MIB, Reply, asking, collect, nothing_left, open_sockets
from .asking import frozen as frozen
from .asking import silence as silence
from .fake_ollama import FakeOllama
from .hearth import eventually

pytestmark = pytest.mark.usefixtures("silence")

SOON = 10.0  # seconds; the limits that would end it otherwise are minutes


@contextmanager
def nobody_accepts() -> Iterator[int]:
    """A port where a connection is neither made nor refused: the queue of who waits to be accepted is full."""
    with ExitStack() as sockets:
        listening = sockets.enter_context(closing(socket.socket()))
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            waiting = sockets.enter_context(closing(socket.socket()))
            waiting.setblocking(False)
            waiting.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]


async def stop(asking: asyncio.Future[Reply] | asyncio.Future[HTTPResponse]) -> None:
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


def held(fake: FakeOllama, model: str, callback: Callable[[bytes], Awaitable[None] | None]) -> HTTPRequest:
    body = b'{"model": "%b"}' % model.encode()
    return HTTPRequest(f"{fake.url}/api/chat", "POST", body=body, streaming_callback=callback)


@pytest.mark.gen_test
async def test_stop_while_connecting_gives_up_at_once() -> None:
    with nobody_accepts() as port:
        async with nothing_left():
            before = open_sockets()
            asked = asyncio.ensure_future(collect(Ollama(parse(f":{port}"), Limits(), MIB), "quick"))
            await eventually(lambda: open_sockets() > before)
            await stop(asked)
            await eventually(lambda: open_sockets() == before, SOON)


@pytest.mark.gen_test
async def test_stop_in_the_very_moment_of_asking_connects_to_nobody() -> None:
    async with asking() as (ollama, fake):
        asked = asyncio.ensure_future(collect(ollama, "quick"))
        await asyncio.sleep(0)
        await stop(asked)
        await ollama.version()  # whoever came before would have been seen by now
        assert not fake.chats


@pytest.mark.gen_test
async def test_stop_leaves_nothing_at_whatever_turn_of_the_loop_it_comes() -> None:
    async with asking() as (ollama, fake):
        for turns in range(60):
            asked = asyncio.ensure_future(collect(ollama, "mute"))
            for _ in range(turns):
                await asyncio.sleep(0)
            await stop(asked)
        assert fake.chats, "some of them came as far as that"


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["mute", "cold"])
async def test_stop_before_the_first_byte_closes_the_connection_at_once(model: str) -> None:
    async with asking() as (ollama, fake):
        fake.load = 60
        asked = asyncio.ensure_future(collect(ollama, model))
        await eventually(lambda: fake.chats)
        await stop(asked)
        await asyncio.wait_for(fake.chats[0].gone.wait(), SOON)


@pytest.mark.gen_test
@pytest.mark.parametrize("model", ["slow", "hushed", "endless"])
async def test_stop_in_mid_stream_closes_the_connection_at_once(model: str) -> None:
    async with asking() as (ollama, fake):
        reply = Reply()
        asked = asyncio.ensure_future(collect(ollama, model, reply))
        await eventually(lambda: reply.text)
        await stop(asked)
        await asyncio.wait_for(fake.chats[0].gone.wait(), SOON)
        came = reply.text
        await ollama.version()  # the loop went round, and nothing more came
        assert reply.text == came


@pytest.mark.gen_test
async def test_a_reader_that_holds_keeps_ollama_waiting_until_it_is_stopped() -> None:
    holding: list[asyncio.Future[None]] = []

    def hold(_: bytes) -> Awaitable[None]:
        holding.append(asyncio.get_running_loop().create_future())
        return holding[-1]

    async with asking() as (_, fake):
        asked = HTTPClient(force_instance=True, limits=Limits()).fetch(held(fake, "endless", hold))
        await eventually(lambda: fake.chats)
        output = fake.chats[0].writer.transport
        await eventually(lambda: output.get_write_buffer_size() > output.get_write_buffer_limits()[1])
        assert [one.done() for one in holding] == [False]
        await stop(asked)
        await asyncio.wait_for(fake.chats[0].gone.wait(), SOON)
        assert [one.cancelled() for one in holding] == [True]


@pytest.mark.gen_test(timeout=15)
@pytest.mark.parametrize("model", ["burst", "long", "lines"])
async def test_a_reader_that_takes_its_time_gets_every_byte_in_order(model: str) -> None:
    async with asking() as (_, fake):
        straight: list[bytes] = []
        slowly: list[bytes] = []
        at_work = 0

        async def take_time(data: bytes) -> None:
            nonlocal at_work
            at_work += 1
            assert at_work == 1, "more came before this was taken"
            await asyncio.sleep(0.001)
            slowly.append(data)
            at_work -= 1

        client = HTTPClient(force_instance=True, limits=Limits())
        await client.fetch(held(fake, model, straight.append))
        await client.fetch(held(fake, model, take_time))
    assert b"".join(slowly) == b"".join(straight)
    assert len(b"".join(slowly)) > 100


@pytest.mark.gen_test
async def test_a_reader_that_fails_after_a_while_fails_the_request_with_its_own_error() -> None:
    async def fail(_: bytes) -> None:
        await asyncio.sleep(0)
        raise KeyError("mine")

    async with asking() as (_, fake):
        with pytest.raises(KeyError, match="mine"):
            await HTTPClient(force_instance=True, limits=Limits()).fetch(held(fake, "slow", fail))
        await asyncio.wait_for(fake.chats[0].gone.wait(), SOON)


# -- limits


@pytest.mark.gen_test
async def test_a_connection_that_is_not_made_in_time_is_given_up() -> None:
    with nobody_accepts() as port:
        async with nothing_left():
            with pytest.raises(Unreachable, match=r"no connection within 0\.2 s"):
                await collect(Ollama(parse(f":{port}"), Limits(connect=0.2), MIB), "quick")


@pytest.mark.gen_test
async def test_a_slow_load_is_no_silence_within_the_reply() -> None:
    async with asking(Limits(idle=0.1)) as (ollama, fake):
        fake.load = 0.1  # and a second more, which this model always takes
        assert (await collect(ollama, "cold")).text == "Hello, world!"


@pytest.mark.gen_test
async def test_a_long_reply_is_cut_by_no_limit_as_long_as_words_come() -> None:
    async with asking(Limits(connect=0.9, first_byte=0.9, idle=0.9)) as (ollama, fake):
        fake.pace = 0.005
        began = asyncio.get_running_loop().time()
        reply = await collect(ollama, "slow")
        assert asyncio.get_running_loop().time() - began > 1.0
    assert reply.text.endswith("word199 ")


@pytest.mark.gen_test
async def test_silence_counts_from_the_moment_a_holding_reader_lets_go() -> None:
    limits = Limits(idle=0.4)
    released = 0.0
    loop = asyncio.get_running_loop()

    async def hold(_: bytes) -> None:
        nonlocal released
        await asyncio.sleep(0.6)  # longer than the limit: this silence is ours
        released = loop.time()

    async with asking() as (_, fake):
        with pytest.raises(BrokenStream, match=r"fell silent for 0\.4 s"):
            await HTTPClient(force_instance=True, limits=limits).fetch(held(fake, "hushed", hold))
        assert released, "it was held when it ended"
        assert loop.time() - released >= 0.35
