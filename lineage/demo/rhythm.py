"""When the demo's flows start: their own cron triggers, and what people started by hand.

A start is known by its number counted back from now, not by its date, so that the last run of a
flow, or the fifth before it, goes the same way whenever the demo is loaded.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any

from lineage.demo.company import Script
from lineage.demo.cron import dates

WINDOW = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Start:
    """One start of a flow. `number`: 0 is the latest; starts by hand count down from -1."""

    at: datetime
    number: int
    age: timedelta
    trigger: Mapping[str, Any] | None = None
    inputs: Mapping[str, Any] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_hand(self) -> bool:
        return self.number < 0


def starts(script: Script, now: datetime) -> list[Start]:
    """The starts of the last 30 days; none for a flow that only others start."""
    stopped = timedelta(days=script.runs.get("stopped_days_ago", 0))
    scheduled = sorted(_scheduled(script.flow, now - WINDOW, now - stopped), key=_when)
    numbered = [
        Start(at, len(scheduled) - 1 - n, now - at, trigger, inputs)
        for n, (at, trigger, inputs) in enumerate(scheduled)
    ]
    by_hand = enumerate(script.runs.get("by_hand", ()), start=1)
    return numbered + [_by_hand(entry, -n, now) for n, entry in by_hand]


type _Scheduled = tuple[datetime, dict[str, Any], dict[str, Any]]


def _when(scheduled: _Scheduled) -> datetime:
    return scheduled[0]


def _scheduled(flow: Mapping[str, Any], since: datetime, until: datetime) -> Iterator[_Scheduled]:
    for trigger in flow.get("triggers", ()):
        for at in dates(trigger["cron"], since, until):
            origin = {
                "id": trigger["id"],
                "type": trigger["type"],
                "variables": {"date": at.isoformat()},
            }
            yield at, origin, trigger.get("inputs", {})


def _by_hand(entry: Mapping[str, Any], number: int, now: datetime) -> Start:
    """`{minutes_ago}` or `{days_ago, at: "10:12"}`, with `by`, `inputs` and `labels`."""
    if "minutes_ago" in entry:
        at = now - timedelta(minutes=entry["minutes_ago"])
    else:
        day = (now - timedelta(days=entry["days_ago"])).date()
        at = datetime.combine(day, time.fromisoformat(entry["at"]), tzinfo=now.tzinfo)
    labels = {"system.username": entry["by"], **entry.get("labels", {})}
    return Start(at, number, now - at, None, entry.get("inputs", {}), labels)
