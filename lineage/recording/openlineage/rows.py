"""The rows of OpenLineage runs: made on first mention, locked, and written back.

A run's row is the lock of all that is derived from it. Rows are made and locked in the order of
their run ids, so that requests that share runs wait for each other, and never in a circle.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.bulk import Statement, changing, dump, insert, run
from accounts.models import Tenant
from lineage.models.runs import TERMINAL
from lineage.openlineage.events import JobName, PostedEvent
from lineage.openlineage.state import Accumulated, dump_accumulated, load_accumulated

INSERTED = {
    "tenant_id": "bigint",
    "run_id": "text",
    "parent_run_id": "text",
    "root_run_id": "text",
    "job_namespace": "text",
    "job_name": "text",
    "state": "text",
    "has_data": "boolean",
}
READ = (
    "select id, run_id, parent_run_id, root_run_id, job_namespace, job_name, has_data,"
    " execution_id, task_run_id, accumulated::text from lineage_openlineagerun"
)


@dataclass(slots=True)
class RunRow:
    """One run, locked until the end of the transaction; what changes is written by `store_runs`.

    `job`: as its own events say, else as its children name it. `accumulated`: None before its
    first event. `before`: what was stored, to tell what is new.
    """

    pk: int
    run_id: str
    parent_run_id: str
    root_run_id: str
    job: JobName | None
    has_data: bool
    execution: int | None = None
    task_run: int | None = None
    accumulated: Accumulated | None = None
    before: "Accumulated | None" = None
    old_root: str = ""
    old_job: JobName | None = None
    old_execution: int | None = None
    old_task_run: int | None = None
    events: list[PostedEvent] = field(default_factory=list)

    @property
    def is_root(self) -> bool:
        return self.root_run_id == self.run_id

    @property
    def is_changed(self) -> bool:
        return self.accumulated != self.before

    @property
    def moved(self) -> bool:
        """Whether it belongs to another execution than before."""
        return bool(self.old_root) and self.old_root != self.root_run_id

    @property
    def is_touched(self) -> bool:
        """Whether the request changes what it says, or where it belongs, or says what counts by
        itself though later events have said all of it anew: a measurement, a link."""
        return self.is_changed or self.moved or self.adds_history

    @property
    def adds_history(self) -> bool:
        """Maybe again: of an event that nothing is left of, nobody knows whether it came."""
        telling = [event for event in self.events if has_facets(event)]
        if not telling or self.before is None:
            return False
        known = self.before.stamps()
        return any((event.at, event.digest) not in known for event in telling)

    @property
    def differs(self) -> bool:
        """Whether what others say of it, or what it became, is not stored yet."""
        stored = (self.old_job, self.old_execution, self.old_task_run)
        return (self.job, self.execution, self.task_run) != stored

    @property
    def counted(self) -> bool:
        """Whether edges and counters knew of it before: what it did has to be counted anew."""
        held = self.before
        return held is not None and (held.state in TERMINAL or held.is_streaming)


def has_facets(event: PostedEvent) -> bool:
    """Whether it says more of datasets than their names."""
    own = (event.dataset,) if event.dataset is not None else ()
    return "lineage" in event.job_facets or any(
        dataset.facets or dataset.position_facets
        for dataset in (*event.inputs, *event.outputs, *own)
    )


def mentioned(events: Iterable[PostedEvent]) -> dict[str, JobName | None]:
    """Run id → the job that others say it is of, of all runs that the events name."""
    found: dict[str, JobName | None] = {}

    def name(run_id: str, job: JobName | None) -> None:
        held = found.get(run_id)
        found[run_id] = min_job(held, job)

    for event in events:
        name(event.run_id, None)
        if parent := event.parent:
            name(parent.run_id, parent.job)
            if parent.root_run_id:
                is_parent = parent.root_run_id == parent.run_id
                name(parent.root_run_id, parent.root_job or (parent.job if is_parent else None))
    return found


def min_job(one: JobName | None, other: JobName | None) -> JobName | None:
    """Of two names that children give a run the smaller, whichever came first."""
    if one is None or other is None:
        return one or other
    return min(one, other, key=lambda job: (job.namespace, job.name))


def lock_runs(tenant: Tenant, jobs: Mapping[str, JobName | None]) -> dict[str, RunRow]:
    """Run id → row, the missing ones made: one statement when all are new, else two."""
    wanted = sorted(jobs)
    made = insert(
        "lineage_openlineagerun",
        INSERTED,
        [(tenant.pk, run_id, "", run_id, *_plain(jobs[run_id]), "", False) for run_id in wanted],
        "on conflict do nothing returning run_id, id",
    )
    rows = {run_id: RunRow(pk, run_id, "", run_id, jobs[run_id], False) for run_id, pk in made}
    known = [run_id for run_id in wanted if run_id not in rows]
    if known:
        rows |= read_locked(tenant, "run_id = any(%s)", [known])
    for run_id in known:
        row = rows[run_id]
        if row.accumulated is None:
            row.job = min_job(row.job, jobs[run_id])
    return rows


def lock_more(tenant: Tenant, run_ids: Iterable[str]) -> dict[str, RunRow]:
    """Rows that are known to be there."""
    return read_locked(tenant, "run_id = any(%s)", [sorted(run_ids)])


def lock_families(tenant: Tenant, roots: Iterable[str]) -> dict[str, RunRow]:
    """All runs below some roots, without the roots: for what has to move with them."""
    return read_locked(tenant, "root_run_id = any(%s) and run_id <> root_run_id", [sorted(roots)])


def read_locked(tenant: Tenant, condition: str, parameters: Sequence[object]) -> dict[str, RunRow]:
    rows = run(
        f"{READ} where tenant_id = %s and {condition} order by run_id for no key update",
        [tenant.pk, *parameters],
    )
    return {row.run_id: row for row in map(_row, rows)}


def _row(columns: Sequence[object]) -> RunRow:
    pk, run_id, parent, root, namespace, name, has_data, execution, task_run, text = columns
    held = load_accumulated(json.loads(text)) if isinstance(text, str) else None
    job = JobName(str(namespace), str(name)) if name else None
    row = RunRow(pk, run_id, parent, root, job, has_data, execution, task_run)  # type: ignore[arg-type]
    row.accumulated = row.before = held
    row.old_root, row.old_job = row.root_run_id, row.job
    row.old_execution, row.old_task_run = row.execution, row.task_run
    return row


def _plain(job: JobName | None) -> tuple[str, str]:
    return (job.namespace, job.name) if job else ("", "")


def stored_runs(rows: Iterable[RunRow]) -> Statement | None:
    """Writes back what a request has changed of runs."""
    return changing(
        "lineage_openlineagerun",
        {
            "id": "bigint",
            "parent_run_id": "text",
            "root_run_id": "text",
            "job_namespace": "text",
            "job_name": "text",
            "state": "text",
            "has_data": "boolean",
            "execution_id": "bigint",
            "task_run_id": "bigint",
            "accumulated": "jsonb",
        },
        [
            (
                row.pk,
                row.parent_run_id,
                row.root_run_id,
                *_plain(row.job),
                row.accumulated.state if row.accumulated else "",
                row.has_data,
                row.execution,
                row.task_run,
                dump(dump_accumulated(row.accumulated)) if row.accumulated else None,
            )
            for row in sorted(rows, key=lambda row: row.run_id)
        ],
    )
