"""The events of a reply as pieces of a page that needs no script."""

from __future__ import annotations

from tornado.escape import xhtml_escape

from chat.events import Content, Done, Error, Status, Thinking
from chat.log import Numbered
from store import Message

from .languages import Words
from .plain_text import PlainText


class ReplyPage:
    """What `end` gives follows the last of them."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._text = PlainText()
        self._status = ""
        self._thinks = False
        self._over = False

    def __call__(self, batch: list[Numbered]) -> bytes:
        return "".join(self._piece(event) for _, event in batch).encode()

    def end(self) -> bytes:
        """Behind the last event, or where Hearth goes down before."""
        left = "" if self._over else _note(self._words("plain.away"))
        return (self._close() + left).encode()

    def _piece(self, event: object) -> str:
        match event:
            case Status():
                return self._enter(event)
            case Thinking(text=text):
                before = "" if self._thinks else self._close() + self._thoughts()
                return before + self._text.feed(text)
            case Content(text=text):
                return (self._close() if self._thinks else "") + self._text.feed(text)
            case Done() | Error():
                self._over = True
        return ""

    def _enter(self, status: Status) -> str:
        words = status_words(status, self._words)
        if not words or words == self._status:
            return ""
        self._status = words
        return self._close() + _note(words)

    def _thoughts(self) -> str:
        self._thinks = True
        return f"<details>\n<summary>{xhtml_escape(self._words('plain.thoughts'))}</summary>\n"

    def _close(self) -> str:
        text = self._text.end()
        if self._thinks:
            self._thinks = False
            text += "</details>\n"
        return text


def status_words(status: Status, words: Words) -> str:
    if status.phase == "queued":
        return words("plain.queued", position=status.position or 1)
    return "" if status.phase == "writing" else words(f"plain.{status.phase}")


def outcome(message: Message, words: Words) -> str:
    """Where a reply has not just ended as it should."""
    if message.error is not None:
        key = f"error.{message.error.get('code')}"
        return words(key if key in words else "error.other", model=message.model or "")
    if message.state == "stopped":
        return words("plain.stopped")
    return words("plain.length") if (message.stats or {}).get("done_reason") == "length" else ""


def _note(words: str) -> str:
    return f'<p class="status">{xhtml_escape(words)}</p>\n'
