"""Executions that came before their flow's YAML, read back and given its declarations."""

from typing import Any

from django.db.models import Q, QuerySet

from accounts.access import Access
from lineage.kestra.executions import PostedExecution
from lineage.kestra.posted import parse_execution
from lineage.models import Execution, OpenLineageRun, TaskRun
from lineage.recording.flows import KnownFlow
from lineage.recording.order import Delivery

WHY = "replayed inside the transaction that locks the flow"


def replay_executions(access: Access, flow: KnownFlow, *, limit: int) -> int:
    """Apply the flow's declarations to executions that lack them; how many there were.

    Those are the ones recorded without any, and those that ran a revision which has only now
    become known. The newest come first. The caller holds the flow's lock and a transaction.
    """
    from lineage.recording.record import apply_revisions, write_runs
    from lineage.recording.runs import lock_executions

    lacking = Q(applied_revision=None) | (
        Q(flow_revision=flow.revision) & ~Q(applied_revision=flow.revision)
    )
    executions = list(
        Execution.objects.unscoped(WHY)
        .filter(lacking, flow=flow.pk)
        .exclude(pk__in=told_by_openlineage(flow.pk))
        .order_by("-sorted_at", "-pk")[:limit]
    )
    if not executions:
        return 0
    runs: dict[int, list[TaskRun]] = {execution.pk: [] for execution in executions}
    stored_runs = TaskRun.objects.unscoped(WHY).filter(execution__in=runs, is_trigger=False)
    for task_run in stored_runs.order_by("pk"):
        runs[task_run.execution_id].append(task_run)
    deliveries = [Delivery(posted_again(e, flow, runs[e.pk])) for e in executions]
    apply_revisions(deliveries, {delivery.flow_key: flow for delivery in deliveries})
    stored = lock_executions(access.tenant, [e.public_id for e in executions])
    for delivery in deliveries:
        delivery.again = set(stored[delivery.execution.id].task_runs)
    write_runs(access, [(d, stored[d.execution.id], flow) for d in deliveries])
    Execution.objects.unscoped(WHY).filter(pk__in=runs).update(applied_revision=flow.revision)
    return len(executions)


def told_by_openlineage(flow: int) -> QuerySet:
    """Executions that bring their own lineage: a declaration adds nothing to what was observed."""
    runs = OpenLineageRun.objects.unscoped(WHY).filter(execution__flow=flow)
    return runs.values("execution")


def posted_again(
    execution: Execution, flow: KnownFlow, task_runs: list[TaskRun]
) -> PostedExecution:
    """The execution as it was posted, from what was stored of it."""
    return parse_execution(
        {
            "id": execution.public_id,
            "namespace": flow.namespace,
            "flowId": flow.public_id,
            "flowRevision": execution.flow_revision,
            "kind": execution.kind,
            "state": state_of(execution),
            "labels": execution.labels,
            "inputs": execution.inputs,
            "outputs": execution.outputs,
            "variables": execution.variables,
            "trigger": execution.trigger,
            "parentId": execution.parent_public_id or None,
            "taskRunList": [task_run_again(task_run) for task_run in task_runs],
        }
    )


def task_run_again(task_run: TaskRun) -> dict[str, Any]:
    return {
        "id": task_run.public_id,
        "taskId": task_run.task_id,
        "value": task_run.value or None,
        "iteration": task_run.iteration,
        "parentTaskRunId": task_run.parent_public_id or None,
        "state": state_of(task_run),
        "attempts": task_run.attempts,
        "outputs": task_run.outputs,
        **task_run.emitted,
    }


def state_of(row: Execution | TaskRun) -> dict[str, Any]:
    return {
        "current": row.state,
        "startDate": row.started_at and row.started_at.isoformat(),
        "endDate": row.ended_at and row.ended_at.isoformat(),
        "histories": row.histories,
    }
