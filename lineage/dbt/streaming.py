"""JSON files of hundreds of megabytes, read member by member: no more than one is in memory.

A dbt artifact is an object of objects and lists (`nodes`, `sources`, `results` …). Each of their
members is small; together, with all macros of all packages, they are not.
"""

import codecs
import io
import json
import math
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

#: Bytes read at once, at first.
CHUNK = 1 << 20
#: Characters of one member: more is no node of a dbt project.
MAX_MEMBER = 1 << 25
#: An error so near to the end of what was read may be only that: an end.
NEAR_END = 32


class Readable(Protocol):
    """What is read: an open file, an upload."""

    def read(self, size: int, /) -> bytes: ...


class InvalidArtifact(ValueError):
    """A file that cannot be read at all. `field`: which of them, `line` and `column` from 1."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.column = column
        self.field = ""


#: A file, or what was in one.
type Source = Readable | Mapping[str, Any]
#: (key, key or index within, value)
type Member = tuple[str, str | int | None, Any]


def read_members(source: Source) -> Iterator[Member]:
    """Everything two levels deep, in its order.

    A value that is neither object nor list comes with None as its inner key. Numbers that JSON
    cannot hold are None. Raises InvalidArtifact.
    """
    return _of_object(source) if isinstance(source, Mapping) else _of_file(source)


def read_object(raw: bytes) -> Mapping[str, Any]:
    """A file that is small enough to be read as a whole. Raises InvalidArtifact."""
    text = _Text(io.BytesIO(raw))
    value = text.value()
    text.end()
    if not isinstance(value, Mapping):
        raise InvalidArtifact("is no JSON object", 1, 1)
    return value


def _of_object(source: Mapping[str, Any]) -> Iterator[Member]:
    for key, value in source.items():
        if isinstance(value, Mapping):
            yield from ((key, inner, item) for inner, item in value.items())
        elif isinstance(value, list):
            yield from ((key, index, item) for index, item in enumerate(value))
        else:
            yield key, None, value


def _of_file(stream: Readable) -> Iterator[Member]:
    text = _Text(stream)
    text.expect("{")
    for key in text.members():
        opening = text.peek()
        if opening == "{":
            text.expect("{")
            for inner in text.members():
                yield key, inner, text.value()
        elif opening == "[":
            text.expect("[")
            for index in text.elements():
                yield key, index, text.value()
        else:
            yield key, None, text.value()
    text.end()


class _Text:
    """The part of a file that is being read, and the place of its beginning in the file."""

    def __init__(self, stream: Readable) -> None:
        self.stream = stream
        self.decoder = codecs.getincrementaldecoder("utf-8-sig")()
        self.buffer = ""
        self.position = 0
        self.line = self.column = 1
        self.is_complete = False

    def members(self) -> Iterator[str]:
        """The keys of an object whose `{` has been read, each up to its value."""
        if self.taken("}"):
            return
        while True:
            key = self.value() if self.peek() == '"' else None
            if not isinstance(key, str):
                raise self.error("expected a key in double quotes")
            self.expect(":")
            yield key
            if self.taken("}"):
                return
            self.expect(",")

    def elements(self) -> Iterator[int]:
        """The indexes of a list whose `[` has been read."""
        index = 0
        if self.taken("]"):
            return
        while True:
            yield index
            index += 1
            if self.taken("]"):
                return
            self.expect(",")

    def value(self) -> Any:
        """The next value as a whole."""
        self.peek()
        size = CHUNK
        while True:
            try:
                found, end = _DECODER.raw_decode(self.buffer, self.position)
            except json.JSONDecodeError as error:
                if self._is_cut_short(error) and self._more(size):
                    size = min(size * 2, MAX_MEMBER)
                    continue
                raise self.error(error.msg, error.pos) from None
            except RecursionError:
                raise self.error("nested too deeply") from None
            except ValueError as error:  # an integer of thousands of digits
                raise self.error(str(error)) from None
            # A number at the end of what was read may go on: `-1.5e` reads as -1.5, so far.
            if end >= len(self.buffer) - NEAR_END and self._more(size):
                continue
            self.position = end
            return found

    def _is_cut_short(self, error: json.JSONDecodeError) -> bool:
        return error.msg.startswith("Unterminated") or error.pos >= len(self.buffer) - NEAR_END

    def peek(self) -> str:
        """The next character that is no white space; "" at the end."""
        while True:
            while self.position < len(self.buffer) and self.buffer[self.position] in " \t\r\n":
                self.position += 1
            if self.position < len(self.buffer):
                return self.buffer[self.position]
            if not self._more(CHUNK):
                return ""

    def taken(self, character: str) -> bool:
        """Whether that character comes next; then it has been read."""
        if self.peek() != character:
            return False
        self.position += 1
        return True

    def expect(self, character: str) -> None:
        if not self.taken(character):
            found = self.peek()
            what = f"found “{found}”" if found else "it ends"
            raise self.error(f"expected “{character}”, but {what}")

    def end(self) -> None:
        if self.peek():
            raise self.error("something follows the end of the object")

    def _more(self, size: int) -> bool:
        """Read on, and forget what has been read; False at the end of the file."""
        if self.is_complete:
            return False
        if len(self.buffer) - self.position > MAX_MEMBER:
            raise self.error(f"one member is longer than {MAX_MEMBER:,} characters")
        raw = self.stream.read(size)
        try:
            text = self.decoder.decode(raw, final=not raw)
        except UnicodeDecodeError as error:
            raise self.error(f"not UTF-8: byte {error.object[error.start]:#04x}") from None
        self.is_complete = not raw
        if raw:
            self.line, self.column = self._place(self.position)
            self.buffer = self.buffer[self.position :] + text
            self.position = 0
        return bool(raw)

    def _place(self, position: int) -> tuple[int, int]:
        lines = self.buffer.count("\n", 0, position)
        if not lines:
            return self.line, self.column + position
        return self.line + lines, position - self.buffer.rfind("\n", 0, position)

    def error(self, message: str, position: int | None = None) -> InvalidArtifact:
        line, column = self._place(self.position if position is None else position)
        text = (message[:1].lower() + message[1:]).removesuffix(" at")
        return InvalidArtifact(
            f"is not valid JSON: {text} (line {line}, column {column})", line, column
        )


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


_DECODER = json.JSONDecoder(parse_float=_finite, parse_constant=lambda _: None)
