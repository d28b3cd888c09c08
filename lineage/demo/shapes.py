"""The JSON shapes in which an orchestrator of Kestra's kind tells of its runs."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: Neither well nor badly ended yet.
OPEN = frozenset({"CREATED", "RUNNING", "RETRYING", "PAUSED"})

type Event = tuple[str, datetime]


@dataclass(frozen=True, slots=True)
class Course:
    """The states that something went through by now, in order; never empty."""

    events: Sequence[Event]

    @classmethod
    def until(cls, now: datetime, events: Sequence[Event]) -> "Course":
        """What of `events` has happened; the first counts as happened."""
        return cls([event for n, event in enumerate(events) if not n or event[1] <= now])

    @property
    def state(self) -> str:
        return self.events[-1][0]

    def as_json(self) -> dict[str, Any]:
        """Kestra's `state`: current, start, end and duration where it ended, and the histories."""
        (_, began), (current, latest) = self.events[0], self.events[-1]
        shape: dict[str, Any] = {
            "current": current,
            "startDate": instant(began),
            "histories": [{"state": state, "date": instant(at)} for state, at in self.events],
        }
        if current not in OPEN:
            shape["endDate"] = instant(latest)
            shape["duration"] = f"PT{(latest - began).total_seconds():.3f}S"
        return shape


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the execution a task runs: under which task run, in which iteration of it."""

    parent: str | None = None
    value: str | None = None
    iteration: int | None = None

    def as_json(self) -> dict[str, Any]:
        fields = {
            "parentTaskRunId": self.parent,
            "value": self.value,
            "iteration": self.iteration,
        }
        return {key: field for key, field in fields.items() if field is not None}


def instant(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
