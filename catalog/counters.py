"""What every run moves of an asset: how often and when it was written and read, and its rhythm."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from catalog.touches import Part

#: An asset is stale when it has missed three beats of its rhythm; under a day of history tells
#: no rhythm.
MISSED_BEATS = 3
SHORTEST_HISTORY = timedelta(days=1)
SHORTEST_PATIENCE = timedelta(hours=1)


@dataclass(slots=True)
class Counters:
    """What every run moves; the same names as the columns of AssetState."""

    writes: int = 0
    first_written_at: datetime | None = None
    last_written_at: datetime | None = None
    last_read_at: datetime | None = None
    last_failed_at: datetime | None = None

    def count(self, part: Part, when: datetime) -> None:
        if part is Part.READ:
            self.last_read_at = max(self.last_read_at or when, when)
        elif part is Part.ATTEMPT:
            self.last_failed_at = max(self.last_failed_at or when, when)
        elif part is Part.WRITE:
            self.writes += 1
            self.first_written_at = min(self.first_written_at or when, when)
            self.last_written_at = max(self.last_written_at or when, when)

    @property
    def stale_at(self) -> datetime | None:
        """When the next write is overdue by the asset's own mean interval; None: cannot say."""
        first, last = self.first_written_at, self.last_written_at
        if not first or not last or self.writes < 3 or last - first < SHORTEST_HISTORY:
            return None
        return last + max(MISSED_BEATS * (last - first) / (self.writes - 1), SHORTEST_PATIENCE)

    def row(self) -> tuple[Any, ...]:
        """In the order of COUNTERS."""
        return (
            self.writes,
            self.first_written_at,
            self.last_written_at,
            self.last_read_at,
            self.last_failed_at,
            self.stale_at,
        )


COUNTERS = {
    "writes": "int",
    "first_written_at": "timestamptz",
    "last_written_at": "timestamptz",
    "last_read_at": "timestamptz",
    "last_failed_at": "timestamptz",
    "stale_at": "timestamptz",
}
