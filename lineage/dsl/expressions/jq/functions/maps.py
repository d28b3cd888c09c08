"""Functions of maps, and those that ask what a value is."""

from collections.abc import Mapping
from typing import Any

from lineage.dsl.expressions.jq.functions.registry import (
    as_text,
    children_of,
    entries_of,
    list_of,
    value_function,
)
from lineage.dsl.expressions.jq.order import _compare, is_truthy, rank
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import is_number, kind, weigh


@value_function("keys")
def _keys(scope: Scope, value: Any) -> Any:
    if isinstance(value, Mapping):
        scope.spend(4 * len(value))
        return sorted(entries_of(scope, value))
    return list(range(len(list_of(scope, value))))


@value_function("to_entries")
def to_entries(scope: Scope, value: Any) -> Any:
    if isinstance(value, list | tuple):
        pairs: list[tuple[Any, Any]] = list(enumerate(list_of(scope, value)))
    else:
        pairs = list(entries_of(scope, value).items())
    return [{"key": key, "value": item} for key, item in pairs]


@value_function("from_entries")
def from_entries(scope: Scope, value: Any) -> Any:
    found = {}
    for entry in children_of(scope, value):
        fields = entries_of(scope, entry)
        names = [fields[n] for n in ("key", "k", "name", "Name", "K", "Key") if n in fields]
        name = next((n for n in names if is_truthy(n)), names[0] if names else None)
        if not isinstance(name, str | bool):
            raise ExpressionError(f"jq: {kind(name)} cannot be a key")
        key = as_text(scope, name)
        found[key] = next((fields[n] for n in ("value", "v", "Value", "V") if n in fields), None)
    return found


@value_function("has", 1)
def _has(scope: Scope, value: Any, key: Any) -> Any:
    if value is None:
        return False
    if isinstance(value, Mapping) and isinstance(key, str):
        return key in value
    if isinstance(value, list | tuple) and is_number(key):
        return 0 <= key < len(value)
    raise ExpressionError(f"jq: {kind(value)} cannot have {kind(key)} as key")


@value_function("contains", 1)
def _contains(scope: Scope, value: Any, part: Any) -> Any:
    weigh(scope, value)
    return holds(scope, value, part)


def holds(scope: Scope, value: Any, part: Any) -> bool:
    scope.spend(1)
    if isinstance(value, Mapping) and isinstance(part, Mapping):
        return all(key in value and holds(scope, value[key], part[key]) for key in part)
    if isinstance(value, list) and isinstance(part, list):
        return all(any(holds(scope, item, wanted) for item in value) for wanted in part)
    if isinstance(value, str) and isinstance(part, str):
        scope.spend_text(len(value))
        return part in value
    if rank(value) in (1, 2) and rank(part) in (1, 2):
        return value is part
    if rank(value) == rank(part):
        return _compare(value, part) == 0
    raise ExpressionError(f"jq: {kind(value)} cannot contain {kind(part)}")


@value_function("length")
def _length(scope: Scope, value: Any) -> Any:
    if value is None:
        return 0
    if is_number(value):
        return abs(value)
    if isinstance(value, bool):
        raise ExpressionError("jq: a boolean has no length")
    return len(value)


@value_function("type")
def _type(scope: Scope, value: Any) -> Any:
    return ("null", "boolean", "boolean", "number", "string", "array", "object")[rank(value)]


@value_function("not")
def _not(scope: Scope, value: Any) -> Any:
    return not is_truthy(value)
