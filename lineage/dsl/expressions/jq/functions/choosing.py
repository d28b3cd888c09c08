"""Functions that take a filter: map, select, sort_by and their kin."""

from collections.abc import Mapping
from typing import Any

from lineage.dsl.expressions.jq.functions.maps import from_entries, to_entries
from lineage.dsl.expressions.jq.functions.registry import (
    Run,
    children_of,
    entries_of,
    filter_function,
    grouped,
    list_of,
    ordered,
)
from lineage.dsl.expressions.jq.order import is_truthy
from lineage.dsl.expressions.scope import Scope


@filter_function("map")
def _map(inner: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for item in children_of(scope, value):
            found += inner(scope, item)
        scope.spend(len(found))
        return [found]

    return run


@filter_function("select")
def _select(test: Run) -> Run:
    return lambda scope, value: [value for outcome in test(scope, value) if is_truthy(outcome)]


@filter_function("map_values")
def _map_values(inner: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        if isinstance(value, Mapping):
            found = {k: inner(scope, v)[:1] for k, v in entries_of(scope, value).items()}
            return [{key: outputs[0] for key, outputs in found.items() if outputs}]
        return [[out for item in list_of(scope, value) for out in inner(scope, item)[:1]]]

    return run


@filter_function("sort_by")
def _sort_by(key: Run) -> Run:
    return lambda scope, value: [[item for _, item in ordered(scope, value, key)]]


@filter_function("group_by")
def _group_by(key: Run) -> Run:
    return lambda scope, value: [grouped(scope, value, key)]


@filter_function("unique_by")
def _unique_by(key: Run) -> Run:
    return lambda scope, value: [[group[0] for group in grouped(scope, value, key)]]


@filter_function("min_by")
def _min_by(key: Run) -> Run:
    return lambda scope, value: [next((i for _, i in ordered(scope, value, key)), None)]


@filter_function("max_by")
def _max_by(key: Run) -> Run:
    return lambda scope, value: [next((i for _, i in ordered(scope, value, key)[::-1]), None)]


@filter_function("first")
def _first_of(inner: Run) -> Run:
    return lambda scope, value: inner(scope, value)[:1]


@filter_function("last")
def _last_of(inner: Run) -> Run:
    return lambda scope, value: inner(scope, value)[-1:]


@filter_function("any")
def _any_of(test: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        return [any(is_truthy(o) for i in children_of(scope, value) for o in test(scope, i))]

    return run


@filter_function("all")
def _all_of(test: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        return [all(is_truthy(o) for i in children_of(scope, value) for o in test(scope, i))]

    return run


@filter_function("with_entries")
def _with_entries(inner: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        changed = _map(inner)(scope, to_entries(scope, value))
        return [from_entries(scope, changed[0])]

    return run


@filter_function("empty", 0)
def _empty() -> Run:
    return lambda scope, value: []


@filter_function("values", 0)
def _values() -> Run:
    return lambda scope, value: [] if value is None else [value]
