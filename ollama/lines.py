"""Bytes into lines. Knows no socket and no JSON."""

from __future__ import annotations

from collections.abc import Iterator


class LineTooLong(ValueError):
    pass


class Lines:
    r"""Splits a stream of bytes at ``\n`` and nowhere else (``splitlines`` would also cut at U+2028 and others).

    What is left of an unfinished line is kept in the pieces it came in, so that a line of many megabytes that
    arrives byte by byte costs no more than its length.
    """

    __slots__ = ("_limit", "_pieces", "_size", "is_empty")

    def __init__(self, limit: int) -> None:
        self._limit = limit  # bytes in one line
        self._pieces: list[bytes] = []
        self._size = 0
        self.is_empty = True  # nothing of an unfinished line is kept

    def feed(self, data: bytes) -> Iterator[bytes]:
        """The lines that are finished by `data`, without their line ends; blank ones are left out.

        To be read to its end before more is fed. Raises LineTooLong behind the lines that came before it.
        """
        *finished, rest = data.split(b"\n")
        for piece in finished:
            if (line := self._finish(piece)).strip():
                yield line
        self._keep(rest)

    def rest(self) -> bytes:
        """What came behind the last line end."""
        return b"".join(self._pieces)

    def _finish(self, tail: bytes) -> bytes:
        self._keep(tail)
        line = self.rest()
        self._pieces, self._size, self.is_empty = [], 0, True
        return line

    def _keep(self, piece: bytes) -> None:
        if not piece:
            return
        self._pieces.append(piece)
        self.is_empty = False
        self._size += len(piece)
        if self._size > self._limit:
            raise LineTooLong(f"a line of more than {self._limit} bytes")

    def __repr__(self) -> str:
        return f"<Lines {self._size} bytes of an unfinished line>"
