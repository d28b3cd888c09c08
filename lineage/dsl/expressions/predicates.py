"""What may follow `is` and `is not` (`defined` is part of the grammar: it takes missing names)."""

from collections.abc import Callable, Mapping
from typing import Any

from lineage.dsl.expressions import values
from lineage.dsl.expressions.scope import ExpressionError, Scope


def _even(scope: Scope, value: Any) -> bool:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ExpressionError(f"{values.kind(value)} is neither even nor odd")
    return value % 2 == 0


def _empty(scope: Scope, value: Any) -> bool:
    if isinstance(value, str):
        scope.spend(len(value) // 64)
        return not value.strip()
    return value is None or (isinstance(value, list | tuple | Mapping) and not value)


def _json(scope: Scope, value: Any) -> bool:
    try:
        values.from_json(scope, value if isinstance(value, str) else values.to_text(scope, value))
    except ExpressionError:
        scope.spend(1)
        return False
    return True


TESTS: Mapping[str, Callable[[Scope, Any], bool]] = {
    "defined": lambda scope, value: value is not None,
    "empty": _empty,
    "null": lambda scope, value: value is None,
    "none": lambda scope, value: value is None,
    "even": _even,
    "odd": lambda scope, value: not _even(scope, value),
    "iterable": lambda scope, value: isinstance(value, list | tuple),
    "json": _json,
    "map": lambda scope, value: isinstance(value, Mapping),
    "string": lambda scope, value: isinstance(value, str),
    "number": lambda scope, value: values.is_number(value),
}
