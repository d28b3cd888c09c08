"""Ages, durations and counts in words: one wording for pages, mails and command output."""

import re
from datetime import UTC, datetime, timedelta

from django.utils import timezone

#: (seconds, unit, seconds of the next smaller unit shown beside it)
_AGES = ((31_536_000, "y"), (2_592_000, "mo"), (86_400, "d"), (3_600, "h"), (60, "min"))
_PAIRS = ((86_400, "d", 3_600, "h"), (3_600, "h", 60, "min"), (60, "min", 1, "s"))


def age(when: datetime, now: datetime | None = None) -> str:
    """How far `when` is from `now`, rounded down to one unit: `24 min`, `9 d`, `now`."""
    seconds = abs(((now or timezone.now()) - when).total_seconds())
    for size, unit in _AGES:
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "now"


def ago(when: datetime, now: datetime | None = None) -> str:
    """`24 min ago`, `in 3 h`, `just now`."""
    words = age(when, now)
    if words == "now":
        return "just now"
    return f"in {words}" if when > (now or timezone.now()) else f"{words} ago"


def exact(when: datetime) -> str:
    """To the second, with its zone: what a relative time shows on hover."""
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def duration(length: float | timedelta | None) -> str:
    """Seconds in at most two units: `340 ms`, `4.2 s`, `58 s`, `4 min 12 s`, `2 h 28 min`."""
    if length is None:
        return "–"
    seconds = length.total_seconds() if isinstance(length, timedelta) else float(length)
    if seconds < 0.9995:
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:
        return f"{seconds:.1f}".removesuffix(".0") + " s"
    whole = round(seconds)
    for size, unit, small, small_unit in _PAIRS:
        if whole >= size:
            rest = whole % size // small
            return f"{whole // size} {unit}" + (f" {rest} {small_unit}" if rest else "")
    return f"{whole} s"


def lifetime(text: str) -> timedelta:
    """`90d`, `12h`, `30min`, `2w`: how long something shall last. ValueError for anything else."""
    match = re.fullmatch(r"([1-9]\d{0,5})\s*(min|h|d|w)", text.strip())
    if match is None:
        raise ValueError(f"“{text}” is not a length of time such as 90d, 12h or 2w")
    unit = {"min": "minutes", "h": "hours", "d": "days", "w": "weeks"}[match[2]]
    return timedelta(**{unit: int(match[1])})


def number(count: int, *, about: bool = False) -> str:
    """Grouped by thousands; `about` marks an estimate or a count that stopped at a cap."""
    return f"about {count:,}" if about else f"{count:,}"
