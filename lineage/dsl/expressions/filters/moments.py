"""Filters of dates."""

from typing import Any

from lineage.dsl.expressions import dates
from lineage.dsl.expressions.filters.registry import value_filter
from lineage.dsl.expressions.scope import ExpressionError, Scope


@value_filter("date")
def date_filter(
    scope: Scope,
    value: Any,
    format: Any = None,
    timeZone: Any = None,
    existingFormat: Any = None,
    locale: Any = None,
) -> str:
    _pay(scope, timeZone, existingFormat, locale)
    return dates.format_date(dates.to_date(value, timeZone, existingFormat), format)


@value_filter("dateAdd")
def date_add(  # noqa: PLR0913 - the arguments are Kestra's
    scope: Scope,
    value: Any,
    amount: Any,
    unit: Any,
    format: Any = None,
    timeZone: Any = None,
    existingFormat: Any = None,
    locale: Any = None,
) -> str:
    _pay(scope, timeZone, existingFormat, locale)
    moved = dates.add_units(dates.to_date(value, timeZone, existingFormat), amount, unit)
    return dates.format_date(moved, format)


def _pay(scope: Scope, time_zone: Any, existing_format: Any, locale: Any = None) -> None:
    """Zones come from a database, formats that are read become regular expressions: both dear."""
    scope.spend(20 + 300 * (time_zone is not None) + 4_000 * (existing_format is not None))
    if locale is not None and not str(locale).lower().startswith("en"):
        raise ExpressionError("dates are written in English only")


def _timestamps(name: str, per_second: int) -> None:
    @value_filter(name)
    def since_1970(
        scope: Scope,
        value: Any,
        timeZone: Any = None,
        existingFormat: Any = None,
    ) -> int:
        _pay(scope, timeZone, existingFormat)
        return dates.timestamp(dates.to_date(value, timeZone, existingFormat), per_second)


_timestamps("timestamp", 1)
_timestamps("timestampMilli", 1_000)
_timestamps("timestampMicro", 1_000_000)
_timestamps("timestampNano", 1_000_000_000)
