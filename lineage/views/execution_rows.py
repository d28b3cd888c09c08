"""Rows of execution tables: what a template cannot work out itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from lineage.drawing import duration_bar
from lineage.models import Execution
from lineage.models.runs import TERMINAL

#: Labels that a row shows.
LABELS = 2


@dataclass(frozen=True, slots=True)
class ExecutionRow:
    """`seconds` so far for what still runs, None before it starts."""

    execution: Execution
    seconds: float | None
    bar: SafeString
    trigger: str
    read: int
    wrote: int

    @property
    def labels(self) -> list[tuple[str, str]]:
        """The first that somebody chose: orchestrators add their own as `system.…`."""
        labels = self.execution.labels.items()
        return [(key, value) for key, value in labels if not key.startswith("system.")][:LABELS]

    @property
    def is_running(self) -> bool:
        return self.execution.state not in TERMINAL


def execution_rows(
    executions: Sequence[Execution], touched: Mapping[int, Mapping[str, int]], now: datetime
) -> list[ExecutionRow]:
    """In the order given; bars compare with the longest of them."""
    lengths = {execution.pk: seconds_of(execution, now) for execution in executions}
    longest = max((length or 0 for length in lengths.values()), default=0)
    return [
        ExecutionRow(
            execution=execution,
            seconds=lengths[execution.pk],
            bar=picture(duration_bar(lengths[execution.pk], longest, execution.state)),
            trigger=trigger_text(execution.trigger),
            read=touched.get(execution.pk, {}).get("READ", 0),
            wrote=touched.get(execution.pk, {}).get("WRITE", 0),
        )
        for execution in executions
    ]


def seconds_of(execution: Execution, now: datetime) -> float | None:
    """How long it took, or takes until `now`; clocks that disagree give 0, nothing negative."""
    if execution.started_at is None:
        return None
    if execution.ended_at is None and execution.state in TERMINAL:
        return None
    return max(0.0, ((execution.ended_at or now) - execution.started_at).total_seconds())


def trigger_text(trigger: Mapping[str, Any]) -> str:
    """`schedule: daily`: the last word of the trigger's type, and its id."""
    kind = str(trigger.get("type") or "").rpartition(".")[2].lower()
    name = str(trigger.get("id") or "")
    return f"{kind}: {name}" if kind and name and kind != name.lower() else kind or name


def picture(svg: str) -> SafeString:
    """SVG text of `lineage.drawing`, which has escaped what it was given."""
    return mark_safe(svg)  # noqa: S308 drawn by our own code
