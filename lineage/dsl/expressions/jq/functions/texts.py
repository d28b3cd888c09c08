"""Functions of texts and numbers."""

import math
from typing import Any

from lineage.dsl.expressions.jq.functions.registry import as_text, value_function
from lineage.dsl.expressions.jq.order import split
from lineage.dsl.expressions.scope import ExpressionError, Scope, TooMuchWork
from lineage.dsl.expressions.values import calculate, from_json, is_number, kind, to_json

value_function("tostring")(as_text)


@value_function("tojson")
def _tojson(scope: Scope, value: Any) -> Any:
    return to_json(scope, value)


@value_function("fromjson")
def _fromjson(scope: Scope, value: Any) -> Any:
    return from_json(scope, _text(scope, value))


@value_function("tonumber")
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


@value_function("floor")
def _floor(scope: Scope, value: Any) -> Any:
    return math.floor(calculate("+", value, 0))


@value_function("ceil")
def _ceil(scope: Scope, value: Any) -> Any:
    return math.ceil(calculate("+", value, 0))


@value_function("abs")
def _abs(scope: Scope, value: Any) -> Any:
    return abs(calculate("+", value, 0))


def _text(scope: Scope, value: Any) -> str:
    if not isinstance(value, str):
        raise ExpressionError(f"jq: expected text, not {kind(value)}")
    scope.spend_text(len(value))
    return value


@value_function("ascii_downcase")
def _downcase(scope: Scope, value: Any) -> Any:
    return _mapped(scope, value, _TO_LOWER)


@value_function("ascii_upcase")
def _upcase(scope: Scope, value: Any) -> Any:
    return _mapped(scope, value, _TO_UPPER)


def _mapped(scope: Scope, value: Any, letters: dict[int, int]) -> str:
    scope.spend(len(_text(scope, value)) // 2)
    return value.translate(letters)


_TO_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}
_TO_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}


@value_function("startswith", 1)
def _startswith(scope: Scope, value: Any, prefix: Any) -> Any:
    return _text(scope, value).startswith(_text(scope, prefix))


@value_function("endswith", 1)
def _endswith(scope: Scope, value: Any, suffix: Any) -> Any:
    return _text(scope, value).endswith(_text(scope, suffix))


@value_function("ltrimstr", 1)
def _ltrimstr(scope: Scope, value: Any, prefix: Any) -> Any:
    both = isinstance(value, str) and isinstance(prefix, str)
    return value.removeprefix(prefix) if both else value


@value_function("rtrimstr", 1)
def _rtrimstr(scope: Scope, value: Any, suffix: Any) -> Any:
    both = isinstance(value, str) and isinstance(suffix, str)
    return value.removesuffix(suffix) if both else value


@value_function("split", 1)
def _split_text(scope: Scope, value: Any, separator: Any) -> Any:
    return split(scope, _text(scope, value), _text(scope, separator))
