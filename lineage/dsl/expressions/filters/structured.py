"""Filters of structured data and of numbers."""

import math
import re
from collections.abc import Mapping
from typing import Any

from lineage.dsl.expressions import jq
from lineage.dsl.expressions.filters.registry import FILTERS, value_filter
from lineage.dsl.expressions.scope import ExpressionError, Scope, TooMuchWork
from lineage.dsl.expressions.values import from_json, is_number, kind, to_json, to_text


@value_filter("toJson", "json", "jsonEncode", "tojson")
def to_json_filter(scope: Scope, value: Any) -> str:
    return to_json(scope, value)


@value_filter("jq")
def jq_filter(scope: Scope, value: Any, expression: Any) -> list[Any]:
    """Always a list, as in Kestra; text is read as JSON first."""
    if not isinstance(expression, str):
        raise ExpressionError("jq takes a program as text")
    value = from_json(scope, value) if isinstance(value, str) else value
    return jq.run(scope, expression, value)


@FILTERS.check("jq")
def check_jq(given: Mapping[str, Any]) -> None:
    if isinstance(program := given.get("expression"), str):
        jq.check(program)


@FILTERS.add("default")
def default_filter(scope: Scope, value: Any, default: Any) -> Any:
    empty = value is None or (isinstance(value, str | list | tuple | Mapping) and not value)
    return default if empty else value


@value_filter("abs")
def abs_filter(scope: Scope, value: Any) -> Any:
    if not is_number(value):
        raise ExpressionError(f"expected a number, not {kind(value)}")
    return abs(value)


@value_filter("number")
def number_filter(scope: Scope, value: Any, type: Any = None) -> Any:
    text = to_text(scope, value).strip()
    if len(text) > 300:
        raise TooMuchWork("a number has too many digits")
    try:
        if type in ("FLOAT", "DOUBLE", "BIGDECIMAL"):
            return _finite(text)
        whole = type in ("INT", "LONG", "BIGINTEGER") or re.fullmatch(r"[-+]?\d+", text)
        return int(text) if whole else _finite(text)
    except ValueError:
        raise ExpressionError(f"'{text[:60]}' is not a number") from None


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError
    return number


@value_filter("numberFormat", "numberformat")
def number_format(scope: Scope, value: Any, format: Any = "#,##0.###") -> str:
    """Java's DecimalFormat as far as `0`, `#`, `,` and one `.` go."""
    match = re.fullmatch(r"([#0,]{0,30})(?:\.(0{0,15})(#{0,15}))?", str(format))
    if not is_number(value) or match is None:
        raise ExpressionError("numberFormat takes a number and a format like '#,##0.00'")
    whole, required, optional = match[1], match[2] or "", match[3] or ""
    grouping = "," if "," in whole else ""
    text = f"{value:{grouping}.{len(required) + len(optional)}f}"
    head, _, tail = text.partition(".")
    tail = tail[: len(required)] + tail[len(required) :].rstrip("0")
    return f"{head}.{tail}" if tail else head
