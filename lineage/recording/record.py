"""One request's executions, in one transaction and a constant number of statements.

The phases lock in this order, each sorted by its key, so that concurrent requests wait for each
other but never in a circle: namespaces, flows, executions, assets (new ones), task runs, traces,
edges, asset states.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from accounts.access import Access
from accounts.permissions import Action, Resource
from lineage.kestra.posted import InvalidExecution, PostedExecution, parse_execution
from lineage.recording.completing import complete
from lineage.recording.flows import KnownFlow, Revisions, ensure_flows
from lineage.recording.order import Delivery, deliveries
from lineage.recording.rendering import render_runs
from lineage.recording.resolving import resolve_assets
from lineage.recording.runs import StoredExecution, store_executions, store_task_runs
from lineage.recording.traces import store_traces


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one posted item. `status`: created, updated, unchanged or failed.

    A failed one has `reason` and `problems` ([{"field", "message"}]); `forbidden` tells a
    missing grant from a bad value. `retriable`: whether the same body may succeed later.
    """

    index: int
    id: str
    status: str
    reason: str = ""
    problems: tuple[dict[str, str], ...] = ()
    forbidden: bool = False
    retriable: bool = False


def record_executions(access: Access, values: Sequence[Any]) -> list[Result]:
    """Record posted executions (Kestra's JSON, see `lineage.kestra.posted`); one result each.

    Bad and forbidden items fail on their own and the others go in. Needs EXECUTION:INGEST in
    the namespace of each flow.
    """
    results: dict[int, Result] = {}
    accepted: dict[int, PostedExecution] = {}
    for index, value in enumerate(values):
        try:
            execution = parse_execution(value)
        except InvalidExecution as exc:
            results[index] = Result(index, exc.id, "failed", str(exc), tuple(exc.problems))
            continue
        if not access.may(Resource.EXECUTION, Action.INGEST, execution.namespace):
            results[index] = refused(index, execution)
            continue
        accepted[index] = execution
    with transaction.atomic():
        outcome = _record(access, deliveries(accepted.values())) if accepted else {}
    for index, execution in accepted.items():
        results[index] = outcome_of(index, execution, outcome[execution.id])
    return [results[index] for index in range(len(values))]


def refused(index: int, execution: PostedExecution) -> Result:
    reason = f"This token may not post executions in namespace “{execution.namespace}”."
    problem = {"field": "namespace", "message": reason}
    return Result(index, execution.id, "failed", reason, (problem,), forbidden=True)


def outcome_of(index: int, execution: PostedExecution, outcome: str) -> Result:
    """`outcome` is a status, or the reason why the execution could not go in."""
    if outcome in ("created", "updated", "unchanged"):
        return Result(index, execution.id, outcome)
    problem = {"field": "namespace" if "namespace" in outcome else "id", "message": outcome}
    return Result(index, execution.id, "failed", outcome, (problem,))


def _record(access: Access, posted: dict[str, Delivery]) -> dict[str, str]:
    """execution id → created, updated, unchanged, or why not."""
    flows = ensure_flows(access.tenant, (delivery.flow_key for delivery in posted.values()))
    outcome = {
        id_: f"The tenant requires existing namespaces and “{d.execution.namespace}” is not one."
        for id_, d in posted.items()
        if d.flow_key not in flows
    }
    known = {id_: delivery for id_, delivery in posted.items() if id_ not in outcome}
    apply_revisions(known.values(), flows)
    stored = store_executions(access.tenant, known, flows)
    for id_, delivery in known.items():
        if stored[id_].flow_pk != flows[delivery.flow_key].pk:
            outcome[id_] = f"Execution “{id_}” already belongs to another flow."
    items = [
        (delivery, stored[id_], flows[delivery.flow_key])
        for id_, delivery in known.items()
        if id_ not in outcome
    ]
    complete((delivery, execution) for delivery, execution, _ in items)
    write_runs(access, items)
    return outcome | {id_: stored[id_].status for id_ in known if id_ not in outcome}


def apply_revisions(
    posted: Iterable[Delivery], flows: Mapping[tuple[str, str], KnownFlow]
) -> None:
    """Tell each delivery whose declarations apply to it."""
    deliveries = list(posted)
    revisions = Revisions((flows[d.flow_key], d.execution.flow_revision) for d in deliveries)
    for delivery in deliveries:
        delivery.revision, delivery.declares = revisions.applying(
            flows[delivery.flow_key], delivery.execution.flow_revision
        )


def write_runs(
    access: Access,
    items: Sequence[tuple[Delivery, StoredExecution, KnownFlow]],
) -> None:
    """Task runs and all that follows from them; sets the `status` of what changed.

    Also called when a flow's YAML arrives after its executions (`lineage.registering`).
    """
    namespaces = {flow.namespace: flow.namespace_pk for _, _, flow in items}
    runs = [run for item in items for run in render_runs(*item)]
    resolved = resolve_assets(access, runs, namespaces)
    store_task_runs(access.tenant, runs)
    store_traces(access.tenant, runs, resolved, namespaces)
