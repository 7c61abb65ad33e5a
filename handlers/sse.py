"""A generation's log as an event stream."""

from __future__ import annotations

from asyncio import Future
from contextlib import closing, suppress
from typing import Any, cast, get_args

from tornado.http1connection import HTTP1Connection
from tornado.iostream import StreamClosedError

from chat.events import Event
from chat.generation import Generation
from chat.generations import Generations
from chat.log import Batch, Bell

from .answers import JSONHandler, Refusal
from .visitors import stream_of
from .wire import Follower, Frames, Wire, shared

HEARTBEAT = 14.0  # seconds of silence after which a comment line is sent; 15 are promised
TYPES = {event: str(event.__struct_config__.tag).encode() for event in get_args(Event)}


class StreamHandler(JSONHandler):
    """Follows one generation until its end, or until the reader has gone.

    Tornado writes the head and the end; what is between goes to the connection itself, which costs a small part, and
    in which the connection's own bound is the whole of flow control: what is new meanwhile goes out as one batch.
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
            suppress(StreamClosedError),  # the reader went; the generation goes on
        ):
            if head:
                self.write(head)
            await self.flush()
            await self._relay(bell, generation, after, frames, join)

    async def _relay(self, bell: Bell, generation: Generation, after: int, frames: Frames, join: bool) -> None:
        stream = stream_of(self.request)
        stream.set_nodelay(True)  # else a token waits until the reader's system has confirmed the one before
        wire = Wire(stream, bell)
        follower = Follower(generation.log, after, frames, wire, lambda _: bell.ring(), join)
        with closing(follower), generation.log.wakes(follower):
            follower.ring()
            while not (follower.over or wire.gone or self._gone):
                await bell.wait()
                if bell.silent and not wire.is_full:
                    wire.put(chunked(self.comment) if self._is_chunked() else self.comment)
            await wire.flushed()

    def transferred(self, frames: Frames) -> Frames:
        """Within the chunks of HTTP's transfer encoding, where the answer has any."""
        return (lambda batch: chunked(frames(batch))) if self._is_chunked() else frames

    def _is_chunked(self) -> bool:
        """As Tornado decides it, of an answer without a length."""
        return self.request.version == "HTTP/1.1"

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
        generation = await self._generations.get(self.caller.person, generation_id)
        after = self._after()
        if generation.log.has_nothing_behind(after):
            self.send_nothing()
        else:
            frames = event_chunks if self._is_chunked() else event_frames
            await self.follow(generation, after, shared(frames))

    def _after(self) -> int:
        text = self.request.headers.get("Last-Event-ID") or self.get_query_argument("after", "0")
        if not (text.isascii() and text.isdigit() and len(text) < 16):
            raise Refusal(400, "bad_request", "`after` and Last-Event-ID are the number of an event, or 0")
        return int(text)


def event_frames(batch: Batch) -> bytes:
    numbered = zip(batch, batch.lines(), strict=True)
    return b"".join(
        [b"id: %d\nevent: %b\ndata: %b\n\n" % (number, TYPES[type(event)], line) for (number, event), line in numbered]
    )


def event_chunks(batch: Batch) -> bytes:
    return chunked(event_frames(batch))


def chunked(data: bytes) -> bytes:
    """One chunk of HTTP's transfer encoding; none of nothing, which would be the end."""
    return b"%x\r\n%b\r\n" % (len(data), data) if data else b""
