"""Templates: texts with `{{ … }}` in them, compiled once and evaluated often."""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from lineage.dsl.expressions.grammar import Parser
from lineage.dsl.expressions.scope import (
    NO_FUNCTIONS,
    WORK_UNITS,
    ExpressionError,
    Functions,
    Purse,
    Scope,
    TooMuchWork,
)
from lineage.dsl.expressions.tokens import is_template, split_template
from lineage.dsl.expressions.values import from_json, to_text

# Few flows have more templates than this, and none of these is longer; together they bound what
# the cache can hold.
_CACHED_TEMPLATES = 2_048
_CACHED_LENGTH = 512

Run = Callable[[Scope], Any]


def check_template(text: str) -> None:
    """Raises ExpressionError when a template could never be evaluated."""
    _compiled(text)


def render(text: str, context: Mapping[str, Any], functions: Functions = NO_FUNCTIONS) -> str:
    """The text with its expressions replaced by their values, at most 64 KiB.

    Raises ExpressionError, and nothing else, whatever the text.
    """
    if not is_template(text):
        return text
    return _run(_as_text, text, context, functions)


def evaluate_text(
    text: str, context: Mapping[str, Any], functions: Functions = NO_FUNCTIONS
) -> Any:
    """The value of a text that is one expression; of any other template, its rendered text.

    A resulting text that reads as a JSON list or map becomes that (Kestra: a list may be given
    by an expression that renders to one). Raises ExpressionError.
    """
    if not is_template(text):
        return text
    return _run(_as_value, text, context, functions)


def evaluate_in(scope: Scope, text: str) -> Any:
    """The value of a template inside another evaluation, out of its purse."""
    return _value(_compiled(text), scope)


def _run(
    evaluate: Callable[[Scope, str], Any],
    text: str,
    context: Mapping[str, Any],
    functions: Functions,
) -> Any:
    purse: Purse | None = getattr(context, "purse", None)
    units = WORK_UNITS if purse is None else min(WORK_UNITS, purse.units)
    scope = Scope(context, functions, units)
    try:
        if units <= 0:
            raise TooMuchWork("the expressions of this execution take too much work")
        return evaluate(scope, text)
    except RecursionError:
        raise TooMuchWork("the expression is nested too deeply") from None
    finally:
        if purse is not None:
            purse.units -= units - scope.units


def _as_text(scope: Scope, text: str) -> str:
    parts = _compiled(text)
    if len(parts) == 1:
        result = to_text(scope, _evaluated(parts[0], scope))
    else:
        result = "".join([to_text(scope, _evaluated(part, scope)) for part in parts])
    scope.spend_text(len(result))
    return result


def _as_value(scope: Scope, text: str) -> Any:
    value = _value(_compiled(text.strip()), scope)
    if isinstance(value, str) and value.lstrip()[:1] in ("[", "{"):
        return from_json(scope, value)
    return value


def _value(parts: tuple[str | Run, ...], scope: Scope) -> Any:
    if len(parts) == 1:
        return _evaluated(parts[0], scope)
    result = "".join([to_text(scope, _evaluated(part, scope)) for part in parts])
    scope.spend_text(len(result))
    return result


def _evaluated(part: str | Run, scope: Scope) -> Any:
    return part if isinstance(part, str) else part(scope)


def _compiled(text: str) -> tuple[str | Run, ...]:
    return _cached(text) if len(text) <= _CACHED_LENGTH else _compile(text)


def _compile(text: str) -> tuple[str | Run, ...]:
    try:
        parts = split_template(text).parts
        return tuple(part if isinstance(part, str) else Parser(part).parse().run for part in parts)
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None


_cached = lru_cache(maxsize=_CACHED_TEMPLATES)(_compile)
