"""`/ws` with the subprotocol ``hearth.v1``: asks, follows and stops, any number of generations on one socket."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack, closing
from functools import partial
from typing import Any

import msgspec

from chat.conversations import PersonalConversations
from chat.errors import ChatError
from chat.generation import Generation
from chat.generations import Generations
from chat.log import Batch, Bell
from chat.requests import Question
from people.caller import Caller
from store import StoreError

from .answers import Problem, Refusal, problem_of, read
from .frames import PING, text_frame
from .news import News
from .sse import HEARTBEAT
from .wire import Follower, Pushes, Wire, shared

ECHOED = 200  # characters of an id that is told back
UNSENT = 64  # answers that wait to be sent before no more is heard


class Ask(Question, tag="ask", forbid_unknown_fields=True, kw_only=True):
    conversation: str


class Follow(msgspec.Struct, tag="follow", forbid_unknown_fields=True):
    generation: str
    after: int = 0


class Unfollow(msgspec.Struct, tag="unfollow", forbid_unknown_fields=True):
    generation: str


class Stop(msgspec.Struct, tag="stop", forbid_unknown_fields=True):
    generation: str


class EventTalk:
    def __init__(
        self,
        socket: Pushes,
        caller: Caller,
        conversations: PersonalConversations,
        generations: Generations,
        news: News,
    ) -> None:
        self._caller = caller
        self._conversations = conversations
        self._generations = generations
        self._news = news
        self._changed: dict[str, None] = {}  # conversations that changed since they were last told, the oldest first
        self._telling: str | None = None  # the one that is being told
        self._outdated: tuple[str, ...] = ()  # what else changed since it was last told
        self._bell = Bell(HEARTBEAT)
        self._wire = Wire(socket, self._bell)
        self._following: dict[str, ExitStack] = {}  # generations, each with what ends the following
        self._unsent: list[bytes] = []  # no deque, and no Event yet: most sockets only wait
        self._sent: asyncio.Event | None = None
        self._over = False

    # -- hearing

    async def hear(self, frame: str | bytes) -> None:
        try:
            if isinstance(frame, bytes):
                raise Refusal(400, "bad_request", "Frames are text")
            await self._do(read(frame, Ask | Follow | Unfollow | Stop))  # type: ignore[arg-type]
        except (Refusal, ChatError, StoreError) as error:
            problem = problem_of(error)
            assert problem is not None
            self._say(_error(problem, frame))
        while len(self._unsent) > UNSENT and not self._over:
            self._sent = asyncio.Event()
            await self._sent.wait()

    async def _do(self, what: Ask | Follow | Unfollow | Stop) -> None:
        match what:
            case Ask():
                await self._ask(what)
            case Follow():
                await self._follow(what.generation, what.after)
            case Unfollow():
                await self._unfollow(what.generation)
            case Stop():
                (await self._generations.get(self._caller.person, what.generation)).stop()

    async def _ask(self, ask: Ask) -> None:
        message, reply = await self._conversations.ask(ask.conversation, ask, besides=self._hear_change)
        self._say({"type": "asked", "request_id": ask.request_id, "message": message, "reply": reply})
        if reply.generation is not None:
            await self._follow(reply.generation, 0)

    async def _follow(self, generation_id: str, after: int) -> None:
        generation = await self._generations.get(self._caller.person, generation_id)
        if self._over:  # the reader went meanwhile
            return
        self._leave(generation_id)
        if generation.log.has_nothing_behind(after):
            self._say({"generation": generation_id, "type": "end"})
            return
        end = self._following[generation_id] = ExitStack()
        on_end = partial(self._ended, generation, end)
        follower = Follower(generation.log, after, shared(event_frames, generation_id), self._wire, on_end)
        end.enter_context(generation.audience.seat("websocket"))
        end.enter_context(generation.log.wakes(follower))
        end.enter_context(closing(follower))
        follower.ring()

    async def _unfollow(self, generation_id: str) -> None:
        """Who leaves while the end is on the way won't listen to it any more, and was not told of it as others were."""
        self._leave(generation_id)
        generation = await self._generations.find(self._caller.person, generation_id)
        if generation is not None and generation.log.over and generation.conversation is not None:
            self._hear_change(generation.conversation, None)

    def _ended(self, generation: Generation, end: ExitStack, heard_end: bool) -> None:
        if not heard_end and generation.log.ending is not None:
            self._say({"generation": generation.id, "type": "end"})  # it ended before the number asked for
        if self._wire.is_full:  # until it has all of it, it is still there
            self._wire.when_free(partial(self._leave, generation.id, end))
        else:
            self._leave(generation.id, end)

    def _hear_change(self, conversation_id: str, ended: str | None) -> None:
        # Of what it follows it hears the end anyway; but what is being told may be how it was, and come behind the end.
        if ended not in self._following or conversation_id == self._telling:
            self._changed[conversation_id] = None
            self._bell.ring()

    def _hear_of(self, kind: str) -> None:
        if kind not in self._outdated:
            self._outdated += (kind,)
        self._bell.ring()

    def _leave(self, generation_id: str, following: ExitStack | None = None) -> None:
        """If it still is this `following`, and not one from another number."""
        end = self._following.get(generation_id)
        if end is not None and following in (None, end):
            del self._following[generation_id]
            end.close()

    def _say(self, answer: dict[str, Any]) -> None:
        self._send(text_frame(msgspec.json.encode(answer)))

    def _send(self, frame: bytes) -> None:
        self._unsent.append(frame)
        self._send_unsent()

    # -- speaking: answers and events at once, in their order; what changed and heartbeats by a task

    def _send_unsent(self) -> None:
        if self._unsent and not self._wire.is_full:  # all at once: none may come behind events that follow it
            frames = b"".join(self._unsent)
            self._unsent.clear()
            self._wire.put(frames)
        if self._unsent:
            self._wire.when_free(self._send_unsent)
        else:
            self._tell_sent()

    async def run(self) -> None:
        with closing(self._bell), self._news.heard(self._caller, self._hear_change, self._hear_of):
            try:
                while not self._wire.gone:
                    await self._tell_changes()
                    if self._bell.silent and not self._wire.is_full:
                        self._wire.put(PING)
                    await self._bell.wait()
            finally:
                self._close()

    async def _tell_changes(self) -> None:
        while self._changed and not self._wire.gone:
            self._telling = next(iter(self._changed))
            del self._changed[self._telling]
            self._send(await self._news.of(self._caller.person, self._telling))
            await self._wire.flushed()
            self._telling = None
        outdated, self._outdated = self._outdated, ()
        for kind in outdated:
            self._send(self._news.of_kind(kind))
            await self._wire.flushed()  # who reads slowly hears the latest, not all that was

    def _tell_sent(self) -> None:
        if self._sent is not None:
            self._sent.set()

    def _close(self) -> None:
        self._over = True
        self._tell_sent()
        for generation_id in list(self._following):
            self._leave(generation_id)


def event_frames(generation_id: str, batch: Batch) -> bytes:
    """Each event with the two fields in front that tell whose it is."""
    whose = generation_id.encode()
    numbered = zip(batch, batch.lines(), strict=True)
    return b"".join(
        [text_frame(b'{"generation":"%b","id":%d,%b' % (whose, number, line[1:])) for (number, _), line in numbered]
    )


def _error(problem: Problem, frame: str | bytes) -> dict[str, Any]:
    """The answer names what it answers, as far as the frame can be read."""
    answer = {"type": "error", "code": problem.code, "message": problem.message}
    try:
        heard = msgspec.json.decode(frame)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return answer
    if isinstance(heard, dict):
        names = ("request_id", "generation")
        texts = {name: heard[name] for name in names if isinstance(heard.get(name), str)}
        answer |= {name: text for name, text in texts.items() if len(text) <= ECHOED}
    return answer
