"""What a poster gets back: the thing just stored, whether or not they may read others."""

from typing import Any

from accounts.access import Access
from lineage.kestra.execution_json import execution_json
from lineage.kestra.flow_json import flow_json
from lineage.masking import secret_inputs
from lineage.models import Execution, Flow, FlowRevision, TaskRun
from lineage.recording.flows import parsed_flow

WHY = "answers the request that has just stored it"


def posted_execution(access: Access, public_id: str) -> dict[str, Any]:
    """The stored execution in Kestra's shape, its secret inputs masked: two statements."""
    execution = (
        Execution.objects.unscoped(WHY)
        .select_related("flow", "namespace")
        .get(tenant=access.tenant, public_id=public_id)
    )
    return execution_json(
        execution,
        TaskRun.objects.unscoped(WHY).filter(execution=execution).order_by("started_at", "pk"),
        tenant=access.tenant.slug,
        secrets=secret_inputs(parsed_flow(execution.flow_id, execution.applied_revision)),
    )


def posted_flow(access: Access, revision: FlowRevision) -> dict[str, Any]:
    """The registered flow with its source."""
    flow = Flow.objects.unscoped(WHY).select_related("namespace").get(pk=revision.flow_id)
    return flow_json(flow, revision, tenant=access.tenant.slug)
