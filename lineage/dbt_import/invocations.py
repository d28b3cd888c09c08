"""Run results as an execution of the project's flow, with a task run for every node."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from accounts.access import Access
from catalog.moments import micros
from catalog.reading.declared import AssetDeclaration, AssetReference
from lineage.dbt import Invocation, NodeResult, Notes
from lineage.dbt_import.planning import Plan
from lineage.dbt_import.statements import task_id
from lineage.dsl.bundles import Bundle
from lineage.kestra.executions import PostedExecution, PostedState, PostedTaskRun
from lineage.recording.flows import KnownFlow
from lineage.recording.order import Delivery
from lineage.recording.rendered import RenderedRun, StoredExecution
from lineage.recording.runs import store_executions

#: The revision that applies: no declaration does, since dbt has told everything.
NO_REVISION = 0


@dataclass(slots=True)
class Recorded:
    """The execution that an invocation is, as it came and as it is stored."""

    delivery: Delivery
    stored: StoredExecution


def record_invocation(
    access: Access, flow: KnownFlow, invocation: Invocation | None, notes: Notes
) -> Recorded | None:
    """Make or lock the execution; None where nothing ran, or where it is another flow's."""
    if invocation is None:
        return None
    delivery = Delivery(posted_execution(flow, invocation))
    delivery.revision = NO_REVISION
    stored = store_executions(access.tenant, {invocation.id: delivery}, {delivery.flow_key: flow})[
        invocation.id
    ]
    if stored.flow_pk != flow.pk:
        notes.loss("", "run_results", f"Execution “{invocation.id}” belongs to another flow")
        return None
    return Recorded(delivery, stored)


def posted_execution(flow: KnownFlow, invocation: Invocation) -> PostedExecution:
    state = PostedState(
        invocation.state,
        invocation.started_at,
        invocation.ended_at,
        [],
        micros(invocation.ended_at),
    )
    labels = {"dbt.command": invocation.command, "dbt.target": invocation.arguments.get("target")}
    failed = sum(result.state == "FAILED" for result in invocation.results)
    return PostedExecution(
        id=invocation.id,
        namespace=flow.namespace,
        flow_id=flow.public_id,
        state=state,
        labels={key: str(value) for key, value in labels.items() if value},
        inputs=invocation.arguments,
        error=f"{failed} of {len(invocation.results)} nodes failed." if failed else "",
        digest=_digest(invocation.arguments),
        task_runs=tuple(map(posted_task_run, invocation.results)),
    )


def posted_task_run(result: NodeResult) -> PostedTaskRun:
    outputs: dict[str, Any] = {"status": result.status}
    if result.failures is not None:
        outputs["failures"] = result.failures
    if result.response:
        outputs["adapterResponse"] = dict(result.response)
    went_wrong = result.state in ("FAILED", "WARNING")
    return PostedTaskRun(
        id=task_id(result.unique_id),
        task_id=task_id(result.unique_id),
        state=PostedState(
            result.state, result.started_at, result.ended_at, [], micros(result.ended_at)
        ),
        outputs=outputs,
        error=result.message if went_wrong else "",
        digest=_digest([outputs, result.message]),
    )


def runs_of(recorded: Recorded | None, plan: Plan) -> Iterator[RenderedRun]:
    """The task runs that are new or say something later than the stored ones do.

    A run of a node turns what the manifest says into what it says; one that was skipped did
    nothing, and tests and hooks have nothing that they make.
    """
    if recorded is None:
        return
    bundles = {
        task_id(unique_id): bundle
        for unique_id, statement in plan.statements.items()
        for bundle in statement.bundles
        if bundle.outputs
    }
    stored = recorded.stored
    for place, posted, posted_in in recorded.delivery.task_runs.values():
        pk, held = stored.task_runs.get(posted.id, (0, []))
        if pk and place <= held:
            continue
        bundle = bundles.get(posted.task_id)
        rendered = RenderedRun(stored, plan.flow, posted_in, posted, place, replaces=pk)
        if bundle is not None and posted.state.current != "SKIPPED":
            rendered.bundles = [bare(bundle)]
        yield rendered


def bare(bundle: Bundle) -> Bundle:
    """What a run does: the manifest has told what its assets are."""
    outputs = tuple(AssetDeclaration(output.id, "", output.namespace) for output in bundle.outputs)
    inputs = tuple(AssetReference(reference.id) for reference in bundle.inputs)
    return replace(bundle, inputs=inputs, outputs=outputs)


def _digest(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.blake2b(text.encode(), digest_size=12).hexdigest()
