"""Reasoning that a model writes into its content, between ``<think>`` and ``</think>`` at the head."""

from __future__ import annotations

from collections.abc import Iterator

from .events import Content, Text, Thinking

OPEN, CLOSE = "<think>", "</think>"


class ThinkingSplitter:
    """Content in pieces, cut anywhere, into thinking and content.

    White space around both tags is dropped, so it is held back until what follows tells whether a tag does.
    """

    def __init__(self) -> None:
        self._held = ""
        self._step = self._at_head
        self.is_over = False  # from now on all is content

    def feed(self, text: str) -> list[Text]:
        if self.is_over:  # the common case, once the head is known
            return [Content(text)] if text else []
        self._held += text
        return list(self._run())

    def end(self) -> list[Text]:
        """What was held back, once nothing follows."""
        held, self._held = self._held, ""
        if self._step == self._in_thinking:
            return [Thinking(held.rstrip())] if held.strip() else []
        return [Content(held)] if held and self._step != self._behind else []

    def _run(self) -> Iterator[Text]:
        step = None
        while step != self._step:
            step = self._step
            yield from step()

    def _at_head(self) -> Iterator[Text]:
        head = self._held.lstrip()
        if head.startswith(OPEN):
            self._held, self._step = head[len(OPEN) :], self._before_thinking
        elif not OPEN.startswith(head):
            self._step = self._in_content
        yield from ()

    def _before_thinking(self) -> Iterator[Text]:
        self._held = self._held.lstrip()
        if self._held:
            self._step = self._in_thinking
        yield from ()

    def _in_thinking(self) -> Iterator[Text]:
        thought, tag, rest = self._held.partition(CLOSE)
        if tag:
            self._held, self._step = rest, self._behind
        else:
            keep = len(thought) - _undecided(thought)
            thought, self._held = thought[:keep], thought[keep:]
        if thought := (thought.rstrip() if tag else thought):
            yield Thinking(thought)

    def _behind(self) -> Iterator[Text]:
        self._held = self._held.lstrip()
        if self._held:
            self._step = self._in_content
        yield from ()

    def _in_content(self) -> Iterator[Text]:
        self.is_over = True
        text, self._held = self._held, ""
        if text:
            yield Content(text)


def _undecided(text: str) -> int:
    """How many characters at the end may belong to the closing tag or to the white space before it."""
    tag = next((n for n in range(len(CLOSE) - 1, 0, -1) if text.endswith(CLOSE[:n])), 0)
    body = text[: len(text) - tag]
    return tag + len(body) - len(body.rstrip())
