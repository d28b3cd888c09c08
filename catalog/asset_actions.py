"""Asset actions: flows that an asset offers to be started on it, under conditions (K1.9).

A condition's `field` is a dotted path into the asset as the API gives it (`namespace`, `type`,
`status`, `metadata.node_count`); a path that is no field of its own is looked for in `metadata`,
where unknown fields go, and `state` is the metadata's before it is the freshness. Numbers compare
as numbers, also when one side is text; everything else as text.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

_MISSING = object()
#: As Kestra stores the lifecycle fields (K1.8).
_SYSTEM = "system."


def with_offers(
    actions: Iterable[Mapping[str, Any]], asset: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """The actions with `offered`: whether all their conditions hold for `asset` (API shape)."""
    return [{**action, "offered": holds(action.get("when", ()), asset)} for action in actions]


def holds(conditions: Sequence[Mapping[str, Any]], asset: Mapping[str, Any]) -> bool:
    """Whether all conditions hold; none: always."""
    return all(_holds(condition, asset) for condition in conditions)


def _holds(condition: Mapping[str, Any], asset: Mapping[str, Any]) -> bool:
    value = field_of(asset, condition["field"])
    operator, wanted = condition["op"], condition.get("value")
    is_set = value not in (None, "", [], {})
    match operator:
        case "IS_SET":
            return is_set
        case "IS_NOT_SET":
            return not is_set
        case "EQ":
            return _equal(value, wanted)
        case "NE":
            return not _equal(value, wanted)
        case "IN":
            return any(_equal(value, one) for one in wanted or ())
        case "NOT_IN":
            return not any(_equal(value, one) for one in wanted or ())
        case "STARTS_WITH":
            return is_set and _text(value).startswith(_text(wanted))
        case "CONTAINS":
            return _contains(value, wanted)
        case _:
            return is_set and _ordered(value, operator, wanted)


def field_of(asset: Mapping[str, Any], path: str) -> Any:
    """What stands at the path; None where nothing does."""
    path = path.removeprefix(_SYSTEM)
    metadata = asset.get("metadata") or {}
    places: tuple[Mapping[str, Any], ...] = (asset, metadata)
    if path.partition(".")[0] == "state":
        places = (metadata, asset)
    for place in places:
        found = _at(place, path)
        if found is not _MISSING:
            return found
    return None


def _at(value: Any, path: str) -> Any:
    """By the whole rest as one key first: metadata keys may hold dots."""
    if not isinstance(value, Mapping):
        return _MISSING
    if path in value:
        return value[path]
    head, dot, rest = path.partition(".")
    return _at(value[head], rest) if dot and head in value else _MISSING


def _equal(value: Any, wanted: Any) -> bool:
    if value is None or wanted is None:
        return value is wanted
    one, other = _number(value), _number(wanted)
    if one is not None and other is not None:
        return one == other
    return _text(value) == _text(wanted)


def _contains(value: Any, wanted: Any) -> bool:
    if isinstance(value, list | tuple):
        return any(_equal(item, wanted) for item in value)
    if isinstance(value, Mapping):
        return _text(wanted) in value
    return value is not None and _text(wanted) in _text(value)


def _ordered(value: Any, operator: str, wanted: Any) -> bool:
    left, right = _number(value), _number(wanted)
    if left is None or right is None:
        below, same = _text(value) < _text(wanted), _text(value) == _text(wanted)
    else:
        below, same = left < right, left == right
    return {
        "LT": below,
        "LTE": below or same,
        "GT": not below and not same,
        "GTE": not below,
    }[operator]


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if hasattr(value, "isoformat") else str(value)
