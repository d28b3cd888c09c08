"""The parameters of a graph, read alike by the API and the pages.

`direction`, `depth` (a number, or `all`), `limit`, `type` (repeatable or comma-joined), `since`
and `asOf` (ISO 8601; a bare date of `asOf` includes that day). Kestra's `destinationOnly` and
`expandAll` (K3) say the same as `direction=downstream` and `depth=all`.
"""

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

from django.http import QueryDict

from catalog.filters import read_boolean, read_time
from lineage.queries.horizon import ENDLESS, MAX_LIMIT, Direction, Horizon


class BadParameters(ValueError):
    """`errors`: `[{"field": the parameter, "message": …}]`; `horizon`: made of the others."""

    def __init__(self, errors: list[dict[str, str]], horizon: Horizon) -> None:
        super().__init__("; ".join(f"{e['field']}: {e['message']}" for e in errors))
        self.errors = errors
        self.horizon = horizon


def read_horizon(params: QueryDict, default: Horizon | None = None) -> Horizon:
    """What `params` ask for, `default` where they say nothing. Raises BadParameters."""
    default = default or Horizon()
    errors: list[dict[str, str]] = []

    def read[T](name: str, reader: Callable[[str], T], otherwise: T) -> T:
        text = params.get(name, "").strip()
        try:
            return reader(text) if text else otherwise
        except ValueError as error:
            errors.append({"field": name, "message": str(error)})
            return otherwise

    only_down = read("destinationOnly", read_boolean, False)
    everything = read("expandAll", read_boolean, False)
    horizon = Horizon(
        direction=read(
            "direction", read_direction, Direction.DOWNSTREAM if only_down else default.direction
        ),
        depth=read("depth", read_depth, None if everything else default.depth),
        limit=read("limit", read_limit, default.limit),
        types=read_types(params),
        since=read("since", read_time, default.since),
        as_of=read("asOf", read_as_of, default.as_of),
    )
    errors += _contradictions(params, horizon, only_down, everything)
    if errors:
        raise BadParameters(errors, horizon)
    return horizon


def _contradictions(
    params: QueryDict, horizon: Horizon, only_down: bool, everything: bool
) -> list[dict[str, str]]:
    found = []
    if only_down and horizon.direction is not Direction.DOWNSTREAM:
        found.append({"field": "direction", "message": "Contradicts destinationOnly=true."})
    if everything and horizon.depth is not None:
        found.append({"field": "depth", "message": "Contradicts expandAll=true."})
    if horizon.since and horizon.as_of and horizon.since > horizon.as_of:
        found.append({"field": "since", "message": "Lies after asOf."})
    return found


def read_direction(text: str) -> Direction:
    try:
        return Direction(text.lower())
    except ValueError:
        raise ValueError("Expected upstream, downstream or both.") from None


def read_depth(text: str) -> int | None:
    """None: to the end."""
    if text.lower() == "all":
        return None
    return _whole(text, ENDLESS - 1, "a whole number from 1, or all")


def read_limit(text: str) -> int:
    return _whole(text, MAX_LIMIT, f"a whole number from 1 to {MAX_LIMIT}")


def _whole(text: str, most: int, expected: str) -> int:
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:12]) <= most:
        raise ValueError(f"Expected {expected}.")
    return int(text[:12])


def read_types(params: QueryDict) -> tuple[str, ...]:
    names = (name.strip() for value in params.getlist("type") for name in value.split(","))
    return tuple(dict.fromkeys(filter(None, names)))


def read_as_of(text: str) -> datetime:
    moment = read_time(text)
    is_day = len(text) == len("2026-11-21") and moment.time() == time()
    return moment + timedelta(days=1, microseconds=-1) if is_day else moment


def spell_horizon(horizon: Horizon, default: Horizon) -> dict[str, Any]:
    """Query parameters that `read_horizon` turns back into `horizon`, the defaults left out."""
    usual = _spelled(default)
    found = {name: value for name, value in _spelled(horizon).items() if value != usual[name]}
    return found | ({"type": list(horizon.types)} if horizon.types else {})


def _spelled(horizon: Horizon) -> dict[str, Any]:
    return {
        "direction": horizon.direction.value,
        "depth": "all" if horizon.depth is None else horizon.depth,
        "limit": horizon.limit,
        "since": _moment(horizon.since),
        "asOf": _moment(horizon.as_of),
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat().replace("+00:00", "Z") if value else None
