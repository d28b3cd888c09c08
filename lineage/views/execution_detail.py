"""What an execution's page shows, from its rows: bars, assets by task run, values, problems."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.access import Access
from lineage.drawing import Bar, Segment, gantt_axis, gantt_rows
from lineage.kestra.values import as_time
from lineage.masking import Masking
from lineage.models import Execution, TaskRun
from lineage.models.runs import TERMINAL
from lineage.queries import run_detail
from lineage.queries.run_detail import Branch, Touched, Touches
from lineage.queries.runs import secrets_of
from lineage.views.execution_rows import picture, seconds_of, trigger_text
from lineage.views.openlineage_runs import openlineage_of

#: Task runs in the chart at first, and after "show all".
ROWS, ROWS_AT_MOST = 200, 2_000
#: Levels of nesting that are told apart by their indent.
INDENTED = 6
#: Assets that one cell of the table names.
NAMED = 12
#: Characters of a value that stand in the page; longer ones are folded, the rest is in the API.
FOLDED, SHOWN = 160, 20_000


def detail(access: Access, execution: Execution, *, more: bool, now: datetime) -> dict[str, Any]:
    """Some fifteen statements, whatever the number of task runs and assets."""
    masking = Masking.of(execution.inputs, secrets_of([execution])[execution.pk])
    task_runs = run_detail.task_runs_of(access, execution, ROWS_AT_MOST if more else ROWS)
    for run in task_runs:
        run.value = masking.anywhere(run.value)
    openlineage = openlineage_of(access, execution)
    troubled = run_detail.troubled_task_runs(access, execution)
    found = problems(troubled, masking, openlineage.get("traces", {}))
    error = masking.anywhere(execution.error)
    branches = run_detail.tree(task_runs)
    touches = run_detail.touched_assets(access, task_runs)
    return {
        "execution": execution,
        "seconds": seconds_of(execution, now),
        "usual": run_detail.usual_duration(access, execution),
        "trigger": trigger_text(execution.trigger),
        "running": execution.state not in TERMINAL,
        "parent": run_detail.parent_of(access, execution),
        "subflows": run_detail.subflows_of(access, execution),
        "problems": found,
        "error": "" if any(problem["error"] == error for problem in found) else error,
        "chart": chart(execution, branches, now),
        "task_run_count": run_detail.count_task_runs(access, execution),
        "more": more,
        "touched": touched_rows(branches, touches),
        "inputs": values(masking.inputs(execution.inputs)),
        "outputs": values(masking.anywhere(execution.outputs)),
        "labels": masking.anywhere(execution.labels),
        **openlineage,
    }


def chart(execution: Execution, branches: Sequence[Branch], now: datetime) -> dict[str, Any]:
    """The Gantt's head, and its rows beside their task runs."""
    bars = [bar(branch) for branch in branches]
    ended = execution.ended_at or (None if execution.state in TERMINAL else now)
    span = {"start": execution.started_at, "end": ended}
    drawn = gantt_rows(bars, **span)
    return {
        "axis": picture(gantt_axis(bars, **span)[0]),
        "rows": [
            {
                "branch": branch,
                "row": row,
                "svg": picture(row.svg),
                "level": min(branch.depth, INDENTED),
            }
            for branch, row in zip(branches, drawn, strict=True)
        ],
    }


def bar(branch: Branch) -> Bar:
    run = branch.run
    return Bar(
        uid=run.public_id,
        name=run.task_id,
        depth=branch.depth,
        state=run.shown_state,
        segments=segments(run),
        attempts=max(1, len(run.attempts)),
    )


def segments(run: TaskRun) -> list[Segment]:
    """One an attempt, with the waiting between; without attempts one for the whole run."""
    tried = [attempt for attempt in map(attempt_of, run.attempts) if attempt]
    if len(tried) < 2:
        over = run.state in TERMINAL
        end = run.ended_at or (run.started_at if over else None)
        return [Segment(run.shown_state, run.started_at, end)]
    found = []
    for before, now in zip([None, *tried], tried, strict=False):
        if before and before.end and now.start and before.end < now.start:
            found.append(Segment("QUEUED", before.end, now.start))
        found.append(now)
    last = found[-1]
    return [*found[:-1], Segment(run.shown_state, last.start, last.end)]


def attempt_of(attempt: Any) -> Segment | None:
    """An attempt as posted; None when it does not say when it began."""
    state = attempt.get("state") if isinstance(attempt, Mapping) else None
    if not isinstance(state, Mapping):
        return None
    histories = [h for h in state.get("histories") or () if isinstance(h, Mapping)]
    times = [time for time in (as_time(h.get("date")) for h in histories) if time]
    start = as_time(state.get("startDate")) or (times[0] if times else None)
    end = as_time(state.get("endDate")) or (times[-1] if len(times) > 1 else None)
    return Segment(str(state.get("current", "")), start, end) if start else None


@dataclass(frozen=True, slots=True)
class Cell:
    """Assets of one direction: the first NAMED, how many more, how many out of reach."""

    assets: Sequence[run_detail.AssetLink]
    more: int
    restricted: int


def touched_rows(branches: Iterable[Branch], touches: Touches) -> list[dict[str, Any]]:
    """One row a task run that read or wrote anything."""
    return [
        {
            "run": branch.run,
            "read": cell(touches[branch.run.pk].get("READ")),
            "wrote": cell(touches[branch.run.pk].get("WRITE")),
        }
        for branch in branches
        if branch.run.pk in touches
    ]


def cell(touched: Touched | None) -> Cell:
    assets = touched.assets if touched else []
    hidden = touched.restricted if touched else 0
    return Cell(assets[:NAMED], max(0, len(assets) - NAMED), hidden)


def problems(
    runs: Iterable[TaskRun], masking: Masking, traces: Mapping[int, str]
) -> list[dict[str, Any]]:
    """What went wrong, task run by task run, with the behavior that applied to assets.

    `traces`: task run key → where it went wrong, if a client told.
    """
    return [
        {
            "run": run,
            "value": masking.anywhere(run.value),
            "error": masking.anywhere(run.error),
            "trace": masking.anywhere(traces.get(run.pk, "")),
            "asset_errors": masking.anywhere(run.asset_errors),
        }
        for run in runs
    ]


def values(pairs: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Named JSON values for reading: texts as they are, everything else as JSON."""
    found = []
    for name, value in pairs.items():
        shown = (
            value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)
        )
        found.append(
            {
                "name": name,
                "text": shown[:SHOWN],
                "first": " ".join(shown[:FOLDED].split()),
                "folded": len(shown) > FOLDED or "\n" in shown,
                "cut": len(shown) > SHOWN,
            }
        )
    return found


def as_text(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
