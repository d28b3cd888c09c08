"""Filters of lists and maps; a map passes for the list of its values."""

import functools
from collections.abc import Mapping
from typing import Any

from lineage.dsl.expressions.filters.registry import items_of, value_filter, whole
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import compare, kind, to_json, to_text, weigh


@value_filter("first")
def first_filter(scope: Scope, value: Any) -> Any:
    if isinstance(value, str):
        return value[:1]
    items = items_of(scope, value)
    return items[0] if items else None


@value_filter("last")
def last_filter(scope: Scope, value: Any) -> Any:
    if isinstance(value, str):
        return value[-1:]
    items = items_of(scope, value)
    return items[-1] if items else None


@value_filter("length", "size", "count")
def length_filter(scope: Scope, value: Any) -> int:
    if isinstance(value, str | list | tuple | Mapping):
        return len(value)
    raise ExpressionError(f"{kind(value)} has no length")


@value_filter("join")
def join_filter(scope: Scope, value: Any, separator: Any = "") -> str:
    between = to_text(scope, separator)
    parts = []
    size = 0
    for item in items_of(scope, value):
        part = to_text(scope, item)
        size += len(part) + len(between)
        scope.spend(1)
        if size > 70_000:
            scope.spend_text(size)
        parts.append(part)
    text = between.join(parts)
    scope.spend_text(len(text))
    return text


def _sorted(scope: Scope, value: Any) -> list[Any]:
    items = items_of(scope, value)
    # Each item is compared about log2(n) times.
    for _ in range(len(items).bit_length()):
        weigh(scope, items)
    return sorted(items, key=functools.cmp_to_key(functools.partial(compare, scope)))


@value_filter("sort")
def sort_filter(scope: Scope, value: Any) -> list[Any]:
    return _sorted(scope, value)


@value_filter("rsort")
def rsort_filter(scope: Scope, value: Any) -> list[Any]:
    return _sorted(scope, value)[::-1]


@value_filter("reverse")
def reverse_filter(scope: Scope, value: Any) -> Any:
    if isinstance(value, str):
        scope.spend_text(len(value))
        return value[::-1]
    return items_of(scope, value)[::-1]


@value_filter("distinct", "unique", "uniq")
def distinct_filter(scope: Scope, value: Any) -> list[Any]:
    seen: set[str] = set()
    found = []
    for item in items_of(scope, value):
        scope.spend(4)
        key = f"{type(item).__name__}:{to_json(scope, item)}"
        if key not in seen:
            seen.add(key)
            found.append(item)
    return found


@value_filter("chunk")
def chunk_filter(scope: Scope, value: Any, size: Any) -> list[Any]:
    items, step = items_of(scope, value), whole(size, "size")
    if step < 1:
        raise ExpressionError("size must be positive")
    return [items[start : start + step] for start in range(0, len(items), step)]


@value_filter("slice")
def slice_filter(scope: Scope, value: Any, fromIndex: Any = 0, toIndex: Any = None) -> Any:
    start = whole(fromIndex, "fromIndex")
    end = None if toIndex is None else whole(toIndex, "toIndex")
    if start < 0 or (end is not None and end < start):
        raise ExpressionError("the indexes of a slice must be positive and in order")
    if isinstance(value, str):
        scope.spend(len(value) // 32)
        return value[start:end]
    return items_of(scope, value)[start:end]


@value_filter("merge")
def merge_filter(scope: Scope, value: Any, items: Any) -> Any:
    if isinstance(value, Mapping) and isinstance(items, Mapping):
        scope.spend(len(value) + len(items))
        return {**value, **items}
    return items_of(scope, value) + items_of(scope, items)


@value_filter("flatten")
def flatten_filter(scope: Scope, value: Any) -> list[Any]:
    found: list[Any] = []
    for item in items_of(scope, value):
        found.extend(items_of(scope, item) if isinstance(item, list | tuple) else [item])
    return found


@value_filter("keys")
def keys_filter(scope: Scope, value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        scope.spend(len(value))
        return list(value)
    return list(range(len(items_of(scope, value))))


@value_filter("values")
def values_filter(scope: Scope, value: Any) -> list[Any]:
    return items_of(scope, value)
