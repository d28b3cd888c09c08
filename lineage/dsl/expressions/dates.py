"""Dates in expressions: reading what orchestrators write, Java's format letters, adding units."""

import calendar
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from lineage.dsl.expressions.scope import ExpressionError
from lineage.dsl.expressions.values import is_number, iso, kind

MAX_FORMAT = 200

# Kestra's names for formats (AbstractDate).
NAMED_FORMATS = {
    "iso": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "iso_sec": "yyyy-MM-dd'T'HH:mm:ssXXX",
    "iso_milli": "yyyy-MM-dd'T'HH:mm:ss.SSSXXX",
    "sql": "yyyy-MM-dd HH:mm:ss.SSSSSS",
    "sql_seq": "yyyy-MM-dd HH:mm:ss",
    "iso_date_time": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "iso_date": "yyyy-MM-ddXXX",
    "iso_time": "HH:mm:ss.SSSSSSXXX",
    "iso_local_date": "yyyy-MM-dd",
    "iso_instant": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "iso_local_date_time": "yyyy-MM-dd'T'HH:mm:ss.SSSSSS",
    "iso_local_time": "HH:mm:ss.SSSSSS",
    "iso_offset_time": "HH:mm:ss.SSSSSSXXX",
    "iso_ordinal_date": "yyyy-DDDXXX",
    "iso_zoned_date_time": "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX",
    "rfc_1123_date_time": "EEE, d MMM yyyy HH:mm:ss 'GMT'",
}
_RUN = re.compile(r"'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']")
# A name of the tz database, never a path out of its folders.
_ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_+-]{0,30}(?:/[A-Za-z0-9_+-]{1,30}){0,2}")
_ZONE_SUFFIX = re.compile(r"\[[\w/+-]{1,60}\]$")
_SECONDS = {
    "NANOS": 1e-9, "MICROS": 1e-6, "MILLIS": 1e-3, "SECONDS": 1, "MINUTES": 60, "HOURS": 3600,
    "HALF_DAYS": 43200, "DAYS": 86400, "WEEKS": 604800,
}  # fmt: skip
_MONTHS = {"MONTHS": 1, "YEARS": 12, "DECADES": 120, "CENTURIES": 1200}


def zone(name: Any) -> tzinfo:
    """A time zone by its name; UTC when none is given, so that evaluation is the same anywhere."""
    if name is None or name in ("UTC", "Z", "GMT"):
        return UTC
    if isinstance(name, str):
        try:
            if _ZONE_NAME.fullmatch(name):
                return ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            pass
        match = re.fullmatch(r"(?:UTC|GMT)?([+-]\d{2}):?(\d{2})?", name)
        if match:
            return datetime.strptime(f"{match[1]}{match[2] or '00'}", "%z").tzinfo or UTC
    raise ExpressionError(f"unknown time zone {name!r:.60}")


def to_date(value: Any, time_zone: Any = None, existing_format: Any = None) -> datetime:
    """A date from a date, an ISO text, a text in `existing_format`, or seconds since 1970."""
    where = zone(time_zone)
    if isinstance(value, datetime):
        return value.astimezone(where) if time_zone else value
    try:
        if is_number(value):
            return datetime.fromtimestamp(value, where)
        if isinstance(value, str):
            found = _parse(value, existing_format)
            if found.tzinfo is None:
                return found.replace(tzinfo=where)
            return found.astimezone(where) if time_zone else found
    except (ValueError, OverflowError, OSError, re.error):
        raise ExpressionError(f"'{str(value)[:60]}' is not a date") from None
    raise ExpressionError(f"{kind(value)} is not a date")


def _parse(text: str, existing_format: Any) -> datetime:
    if len(text) > MAX_FORMAT:
        raise ValueError
    if existing_format is None:
        return datetime.fromisoformat(_ZONE_SUFFIX.sub("", text.strip()))
    pattern = "".join(_directive(run) for run in _runs(existing_format))
    return datetime.strptime(text, pattern)


def format_date(value: datetime, pattern: Any = None) -> str:
    """A date in Java's format letters, or in one of Kestra's named formats."""
    if pattern is None:
        return iso(value)
    if pattern == "rfc_1123_date_time":
        value = value.astimezone(UTC)
    named = NAMED_FORMATS.get(pattern, pattern) if isinstance(pattern, str) else pattern
    return "".join(_formatted(run, value) for run in _runs(named))


def _runs(pattern: Any) -> list[str]:
    if not isinstance(pattern, str) or len(pattern) > MAX_FORMAT:
        raise ExpressionError(f"a date format must be text of at most {MAX_FORMAT} characters")
    return [match[0] for match in _RUN.finditer(pattern)]


def _formatted(run: str, value: datetime) -> str:
    letter = run[0]
    if letter == "'":
        return run[1:-1].replace("''", "'") or "'"
    if not letter.isalpha():
        return run
    write = _LETTERS.get(letter)
    if write is None:
        raise ExpressionError(f"date format letter '{letter}' is not supported")
    return write(value, len(run))


def _padded(number: int, width: int) -> str:
    return str(number).rjust(width, "0")


def _year(value: datetime, width: int) -> str:
    return _padded(value.year % 100, 2) if width == 2 else _padded(value.year, width)


def _named(names: Callable[[datetime], str], number: Callable[[datetime], int]) -> Any:
    def write(value: datetime, width: int) -> str:
        if width < 3:
            return _padded(number(value), width)
        return names(value) if width > 3 else names(value)[:3]

    return write


def _offset(value: datetime, width: int, *, zulu: bool) -> str:
    total = int((value.utcoffset() or timedelta()).total_seconds()) // 60
    if zulu and total == 0:
        return "Z"
    hours, minutes = divmod(abs(total), 60)
    sign = "-" if total < 0 else "+"
    colon = ":" if width in (3, 5) else ""
    if width == 1:
        return f"{sign}{hours:02}" + (f"{minutes:02}" if minutes else "")
    return f"{sign}{hours:02}{colon}{minutes:02}"


def _zone_offset(value: datetime, width: int) -> str:
    if width == 4:
        return "GMT" + _offset(value, 3, zulu=False)
    return _offset(value, 5 if width == 5 else 2, zulu=width == 5)


_LETTERS: Mapping[str, Callable[[datetime, int], str]] = {
    "y": _year,
    "u": _year,
    "M": _named(lambda v: calendar.month_name[v.month], lambda v: v.month),
    "L": _named(lambda v: calendar.month_name[v.month], lambda v: v.month),
    "d": lambda v, width: _padded(v.day, width),
    "D": lambda v, width: _padded(v.timetuple().tm_yday, width),
    "E": lambda v, width: calendar.day_name[v.weekday()][: None if width > 3 else 3],
    "e": _named(lambda v: calendar.day_name[v.weekday()], lambda v: v.isoweekday() % 7 + 1),
    "H": lambda v, width: _padded(v.hour, width),
    "k": lambda v, width: _padded(v.hour or 24, width),
    "h": lambda v, width: _padded(v.hour % 12 or 12, width),
    "K": lambda v, width: _padded(v.hour % 12, width),
    "m": lambda v, width: _padded(v.minute, width),
    "s": lambda v, width: _padded(v.second, width),
    "S": lambda v, width: f"{v.microsecond:06}000"[:width].ljust(width, "0"),
    "n": lambda v, width: _padded(v.microsecond * 1000, width),
    "a": lambda v, width: "AM" if v.hour < 12 else "PM",
    "Q": lambda v, width: _padded((v.month + 2) // 3, width),
    "q": lambda v, width: _padded((v.month + 2) // 3, width),
    "X": lambda v, width: _offset(v, width, zulu=True),
    "x": lambda v, width: _offset(v, width, zulu=False),
    "Z": _zone_offset,
    "z": lambda v, width: v.tzname() or "",
    "V": lambda v, width: getattr(v.tzinfo, "key", None) or _offset(v, 3, zulu=True),
}

_DIRECTIVES = {
    "yyyy": "%Y", "uuuu": "%Y", "y": "%Y", "yy": "%y", "MM": "%m", "M": "%m", "MMM": "%b",
    "MMMM": "%B", "dd": "%d", "d": "%d", "DDD": "%j", "EEE": "%a", "EEEE": "%A", "HH": "%H",
    "H": "%H", "hh": "%I", "h": "%I", "mm": "%M", "m": "%M", "ss": "%S", "s": "%S", "a": "%p",
    "XXX": "%z", "XX": "%z", "X": "%z", "xxx": "%z", "Z": "%z",
}  # fmt: skip


def _directive(run: str) -> str:
    if run[0] == "'":
        return (run[1:-1].replace("''", "'") or "'").replace("%", "%%")
    if not run[0].isalpha():
        return run.replace("%", "%%")
    if set(run) == {"S"} and len(run) <= 6:
        return "%f"
    if run not in _DIRECTIVES:
        raise ExpressionError(f"date format '{run[:20]}' is not supported in existingFormat")
    return _DIRECTIVES[run]


def add_units(value: datetime, amount: Any, unit: Any) -> datetime:
    """A date moved by a number of Java's ChronoUnits; months keep within the month's days."""
    if not isinstance(amount, int) or isinstance(amount, bool):
        raise ExpressionError("the amount to add must be a whole number")
    try:
        if unit in _SECONDS:
            return value + timedelta(seconds=amount * _SECONDS[unit])
        if unit in _MONTHS:
            months = value.year * 12 + value.month - 1 + amount * _MONTHS[unit]
            year, month = divmod(months, 12)
            day = min(value.day, calendar.monthrange(year, month + 1)[1])
            return value.replace(year=year, month=month + 1, day=day)
    except (ValueError, OverflowError, IndexError):
        raise ExpressionError("the date is out of range") from None
    units = ", ".join((*_SECONDS, *_MONTHS))
    raise ExpressionError(f"unknown unit {str(unit)[:30]!r}; known are {units}")


def timestamp(value: datetime, per_second: int) -> int:
    """Whole units since 1970; exact, without a detour over doubles."""
    since = value - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds
    return micros * per_second // 1_000_000
