"""The functions, the order and the arithmetic of the jq subset.

Each entry of FUNCTIONS, by name and number of arguments, takes its arguments (filters) and gives
a filter: `(scope, input) -> list of outputs`.
"""

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

from lineage.dsl.expressions.scope import ExpressionError, Scope, TooMuchWork
from lineage.dsl.expressions.values import (
    calculate,
    concatenate,
    from_json,
    is_number,
    kind,
    to_json,
    weigh,
)

Run = Callable[[Scope, Any], list[Any]]

FUNCTIONS: dict[tuple[str, int], Callable[..., Run]] = {}


def is_truthy(value: Any) -> bool:
    """In jq only null and false are false."""
    return value is not None and value is not False


def _rank(value: Any) -> int:
    if value is None or value is False:
        return 0 if value is None else 1
    if value is True:
        return 2
    if is_number(value):
        return 3
    if isinstance(value, str):
        return 4
    return 6 if isinstance(value, Mapping) else 5


def compare(scope: Scope, left: Any, right: Any) -> int:
    """jq's total order: null, false, true, numbers, texts, lists, maps (by keys, then values)."""
    weigh(scope, left)
    weigh(scope, right)
    return _compare(left, right)


def _compare(left: Any, right: Any) -> int:
    ranks = _rank(left), _rank(right)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if ranks[0] in (3, 4):
        return (left > right) - (left < right)
    if ranks[0] == 5:
        return _compare_lists(left, right)
    if ranks[0] == 6:
        keys = sorted(left), sorted(right)
        return _compare_lists(*keys) or _compare_lists(
            [left[key] for key in keys[0]], [right[key] for key in keys[1]]
        )
    return 0


def _compare_lists(left: Any, right: Any) -> int:
    for first, second in zip(left, right, strict=False):
        order = _compare(first, second)
        if order:
            return order
    return (len(left) > len(right)) - (len(left) < len(right))


def arithmetic(operator: str) -> Callable[[Scope, Any, Any], Any]:
    """`+ - * / %` with jq's meanings for lists, maps and texts."""
    return {"+": _plus, "-": _minus, "*": _times, "/": _over, "%": _modulo}[operator]


def _plus(scope: Scope, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return right if left is None else left
    if isinstance(left, str) and isinstance(right, str):
        return concatenate(scope, left, right)
    if isinstance(left, list) and isinstance(right, list):
        scope.spend(len(left) + len(right))
        return left + right
    if isinstance(left, Mapping) and isinstance(right, Mapping):
        scope.spend(len(left) + len(right))
        return {**left, **right}
    return calculate("+", left, right)


def _minus(scope: Scope, left: Any, right: Any) -> Any:
    if isinstance(left, list) and isinstance(right, list):
        scope.spend(len(left) * len(right))
        return [item for item in left if not any(compare(scope, item, r) == 0 for r in right)]
    return calculate("-", left, right)


def _times(scope: Scope, left: Any, right: Any) -> Any:
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError("jq: a text cannot be repeated")
    return calculate("*", left, right)


def _over(scope: Scope, left: Any, right: Any) -> Any:
    if isinstance(left, str) and isinstance(right, str):
        return _split(scope, left, right)
    if not (is_number(left) and is_number(right)):
        return calculate("/", left, right)
    if isinstance(left, int) and isinstance(right, int) and right and left % right == 0:
        return left // right
    return calculate("/", float(left), right)


def _modulo(scope: Scope, left: Any, right: Any) -> Any:
    if not (is_number(left) and is_number(right)):
        return calculate("%", left, right)
    return calculate("%", int(left), abs(int(right)))


def _split(scope: Scope, text: str, separator: str) -> list[str]:
    scope.spend_text(len(text))
    if not text:
        return []
    parts = list(text) if separator == "" else text.split(separator)
    scope.spend(len(parts))
    return parts


def _function(name: str, arguments: int = 0) -> Callable[[Callable[..., Any]], Any]:
    """Registers a filter that gets the values of its arguments: every combination of them."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        def build(*runs: Run) -> Run:
            def run(scope: Scope, value: Any) -> list[Any]:
                scope.spend(1)
                combinations: list[tuple[Any, ...]] = [()]
                for argument in runs:
                    outputs = argument(scope, value)
                    scope.spend(len(combinations) * len(outputs))
                    combinations = [(*c, o) for o in outputs for c in combinations]
                return [function(scope, value, *combination) for combination in combinations]

            return run

        FUNCTIONS[name, arguments] = build
        return function

    return register


def _filter(name: str, arguments: int = 1) -> Callable[[Callable[..., Run]], Callable[..., Run]]:
    """Registers a filter that gets its arguments unevaluated."""

    def register(build: Callable[..., Run]) -> Callable[..., Run]:
        FUNCTIONS[name, arguments] = build
        return build

    return register


def _list(scope: Scope, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ExpressionError(f"jq: expected a list, not {kind(value)}")
    scope.spend(1 + len(value))
    return list(value)


def _entries(scope: Scope, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ExpressionError(f"jq: expected an object, not {kind(value)}")
    scope.spend(1 + len(value))
    return value


def _key_of(key: Run, scope: Scope, item: Any) -> list[Any]:
    outputs = key(scope, item)
    weigh(scope, outputs)
    return outputs


def _ordered(scope: Scope, value: Any, key: Run) -> list[tuple[list[Any], Any]]:
    """The items with their keys, sorted by them; stable."""
    keyed = [(_key_of(key, scope, item), item) for item in _list(scope, value)]
    # Sorting compares every item about log2(n) times.
    for _ in range(len(keyed).bit_length()):
        weigh(scope, [key for key, _ in keyed])
    return sorted(keyed, key=_BY_KEY)


_BY_KEY = functools.cmp_to_key(
    lambda first, second: _compare_lists(first[0], second[0])  # type: ignore[index]
)


def _grouped(scope: Scope, value: Any, key: Run) -> list[list[Any]]:
    groups: list[tuple[list[Any], list[Any]]] = []
    for name, item in _ordered(scope, value, key):
        if groups and _compare_lists(groups[-1][0], name) == 0:
            groups[-1][1].append(item)
        else:
            groups.append((name, [item]))
    return [items for _, items in groups]


def _self(scope: Scope, value: Any) -> list[Any]:
    return [value]


# Choosing and reshaping


@_filter("map")
def _map(inner: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        items = list(_entries(scope, value).values()) if isinstance(value, Mapping) else value
        found: list[Any] = []
        for item in _list(scope, items):
            found += inner(scope, item)
        scope.spend(len(found))
        return [found]

    return run


@_filter("select")
def _select(test: Run) -> Run:
    return lambda scope, value: [value for outcome in test(scope, value) if is_truthy(outcome)]


@_filter("map_values")
def _map_values(inner: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        if isinstance(value, Mapping):
            found = {k: inner(scope, v)[:1] for k, v in _entries(scope, value).items()}
            return [{key: outputs[0] for key, outputs in found.items() if outputs}]
        return [[out for item in _list(scope, value) for out in inner(scope, item)[:1]]]

    return run


@_filter("sort_by")
def _sort_by(key: Run) -> Run:
    return lambda scope, value: [[item for _, item in _ordered(scope, value, key)]]


@_filter("group_by")
def _group_by(key: Run) -> Run:
    return lambda scope, value: [_grouped(scope, value, key)]


@_filter("unique_by")
def _unique_by(key: Run) -> Run:
    return lambda scope, value: [[group[0] for group in _grouped(scope, value, key)]]


@_filter("min_by")
def _min_by(key: Run) -> Run:
    return lambda scope, value: [next((i for _, i in _ordered(scope, value, key)), None)]


@_filter("max_by")
def _max_by(key: Run) -> Run:
    return lambda scope, value: [next((i for _, i in _ordered(scope, value, key)[::-1]), None)]


@_filter("first")
def _first_of(inner: Run) -> Run:
    return lambda scope, value: inner(scope, value)[:1]


@_filter("last")
def _last_of(inner: Run) -> Run:
    return lambda scope, value: inner(scope, value)[-1:]


@_filter("any")
def _any_of(test: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        return [any(is_truthy(o) for i in _list(scope, value) for o in test(scope, i))]

    return run


@_filter("all")
def _all_of(test: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        return [all(is_truthy(o) for i in _list(scope, value) for o in test(scope, i))]

    return run


@_filter("with_entries")
def _with_entries(inner: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        changed = _map(inner)(scope, _to_entries(scope, value))
        return [_from_entries(scope, changed[0])]

    return run


@_filter("empty", 0)
def _empty() -> Run:
    return lambda scope, value: []


@_filter("values", 0)
def _values() -> Run:
    return lambda scope, value: [] if value is None else [value]


# Lists


@_function("first")
def _first(scope: Scope, value: Any) -> Any:
    return next(iter(_list(scope, value)), None)


@_function("last")
def _last(scope: Scope, value: Any) -> Any:
    items = _list(scope, value)
    return items[-1] if items else None


@_function("sort")
def _sort(scope: Scope, value: Any) -> Any:
    return [item for _, item in _ordered(scope, value, _self)]


@_function("unique")
def _unique(scope: Scope, value: Any) -> Any:
    return [group[0] for group in _grouped(scope, value, _self)]


@_function("min")
def _min(scope: Scope, value: Any) -> Any:
    return next((item for _, item in _ordered(scope, value, _self)), None)


@_function("max")
def _max(scope: Scope, value: Any) -> Any:
    return next((item for _, item in reversed(_ordered(scope, value, _self))), None)


@_function("reverse")
def _reverse(scope: Scope, value: Any) -> Any:
    return value[::-1] if isinstance(value, str) else _list(scope, value)[::-1]


@_function("add")
def _add(scope: Scope, value: Any) -> Any:
    items = list(_entries(scope, value).values()) if isinstance(value, Mapping) else value
    total = None
    for item in _list(scope, items):
        total = _plus(scope, total, item)
    return total


@_function("any")
def _any(scope: Scope, value: Any) -> Any:
    return any(is_truthy(item) for item in _list(scope, value))


@_function("all")
def _all(scope: Scope, value: Any) -> Any:
    return all(is_truthy(item) for item in _list(scope, value))


@_function("flatten")
def _flatten(scope: Scope, value: Any) -> Any:
    weigh(scope, value)
    return _flat(_list(scope, value))


def _flat(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in items:
        found += _flat(item) if isinstance(item, list | tuple) else [item]
    return found


@_function("join", 1)
def _join(scope: Scope, value: Any, separator: Any) -> Any:
    if not isinstance(separator, str):
        raise ExpressionError("jq: join takes a text")
    parts = []
    size = 0
    for item in _list(scope, value):
        if isinstance(item, list | tuple | Mapping):
            raise ExpressionError(f"jq: cannot join {kind(item)}")
        parts.append("" if item is None else _tostring(scope, item))
        size += len(parts[-1]) + len(separator)
        scope.spend_text(size if size > 60_000 else len(parts[-1]))
    return separator.join(parts)


@_function("index", 1)
def _index(scope: Scope, value: Any, wanted: Any) -> Any:
    if isinstance(value, str) and isinstance(wanted, str) and wanted:
        scope.spend_text(len(value))
        position = value.find(wanted)
        return None if position < 0 else position
    items = _list(scope, value)
    found = (i for i, item in enumerate(items) if compare(scope, item, wanted) == 0)
    return next(found, None)


# Maps and kinds


@_function("keys")
def _keys(scope: Scope, value: Any) -> Any:
    if isinstance(value, Mapping):
        scope.spend(4 * len(value))
        return sorted(_entries(scope, value))
    return list(range(len(_list(scope, value))))


@_function("to_entries")
def _to_entries(scope: Scope, value: Any) -> Any:
    return [{"key": key, "value": item} for key, item in _entries(scope, value).items()]


@_function("from_entries")
def _from_entries(scope: Scope, value: Any) -> Any:
    found = {}
    for entry in _list(scope, value):
        fields = _entries(scope, entry)
        names = [fields[n] for n in ("key", "k", "name", "Name", "K", "Key") if n in fields]
        name = next((n for n in names if is_truthy(n)), names[0] if names else None)
        key = name if isinstance(name, str) else _tostring(scope, name)
        found[key] = next((fields[n] for n in ("value", "v", "Value", "V") if n in fields), None)
    return found


@_function("has", 1)
def _has(scope: Scope, value: Any, key: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(key, str):
        return key in value
    if isinstance(value, list | tuple) and is_number(key):
        return 0 <= key < len(value)
    raise ExpressionError(f"jq: {kind(value)} cannot have {kind(key)} as key")


@_function("contains", 1)
def _contains(scope: Scope, value: Any, part: Any) -> Any:
    weigh(scope, value)
    return _holds(scope, value, part)


def _holds(scope: Scope, value: Any, part: Any) -> bool:
    scope.spend(1)
    if isinstance(value, Mapping) and isinstance(part, Mapping):
        return all(key in value and _holds(scope, value[key], part[key]) for key in part)
    if isinstance(value, list) and isinstance(part, list):
        return all(any(_holds(scope, item, wanted) for item in value) for wanted in part)
    if isinstance(value, str) and isinstance(part, str):
        scope.spend_text(len(value))
        return part in value
    if _rank(value) in (1, 2) and _rank(part) in (1, 2):
        return value is part
    if _rank(value) == _rank(part):
        return _compare(value, part) == 0
    raise ExpressionError(f"jq: {kind(value)} cannot contain {kind(part)}")


@_function("length")
def _length(scope: Scope, value: Any) -> Any:
    if value is None:
        return 0
    if is_number(value):
        return abs(value)
    if isinstance(value, bool):
        raise ExpressionError("jq: a boolean has no length")
    return len(value)


@_function("type")
def _type(scope: Scope, value: Any) -> Any:
    return ("null", "boolean", "boolean", "number", "string", "array", "object")[_rank(value)]


@_function("not")
def _not(scope: Scope, value: Any) -> Any:
    return not is_truthy(value)


# Texts and numbers


@_function("tostring")
def _tostring(scope: Scope, value: Any) -> Any:
    return value if isinstance(value, str) else to_json(scope, value)


@_function("tojson")
def _tojson(scope: Scope, value: Any) -> Any:
    return to_json(scope, value)


@_function("fromjson")
def _fromjson(scope: Scope, value: Any) -> Any:
    return from_json(scope, _text(scope, value))


@_function("tonumber")
def _tonumber(scope: Scope, value: Any) -> Any:
    if is_number(value):
        return value
    text = _text(scope, value)
    if len(text) > 300:
        raise TooMuchWork("jq: a number has too many digits")
    try:
        number = int(text) if text.lstrip("-").isdecimal() else float(text)
    except ValueError:
        raise ExpressionError(f"jq: '{text[:40]}' is not a number") from None
    if not math.isfinite(number):
        raise ExpressionError(f"jq: '{text[:40]}' is not a number")
    return number


@_function("floor")
def _floor(scope: Scope, value: Any) -> Any:
    return math.floor(calculate("+", value, 0))


@_function("ceil")
def _ceil(scope: Scope, value: Any) -> Any:
    return math.ceil(calculate("+", value, 0))


@_function("abs")
def _abs(scope: Scope, value: Any) -> Any:
    return abs(calculate("+", value, 0))


def _text(scope: Scope, value: Any) -> str:
    if not isinstance(value, str):
        raise ExpressionError(f"jq: expected text, not {kind(value)}")
    scope.spend_text(len(value))
    return value


@_function("ascii_downcase")
def _downcase(scope: Scope, value: Any) -> Any:
    return _text(scope, value).translate(_TO_LOWER)


@_function("ascii_upcase")
def _upcase(scope: Scope, value: Any) -> Any:
    return _text(scope, value).translate(_TO_UPPER)


_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_TO_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


@_function("startswith", 1)
def _startswith(scope: Scope, value: Any, prefix: Any) -> Any:
    return _text(scope, value).startswith(_text(scope, prefix))


@_function("endswith", 1)
def _endswith(scope: Scope, value: Any, suffix: Any) -> Any:
    return _text(scope, value).endswith(_text(scope, suffix))


@_function("ltrimstr", 1)
def _ltrimstr(scope: Scope, value: Any, prefix: Any) -> Any:
    both = isinstance(value, str) and isinstance(prefix, str)
    return value.removeprefix(prefix) if both else value


@_function("rtrimstr", 1)
def _rtrimstr(scope: Scope, value: Any, suffix: Any) -> Any:
    both = isinstance(value, str) and isinstance(suffix, str)
    return value.removesuffix(suffix) if both else value


@_function("split", 1)
def _split_text(scope: Scope, value: Any, separator: Any) -> Any:
    return _split(scope, _text(scope, value), _text(scope, separator))
