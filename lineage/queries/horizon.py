"""How far a lineage graph goes: what callers choose, and the limits that nobody passes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from accounts.models import Tenant

DEFAULT_LIMIT = 200
MAX_LIMIT = 5000
#: Hidden neighbours are counted up to here: a hub has a hundred thousand.
HIDDEN_CAP = 1000
#: "To the end", for comparisons with a level.
ENDLESS = 2**31 - 1

Side = Literal["upstream", "downstream"]


class Direction(StrEnum):
    """`both` is what the start comes from and what comes from it, not its whole component."""

    UPSTREAM = "upstream"
    DOWNSTREAM = "downstream"
    BOTH = "both"

    @property
    def sides(self) -> tuple[Side, ...]:
        match self:
            case Direction.BOTH:
                return "upstream", "downstream"
            case Direction.UPSTREAM:
                return ("upstream",)
            case _:
                return ("downstream",)


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far a graph goes. `depth` None: to the end; `limit`: assets, the start among them.

    `types`: only assets of these types are returned, the walk passes through the others.
    `since` and `as_of` leave out edges last seen before, or first seen after that moment; assets
    that were deleted by then (or by now) are left out as well. What somebody states holds without
    being seen again, so `since` leaves it in.
    """

    direction: Direction = Direction.BOTH
    depth: int | None = 1
    limit: int = DEFAULT_LIMIT
    types: tuple[str, ...] = ()
    since: datetime | None = None
    as_of: datetime | None = None

    def params(self, tenant: Tenant) -> dict[str, Any]:
        return {"tenant": tenant.pk, "since": self.since, "as_of": self.as_of}
