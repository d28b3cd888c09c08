"""Event times as whole µs since 1970: they compare, hash and store exactly."""

from datetime import UTC, datetime, timedelta

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(when: datetime) -> int:
    return (when - EPOCH) // MICROSECOND


def moment(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)
