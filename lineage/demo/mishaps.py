"""What went otherwise than usual in the demo's runs: retries, warnings, failures, kills."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from lineage.demo.rhythm import Start


@dataclass(frozen=True, slots=True)
class Mishap:
    """A run of a task that is not the usual one; the first that fits counts.

    `task`: none means the execution as a whole, before its first task. `value`: only in that
    iteration. `numbers`, `every` (with `from`), `newer_than_days`, `older_than_days`, `by_hand`
    and `flows` say in which runs: all that are given must fit. `attempts`: how many it took.
    """

    task: str | None = None
    state: str = "SUCCESS"
    error: str = ""
    attempts: int = 1
    value: str | None = None
    numbers: Sequence[int] = ()
    every: int = 0
    first: int = 0
    newer_than_days: float | None = None
    older_than_days: float | None = None
    by_hand: bool = False
    flows: Sequence[str] = ()

    @classmethod
    def read(cls, entry: Mapping[str, Any]) -> "Mishap":
        return cls(**{"first" if key == "from" else key: value for key, value in entry.items()})

    def fits(self, flow_id: str, start: Start) -> bool:
        age = start.age / timedelta(days=1)
        number = start.number
        return (
            (not self.flows or flow_id in self.flows)
            and (not self.numbers or number in self.numbers)
            and (
                not self.every
                or (number >= self.first and (number - self.first) % self.every == 0)
            )
            and (self.newer_than_days is None or age < self.newer_than_days)
            and (self.older_than_days is None or age >= self.older_than_days)
            and self.by_hand == start.by_hand
        )


USUAL = Mishap()


def mishap_of(
    entries: Iterable[Mapping[str, Any]],
    flow_id: str,
    start: Start,
    task: str | None,
    value: str | None = None,
) -> Mishap:
    """The first of `entries` that fits, else `USUAL`."""
    for entry in entries:
        if entry.get("task") == task and entry.get("value") in (None, value):
            mishap = Mishap.read(entry)
            if mishap.fits(flow_id, start):
                return mishap
    return USUAL
