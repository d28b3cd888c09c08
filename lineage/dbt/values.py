"""Reading single values out of artifacts, which may be of any version and from any tool.

A value of a wrong kind counts as none: dbt's packages and forks write much that its schemas do
not know, and one odd `meta` must not keep a project out.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from catalog.reading.rules import validate_text

type Json = Mapping[str, Any]


def text(source: Json, *keys: str) -> str:
    """The first of `keys` that holds a text that is not empty, stripped; else ""."""
    for key in keys:
        value = source.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return storable(value.strip())
    return ""


def mapping(source: Json, key: str) -> Json:
    value = source.get(key)
    return value if isinstance(value, Mapping) else {}


def sequence(source: Json, key: str) -> Sequence[Any]:
    value = source.get(key)
    return value if isinstance(value, list) else ()


def texts(source: Json, key: str) -> tuple[str, ...]:
    """The texts of a list, or one text that stands without its list; each once."""
    value = source.get(key)
    items = [value] if isinstance(value, str) else sequence(source, key)
    found = (storable(item.strip()) for item in items if isinstance(item, str))
    return tuple(dict.fromkeys(item for item in found if item))


def number(source: Json, *keys: str) -> int | None:
    """The first of `keys` that holds a whole number from 0, also one written as text."""
    for key in keys:
        value = source.get(key)
        if isinstance(value, str) and value.isdecimal() and len(value) < 19:
            value = int(value)
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**63:
            return value
    return None


def storable(value: str) -> str:
    """Without what PostgreSQL cannot hold: NUL goes, half a surrogate pair is marked."""
    if validate_text(value) is None:
        return value
    return value.replace("\x00", "").encode("utf-8", "replace").decode()


def instant(source: Json, *keys: str) -> datetime | None:
    """The first of `keys` that holds a time; one without a zone is UTC, as dbt writes them."""
    for key in keys:
        value = source.get(key)
        if not isinstance(value, str) or len(value) > 64:
            continue
        try:
            when = datetime.fromisoformat(value)
            when = when.astimezone(UTC) if when.tzinfo else when.replace(tzinfo=UTC)
        except (ValueError, OverflowError):
            continue
        if 1970 <= when.year < 2200:
            return when
    return None
