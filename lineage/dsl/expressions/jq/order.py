"""jq's total order of values, its truth, and its arithmetic."""

from collections.abc import Callable, Mapping
from typing import Any

from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import calculate, concatenate, is_number, weigh


def is_truthy(value: Any) -> bool:
    """In jq only null and false are false."""
    return value is not None and value is not False


def rank(value: Any) -> int:
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
    ranks = rank(left), rank(right)
    if ranks[0] != ranks[1]:
        return -1 if ranks[0] < ranks[1] else 1
    if ranks[0] in (3, 4):
        return (left > right) - (left < right)
    if ranks[0] == 5:
        return compare_lists(left, right)
    if ranks[0] == 6:
        keys = sorted(left), sorted(right)
        return compare_lists(*keys) or compare_lists(
            [left[key] for key in keys[0]], [right[key] for key in keys[1]]
        )
    return 0


def compare_lists(left: Any, right: Any) -> int:
    for first, second in zip(left, right, strict=False):
        order = _compare(first, second)
        if order:
            return order
    return (len(left) > len(right)) - (len(left) < len(right))


def arithmetic(operator: str) -> Callable[[Scope, Any, Any], Any]:
    """`+ - * / %` with jq's meanings for lists, maps and texts."""
    operate = {"+": plus, "-": _minus, "*": _times, "/": _over, "%": _modulo}[operator]
    return lambda scope, left, right: whole_if_it_is(operate(scope, left, right))


def whole_if_it_is(value: Any) -> Any:
    """jq knows one kind of number: 2.0 is 2."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return int(value)
    return value


def plus(scope: Scope, left: Any, right: Any) -> Any:
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
        return split(scope, left, right)
    if not (is_number(left) and is_number(right)):
        return calculate("/", left, right)
    if isinstance(left, int) and isinstance(right, int) and right and left % right == 0:
        return left // right
    return calculate("/", float(left), right)


def _modulo(scope: Scope, left: Any, right: Any) -> Any:
    if not (is_number(left) and is_number(right)):
        return calculate("%", left, right)
    return calculate("%", int(left), abs(int(right)))


def split(scope: Scope, text: str, separator: str) -> list[str]:
    scope.spend_text(len(text))
    if not text:
        return []
    parts = list(text) if separator == "" else text.split(separator)
    scope.spend(len(parts))
    return parts
