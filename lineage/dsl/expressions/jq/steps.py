"""The filters that jq's operators make: an input and the purse in, a list of outputs out.

Each pays for its outputs, since that is what lets a short program do endless work.
"""

from collections.abc import Callable, Mapping
from typing import Any

from lineage.dsl.expressions.jq.order import compare, is_truthy
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import is_number, kind

Run = Callable[[Scope, Any], list[Any]]

COMPARISONS: Mapping[str, Callable[[int], bool]] = {
    "==": lambda order: order == 0,
    "!=": lambda order: order != 0,
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}


def identity(scope: Scope, value: Any) -> list[Any]:
    return [value]


def always(constant: Any) -> Run:
    return lambda scope, value: [constant]


def made(make: Callable[[], Any]) -> Run:
    return lambda scope, value: [make()]


def piped(left: Run, right: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for item in left(scope, value):
            outputs = right(scope, item)
            scope.spend(1 + len(outputs))
            found += outputs
        return found

    return run


def both(left: Run, right: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found = left(scope, value) + right(scope, value)
        scope.spend(len(found))
        return found

    return run


def alternative(left: Run, right: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        return [item for item in left(scope, value) if is_truthy(item)] or right(scope, value)

    return run


def logical(left: Run, right: Run, *, decides: bool) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for first in left(scope, value):
            if is_truthy(first) == decides:
                found.append(decides)
            else:
                found += [is_truthy(second) for second in right(scope, value)]
            scope.spend(1 + len(found))
        return found

    return run


def comparing(accept: Callable[[int], bool]) -> Callable[[Scope, Any, Any], Any]:
    return lambda scope, left, right: accept(compare(scope, left, right))


def crossed(left: Run, right: Run, operate: Callable[[Scope, Any, Any], Any]) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        seconds = right(scope, value)
        firsts = left(scope, value) if seconds else []
        scope.spend(1 + len(firsts) * len(seconds))
        return [operate(scope, first, second) for second in seconds for first in firsts]

    return run


def optional(term: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        try:
            return term(scope, value)
        except ExpressionError:
            scope.spend(1)
            return []

    return run


def each(term: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for container in term(scope, value):
            if isinstance(container, Mapping):
                children = list(container.values())
            elif isinstance(container, list | tuple):
                children = list(container)
            else:
                raise ExpressionError(f"jq: cannot iterate over {kind(container)}")
            scope.spend(1 + len(children))
            found += children
        return found

    return run


def indexed(term: Run, index: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        keys = index(scope, value)
        containers = term(scope, value)
        scope.spend(1 + len(keys) * len(containers))
        return [_at(container, key) for container in containers for key in keys]

    return run


def _at(container: Any, key: Any) -> Any:
    if container is None and (key is None or isinstance(key, str) or is_number(key)):
        return None
    if isinstance(container, Mapping) and isinstance(key, str):
        return container.get(key)
    if isinstance(container, list | tuple) and is_number(key):
        position = int(key // 1)
        inside = -len(container) <= position < len(container)
        return container[position] if inside else None
    raise ExpressionError(f"jq: cannot index {kind(container)} with {_key(key)}")


def _key(key: Any) -> str:
    return f"'{key[:40]}'" if isinstance(key, str) else kind(key)


def sliced(term: Run, start: Run, end: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found = []
        for container in term(scope, value):
            for last in end(scope, value):
                for first in start(scope, value):
                    scope.spend(1 + (len(container) if hasattr(container, "__len__") else 0) // 8)
                    found.append(_slice(container, first, last))
        return found

    return run


def _slice(container: Any, first: Any, last: Any) -> Any:
    if container is None:
        return None
    bounds_fit = all(bound is None or isinstance(bound, int) for bound in (first, last))
    if not bounds_fit or not isinstance(container, str | list | tuple):
        raise ExpressionError(f"jq: cannot slice {kind(container)}")
    return container[first:last]


def object(entries: tuple[tuple[Run, Run], ...]) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[dict[str, Any]] = [{}]
        for key, item in entries:
            names, items = key(scope, value), item(scope, value)
            scope.spend(
                len(found) * len(names) * len(items) * (1 + len(found[0] if found else ()))
            )
            if not all(isinstance(name, str) for name in names):
                raise ExpressionError("jq: the keys of an object must be text")
            found = [{**made, n: i} for made in found for n in names for i in items]
        return found

    return run


def conditional(test: Run, chosen: Run, other: Run) -> Run:
    def run(scope: Scope, value: Any) -> list[Any]:
        found: list[Any] = []
        for outcome in test(scope, value):
            found += (chosen if is_truthy(outcome) else other)(scope, value)
            scope.spend(1 + len(found))
        return found

    return run
