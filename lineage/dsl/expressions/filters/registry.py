"""How filters are registered, and what most of them need: null left alone, text paid for."""

import functools
from collections.abc import Callable, Mapping
from typing import Any

from lineage.dsl.expressions.library import Library
from lineage.dsl.expressions.scope import ExpressionError, Scope
from lineage.dsl.expressions.values import kind, to_text

FILTERS = Library(leading=2)


def value_filter(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a filter that leaves null alone."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def guarded(scope: Scope, value: Any, *arguments: Any, **options: Any) -> Any:
            return None if value is None else function(scope, value, *arguments, **options)

        return FILTERS.add(*names)(guarded)

    return register


def text_filter(*names: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Registers a filter of text: pays for the text, and for what becomes of it."""

    def register(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def textual(scope: Scope, value: Any, *arguments: Any, **options: Any) -> Any:
            text = to_text(scope, value)
            scope.spend_text(len(text))
            result = function(scope, text, *arguments, **options)
            if isinstance(result, str):
                scope.spend_text(len(result))
            return result

        return value_filter(*names)(textual)

    return register


def items_of(scope: Scope, value: Any) -> list[Any]:
    if isinstance(value, Mapping):
        value = list(value.values())
    if not isinstance(value, list | tuple):
        raise ExpressionError(f"expected a list, not {kind(value)}")
    scope.spend(1 + len(value))
    return list(value)


def whole(value: Any, what: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) > 1_000_000:
        raise ExpressionError(f"{what} must be a whole number of sensible size")
    return value
