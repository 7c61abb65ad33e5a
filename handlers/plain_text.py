"""Text as HTML that needs no script, piece by piece as it comes: paragraphs, line ends, and fenced code."""

from __future__ import annotations

import re

from tornado.escape import xhtml_escape

_FENCE = re.compile(r" *(```|~~~)")
_MAY_BE_FENCE = re.compile(r" *(`{0,2}|~{0,2})\Z")


class PlainText:
    """What `feed` gives goes out at once, and may end within a line. Of a line's beginning it holds back what may yet
    turn out to be the fence of a code block."""

    def __init__(self) -> None:
        self._pending = ""
        self._return = ""
        self._block = ""  # p or pre, while one is open
        self._fence = ""
        self._in_line = False  # a part of this line went out
        self._line_ended = False  # and its end did not yet
        self._out: list[str] = []

    def feed(self, text: str) -> str:
        text = self._return + text
        self._return = "\r" if text.endswith("\r") else ""  # a line feed may follow with the next piece
        self._pending += text.removesuffix("\r").replace("\r\n", "\n").replace("\r", "\n")
        while self._step():
            pass
        return self._taken()

    def end(self) -> str:
        """The rest, with everything closed."""
        rest, self._pending, self._return = self._pending, "", ""
        if rest and not self._in_line:
            self._begin(rest, whole=True)
        self._close()
        self._in_line = self._line_ended = False
        return self._taken()

    def _step(self) -> bool:
        """Whether there may be more to do."""
        line, newline, rest = self._pending.partition("\n")
        if newline:
            self._pending = rest
            self._whole(line)
            return bool(rest)
        if self._in_line:
            self._pending = ""
            self._out.append(_text(line))
        elif not (_FENCE.match(line) or _MAY_BE_FENCE.match(line)):
            self._pending = ""
            self._begin(line, whole=False)
        return False

    def _whole(self, line: str) -> None:
        if self._in_line:
            self._out.append(_text(line))
        else:
            self._begin(line, whole=True)
        self._line_ended = self._line_ended or self._in_line
        self._in_line = False

    def _begin(self, line: str, whole: bool) -> None:
        """A line, or what of it is there."""
        fence = _fence(line) if whole and self._block != "pre" else None
        if fence:
            self._open("pre", fence[1])
        elif whole and self._ends(line):
            self._close()
        else:
            if not self._block:
                self._open("p", "")
            if self._line_ended:
                self._out.append("\n" if self._block == "pre" else "<br>\n")
            self._line_ended = False
            self._out.append(_text(line))
            self._in_line = True

    def _ends(self, line: str) -> bool:
        """Whether the block that is open ends with this line."""
        line = line.strip()
        return line.startswith(self._fence) and not line.strip(self._fence[0]) if self._block == "pre" else not line

    def _open(self, block: str, fence: str) -> None:
        self._close()
        self._block, self._fence = block, fence
        # the line end behind <pre> is not shown; without it, one that the code begins with would not be either
        self._out.append("<pre>\n<code>" if block == "pre" else '<p dir="auto">')

    def _close(self) -> None:
        if self._block:
            self._out.append("</code></pre>\n" if self._block == "pre" else "</p>\n")
        self._block = self._fence = ""
        self._line_ended = False

    def _taken(self) -> str:
        out, self._out = "".join(self._out), []
        return out


def _fence(line: str) -> re.Match[str] | None:
    """A line of code between three backticks is none."""
    found = _FENCE.match(line)
    return None if found is None or (found[1] == "```" and "`" in line[found.end() :].lstrip("`")) else found


def html_of(text: str) -> str:
    plain = PlainText()
    return plain.feed(text) + plain.end()


def _text(text: str) -> str:
    return xhtml_escape(text).replace("\0", "\ufffd")
