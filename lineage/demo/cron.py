"""The dates of a cron expression, in the few forms that the demo's flows use.

Whole windows at once: a library that steps from date to date took longer than all the rest of
the history.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import product


def dates(cron: str, since: datetime, until: datetime) -> Iterator[datetime]:
    """Those after `since` up to `until`. `cron`: minute, hour, day, month, weekday (0: Sunday).

    Fields hold `*`, `n`, `a-b`, `*/n` and lists of them; a weekday may be `n#k`, the k-th of its
    month.
    """
    minute, hour, day, month, weekday = cron.split()
    weekday, _, occurrence = weekday.partition("#")
    times = sorted(product(_numbers(hour, 24), _numbers(minute, 60)))
    days, months, weekdays = _numbers(day, 32), _numbers(month, 13), _numbers(weekday, 7)
    midnight = since.replace(hour=0, minute=0, second=0, microsecond=0)
    while midnight <= until:
        if (
            midnight.isoweekday() % 7 in weekdays
            and midnight.day in days
            and midnight.month in months
            and (not occurrence or (midnight.day - 1) // 7 + 1 == int(occurrence))
        ):
            for h, m in times:
                at = midnight + timedelta(hours=h, minutes=m)
                if since < at <= until:
                    yield at
        midnight += timedelta(days=1)


def _numbers(field: str, end: int) -> set[int]:
    """`1-3,7` → {1, 2, 3, 7}; `*/6` of 24 → {0, 6, 12, 18}."""
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        low, _, high = span.partition("-")
        first, last = (0, end - 1) if span == "*" else (int(low), int(high or low))
        found.update(range(first, last + 1, int(step or 1)))
    return found
