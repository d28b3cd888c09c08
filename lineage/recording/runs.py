"""The rows of executions and task runs: insert the new, replace what a later delivery beats."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.bulk import dump, insert, run, update
from accounts.models import Tenant
from lineage.kestra.executions import PostedExecution
from lineage.recording.flows import KnownFlow
from lineage.recording.order import FIELDS, Delivery, Fields, Stamp, latest_fields
from lineage.recording.rendered import RenderedRun, StoredExecution

FIELD_COLUMNS = {
    "labels": "jsonb",
    "inputs": "jsonb",
    "outputs": "jsonb",
    "variables": "jsonb",
    "trigger": "jsonb",
    "url": "text",
    "parent_public_id": "text",
    "error": "text",
    "field_stamps": "jsonb",
}
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
    "histories": "jsonb",
    "stamp": "jsonb",
    **FIELD_COLUMNS,
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
    "is_trigger": "boolean",
}


def store_executions(
    tenant: Tenant,
    posted: Mapping[str, Delivery],
    flows: Mapping[tuple[str, str], KnownFlow],
) -> dict[str, StoredExecution]:
    """id → its row: new ones inserted, known ones locked and, where this says more, replaced.

    One statement for new executions, four when some are known.
    """
    now = timezone.now()
    made = insert(
        "lineage_execution",
        {**EXECUTION, "created_at": "timestamptz"},
        [
            (*execution_row(tenant, delivery, flows[delivery.flow_key], now), now)
            for _, delivery in sorted(posted.items())
        ],
        "on conflict do nothing returning public_id, id, flow_id",
    )
    stored = {
        public_id: StoredExecution(pk, flow_pk, posted[public_id].stamp, "created")
        for public_id, pk, flow_pk in made
    }
    known = sorted(posted.keys() - stored.keys())
    if known:
        locked = lock_executions(tenant, known)
        replace_executions(tenant, {id_: posted[id_] for id_ in known}, locked, flows)
        stored |= locked
    return stored


def lock_executions(tenant: Tenant, public_ids: Sequence[str]) -> dict[str, StoredExecution]:
    """The rows, locked in their order, with the task runs they already have."""
    rows = run(
        "select public_id, id, flow_id, stamp, field_stamps, labels, inputs, outputs, variables,"
        " trigger, to_json(url)::text, to_json(parent_public_id)::text, to_json(error)::text"
        " from lineage_execution"
        " where tenant_id = %s and public_id = any(%s) order by id for no key update",
        [tenant.pk, list(public_ids)],
    )
    found = {}
    for public_id, pk, flow_pk, *texts in rows:
        stamp, field_stamps, *values = map(json.loads, texts)
        fields = {
            name: (field_stamps.get(name, stamp), value)
            for name, value in zip(FIELDS.values(), values, strict=True)
            if value
        }
        found[public_id] = StoredExecution(pk, flow_pk, stamp, "unchanged", fields)
    owners = {execution.pk: execution for execution in found.values()}
    for execution_pk, public_id, pk, stamp in run(
        "select execution_id, public_id, id, stamp from lineage_taskrun"
        " where execution_id = any(%s::bigint[])",
        [list(owners)],
    ):
        owners[execution_pk].task_runs[public_id] = (pk, json.loads(stamp))
    return found


def replace_executions(
    tenant: Tenant,
    posted: Mapping[str, Delivery],
    stored: Mapping[str, StoredExecution],
    flows: Mapping[tuple[str, str], KnownFlow],
) -> None:
    """Overwrite what this request says later, or says at all; deliveries learn the rest."""
    now = timezone.now()
    rows, fields = [], []
    for id_, delivery in posted.items():
        execution, flow = stored[id_], flows[delivery.flow_key]
        if execution.flow_pk != flow.pk:
            continue
        merged = latest_fields(execution.fields, delivery.fields)
        says_more = merged != execution.fields
        delivery.fields = merged
        if delivery.stamp > execution.stamp:
            rows.append((execution.pk, *execution_row(tenant, delivery, flow, now)[1:]))
        elif says_more:
            fields.append((execution.pk, *field_row(merged, execution.stamp), now))
        if delivery.stamp > execution.stamp or says_more:
            execution.status = "updated"
    key = {"id": "bigint"}
    update("lineage_execution", key | {k: EXECUTION[k] for k in list(EXECUTION)[1:]}, rows)
    update("lineage_execution", key | FIELD_COLUMNS | {"updated_at": "timestamptz"}, fields)


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
        sorted_at(posted) or now,
        dump(state.histories),
        dump(delivery.stamp),
        *field_row(delivery.fields, delivery.stamp),
        now,
    )


def field_row(fields: Fields, stamp: Stamp) -> tuple[str, ...]:
    """In the order of FIELD_COLUMNS; `stamp`: the execution's own."""
    values = {name: fields[name][1] if name in fields else None for name in FIELDS.values()}
    stamps = {name: said for name, (said, _) in fields.items() if said != stamp}
    return (
        *(
            dump(values[name] or {}) if kind == "jsonb" else values[name] or ""
            for name, kind in FIELD_COLUMNS.items()
            if name in values
        ),
        dump(stamps),
    )


def sorted_at(posted: PostedExecution) -> datetime | None:
    """What lists sort by: the start, else the first thing known of it."""
    starts = [run.state.started_at for run in posted.task_runs if run.state.started_at]
    return posted.state.started_at or posted.state.ended_at or min(starts, default=None)


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
        posted.is_trigger,
    )
