"""Executions that are posted piece by piece: what came before belongs to the context.

A declaration may speak of another task's outputs. Whichever of the two comes first, both ends
alike: earlier task runs join the context of new ones, and a stored one whose declaration failed
is rendered again now that more is known.
"""

from collections.abc import Iterable

from lineage.kestra.posted import parse_execution
from lineage.models import TaskRun
from lineage.recording.order import Delivery
from lineage.recording.rendered import StoredExecution
from lineage.recording.replaying import task_run_again

WHY = "completes an execution that this request has locked"


def complete(items: Iterable[tuple[Delivery, StoredExecution]]) -> None:
    """Give deliveries what is stored beside them: one statement, or none."""
    partial = {
        stored.pk: delivery
        for delivery, stored in items
        if delivery.declares and stored.task_runs.keys() - delivery.task_runs.keys()
    }
    if not partial:
        return
    for row in TaskRun.objects.unscoped(WHY).filter(execution__in=partial).order_by("pk"):
        delivery = partial[row.execution_id]
        if row.public_id in delivery.task_runs:
            continue
        if row.is_trigger:  # no task run to the others; it comes by itself
            delivery.again |= {row.public_id} if row.asset_errors else set()
            continue
        delivery.earlier.append(task_run_again(row))
        if row.asset_errors:
            again = {**delivery.execution.raw, "taskRunList": [task_run_again(row)]}
            [task_run] = parse_execution(again).task_runs
            delivery.task_runs[row.public_id] = (row.stamp, task_run, delivery.execution)
            delivery.again.add(row.public_id)
