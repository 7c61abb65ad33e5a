"""A generation's log as an event stream."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Callable
from contextlib import closing, suppress
from typing import Any, cast, get_args

import msgspec
from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from chat.events import Done, Error, Event
from chat.generation import Generation
from chat.generations import Generations
from chat.log import Bell, Numbered

from .answers import JSONHandler, Refusal

HEARTBEAT = 14.0  # seconds of silence after which a comment line is sent; 15 are promised
TYPES = {event: str(event.__struct_config__.tag).encode() for event in get_args(Event)}

Frames = Callable[[list[Numbered]], bytes]


class StreamHandler(JSONHandler):
    """Follows one generation until its end, or until the reader has gone.

    It alone writes to its connection, heartbeats included, and it awaits each flush: that await is the whole of flow
    control, and what is new meanwhile goes out as one batch.
    """

    transport = "sse"
    content_type = "text/event-stream; charset=utf-8"
    comment = b":\n\n"  # what says nothing, sent after a silence

    _bell: Bell | None = None
    _gone = False

    async def follow(
        self, generation: Generation, after: int, frames: Frames, head: bytes = b"", join: bool = True
    ) -> None:
        """Send `head`, then what comes behind number `after`, made into bytes by `frames`; texts as one if `join`."""
        self.set_header("Content-Type", self.content_type)
        self.set_header("X-Accel-Buffering", "no")
        self._bell = Bell(HEARTBEAT)
        with (
            closing(self._bell) as bell,
            generation.audience.seat(self.transport),
            generation.log.wakes(bell),
            suppress(StreamClosedError),  # the reader went; the generation goes on
        ):
            await self._send(head)
            await self._relay(bell, generation, after, frames, join)

    async def _relay(self, bell: Bell, generation: Generation, after: int, frames: Frames, join: bool) -> None:
        while not self._gone:
            batch = generation.log.read(after, join)
            data = frames(batch) or (self.comment if bell.silent else b"")
            if data:
                await self._send(data)
                bell.sent()
            if not batch:
                if generation.log.over:
                    return
                await bell.wait()
                continue
            after = batch[-1].number
            if isinstance(batch[-1].event, Done | Error):
                return

    async def _send(self, data: bytes) -> None:
        if data:
            self.write(data)
        await self.flush()

    def finish(self, chunk: str | bytes | dict[Any, Any] | None = None) -> Future[None]:
        finished = super().finish(chunk)
        if self.request.version == "HTTP/1.0":  # which has no other end of an answer without a length
            connection = cast(HTTP1Connection, self.request.connection)
            finished.add_done_callback(lambda _: connection.close())
        return finished

    def on_connection_close(self) -> None:
        self._gone = True
        if self._bell is not None:
            self._bell.ring()


class EventsHandler(StreamHandler):
    def initialize(self, generations: Generations) -> None:
        self._generations = generations

    async def get(self, generation_id: str) -> None:
        generation = await self._generations.get(generation_id)
        after = self._after()
        if generation.log.has_nothing_behind(after):
            self.send_nothing()
        else:
            await self.follow(generation, after, event_frames)

    def _after(self) -> int:
        text = self.request.headers.get("Last-Event-ID") or self.get_query_argument("after", "0")
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise Refusal(400, "bad_request", "`after` and Last-Event-ID are the number of an event, or 0")
        return int(text)


def event_frames(batch: list[Numbered]) -> bytes:
    return b"".join(map(_frame, batch))


def _frame(numbered: Numbered) -> bytes:
    number, event = numbered
    return b"id: %d\nevent: %b\ndata: %b\n\n" % (number, TYPES[type(event)], msgspec.json.encode(event))
