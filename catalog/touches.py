"""A word on an asset: by whom, when, and what it says (`catalog.merging` makes one of many)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Part(Enum):
    """What a task run had to do with an asset."""

    WRITE = "write"  # output of a run that ended in SUCCESS or WARNING: declares
    ATTEMPT = "attempt"  # output of a run that failed: recorded, declares nothing
    READ = "read"
    DESCRIBE = "describe"  # says something of an asset and neither reads nor writes it
    PENDING = "pending"  # output of a run that has not ended: recorded, declares nothing


def stamp(at: int, source: str, position: int = 0) -> str:
    """`at` in µs since 1970; `source` e.g. an execution and task run; `position` within it."""
    return f"{at:016d}|{source}|{position:06d}"


@dataclass(frozen=True, slots=True)
class Touch:
    """One task run's (or person's) word on one asset.

    `fields` holds what was declared: `namespace` (None clears), `displayName`, `description` (None
    keeps), `metadata` (a None value removes the key), and what `catalog.reading.lifecycle` reads.
    `job_namespace`: where the writer or reader lives. `source` is what the history says of it
    (`AssetChange.source`). `cleared`: of `displayName` and `description`, which to remove.
    `hint` and `called`: type and name of an asset that nobody gives one. `rule_namespace`: where
    a naming rule puts it. `owner_register`: "writer" or "reader", where `job_namespace` belongs;
    "" goes by `part`. `name`: what it calls the asset; "" is its id.
    """

    stamp: str
    at: int
    part: Part
    type: str | None = None
    job_namespace: str | None = None
    fields: Mapping[str, Any] = field(default_factory=dict)
    source: Mapping[str, Any] = field(default_factory=dict)
    #: False for a second word of the same task run on the same asset: it merges, uncounted.
    counts: bool = True
    cleared: frozenset[str] = frozenset()
    #: False for what only counts: others say what it says of the asset.
    declares: bool = True
    hint: str | None = None
    called: str | None = None
    rule_namespace: str | None = None
    owner_register: str = ""
    name: str = ""
    #: A person's word: meant of the asset, whatever others call it.
    by_hand: bool = False
    #: What became of the data itself: "dropped", or "alive" after it was made or changed.
    life: str = ""
    #: Of an output, also where nothing else is said of it.
    renews: bool = False

    @property
    def says_something(self) -> bool:
        """Whether it makes the asset newer: a description may be empty, a write never is."""
        writes = self.part is Part.WRITE or self.renews
        return writes or bool(self.type or self.life or any(self.fields.values()))
