"""The filters behind `|`: Pebble's and Kestra's, under the names people know from there.

As in Pebble, null filtered is null (except by `default`), and numbers pass for text. Nothing
here runs a regular expression that somebody else wrote.
"""

import base64
import functools
import hashlib
import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from lineage.dsl.expressions import dates, jq
from lineage.dsl.expressions.library import Library
from lineage.dsl.expressions.scope import ExpressionError, Scope, TooMuchWork
from lineage.dsl.expressions.values import (
    compare,
    concatenate,
    from_json,
    is_number,
    kind,
    to_json,
    to_text,
)

FILTERS = Library(leading=2)
_META = re.compile(r"[\\^$.|?*+()\[\]{}]")


def _filter(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a filter that leaves null alone."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def guarded(scope: Scope, value: Any, *arguments: Any, **options: Any) -> Any:
            return None if value is None else function(scope, value, *arguments, **options)

        return FILTERS.add(*names)(guarded)

    return register


def _text_filter(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a filter of text: pays for the text, and for what becomes of it."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def textual(scope: Scope, value: Any, *arguments: Any, **options: Any) -> Any:
            text = to_text(scope, value)
            scope.spend_text(len(text))
            result = function(scope, text, *arguments, **options)
            if isinstance(result, str):
                scope.spend_text(len(result))
            return result

        return _filter(*names)(textual)

    return register


def _items(scope: Scope, value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        raise ExpressionError(f"expected a list, not {kind(value)}")
    scope.spend(1 + len(value))
    return list(value)


def _count(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 1_000_000:
        raise ExpressionError(f"{what} must be a whole number of sensible size")
    return value


# Structured data


@_filter("toJson", "json", "jsonEncode", "tojson")
def to_json_filter(scope: Scope, value: Any) -> str:
    return to_json(scope, value)


@_filter("jq")
def jq_filter(scope: Scope, value: Any, expression: Any) -> list[Any]:
    """Always a list, as in Kestra; text is read as JSON first."""
    if not isinstance(expression, str):
        raise ExpressionError("jq takes a program as text")
    value = from_json(scope, value) if isinstance(value, str) else value
    return jq.run(scope, expression, value)


@FILTERS.add("default")
def default_filter(scope: Scope, value: Any, default: Any) -> Any:
    empty = value is None or (isinstance(value, str | list | tuple | Mapping) and not value)
    return default if empty else value


# Numbers


@_filter("abs")
def abs_filter(scope: Scope, value: Any) -> Any:
    if not is_number(value):
        raise ExpressionError(f"expected a number, not {kind(value)}")
    return abs(value)


@_filter("number")
def number_filter(scope: Scope, value: Any, type: Any = None) -> Any:
    text = to_text(scope, value).strip()
    if len(text) > 300:
        raise TooMuchWork("a number has too many digits")
    try:
        if type in ("FLOAT", "DOUBLE", "BIGDECIMAL"):
            return float(text)
        whole = type in ("INT", "LONG", "BIGINTEGER") or re.fullmatch(r"[-+]?\d+", text)
        return int(text) if whole else float(text)
    except ValueError:
        raise ExpressionError(f"'{text[:60]}' is not a number") from None


@_filter("numberFormat", "numberformat")
def number_format(scope: Scope, value: Any, format: Any = "#,##0.###") -> str:
    """Java's DecimalFormat as far as `0`, `#`, `,` and one `.` go."""
    match = re.fullmatch(r"([#0,]{0,30})(?:\.(0{0,15})(#{0,15}))?", str(format))
    if not is_number(value) or match is None:
        raise ExpressionError("numberFormat takes a number and a format like '#,##0.00'")
    whole, required, optional = match[1], match[2] or "", match[3] or ""
    grouping = "," if "," in whole else ""
    text = f"{value:{grouping}.{len(required) + len(optional)}f}"
    head, _, tail = text.partition(".")
    tail = tail[: len(required)] + tail[len(required) :].rstrip("0")
    return f"{head}.{tail}" if tail else head


# Collections


@_filter("first")
def first_filter(scope: Scope, value: Any) -> Any:
    if isinstance(value, str):
        return value[:1]
    items = _items(scope, value)
    return items[0] if items else None


@_filter("last")
def last_filter(scope: Scope, value: Any) -> Any:
    if isinstance(value, str):
        return value[-1:]
    items = _items(scope, value)
    return items[-1] if items else None


@_filter("length", "size", "count")
def length_filter(scope: Scope, value: Any) -> int:
    if isinstance(value, str | list | tuple | Mapping):
        return len(value)
    raise ExpressionError(f"{kind(value)} has no length")


@_filter("join")
def join_filter(scope: Scope, value: Any, separator: Any = "") -> str:
    between = to_text(scope, separator)
    parts = []
    size = 0
    for item in _items(scope, value):
        part = to_text(scope, item)
        size += len(part) + len(between)
        scope.spend(1)
        if size > 70_000:
            scope.spend_text(size)
        parts.append(part)
    text = between.join(parts)
    scope.spend_text(len(text))
    return text


@_text_filter("split")
def split_filter(scope: Scope, value: str, delimiter: Any, limit: Any = 0) -> list[str]:
    """By a literal delimiter; one escaped for Java's regular expressions (`\\.`) works too."""
    between = _literal(delimiter)
    limit = _count(limit, "limit")
    parts = list(value) if between == "" else value.split(between, limit - 1 if limit > 0 else -1)
    scope.spend(len(parts))
    while limit == 0 and len(parts) > 1 and parts[-1] == "":
        parts.pop()
    return parts


def _literal(pattern: Any) -> str:
    if not isinstance(pattern, str):
        raise ExpressionError("the delimiter must be text")
    if len(pattern) == 1:
        return pattern
    bare = re.sub(r"\\([^A-Za-z0-9])", "", pattern)
    if _META.search(bare):
        raise ExpressionError("regular expressions are not supported; use a literal delimiter")
    return re.sub(r"\\([^A-Za-z0-9])", r"\1", pattern)


def _sorted(scope: Scope, value: Any) -> list[Any]:
    items = _items(scope, value)
    scope.spend(4 * len(items))
    return sorted(items, key=functools.cmp_to_key(compare))


@_filter("sort")
def sort_filter(scope: Scope, value: Any) -> list[Any]:
    return _sorted(scope, value)


@_filter("rsort")
def rsort_filter(scope: Scope, value: Any) -> list[Any]:
    return _sorted(scope, value)[::-1]


@_filter("reverse")
def reverse_filter(scope: Scope, value: Any) -> Any:
    return value[::-1] if isinstance(value, str) else _items(scope, value)[::-1]


@_filter("distinct", "unique", "uniq")
def distinct_filter(scope: Scope, value: Any) -> list[Any]:
    seen: set[str] = set()
    found = []
    for item in _items(scope, value):
        key = f"{type(item).__name__}:{to_json(scope, item)}"
        if key not in seen:
            seen.add(key)
            found.append(item)
    return found


@_filter("chunk")
def chunk_filter(scope: Scope, value: Any, size: Any) -> list[Any]:
    items, step = _items(scope, value), _count(size, "size")
    if step < 1:
        raise ExpressionError("size must be positive")
    return [items[start : start + step] for start in range(0, len(items), step)]


@_filter("slice")
def slice_filter(scope: Scope, value: Any, fromIndex: Any = 0, toIndex: Any = None) -> Any:
    start = _count(fromIndex, "fromIndex")
    end = None if toIndex is None else _count(toIndex, "toIndex")
    if start < 0 or (end is not None and end < start):
        raise ExpressionError("the indexes of a slice must be positive and in order")
    return (value if isinstance(value, str) else _items(scope, value))[start:end]


@_filter("merge")
def merge_filter(scope: Scope, value: Any, items: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(items, Mapping):
        scope.spend(len(value) + len(items))
        return {**value, **items}
    return _items(scope, value) + _items(scope, items)


@_filter("flatten")
def flatten_filter(scope: Scope, value: Any) -> list[Any]:
    found: list[Any] = []
    for item in _items(scope, value):
        found.extend(_items(scope, item) if isinstance(item, list | tuple) else [item])
    return found


@_filter("keys")
def keys_filter(scope: Scope, value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        scope.spend(len(value))
        return list(value)
    return list(range(len(_items(scope, value))))


@_filter("values")
def values_filter(scope: Scope, value: Any) -> list[Any]:
    return _items(scope, value)


# Text


@_text_filter("lower")
def lower_filter(scope: Scope, value: str) -> str:
    return value.lower()


@_text_filter("upper")
def upper_filter(scope: Scope, value: str) -> str:
    return value.upper()


@_text_filter("title")
def title_filter(scope: Scope, value: str) -> str:
    return re.sub(r"\S+", lambda word: word[0][0].upper() + word[0][1:], value)


@_text_filter("capitalize")
def capitalize_filter(scope: Scope, value: str) -> str:
    return value[:1].upper() + value[1:]


@_text_filter("trim")
def trim_filter(scope: Scope, value: str) -> str:
    return value.strip()


@_text_filter("string")
def string_filter(scope: Scope, value: str) -> str:
    return value


@_text_filter("abbreviate")
def abbreviate_filter(scope: Scope, value: str, length: Any) -> str:
    width = max(4, _count(length, "length"))
    return value if len(value) <= width else value[: width - 3] + "..."


@_text_filter("slugify")
def slugify_filter(scope: Scope, value: str) -> str:
    """Kestra's Slugify: accents go, everything but letters, digits and dashes goes."""
    plain = unicodedata.normalize("NFD", re.sub(r"\s", "-", value))
    slug = re.sub(r"[^A-Za-z0-9_-]", "", plain).replace("_", "-")
    return re.sub(r"-+", "-", slug).removeprefix("-").removesuffix("-").lower()


@_text_filter("replace")
def replace_filter(scope: Scope, value: str, replace_pairs: Any, regexp: Any = False) -> str:
    if regexp:
        raise ExpressionError("regular expressions are not supported in replace")
    if not isinstance(replace_pairs, Mapping):
        raise ExpressionError("replace takes a map of texts and what replaces them")
    for old, new in replace_pairs.items():
        if old:
            fresh = to_text(scope, new)
            found = value.count(old)
            scope.spend_text(len(value) + found * max(0, len(fresh) - len(old)))
            value = value.replace(old, fresh)
    return value


@_text_filter("startsWith")
def starts_with(scope: Scope, value: str, prefix: Any) -> bool:
    return value.startswith(to_text(scope, prefix))


@_text_filter("endsWith")
def ends_with(scope: Scope, value: str, suffix: Any) -> bool:
    return value.endswith(to_text(scope, suffix))


@_text_filter("substringBefore")
def substring_before(scope: Scope, value: str, separator: Any) -> str:
    return value.split(_separator(separator), 1)[0]


@_text_filter("substringBeforeLast")
def substring_before_last(scope: Scope, value: str, separator: Any) -> str:
    return value.rsplit(_separator(separator), 1)[0]


@_text_filter("substringAfter")
def substring_after(scope: Scope, value: str, separator: Any) -> str:
    return value.partition(_separator(separator))[2]


@_text_filter("substringAfterLast")
def substring_after_last(scope: Scope, value: str, separator: Any) -> str:
    head, found, tail = value.rpartition(_separator(separator))
    return tail if found else ""


def _separator(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ExpressionError("the separator must be text")
    return value


@_text_filter("base64encode")
def base64_encode(scope: Scope, value: str) -> str:
    return base64.b64encode(value.encode()).decode()


@_text_filter("base64decode")
def base64_decode(scope: Scope, value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode()
    except ValueError:
        raise ExpressionError("the text is not Base64 of a text") from None


@_text_filter("urlencode")
def url_encode(scope: Scope, value: str) -> str:
    return quote_plus(value)


@_text_filter("urldecode")
def url_decode(scope: Scope, value: str) -> str:
    return unquote_plus(value)


def _hash(name: str, algorithm: Callable[..., Any]) -> None:
    @_text_filter(name)
    def digest(scope: Scope, value: str) -> str:
        return algorithm(value.encode(), usedforsecurity=False).hexdigest()


for _name in ("md5", "sha1", "sha256", "sha512"):
    _hash(_name, getattr(hashlib, _name))

_ESCAPES = {
    "single": lambda text: text.replace("'", "\\'"),
    "double": lambda text: text.replace('"', '\\"'),
    "shell": lambda text: text.replace("'", "'\\''"),
}


@_text_filter("escapeChar")
def escape_char(scope: Scope, value: str, type: Any) -> str:
    if type not in _ESCAPES:
        raise ExpressionError(f"escapeChar takes one of {', '.join(_ESCAPES)}")
    return _ESCAPES[type](value)


@_text_filter("indent")
def indent_filter(scope: Scope, value: str, amount: Any, prefix: Any = " ") -> str:
    return _indented(scope, value, amount, prefix)


@_text_filter("nindent")
def nindent_filter(scope: Scope, value: str, amount: Any, prefix: Any = " ") -> str:
    first = _prefix(scope, amount, prefix)
    return concatenate(scope, "\n" + first, _indented(scope, value, amount, prefix))


def _prefix(scope: Scope, amount: Any, prefix: Any) -> str:
    count, text = max(0, _count(amount, "amount")), to_text(scope, prefix)
    scope.spend_text(count * len(text))
    return text * count


def _indented(scope: Scope, value: str, amount: Any, prefix: Any) -> str:
    before = _prefix(scope, amount, prefix)
    scope.spend_text(len(value) + value.count("\n") * len(before))
    return value.replace("\n", "\n" + before)


# Dates


@_filter("date")
def date_filter(
    scope: Scope,
    value: Any,
    format: Any = None,
    timeZone: Any = None,
    existingFormat: Any = None,
    locale: Any = None,
) -> str:
    _english(locale)
    return dates.format_date(dates.to_date(value, timeZone, existingFormat), format)


@_filter("dateAdd")
def date_add(  # noqa: PLR0913 - the arguments are Kestra's
    scope: Scope,
    value: Any,
    amount: Any,
    unit: Any,
    format: Any = None,
    timeZone: Any = None,
    existingFormat: Any = None,
    locale: Any = None,
) -> str:
    _english(locale)
    moved = dates.add_units(dates.to_date(value, timeZone, existingFormat), amount, unit)
    return dates.format_date(moved, format)


def _english(locale: Any) -> None:
    if locale is not None and not str(locale).lower().startswith("en"):
        raise ExpressionError("dates are written in English only")


def _timestamps(name: str, per_second: int) -> None:
    @_filter(name)
    def since_1970(
        scope: Scope,
        value: Any,
        timeZone: Any = None,
        existingFormat: Any = None,
    ) -> int:
        return dates.timestamp(dates.to_date(value, timeZone, existingFormat), per_second)


_timestamps("timestamp", 1)
_timestamps("timestampMilli", 1_000)
_timestamps("timestampMicro", 1_000_000)
_timestamps("timestampNano", 1_000_000_000)

FILTERS.refuse(
    ("regexMatch", "regexReplace", "regexExtract"),
    "filter",
    "regular expressions are not run",
)
FILTERS.refuse(
    ("toIon", "yaml", "className", "sh", "condenseString"),
    "filter",
    "it belongs to the orchestrator's own engine",
)
