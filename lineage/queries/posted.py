"""What a poster gets back: the thing just stored, whether or not they may read others."""

from typing import Any

from django.utils import timezone

from accounts.access import Access
from catalog.models import Namespace
from lineage.kestra.execution_json import execution_json
from lineage.kestra.flow_json import flow_json
from lineage.masking import secret_inputs
from lineage.models import Execution, Flow, FlowRevision, TaskRun
from lineage.queries.flow_search import documented
from lineage.recording import Result
from lineage.recording.flows import parsed_flow
from lineage.recording.record import Written
from lineage.recording.rendered import RenderedRun
from lineage.recording.runs import sorted_at

WHY = "answers the request that has just stored it"


def posted_execution(access: Access, result: Result) -> dict[str, Any]:
    """The stored execution in Kestra's shape, its secret inputs masked.

    A new one is answered from what was just written; any other with two statements.
    """
    if result.written is not None:
        execution, task_runs = rows_of(result.written)
        declares = result.written.delivery.declares
    else:
        execution, task_runs = stored_rows(access, result.id)
        declares = parsed_flow(execution.flow_id, execution.applied_revision)
    task_runs.sort(key=lambda run: (run.started_at is None, run.started_at, run.public_id))
    secrets = secret_inputs(declares)
    return execution_json(execution, task_runs, tenant=access.tenant.slug, secrets=secrets)


def stored_rows(access: Access, public_id: str) -> tuple[Execution, list[TaskRun]]:
    execution = (
        Execution.objects.unscoped(WHY)
        .select_related("flow", "namespace")
        .get(tenant=access.tenant, public_id=public_id)
    )
    return execution, list(TaskRun.objects.unscoped(WHY).filter(execution=execution))


def rows_of(written: Written) -> tuple[Execution, list[TaskRun]]:
    """The rows as they were inserted, unsaved: for showing them only."""
    delivery, state = written.delivery, written.delivery.execution.state
    execution = Execution(
        public_id=delivery.execution.id,
        flow=Flow(public_id=written.flow.public_id),
        namespace=Namespace(name=written.flow.namespace),
        flow_revision=delivery.execution.flow_revision,
        applied_revision=delivery.revision,
        kind=delivery.execution.kind,
        state=state.current,
        started_at=state.started_at,
        ended_at=state.ended_at,
        sorted_at=sorted_at(delivery.execution) or timezone.now(),
        histories=state.histories,
        **{name: value for name, (_, value) in delivery.fields.items()},
    )
    return execution, [task_run_of(run) for run in written.runs]


def task_run_of(run: RenderedRun) -> TaskRun:
    posted = run.posted
    return TaskRun(
        pk=run.pk,
        public_id=posted.id,
        task_id=posted.task_id,
        value=posted.value,
        iteration=posted.iteration,
        parent_public_id=posted.parent_id,
        state=posted.state.current,
        shown_state=run.shown_state,
        started_at=posted.state.started_at,
        ended_at=posted.state.ended_at,
        attempts=posted.attempts,
        histories=posted.state.histories,
        outputs=posted.outputs,
        error=posted.error,
        asset_errors=run.asset_errors,
        is_trigger=posted.is_trigger,
    )


def posted_flow(access: Access, revision: FlowRevision) -> dict[str, Any]:
    """The registered flow with its source."""
    flows = documented(Flow.objects.unscoped(WHY)).select_related("namespace")
    flow = flows.get(pk=revision.flow_id)
    return flow_json(flow, revision, tenant=access.tenant.slug)
