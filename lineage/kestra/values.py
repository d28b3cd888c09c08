"""Reading single values out of posted JSON, and collecting what is wrong with them."""

import hashlib
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from catalog.reading.rules import unseen_character

EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
MAX_MESSAGE = 20_000
#: Flows and tasks as executions name them; registered flows are shorter (Kestra).
FLOW_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,199}")
#: NUL as JSON writes it; after an escaped backslash the same letters are plain text.
_NUL = re.compile(r"(?<!\\)(?:\\\\)*\\u0000")


def as_time(value: Any) -> datetime | None:
    """ISO 8601; nanoseconds are cut to µs; without a zone it is UTC. None: not a time."""
    return _read_time(value) if isinstance(value, str) and len(value) < 64 else None


@lru_cache(maxsize=4096)
def _read_time(value: str) -> datetime | None:
    """Kept a while: one execution says the same moment several times over."""
    try:
        when = datetime.fromisoformat(value)
        return when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


_encode = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
).encode


def canonical(value: Any) -> tuple[bytes, bool]:
    """(JSON with sorted keys, whether PostgreSQL can store all of it): one pass for both.

    What cannot be stored is NUL, lone surrogates and NaN; the bytes are b"" where there is no
    JSON of it at all. Fields are looked at one by one only when this says no.
    """
    try:
        content = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    except TypeError:  # integers beyond 64 bits, lone surrogates, very deep nesting
        return _canonical(value)
    if b"null" in content and not _canonical(value)[0]:  # NaN is written as null
        return b"", False
    return content, b"\\u0000" not in content or not holds_nul(content.decode())


def _canonical(value: Any) -> tuple[bytes, bool]:
    """The same by Python's own writer, which takes more and refuses NaN."""
    try:
        text = _encode(value)
        return text.encode(), not holds_nul(text)
    except (ValueError, TypeError, RecursionError):
        return b"", False


def holds_nul(text: str) -> bool:
    """Whether a JSON text holds a NUL character."""
    return "\\u0000" in text and _NUL.search(text) is not None


def digest(content: bytes, *more: str) -> str:
    """Of the content as posted, whatever the order of its keys."""
    hashed = hashlib.blake2b(content, digest_size=12)
    for text in more:
        hashed.update(text.encode())
    return hashed.hexdigest()


def as_json(value: Any, path: str, problems: "Problems") -> None:
    """Note a problem if PostgreSQL cannot store `value` as JSON."""
    if problems.storable:
        return
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False)
        text.encode()
    except (ValueError, TypeError, RecursionError) as exc:
        reason = "it holds a lone surrogate" if isinstance(exc, UnicodeError) else str(exc)
        problems.add(path, f"Cannot be stored as JSON: {reason}.")
        return
    if holds_nul(text):
        problems.add(path, "Cannot be stored: it holds a NUL character.")


class Problems:
    """What is wrong with one posted object: `found` is [{"field", "message"}]."""

    def __init__(self, *, storable: bool = False) -> None:
        self.found: list[dict[str, str]] = []
        #: The whole object is known to be storable: no text in it needs a look of its own.
        self.storable = storable

    def add(self, path: str, message: str) -> None:
        if len(self.found) < 50:
            self.found.append({"field": path, "message": message})

    def text(
        self,
        source: Mapping[str, Any],
        key: str,
        pattern: re.Pattern[str] | None = None,
        *,
        path: str = "",
        required: bool = False,
    ) -> str:
        value = source.get(key)
        if isinstance(value, str) and value and (not pattern or pattern.fullmatch(value)):
            return value if self.storable else self.checked(value, _join(path, key))
        if value is None or value == "":
            if required:
                self.add(_join(path, key), "Required.")
        elif not isinstance(value, str):
            self.add(_join(path, key), "Expected a string.")
        else:
            assert pattern
            self.add(_join(path, key), f"“{value[:100]}” does not match {pattern.pattern}.")
        return ""

    def visible(
        self,
        source: Mapping[str, Any],
        key: str,
        pattern: re.Pattern[str],
        *,
        path: str = "",
        required: bool = False,
    ) -> str:
        """Text in which every character can be seen: two ids must not look the same."""
        text = self.text(source, key, pattern, path=path, required=required)
        if unseen := unseen_character(text):
            self.add(_join(path, key), f"Must not contain {unseen}.")
            return ""
        return text

    def checked(self, value: str, where: str) -> str:
        """Text that PostgreSQL can hold."""
        if self.storable:
            return value
        if "\x00" in value:
            self.add(where, "Cannot be stored: it holds a NUL character.")
            return ""
        try:
            value.encode()
        except UnicodeEncodeError:
            self.add(where, "Cannot be stored: it holds a lone surrogate.")
            return ""
        return value

    def message(self, source: Mapping[str, Any], key: str, *, path: str = "") -> str:
        """Free text, or Kestra's error object with a `message`; cut at 20 000 characters."""
        value = source.get(key)
        if isinstance(value, Mapping):
            value = value.get("message")
        if value is None:
            return ""
        return self.checked(str(value)[:MAX_MESSAGE], _join(path, key))

    def integer(self, source: Mapping[str, Any], key: str, *, path: str = "") -> int | None:
        value = source.get(key)
        if value is None:
            return None
        if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
            self.add(_join(path, key), "Expected a whole number from 0.")
            return None
        return value

    def mapping(self, source: Mapping[str, Any], key: str, *, path: str = "") -> dict[str, Any]:
        return self._json(source, key, path, dict, "an object")

    def sequence(self, source: Mapping[str, Any], key: str, *, path: str = "") -> list[Any]:
        return self._json(source, key, path, list, "a list")

    def _json[T: (dict[str, Any], list[Any])](
        self, source: Mapping[str, Any], key: str, path: str, kind: type[T], noun: str
    ) -> T:
        value = source.get(key)
        if value is None:
            return kind()
        if not isinstance(value, kind):
            self.add(_join(path, key), f"Expected {noun}.")
            return kind()
        if not self.storable:
            as_json(value, _join(path, key), self)
        return value

    def time(self, source: Mapping[str, Any], key: str, *, path: str = "") -> datetime | None:
        value = source.get(key)
        if value is None:
            return None
        when = as_time(value)
        if when is None:
            self.add(_join(path, key), "Expected an ISO 8601 time such as 2026-11-21T08:30:00Z.")
        elif not EARLIEST <= when < LATEST:
            self.add(_join(path, key), "Out of range: expected a time from 1970 to 2199.")
            return None
        return when


def _join(path: str, key: str) -> str:
    return f"{path}.{key}" if path else key
