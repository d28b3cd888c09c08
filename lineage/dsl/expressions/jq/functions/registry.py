"""How jq's functions are registered, and what many of them need.

Each entry of FUNCTIONS, by name and number of arguments, takes its arguments (filters) and gives
a filter: `(scope, input) -> list of outputs`.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from lineage.dsl.expressions.jq.order import compare_lists
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import kind, to_json, weigh

Run = Callable[[Scope, Any], list[Any]]

FUNCTIONS: dict[tuple[str, int], Callable[..., Run]] = {}


def value_function(name: str, arguments: int = 0) -> Callable[[Callable[..., Any]], Any]:
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


def filter_function(
    name: str, arguments: int = 1
) -> Callable[[Callable[..., Run]], Callable[..., Run]]:
    """Registers a filter that gets its arguments unevaluated."""

    def register(build: Callable[..., Run]) -> Callable[..., Run]:
        FUNCTIONS[name, arguments] = build
        return build

    return register


def list_of(scope: Scope, value: Any) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise ExpressionError(f"jq: expected a list, not {kind(value)}")
    scope.spend(1 + len(value))
    return list(value)


def children_of(scope: Scope, value: Any) -> list[Any]:
    """What `.[]` gives: the items of a list, the values of an object."""
    return list_of(scope, list(value.values()) if isinstance(value, Mapping) else value)


def entries_of(scope: Scope, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ExpressionError(f"jq: expected an object, not {kind(value)}")
    scope.spend(1 + len(value))
    return value


def _key_of(key: Run, scope: Scope, item: Any) -> list[Any]:
    outputs = key(scope, item)
    weigh(scope, outputs)
    return outputs


def ordered(scope: Scope, value: Any, key: Run) -> list[tuple[list[Any], Any]]:
    """The items with their keys, sorted by them; stable."""
    keyed = [(_key_of(key, scope, item), item) for item in list_of(scope, value)]
    # Sorting compares every item about log2(n) times.
    for _ in range(len(keyed).bit_length()):
        weigh(scope, [key for key, _ in keyed])
    return sorted(keyed, key=functools.cmp_to_key(_compare_keys))


def _compare_keys(first: tuple[list[Any], Any], second: tuple[list[Any], Any]) -> int:
    return compare_lists(first[0], second[0])


def grouped(scope: Scope, value: Any, key: Run) -> list[list[Any]]:
    groups: list[tuple[list[Any], list[Any]]] = []
    for name, item in ordered(scope, value, key):
        if groups and compare_lists(groups[-1][0], name) == 0:
            groups[-1][1].append(item)
        else:
            groups.append((name, [item]))
    return [items for _, items in groups]


def itself(scope: Scope, value: Any) -> list[Any]:
    return [value]


def as_text(scope: Scope, value: Any) -> str:
    """jq's tostring."""
    if isinstance(value, str):
        return value
    scope.spend(4)
    return to_json(scope, value)
