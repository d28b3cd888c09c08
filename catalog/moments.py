"""Event times as whole µs since 1970: they compare, hash and store exactly."""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def micros(when: datetime) -> int:
    return (when - EPOCH) // MICROSECOND


@lru_cache(maxsize=4096)
def moment(at: int) -> datetime:
    return EPOCH + timedelta(microseconds=at)
