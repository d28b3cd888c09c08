"""Bytes to text, piece by piece: UTF-8, or what Excel calls Unicode text."""

import io
from collections.abc import Iterator
from typing import Protocol

from catalog.interchange.records import Unreadable

#: Characters of one record; more is no record but a file gone wrong.
LONGEST = 8 << 20
NO_TEXT = "This is not UTF-8 text: save the file as CSV UTF-8, or as UTF-8."
_MARKS = {b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class Source(Protocol):
    """What bytes come from."""

    def read(self, size: int, /) -> bytes: ...


class _Raw(io.RawIOBase):
    """A source as a raw stream."""

    def __init__(self, source: Source) -> None:
        self.source = source

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        chunk = self.source.read(len(buffer))
        buffer[: len(chunk)] = chunk
        return len(chunk)


def text_of(source: Source) -> io.TextIOWrapper:
    """A text stream that keeps line ends. Reading it raises UnicodeDecodeError."""
    raw = io.BufferedReader(_Raw(source), 1 << 16)
    encoding = _MARKS.get(raw.peek(2)[:2], "utf-8-sig")
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def lines_of(source: Source) -> Iterator[str]:
    """Lines with their ends. Raises Unreadable for what is no text, or one line without end."""
    stream = text_of(source)
    number = 0
    try:
        while line := stream.readline(LONGEST):
            number += 1
            if len(line) == LONGEST:
                raise Unreadable(f"A line is longer than {LONGEST:,} characters.", number)
            yield line
    except UnicodeDecodeError as exc:
        within = exc.object[: exc.start].count(b"\n")
        raise Unreadable(NO_TEXT, number + 1 + within) from exc
