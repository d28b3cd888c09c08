"""Which part of a dataset was read or written, in words (BaseSubsetDatasetFacet)."""

from collections.abc import Iterator, Mapping
from typing import Any

from lineage.openlineage.readable.rows import JSON, Row, items_in, joined

_SIGNS = {
    "EQUAL": "=",
    "NOT_EQUAL": "≠",
    "GREATER_THAN": ">",
    "GREATER_EQUAL_THAN": "≥",
    "LESS_THAN": "<",
    "LESS_EQUAL_THAN": "≤",
}
#: Conditions in conditions that are still written out.
MAX_DEPTH = 20


def subset_rows(key: str) -> Any:
    """A reader of the condition under `key`."""

    def read(body: Mapping[str, Any]) -> Iterator[Row]:
        condition = body.get(key)
        if not isinstance(condition, dict):
            yield Row("Condition", condition, JSON)
        elif condition.get("type") == "location":
            yield from (Row("Location", str(one)) for one in items_in(condition, "locations"))
        elif condition.get("type") == "partition":
            yield from (_partition(one) for one in items_in(condition, "partitions"))
        else:
            yield Row("Condition", condition_text(condition))

    return read


def _partition(one: Any) -> Row:
    dimensions = one.get("dimensions") if isinstance(one, dict) else None
    if not isinstance(dimensions, dict):
        return Row("Partition", one, JSON)
    told = ", ".join(f"{name} = {value}" for name, value in dimensions.items())
    return Row("Partition", joined(told, one.get("identifier")))


def condition_text(condition: Any, depth: int = 0) -> str:
    """`first_name = 'John' AND last_name = 'Smith'`"""
    if not isinstance(condition, dict) or depth > MAX_DEPTH:
        return "…"
    left, right = condition.get("left"), condition.get("right")
    match condition.get("type"):
        case "compare":
            comparison = str(condition.get("comparison"))
            return f"{_term(left)} {_SIGNS.get(comparison, comparison)} {_term(right)}"
        case "binary":
            texts = [condition_text(side, depth + 1) for side in (left, right)]
            return f" {condition.get('operator')} ".join(
                f"({text})" if _mixes(side, condition) else text
                for side, text in zip((left, right), texts, strict=True)
            )
        case "location":
            return f"in {', '.join(map(str, items_in(condition, 'locations')))}"
        case "partition":
            parts = (_partition(one).value for one in items_in(condition, "partitions"))
            return f"partition {'; '.join(map(str, parts))}"
    return "…"


def _mixes(side: Any, condition: Mapping[str, Any]) -> bool:
    """Whether a side is a condition of another operator, so that it needs brackets."""
    return (
        isinstance(side, dict)
        and side.get("type") == "binary"
        and side.get("operator") != condition.get("operator")
    )


def _term(term: Any) -> str:
    if not isinstance(term, dict):
        return "…"
    if term.get("type") == "field":
        return str(term.get("field"))
    return f"'{term.get('value')}'"
