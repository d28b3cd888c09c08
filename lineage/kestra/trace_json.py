"""Usages and lineage events in Kestra's shapes: ApiAssetUsage and ApiAssetLineageEvent (K2)."""

from collections.abc import Mapping, Sequence
from typing import Any

from lineage.kestra.times import instant
from lineage.models import AssetUsage, Execution, LineageEvent, TaskRun
from lineage.uids import Namer

#: Asset row → (id, type), of those that the reader may see.
type Seen = Mapping[int, tuple[str, str]]


def usage_json(usage: AssetUsage) -> dict[str, Any]:
    """`usage` comes with asset, task run, execution, flow and namespace."""
    return {
        "assetId": usage.asset.public_id,
        **_run_json(usage.execution, usage.task_run),
        "created": instant(usage.at),
        "direction": usage.direction,
        "state": usage.state,
    }


def event_json(event: LineageEvent, seen: Seen, uid: Namer) -> dict[str, Any]:
    """`restricted` counts the inputs and outputs that the reader may not see."""
    named = [pk for pk in (*event.inputs, *event.outputs) if pk in seen]
    return {
        "uid": uid("event", event.pk),
        **_run_json(event.execution, event.task_run),
        "state": event.state,
        "inputs": _identifiers(event.inputs, seen),
        "outputs": _identifiers(event.outputs, seen),
        "restricted": len(event.inputs) + len(event.outputs) - len(named),
        "created": instant(event.at),
        "startDate": instant(event.task_run.started_at),
        "endDate": instant(event.task_run.ended_at),
    }


def _run_json(execution: Execution, task_run: TaskRun) -> dict[str, Any]:
    return {
        "namespace": execution.namespace.name,
        "flowId": execution.flow.public_id,
        "flowRevision": execution.flow_revision,
        "executionId": execution.public_id,
        "taskId": task_run.task_id,
        "taskRunId": task_run.public_id,
    }


def _identifiers(keys: Sequence[int], seen: Seen) -> list[dict[str, str]]:
    return [{"id": seen[pk][0], "type": seen[pk][1]} for pk in keys if pk in seen]
