"""Where a reply that was cut goes on: what is said already is not said again.

The model is given the partial reply as the last, assistant message. Most templates leave that message open, and the
model goes on from the very character. Others close it, and the model begins anew: behind "One, two," came
"One, two, three" (the recording chat-assistant-prefill). Which it was only the text can tell:

- All of the partial reply comes again: it began anew, the same way. The repetition is dropped, nothing shows.
- It ends within such a repetition: that is dropped too. Not without a letter or digit in it: ``**`` or a code fence,
  with which the reply may have begun, is then what closes it.
- It says something else after LONG same characters: it began anew in another way. All of it is kept, and marked.
- It says something else sooner: it went on. But "on the maThe dog" is no text: where a new sentence touches what was
  there without white space between, it began anew, and is marked. Within backticks such a thing is a name: ``getName``.

A mark says only that the join is doubtful; it stands where the text before ends. White space: see `_joined` and
`_behind_repetition`.
"""

from __future__ import annotations

from itertools import takewhile

LONG = 12  # same characters at both beginnings that are no accident: "The capital "
WHITE = 64  # white space that is waited through, beyond what the text before has


class Seam:
    """What comes, cut anywhere, into what is to be appended to `was`.

    Holds back until that is known: at most as much as `was`, and WHITE.
    """

    def __init__(self, was: str) -> None:
        self.marked = False
        self._was = was
        self._core = was.strip()
        self._tail = was[len(was.rstrip()) :]
        self._patience = WHITE + len(was) - len(self._core)
        self._lead = ""  # white space that came before anything else
        self._same = 0  # characters that came again
        self._new = ""  # what came and is not looked at yet
        self._out = ""
        self._step = self._before if self._core else self._behind if was else self._on

    def __repr__(self) -> str:
        return f"<Seam {self._step.__name__.strip('_')}{', marked' if self.marked else ''}>"

    @property
    def is_over(self) -> bool:
        """From now on everything is appended as it comes."""
        return self._step == self._on

    def feed(self, text: str) -> str:
        if self._step == self._on:  # the common case, once it is known
            return text
        self._new += text
        step = None
        while step != self._step:
            step = self._step
            step()
        return self._taken()

    def end(self) -> str:
        """What was held back, once nothing follows."""
        if self._step == self._on:
            return ""
        if self._step == self._behind:
            self._append(_behind_repetition(self._tail, self._new))
        elif self._step in (self._before, self._else) or not _has_word(self._core[: self._same]):
            self._append(self._went_on())
        return self._taken()

    def _before(self) -> None:
        """White space, until something else comes."""
        lead, rest = _white(self._new, self._patience)
        if len(lead) == self._patience:
            self._append(self._went_on())
        elif rest:
            self._lead, self._new, self._step = lead, rest, self._again

    def _again(self) -> None:
        """The same as at the beginning of `was`, so far."""
        same = _same(self._new, self._core, self._same)
        self._same += same
        self._new = self._new[same:]
        if self._same == len(self._core):
            self._step = self._behind
        elif self._new:
            self._step = self._else

    def _behind(self) -> None:
        """All of `was` came again: the white space behind it, unless `was` had none."""
        white, rest = _white(self._new, self._patience)
        if rest and self._tail and not white and _is_within_word(self._core[-1:] + rest[0]):
            self._step = self._else
        elif rest or len(white) == self._patience or not self._tail:
            self._append(_behind_repetition(self._tail, white) + rest)

    def _else(self) -> None:
        """Something that `was` does not begin with."""
        start = self._core[: self._same][:2] + self._new[:2]
        if self._same < LONG and len(start) < 2 and start.isupper():
            return  # what a sentence begins with needs two characters
        self.marked = self._same >= LONG or self._is_glued(start[:2])
        self._append(self._lead + self._came() if self.marked else self._went_on())

    def _is_glued(self, start: str) -> bool:
        touches = not self._lead and (self._was[-1].isalnum() or self._was[-1] in ",;:.!?)")
        in_code = self._was.count("`") % 2 == 1
        return touches and _begins_sentence(start) and not in_code

    def _came(self) -> str:
        return self._core[: self._same] + self._new

    def _went_on(self) -> str:
        came = self._lead + self._came()
        lead, rest = _white(came, self._patience)
        return _joined(self._tail, lead) + rest

    def _append(self, text: str) -> None:
        self._out, self._new, self._step = text, "", self._on

    def _on(self) -> None:
        """Everything is appended as it comes."""

    def _taken(self) -> str:
        out, self._out = self._out, ""
        return out


def _joined(tail: str, lead: str) -> str:
    """White space at the beginning of what goes on; a template may have trimmed what `was` ends with.

    Only the blank between two words and the blank line between two paragraphs, which `was` ends with and which come
    again, are dropped: more line ends or indentation may well be meant, and a blank more does less harm than one less.
    """
    if tail == lead == " ":
        return ""
    return lead.lstrip("\n") if tail.endswith("\n\n") else lead


def _behind_repetition(tail: str, white: str) -> str:
    """`white` came where `was` has `tail`: what is missing of it."""
    if white.startswith(tail):
        return white[len(tail) :]
    return white if "\n" in white and "\n" not in tail else ""


def _white(text: str, most: int) -> tuple[str, str]:
    white = min(len(text) - len(text.lstrip()), most)
    return text[:white], text[white:]


def _same(text: str, other: str, at: int) -> int:
    """With how many characters both begin, `other` counted from `at`."""
    if other.startswith(text, at):
        return len(text)
    pairs = zip(text, other[at : at + len(text)], strict=False)
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))


def _has_word(text: str) -> bool:
    return any(map(str.isalnum, text))


def _is_within_word(two: str) -> bool:
    """Only of scripts that put blanks between words, as those with capitals do."""
    return len(two) == 2 and all(one.isupper() or one.islower() or one.isdigit() for one in two)


def _begins_sentence(two: str) -> bool:
    """ "The", "I am", "I'm"; but not "NASA", "X2" or "Y." """
    return two[:1].isupper() and (two[1:].islower() or two[1:] in (" ", "'", "’"))
