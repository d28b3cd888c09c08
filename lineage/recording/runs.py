"""The rows of executions and task runs: insert the new, replace what a later delivery beats."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.bulk import dump, insert, run, update
from accounts.models import Tenant
from lineage.dsl.bundles import Bundle
from lineage.kestra.posted import PostedExecution, PostedTaskRun
from lineage.models.runs import PRODUCTIVE
from lineage.recording.flows import KnownFlow
from lineage.recording.order import Delivery, Stamp

EXECUTION = {
    "public_id": "text",
    "tenant_id": "bigint",
    "flow_id": "bigint",
    "namespace_id": "bigint",
    "flow_revision": "int",
    "applied_revision": "int",
    "kind": "text",
    "state": "text",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
    "sorted_at": "timestamptz",
    "labels": "jsonb",
    "inputs": "jsonb",
    "outputs": "jsonb",
    "variables": "jsonb",
    "trigger": "jsonb",
    "histories": "jsonb",
    "error": "text",
    "url": "text",
    "parent_public_id": "text",
    "stamp": "jsonb",
    "updated_at": "timestamptz",
}
TASK_RUN = {
    "execution_id": "bigint",
    "public_id": "text",
    "tenant_id": "bigint",
    "task_id": "text",
    "value": "text",
    "iteration": "int",
    "parent_public_id": "text",
    "state": "text",
    "shown_state": "text",
    "started_at": "timestamptz",
    "ended_at": "timestamptz",
    "attempts": "jsonb",
    "histories": "jsonb",
    "outputs": "jsonb",
    "emitted": "jsonb",
    "error": "text",
    "asset_errors": "jsonb",
    "stamp": "jsonb",
}


@dataclass(slots=True)
class StoredExecution:
    """An execution's row, locked until the end of the transaction."""

    pk: int
    flow_pk: int
    stamp: Stamp
    status: str
    #: task run id → (row, stamp), of what was there before.
    task_runs: dict[str, tuple[int, Stamp]] = field(default_factory=dict)


@dataclass(slots=True)
class RenderedRun:
    """A task run that is new or beats the stored one, with what it says about assets.

    `asset_errors`: [{"field", "message", "behavior"}]. `replaces`: the row it overwrites, or 0.
    """

    execution: StoredExecution
    flow: KnownFlow
    posted_in: PostedExecution
    posted: PostedTaskRun
    stamp: Stamp
    replaces: int
    bundles: list[Bundle] = field(default_factory=list)
    failure_behavior: str = "WARN"
    asset_errors: list[dict[str, str]] = field(default_factory=list)
    pk: int = 0

    @property
    def at(self) -> int:
        """Event time in µs: the run's own, else its execution's."""
        return self.posted.state.at or self.posted_in.state.at

    @property
    def is_productive(self) -> bool:
        """Only then it makes edges and moves `last_written_at` (DESIGN §4)."""
        return self.posted.state.current in PRODUCTIVE

    @property
    def shown_state(self) -> str:
        """The posted state after `assetFailureBehavior` (K1.11)."""
        state = self.posted.state.current
        if not self.asset_errors or not self.is_productive:
            return state
        if self.failure_behavior == "FAIL":
            return "FAILED"
        return "WARNING" if self.failure_behavior == "WARN" else state

    def fail(self, path: str, message: str) -> None:
        """Note why one field of a declaration could not be used; the rest goes on."""
        self.asset_errors.append(
            {"field": path, "message": message, "behavior": self.failure_behavior}
        )


def store_executions(
    tenant: Tenant,
    posted: Mapping[str, Delivery],
    flows: Mapping[tuple[str, str], KnownFlow],
) -> dict[str, StoredExecution]:
    """id → its row: new ones inserted, known ones locked and, if beaten, replaced.

    Two statements for new executions, four when some are known.
    """
    now = timezone.now()
    rows = [
        execution_row(tenant, delivery, flows[delivery.flow_key], now)
        for _, delivery in sorted(posted.items())
    ]
    made = insert(
        "lineage_execution",
        {**EXECUTION, "created_at": "timestamptz"},
        [(*row, now) for row in rows],
        "on conflict do nothing returning public_id, id, flow_id",
    )
    stored = {
        public_id: StoredExecution(pk, flow_pk, posted[public_id].stamp, "created")
        for public_id, pk, flow_pk in made
    }
    known = [row for row in rows if row[0] not in stored]
    if known:
        stored |= lock_executions(tenant, [row[0] for row in known])
        replace_executions(known, posted, stored)
    return stored


def lock_executions(tenant: Tenant, public_ids: Sequence[str]) -> dict[str, StoredExecution]:
    """The rows, locked in their order, with the task runs they already have."""
    rows = run(
        "select public_id, id, flow_id, stamp from lineage_execution"
        " where tenant_id = %s and public_id = any(%s) order by id for no key update",
        [tenant.pk, list(public_ids)],
    )
    found = {
        row[0]: StoredExecution(row[1], row[2], json.loads(row[3]), "unchanged") for row in rows
    }
    owners = {execution.pk: execution for execution in found.values()}
    for execution_pk, public_id, pk, stamp in run(
        "select execution_id, public_id, id, stamp from lineage_taskrun"
        " where execution_id = any(%s::bigint[])",
        [list(owners)],
    ):
        owners[execution_pk].task_runs[public_id] = (pk, json.loads(stamp))
    return found


def replace_executions(
    rows: Sequence[tuple[Any, ...]],
    posted: Mapping[str, Delivery],
    stored: Mapping[str, StoredExecution],
) -> None:
    """Overwrite those that this request beats."""
    beaten = []
    for row in rows:
        execution, delivery = stored[row[0]], posted[row[0]]
        if delivery.stamp > execution.stamp and row[2] == execution.flow_pk:
            execution.status = "updated"
            beaten.append((execution.pk, *row[1:]))
    columns = {"id": "bigint", **{k: v for k, v in EXECUTION.items() if k != "public_id"}}
    update("lineage_execution", columns, beaten)


def execution_row(
    tenant: Tenant, delivery: Delivery, flow: KnownFlow, now: datetime
) -> tuple[Any, ...]:
    """In the order of EXECUTION."""
    posted = delivery.execution
    state = posted.state
    return (
        posted.id,
        tenant.pk,
        flow.pk,
        flow.namespace_pk,
        posted.flow_revision,
        delivery.revision,
        posted.kind,
        state.current,
        state.started_at,
        state.ended_at,
        state.started_at or state.ended_at or first_start(posted) or now,
        dump(posted.labels),
        dump(posted.inputs),
        dump(posted.outputs),
        dump(posted.variables),
        dump(posted.trigger),
        dump(state.histories),
        posted.error,
        posted.url,
        posted.parent_id,
        dump(delivery.stamp),
        now,
    )


def first_start(posted: PostedExecution) -> datetime | None:
    starts = [r.state.started_at for r in posted.task_runs if r.state.started_at]
    return min(starts, default=None)


def store_task_runs(tenant: Tenant, runs: Sequence[RenderedRun]) -> None:
    """Insert the new ones and replace the beaten; sets `pk`, and `status` of their executions."""
    for rendered in runs:
        if rendered.execution.status == "unchanged":
            rendered.execution.status = "updated"
    new = sorted((r for r in runs if not r.replaces), key=lambda r: (r.execution.pk, r.posted.id))
    made = insert(
        "lineage_taskrun",
        TASK_RUN,
        [(r.execution.pk, r.posted.id, *task_run_row(tenant, r)) for r in new],
        "returning execution_id, public_id, id",
    )
    pks = {(execution_pk, public_id): pk for execution_pk, public_id, pk in made}
    for rendered in new:
        rendered.pk = pks[rendered.execution.pk, rendered.posted.id]
    beaten = [r for r in runs if r.replaces]
    for rendered in beaten:
        rendered.pk = rendered.replaces
    columns = {k: v for k, v in TASK_RUN.items() if k not in ("execution_id", "public_id")}
    update(
        "lineage_taskrun",
        {"id": "bigint", **columns},
        [(r.pk, *task_run_row(tenant, r)) for r in beaten],
    )


def task_run_row(tenant: Tenant, rendered: RenderedRun) -> tuple[Any, ...]:
    """In the order of TASK_RUN, after its key."""
    posted = rendered.posted
    return (
        tenant.pk,
        posted.task_id,
        posted.value,
        posted.iteration,
        posted.parent_id,
        posted.state.current,
        rendered.shown_state,
        posted.state.started_at,
        posted.state.ended_at,
        dump(posted.attempts),
        dump(posted.state.histories),
        dump(posted.outputs),
        dump(posted.emitted),
        posted.error,
        dump(rendered.asset_errors),
        dump(rendered.stamp),
    )
