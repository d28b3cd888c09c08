"""Task runs from OpenLineage runs: children of a root, and the root itself while it is alone."""

from collections.abc import Iterable, Mapping

from accounts.bulk import run
from accounts.models import Tenant
from catalog.moments import moment
from lineage.kestra.executions import PostedExecution, PostedState, PostedTaskRun
from lineage.openlineage.headwater import task_told
from lineage.openlineage.naming import task_id
from lineage.recording.flows import KnownFlow
from lineage.recording.openlineage.executions import error_of
from lineage.recording.openlineage.rows import RunRow
from lineage.recording.rendered import RenderedRun, StoredExecution


def childless(tenant: Tenant, rows: Mapping[str, RunRow]) -> set[str]:
    """Of the roots in `rows` that have no data of their own, those without any child.

    One statement when there are such roots that no child came with, else none.
    """
    parents = {row.root_run_id for row in rows.values() if not row.is_root}
    bare = [
        row.run_id
        for row in rows.values()
        if row.is_root and row.accumulated and not row.has_data and row.run_id not in parents
    ]
    if not bare:
        return set()
    found = run(
        "select root from unnest(%s::text[]) as root where exists (select from"
        " lineage_openlineagerun r where r.tenant_id = %s and r.root_run_id = root"
        " and r.run_id <> root)",
        [sorted(bare), tenant.pk],
    )
    return set(bare) - {root for (root,) in found}


def has_task_run(row: RunRow, alone: set[str]) -> bool:
    """A root stands as a task run for what it reads and writes itself, or while it is alone."""
    if row.accumulated is None:
        return False
    return not row.is_root or row.has_data or row.run_id in alone


def posted_in(root: RunRow, flow: KnownFlow) -> PostedExecution:
    """The execution as its task runs know it."""
    known = root.accumulated
    state = state_of(root) if known else PostedState("RUNNING", None, None, [], 0)
    return PostedExecution(
        id=root.run_id,
        namespace=flow.namespace,
        flow_id=flow.public_id,
        state=state,
    )


def state_of(row: RunRow) -> PostedState:
    known = row.accumulated
    assert known is not None
    ended = known.ended_at
    return PostedState(
        known.state,
        moment(known.started_at),
        moment(ended) if ended is not None else None,
        known.histories,
        known.at,
    )


def rendered(
    row: RunRow, execution: StoredExecution, flow: KnownFlow, inside: PostedExecution
) -> RenderedRun:
    """The task run of a row with events, without what it says of assets."""
    known = row.accumulated
    assert known is not None and row.job is not None
    told = task_told(known.run_facets)
    posted = PostedTaskRun(
        id=row.run_id,
        task_id=told.task_id or task_id(row.job.name),
        value=told.value,
        iteration=told.iteration,
        parent_id="" if row.parent_run_id in ("", row.root_run_id) else row.parent_run_id,
        state=state_of(row),
        error=error_of(known),
    )
    return RenderedRun(
        execution,
        flow,
        inside,
        posted,
        stamp=[],
        replaces=row.task_run or 0,
        failure_behavior="IGNORE",
        streams=known.is_streaming,
    )


def remove_task_runs(rows: Iterable[RunRow]) -> None:
    """Roots that stood alone until children came: their task runs said nothing of assets."""
    pks = sorted(row.task_run for row in rows if row.task_run)
    if pks:
        run("delete from lineage_taskrun where id = any(%s::bigint[])", [pks])


def move_task_runs(rows: Iterable[RunRow], executions: Mapping[str, StoredExecution]) -> None:
    """To the execution that their root has turned out to be."""
    moved = sorted((row.task_run, executions[row.root_run_id].pk) for row in rows if row.task_run)
    if moved:
        run(
            "update lineage_taskrun t set execution_id = m.execution"
            " from unnest(%s::bigint[], %s::bigint[]) as m(id, execution) where t.id = m.id",
            [[pk for pk, _ in moved], [execution for _, execution in moved]],
        )
