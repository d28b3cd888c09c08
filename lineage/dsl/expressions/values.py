"""The values of the language: null, booleans, numbers, texts, lists, maps and dates.

Semantics are Pebble's as Kestra runs it: whole numbers divide to whole numbers, `+` with a text
concatenates, lists and maps print as JSON.
"""

import json
import math
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from catalog.reading.json_text import InvalidJson, parse_json
from lineage.dsl.expressions.scope import MAX_DEPTH, ExpressionError, Missing, Scope, TooMuchWork

_LARGEST_INTEGER = 2**63


def kind(value: Any) -> str:
    """The word for a value's kind in messages."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int | float):
        return "a number"
    if isinstance(value, str):
        return "text"
    if isinstance(value, datetime):
        return "a date"
    return "a map" if isinstance(value, Mapping) else "a list"


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def is_true(value: Any) -> bool:
    """Null, false, zero and everything empty are false."""
    return bool(value)


def weigh(scope: Scope, value: Any, depth: int = MAX_DEPTH) -> None:
    """Pays for walking all of a value, before somebody does."""
    if isinstance(value, str):
        scope.spend(1 + len(value) // 32)
    elif isinstance(value, Mapping):
        _go_deeper(depth)
        scope.spend(1 + len(value))
        for key, child in value.items():
            if len(key) > 32:
                scope.spend(len(key) // 32)
            if child.__class__ is not int:
                weigh(scope, child, depth - 1)
    elif isinstance(value, list | tuple):
        _go_deeper(depth)
        scope.spend(1 + len(value))
        for child in value:
            if child.__class__ is not int:
                weigh(scope, child, depth - 1)
    elif isinstance(value, int) and not isinstance(value, bool):
        scope.spend(1 + value.bit_length() // 64)


def _go_deeper(depth: int) -> None:
    if depth <= 0:
        raise TooMuchWork(f"a value is nested deeper than {MAX_DEPTH} levels")


def to_text(scope: Scope, value: Any) -> str:
    """A value as it stands in a rendered text."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, int):
        return whole_number(value)
    if isinstance(value, datetime):
        return iso(value)
    return to_json(scope, value)


def whole_number(value: int) -> str:
    if value.bit_length() > 4000:
        raise TooMuchWork("a number has too many digits")
    return str(value)


def to_json(scope: Scope, value: Any) -> str:
    """Compact JSON, as Jackson writes it."""
    weigh(scope, value)
    try:
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_json_default)
    except ValueError:
        raise ExpressionError("the value has no form in JSON") from None
    scope.spend_text(len(text))
    return text


def _json_default(value: Any) -> Any:
    if isinstance(value, datetime):
        return iso(value)
    return dict(value) if isinstance(value, Mapping) else str(value)


def from_json(scope: Scope, text: str) -> Any:
    """Plain values of a JSON text."""
    # Reading makes up to one value for every two characters, so it costs far more than scanning.
    scope.spend(1 + len(text) // 6)
    try:
        return parse_json(text)
    except InvalidJson as error:
        raise ExpressionError(str(error)) from None


def iso(value: datetime) -> str:
    """`2024-01-31T08:00:00.000000Z`: Kestra's default format of a date."""
    text = value.isoformat(timespec="microseconds")
    return text.removesuffix("+00:00") + "Z" if text.endswith("+00:00") else text


def look_up(container: Any, key: Any, path: str) -> Any:
    """What stands under a key of a map or an index of a list: the only attribute access there is.

    `path` names the container in messages. Raises Missing.
    """
    if isinstance(container, dict | Mapping):
        if isinstance(key, str) and key in container:
            return container[key]
        # Iteration values are texts in Kestra's JSON: outputs.each[1] means the key "1".
        if is_number(key) and str(key) in container:
            return container[str(key)]
        raise Missing(f"{path} has no '{_short(key)}'")
    if isinstance(container, list | tuple):
        index = int(key) if isinstance(key, str) and key.isdecimal() and len(key) < 9 else key
        if isinstance(index, int) and not isinstance(index, bool) and 0 <= index < len(container):
            return container[index]
        raise Missing(f"{path} has no item {_short(key)}: it has {len(container)}")
    if container is None:
        raise Missing(f"{path} is null and has no '{_short(key)}'")
    raise ExpressionError(f"{path} is {kind(container)} and has no '{_short(key)}'")


def _short(key: Any) -> str:
    text = key if isinstance(key, str) else repr(key)
    return text if len(text) <= 60 else f"{text[:60]}…"


def equal(scope: Scope, left: Any, right: Any) -> bool:
    """Equality of kinds and contents; numbers by value."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, str) and isinstance(right, str):
        scope.spend(min(len(left), len(right)) // 64)
        return left == right
    if isinstance(left, list | tuple | Mapping) and isinstance(right, list | tuple | Mapping):
        weigh(scope, left)
        weigh(scope, right)
    return bool(left == right)


def compare(scope: Scope, left: Any, right: Any) -> int:
    """-1, 0 or 1 for two numbers, texts or dates."""
    if isinstance(left, str) and isinstance(right, str):
        scope.spend(min(len(left), len(right)) // 64)
    comparable = (
        (is_number(left) and is_number(right))
        or (isinstance(left, str) and isinstance(right, str))
        or (isinstance(left, datetime) and isinstance(right, datetime))
    )
    if not comparable:
        raise ExpressionError(f"cannot compare {kind(left)} with {kind(right)}")
    return (left > right) - (left < right)


def contains(scope: Scope, container: Any, item: Any) -> bool:
    """Pebble's `contains`: a part of a text, a key of a map, an item (or several) of a list."""
    if container is None:
        return False
    if isinstance(container, str):
        scope.spend(1 + len(container) // 32)
        return to_text(scope, item) in container
    if isinstance(container, Mapping):
        return isinstance(item, str) and item in container
    if not isinstance(container, list | tuple):
        raise ExpressionError(f"{kind(container)} cannot contain anything")
    if isinstance(item, list | tuple):
        return all(_holds(scope, container, part) for part in item)
    return _holds(scope, container, item)


def _holds(scope: Scope, items: Any, wanted: Any) -> bool:
    if isinstance(wanted, str):
        scope.spend(1 + len(items) // 4)
        return wanted in items
    scope.spend(1 + 3 * len(items))
    return any(equal(scope, item, wanted) for item in items)


def add(scope: Scope, left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        return concatenate(scope, left, right)
    if isinstance(left, list | tuple):
        added = list(right) if isinstance(right, list | tuple) else [right]
        scope.spend(len(left) + len(added))
        return [*left, *added]
    return calculate("+", left, right)


def concatenate(scope: Scope, left: Any, right: Any) -> str:
    first, second = to_text(scope, left), to_text(scope, right)
    scope.spend_text(len(first) + len(second))
    return first + second


def calculate(operator: str, left: Any, right: Any) -> int | float:
    """`+ - * / %` on numbers within 64 bits, as Java does it: 7 / 2 is 3, -7 % 2 is -1."""
    if not (is_number(left) and is_number(right)):
        raise ExpressionError(f"cannot calculate {kind(left)} {operator} {kind(right)}")
    if max(abs(left), abs(right)) >= _LARGEST_INTEGER and not _both_float(left, right):
        raise TooMuchWork("a number is too large to calculate with")
    try:
        result = _ARITHMETIC[operator](left, right)
    except ZeroDivisionError:
        raise ExpressionError("cannot divide by zero") from None
    except OverflowError:
        raise TooMuchWork("a number grows too large") from None
    if isinstance(result, float) and not math.isfinite(result):
        raise TooMuchWork("a number grows too large")
    if isinstance(result, int) and abs(result) >= _LARGEST_INTEGER:
        raise TooMuchWork("a number grows too large")
    return result


def _both_float(left: Any, right: Any) -> bool:
    return isinstance(left, float) and isinstance(right, float)


def _divide(left: Any, right: Any) -> Any:
    if isinstance(left, int) and isinstance(right, int):
        quotient = abs(left) // abs(right)
        return quotient if (left < 0) == (right < 0) else -quotient
    return left / right


_ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": lambda left, right: left + right,
    "-": lambda left, right: left - right,
    "*": lambda left, right: left * right,
    "/": _divide,
    "%": lambda left, right: (
        left - right * _divide(left, right)
        if isinstance(left, int) and isinstance(right, int)
        else math.fmod(left, right)
    ),
}
