"""`GET /chat`: a question in the address, and its reply as the default events of an event stream.

The tutorial's page of ten lines works with it: the data of all events, joined, is the reply.
"""

from __future__ import annotations

from collections.abc import Callable

from chat.events import Content, Error
from chat.generation import Generation
from chat.generations import Generations
from chat.log import Batch
from chat.questions import Questions

from .sse import StreamHandler, chunked

RETRY = 1000  # milliseconds after which a browser comes back


class ChatHandler(StreamHandler):
    def initialize(self, questions: Questions, generations: Generations) -> None:
        self._questions = questions
        self._generations = generations

    async def get(self) -> None:
        if "Last-Event-ID" in self.request.headers:
            await self._resume(self.request.headers["Last-Event-ID"])
            return
        question = self.get_query_argument("question", "", strip=False)
        generation = await self._questions.ask(
            self.caller.person, question, self.get_query_argument("model", "") or None
        )
        await self._follow(generation, 0)

    async def _resume(self, event_id: str) -> None:
        """A browser comes back by itself. The question is never asked again: with nothing left it is told to stop."""
        generation_id, _, number = event_id.partition("-")
        generation = await self._generations.find(self.caller.person, generation_id)
        after = int(number) if number.isascii() and number.isdigit() and len(number) < 16 else None
        if generation is None or generation.message is not None or after is None or not _more(generation, after):
            self.send_nothing()
        else:
            await self._follow(generation, after)

    async def _follow(self, generation: Generation, after: int) -> None:
        head = f"retry: {RETRY}\nid: {generation.id}-{after}\n\n".encode()
        frames = PlainFrames(generation.id, generation.log.text_before(after), chunked if self._is_chunked() else bytes)
        await self.follow(generation, after, frames, head, join=False)


def _more(generation: Generation, after: int) -> bool:
    """Whether there is, or may be, anything behind `after` that this stream shows."""
    frames = PlainFrames(generation.id, generation.log.text_before(after))
    while batch := generation.log.read(after):
        if frames(batch):
            return True
        after = batch[-1].number
    return generation.log.ending is None


class PlainFrames:
    """Content, and an error in words; CR and CR LF, also cut between two pieces, become one line end."""

    __slots__ = ("_after_return", "_id", "_transfer")

    def __init__(self, generation_id: str, before: str, transfer: Callable[[bytes], bytes] = bytes) -> None:
        self._id = generation_id
        self._transfer = transfer
        self._after_return = before.endswith("\r")

    def __call__(self, batch: Batch) -> bytes:
        if len(batch) == 1 and not self._after_return:
            number, event = batch[0]
            if isinstance(event, Content) and event.text.isprintable():  # as nearly always, and no line end in it
                return self._transfer(f"id: {self._id}-{number}\ndata: {event.text}\n\n".encode())
        return self._transfer("".join([self._frame(number, event) for number, event in batch]).encode())

    def _frame(self, number: int, event: object) -> str:
        if isinstance(event, Content):
            return self._piece(number, event.text)
        if isinstance(event, Error):
            return f"id: {self._id}-{number}\nevent: error\n{_data(event.message)}\n\n"
        return ""

    def _piece(self, number: int, text: str) -> str:
        if self._after_return and text:
            text = text.removeprefix("\n")
            self._after_return = False
        self._after_return = text.endswith("\r") if text else self._after_return
        return f"id: {self._id}-{number}\n{_data(text)}\n\n" if text else ""


def _data(text: str) -> str:
    if "\n" not in text and "\r" not in text:
        return f"data: {text}"
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(f"data: {line}" for line in lines)
