"""Executions from root runs: what a root's own events say of it, else what its children do."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from accounts.bulk import dump, insert, run, update
from accounts.models import Tenant
from catalog.moments import moment
from lineage.models.runs import TERMINAL, State
from lineage.openlineage.state import Accumulated
from lineage.recording.flows import KnownFlow
from lineage.recording.openlineage.rows import RunRow
from lineage.recording.rendered import StoredExecution
from lineage.recording.runs import EXECUTION

#: What events of a root run can change of its execution.
SAID = {
    name: EXECUTION[name]
    for name in (
        "flow_id",
        "namespace_id",
        "state",
        "started_at",
        "ended_at",
        "sorted_at",
        "histories",
        "labels",
        "error",
        "updated_at",
    )
}
#: Columns that OpenLineage leaves as they are for a new execution.
EMPTY = {
    "stamp": "[]",
    "field_stamps": "{}",
    "inputs": "{}",
    "outputs": "{}",
    "variables": "{}",
    "trigger": "{}",
    "url": "",
    "parent_public_id": "",
    "kind": "NORMAL",
}


def store_roots(
    tenant: Tenant, roots: Sequence[RunRow], flows: Mapping[str, KnownFlow], again: set[str]
) -> dict[str, StoredExecution]:
    """Root run id → its execution, sets `execution` of the roots; `flows`: by root run id.

    `again`: roots whose flow has turned out to be another. One statement for new ones, and one
    for those whose own events say more.
    """
    now = timezone.now()
    new = sorted((root for root in roots if root.execution is None), key=lambda r: r.run_id)
    columns = {
        "public_id": "text",
        "tenant_id": "bigint",
        **SAID,
        **{name: EXECUTION[name] for name in EMPTY},
        "created_at": "timestamptz",
    }
    made = insert(
        "lineage_execution as old",
        columns,
        [
            (root.run_id, tenant.pk, *said(root, flows[root.run_id], now), *EMPTY.values(), now)
            for root in new
        ],
        "on conflict (tenant_id, public_id) do update set updated_at = excluded.updated_at"
        " returning public_id, id",
    )
    pks = dict(made)
    for root in new:
        root.execution = pks[root.run_id]
    update(
        "lineage_execution",
        {"id": "bigint", **SAID},
        [
            (root.execution, *said(root, flows[root.run_id], now))
            for root in roots
            if root.run_id not in pks and (root.is_changed or root.run_id in again)
        ],
    )
    return {
        root.run_id: StoredExecution(
            root.execution or 0, flows[root.run_id].pk, [], "created" if root in new else "updated"
        )
        for root in roots
    }


def said(root: RunRow, flow: KnownFlow, now: datetime) -> tuple[Any, ...]:
    """In the order of SAID; a root without events runs until `derive_orphans` knows better."""
    known = root.accumulated
    if known is None:
        place = (flow.pk, flow.namespace_pk)
        return *place, State.RUNNING.value, None, None, now, "[]", "{}", "", now
    started, ended = moment(known.started_at), known.ended_at
    return (
        flow.pk,
        flow.namespace_pk,
        known.state,
        started,
        moment(ended) if ended is not None else None,
        started,
        dump(known.histories),
        dump(labels_of(known)),
        error_of(known),
        now,
    )


def labels_of(known: Accumulated) -> dict[str, str]:
    """The run's tags (`tags` run facet: [{key, value, source}])."""
    facet = known.run_facets.get("tags")
    tags = facet.get("tags") if isinstance(facet, Mapping) else None
    return {
        str(tag["key"]): str(tag.get("value", ""))
        for tag in (tags if isinstance(tags, list) else ())
        if isinstance(tag, Mapping) and tag.get("key")
    }


def error_of(known: Accumulated) -> str:
    """The message of the `errorMessage` run facet, of a run that did not succeed."""
    facet = known.run_facets.get("errorMessage")
    message = facet.get("message") if isinstance(facet, Mapping) else None
    return message[:10_000] if isinstance(message, str) and known.state != "SUCCESS" else ""


DERIVE = """
with told as (
    select t.execution_id as id,
           bool_or(not t.state = any(%s)) as runs, bool_or(t.state = 'FAILED') as failed,
           bool_or(t.state = 'KILLED') as killed,
           min(t.started_at) as started_at, max(t.ended_at) as ended_at
    from lineage_taskrun t where t.execution_id = any(%s::bigint[]) or t.execution_id in (
        select r.execution_id from lineage_openlineagerun r
        where r.tenant_id = %s and r.run_id = any(%s) and r.accumulated is null)
    group by t.execution_id
)
update lineage_execution x set
    state = case when told.runs then 'RUNNING' when told.failed then 'FAILED'
                 when told.killed then 'KILLED' else 'SUCCESS' end,
    started_at = told.started_at, sorted_at = coalesce(told.started_at, x.sorted_at),
    ended_at = case when not told.runs then told.ended_at end
from told where told.id = x.id
"""


def derive_orphans(tenant: Tenant, roots: Iterable[RunRow], left: Iterable[str]) -> None:
    """State and times of executions whose root has told nothing itself: its task runs' together.

    `left`: run ids of roots that something has moved away from. One statement, or none.
    """
    pks = sorted(root.execution for root in roots if root.accumulated is None and root.execution)
    others = sorted(left)
    if pks or others:
        run(DERIVE, [sorted(TERMINAL), pks, tenant.pk, others])


def remove_empty(roots: Iterable[str], tenant: Tenant) -> None:
    """Executions that all their runs have moved away from: two statements."""
    gone = sorted(roots)
    run(
        "delete from lineage_execution x where x.tenant_id = %s and x.public_id = any(%s)"
        " and not exists (select from lineage_taskrun t where t.execution_id = x.id)"
        " and not exists (select from lineage_openlineagerun r where r.tenant_id = x.tenant_id"
        " and r.root_run_id = x.public_id and r.accumulated is not null)",
        [tenant.pk, gone],
    )


BARE = """
    lineage_flow f join catalog_namespace n on n.id = f.namespace_id
    join unnest(%s::text[], %s::text[]) as k(namespace, public_id)
        on n.name = k.namespace and f.public_id = k.public_id
    where f.tenant_id = %s and f.revision = 0
    and not exists (select from lineage_execution x where x.flow_id = f.id)
    and not exists (select from lineage_edge e where e.flow_id = f.id)
    and not exists (select from lineage_openlineageevent e where e.flow_id = f.id)
"""


def remove_bare_flows(tenant: Tenant, keys: Iterable[tuple[str, str]]) -> None:
    """Flows, by (namespace, id), that were nothing but a run whose parent was not known yet."""
    wanted = sorted(set(keys))
    parameters = [[name for name, _ in wanted], [id_ for _, id_ in wanted], tenant.pk]
    run(
        f"with gone as (select f.id from {BARE}), jobs as (delete from lineage_openlineagejob"  # noqa: S608
        " where flow_id in (select id from gone))"
        " delete from lineage_flow where id in (select id from gone)",
        parameters,
    )
