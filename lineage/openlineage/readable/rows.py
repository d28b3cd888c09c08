"""Rows of a facet on a page, and the plain facets that are only a list of members."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from lineage.dsl import SECRET_MASK
from lineage.openlineage.about import without_password
from lineage.openlineage.events import time_of

TEXT, CODE, LINK, TIME, MARKDOWN, JSON = "text", "code", "link", "time", "markdown", "json"

_SECRET = re.compile(r"passw|secret|token|credential|(?:api|private|access|auth)_?-?key", re.I)
#: Beside the members of a facet: who sent it, after which schema, and whether it is deleted.
_BASE = frozenset({"_producer", "_schemaURL", "_deleted"})


class Row(NamedTuple):
    """`kind`: text, code, link, time, markdown, or json, of which `value` is the plain value."""

    label: str
    value: Any
    kind: str = TEXT


@dataclass(frozen=True, slots=True)
class ReadableFacet:
    """`is_known`: the specification describes it, so the rows are more than its JSON."""

    title: str
    rows: list[Row]
    is_known: bool


class Shape(NamedTuple):
    """How a facet is shown: `read` yields rows and names the members that it has dealt with."""

    title: str
    read: Callable[[Mapping[str, Any]], Iterable[Row]]
    members: frozenset[str]


class Member(NamedTuple):
    key: str
    label: str
    kind: str = TEXT


def plain(title: str, *members: Member) -> Shape:
    """A facet whose members are shown one by one, in this order."""

    def read(body: Mapping[str, Any]) -> Iterator[Row]:
        for key, label, kind in members:
            if body.get(key) is not None:
                yield value_row(label, body[key], kind)

    return Shape(title, read, frozenset(member.key for member in members))


def value_row(label: str, value: Any, kind: str = TEXT) -> Row:
    """A value as `kind` if it can be that, else as text if it is short, else as JSON."""
    if isinstance(value, bool):
        return Row(label, "yes" if value else "no")
    if isinstance(value, int | float):
        return Row(label, str(value))
    if not isinstance(value, str):
        return Row(label, value, JSON)
    text = without_password(value) if kind in (TEXT, LINK) else value
    if kind == LINK and not text.startswith(("https://", "http://")):
        kind = TEXT
    if kind == TIME and time_of(text) is None:
        kind = TEXT
    return Row(label, text, CODE if kind == TEXT and "\n" in text else kind)


def others(body: Mapping[str, Any], known: frozenset[str]) -> Iterator[Row]:
    """The members that no specification knows."""
    for key, value in body.items():
        if key not in known and key not in _BASE and value is not None:
            yield value_row(key, value)


def secret_row(label: str, value: Any) -> Row:
    """A value that is not shown where its name says that it is secret."""
    return Row(label, SECRET_MASK) if is_secret(label) else value_row(label, value)


def is_secret(name: str) -> bool:
    """Whether the name of a value says that it is not for everybody."""
    return bool(_SECRET.search(name))


def items_in(body: Mapping[str, Any], key: str) -> Iterator[Any]:
    """The items of a list; a member of another type as the only one."""
    value = body.get(key)
    if isinstance(value, list):
        yield from value
    elif value is not None:
        yield value


def listed(
    title: str, key: str, row: Callable[[Mapping[str, Any]], Row], more: Iterable[Member] = ()
) -> Shape:
    """A facet that is a list of objects under `key`, each a row, and perhaps some `more`."""
    head = plain(title, *more)

    def read(body: Mapping[str, Any]) -> Iterator[Row]:
        yield from head.read(body)
        for item in items_in(body, key):
            is_one = isinstance(item, dict) and isinstance(body[key], list)
            yield row(item) if is_one else Row(key, item, JSON)

    return Shape(title, read, head.members | {key})


def joined(*texts: Any, by: str = " · ") -> str:
    """What is there of texts and numbers."""
    return by.join(str(text) for text in texts if isinstance(text, str | int | float)
                   and text != "" and text is not False)  # fmt: skip


def name_text(value: Any) -> str:
    """`namespace name` of a job or dataset, or what is there of it."""
    if not isinstance(value, dict):
        return ""
    return joined(value.get("namespace"), value.get("name"), by=" ")
