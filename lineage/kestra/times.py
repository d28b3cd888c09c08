"""Instants and durations as Kestra writes them: ISO 8601, UTC, no needless zeros."""

from datetime import UTC, datetime, timedelta


def instant(when: datetime | None) -> str | None:
    """`2026-11-20T12:00:00Z`, with a fraction only when there is one."""
    if when is None:
        return None
    if when.tzinfo is not UTC:
        when = when.astimezone(UTC)
    return when.isoformat()[:-6] + "Z"  # without "+00:00"


def period(length: timedelta | None) -> str | None:
    """`PT1H2M3.5S`, as Java's `Duration` prints it; `PT0S` for nothing."""
    if length is None:
        return None
    hours, rest = divmod(length.total_seconds(), 3600)
    minutes, seconds = divmod(rest, 60)
    parts = [f"{int(hours)}H"] if hours else []
    parts += [f"{int(minutes)}M"] if minutes else []
    if seconds or not parts:
        parts.append(f"{seconds:.6f}".rstrip("0").rstrip(".") + "S")
    return f"PT{''.join(parts)}"
