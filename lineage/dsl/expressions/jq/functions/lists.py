"""Functions of lists."""

from collections.abc import Mapping
from typing import Any

from lineage.dsl.expressions.jq.functions.registry import (
    as_text,
    children_of,
    grouped,
    itself,
    list_of,
    ordered,
    value_function,
)
from lineage.dsl.expressions.jq.order import compare, is_truthy, plus
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import kind, weigh


@value_function("first")
def _first(scope: Scope, value: Any) -> Any:
    return None if value is None else next(iter(list_of(scope, value)), None)


@value_function("last")
def _last(scope: Scope, value: Any) -> Any:
    items = [] if value is None else list_of(scope, value)
    return items[-1] if items else None


@value_function("sort")
def _sort(scope: Scope, value: Any) -> Any:
    return [item for _, item in ordered(scope, value, itself)]


@value_function("unique")
def _unique(scope: Scope, value: Any) -> Any:
    return [group[0] for group in grouped(scope, value, itself)]


@value_function("min")
def _min(scope: Scope, value: Any) -> Any:
    return next((item for _, item in ordered(scope, value, itself)), None)


@value_function("max")
def _max(scope: Scope, value: Any) -> Any:
    return next((item for _, item in reversed(ordered(scope, value, itself))), None)


@value_function("reverse")
def _reverse(scope: Scope, value: Any) -> Any:
    return [] if value is None or value == {} else list_of(scope, value)[::-1]


@value_function("add")
def _add(scope: Scope, value: Any) -> Any:
    total = None
    for item in children_of(scope, value):
        scope.spend(2)
        total = plus(scope, total, item)
    return total


@value_function("any")
def _any(scope: Scope, value: Any) -> Any:
    return any(is_truthy(item) for item in children_of(scope, value))


@value_function("all")
def _all(scope: Scope, value: Any) -> Any:
    return all(is_truthy(item) for item in children_of(scope, value))


@value_function("flatten")
def _flatten(scope: Scope, value: Any) -> Any:
    weigh(scope, value)
    return _flat(list_of(scope, value))


def _flat(items: Any) -> list[Any]:
    found: list[Any] = []
    for item in items:
        found += _flat(item) if isinstance(item, list | tuple) else [item]
    return found


@value_function("join", 1)
def _join(scope: Scope, value: Any, separator: Any) -> Any:
    if not isinstance(separator, str):
        raise ExpressionError("jq: join takes a text")
    parts = []
    size = 0
    for item in children_of(scope, value):
        if isinstance(item, list | tuple | Mapping):
            raise ExpressionError(f"jq: cannot join {kind(item)}")
        parts.append("" if item is None else as_text(scope, item))
        size += len(parts[-1]) + len(separator)
        scope.spend_text(size if size > 60_000 else len(parts[-1]))
    return separator.join(parts)


@value_function("index", 1)
def _index(scope: Scope, value: Any, wanted: Any) -> Any:
    if isinstance(value, str) and isinstance(wanted, str) and wanted:
        scope.spend_text(len(value))
        position = value.find(wanted)
        return None if position < 0 else position
    items = list_of(scope, value)
    found = (i for i, item in enumerate(items) if compare(scope, item, wanted) == 0)
    return next(found, None)
