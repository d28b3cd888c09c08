"""An execution in Kestra's JSON shape: what its API answers and its clients read.

Beyond Kestra's own properties: `url` and `parentExecutionId` of the execution, `error`, and under
a task run `outputs`, `error`, `assetErrors: [{field, message, behavior}]` and `assetNote`, one
line on what these did to its state. What the trigger declared stands under `trigger`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from lineage.kestra.times import instant, period
from lineage.masking import Masking
from lineage.models import Execution, TaskRun

#: Bundles of a task run as `assetEmits` shows them, by the task run's key.
type Emits = Mapping[int, Sequence[Mapping[str, Any]]]


def execution_json(
    execution: Execution,
    task_runs: Iterable[TaskRun],
    *,
    tenant: str,
    secrets: Iterable[str] = (),
    emits: Emits | None = None,
) -> dict[str, Any]:
    """`execution` with its task runs, in the order given.

    The execution comes with its `flow` and `namespace`. `secrets` names the inputs to mask
    (`lineage.masking.secret_inputs`). `emits` holds only what the caller may see; without it no
    task run has `assetEmits`.
    """
    masking = Masking.of(execution.inputs, secrets)
    shown = light_execution_json(execution, tenant=tenant, masking=masking)
    told = [(run, task_run_json(run, execution, masking, emits)) for run in task_runs]
    for run, run_json in told:
        if run.is_trigger:
            said = {key: run_json[key] for key in ("assetEmits", "assetErrors") if key in run_json}
            shown["trigger"] = (shown["trigger"] or {}) | said
    return shown | {
        "variables": masking.anywhere(execution.variables),
        "outputs": masking.anywhere(execution.outputs),
        "error": masking.anywhere(execution.error) or None,
        "taskRunList": [run_json for run, run_json in told if not run.is_trigger],
        "metadata": {
            "attemptNumber": 1,
            "originalCreatedDate": instant(execution.started_at or execution.sorted_at),
        },
        "deleted": False,
    }


def light_execution_json(
    execution: Execution, *, tenant: str, masking: Masking | None = None
) -> dict[str, Any]:
    """Without task runs and what only they need: an item of a search."""
    masking = masking or Masking()
    return {
        "tenantId": tenant,
        "id": execution.public_id,
        "originalId": execution.public_id,
        "namespace": execution.namespace.name,
        "flowId": execution.flow.public_id,
        "flowRevision": execution.flow_revision or execution.applied_revision,
        "kind": execution.kind,
        "state": state_json(
            execution.state, execution.started_at, execution.ended_at, execution.histories
        ),
        "labels": labels_json(masking.anywhere(execution.labels)),
        "inputs": masking.inputs(execution.inputs),
        "trigger": masking.anywhere(execution.trigger) or None,
        "parentExecutionId": execution.parent_public_id or None,
        "url": execution.url or None,
    }


def task_run_json(
    run: TaskRun,
    execution: Execution,
    masking: Masking,
    emits: Emits | None,
) -> dict[str, Any]:
    """`state.current` is the state shown: after `assetFailureBehavior` (K1.11)."""
    histories = list(run.histories)
    if run.shown_state != run.state:
        changed = instant(run.ended_at or run.started_at)
        histories.append({"state": run.shown_state, "date": changed})
    shown: dict[str, Any] = {
        "id": run.public_id,
        "executionId": execution.public_id,
        "namespace": execution.namespace.name,
        "flowId": execution.flow.public_id,
        "taskId": run.task_id,
        "parentTaskRunId": run.parent_public_id or None,
        "value": masking.anywhere(run.value) or None,
        "iteration": run.iteration,
        "state": state_json(run.shown_state, run.started_at, run.ended_at, histories),
        "attempts": masking.anywhere(run.attempts),
        "outputs": masking.anywhere(run.outputs),
        "error": masking.anywhere(run.error) or None,
        "assetErrors": masking.anywhere(run.asset_errors),
        "assetNote": run.asset_note or None,
    }
    return shown if emits is None else shown | {"assetEmits": list(emits.get(run.pk, ()))}


def state_json(
    current: str,
    started_at: datetime | None,
    ended_at: datetime | None,
    histories: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """`duration` (ISO 8601) only of what has ended."""
    took = ended_at - started_at if started_at and ended_at else None
    return {
        "current": current,
        "startDate": instant(started_at),
        "endDate": instant(ended_at),
        "duration": period(took),
        "histories": list(histories),
    }


def labels_json(labels: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"key": key, "value": value} for key, value in labels.items()]
