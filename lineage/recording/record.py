"""One request's executions, in one transaction and a constant number of statements.

The phases lock in this order, each sorted by its key, so that concurrent requests wait for each
other but never in a circle: namespaces, flows, executions, names (shared),
assets (new ones), task runs, traces, edges, asset states.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction

from accounts.access import Access
from accounts.permissions import Action, Resource
from lineage.kestra.executions import PostedExecution
from lineage.kestra.posted import InvalidExecution, parse_execution
from lineage.lending import Lender
from lineage.recording.completing import complete
from lineage.recording.flows import KnownFlow, Revisions, ensure_flows
from lineage.recording.inferring import add_inferred, look_ahead
from lineage.recording.order import Delivery, deliveries
from lineage.recording.rendered import RenderedRun, StoredExecution
from lineage.recording.rendering import render_runs
from lineage.recording.resolving import resolve_assets
from lineage.recording.runs import store_executions, store_task_runs
from lineage.recording.traces import store_traces
from lineage.recording.triggers import add_trigger_run


@dataclass(frozen=True, slots=True)
class Written:
    """One execution as it went into the database."""

    delivery: Delivery
    flow: KnownFlow
    runs: list[RenderedRun]


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
    #: What a created execution was stored from, to answer with it without asking again.
    written: "Written | None" = field(default=None, compare=False, repr=False)


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
    if not accepted:
        return [results[index] for index in range(len(values))]
    with transaction.atomic():
        outcome, created = _record(access, deliveries(accepted.values()))
    for index, execution in accepted.items():
        results[index] = outcome_of(
            index, execution, outcome[execution.id], created.get(execution.id)
        )
    return [results[index] for index in range(len(values))]


def refused(index: int, execution: PostedExecution) -> Result:
    reason = f"This token may not post executions in namespace “{execution.namespace}”."
    problem = {"field": "namespace", "message": reason}
    return Result(index, execution.id, "failed", reason, (problem,), forbidden=True)


def outcome_of(
    index: int, execution: PostedExecution, outcome: str, written: Written | None
) -> Result:
    """`outcome` is a status, or the reason why the execution could not go in."""
    if outcome in ("created", "updated", "unchanged"):
        return Result(index, execution.id, outcome, written=written)
    problem = {"field": "namespace" if "namespace" in outcome else "id", "message": outcome}
    return Result(index, execution.id, "failed", outcome, (problem,))


def _record(
    access: Access, posted: dict[str, Delivery]
) -> tuple[dict[str, str], dict[str, Written]]:
    """(id → created, updated, unchanged, or why not; id → what was written of new ones)"""
    flows = ensure_flows(access.tenant, (delivery.flow_key for delivery in posted.values()))
    outcome = {
        id_: f"The tenant requires existing namespaces and “{d.execution.namespace}” is not one."
        for id_, d in posted.items()
        if d.flow_key not in flows
    }
    known = {id_: delivery for id_, delivery in posted.items() if id_ not in outcome}
    apply_revisions(known.values(), flows)
    look_ahead(known.values(), access, Lender(access, (flow.namespace for flow in flows.values())))
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
    runs = write_runs(access, items)
    created = {
        delivery.execution.id: Written(delivery, flow, runs[execution.pk])
        for delivery, execution, flow in items
        if execution.status == "created"
    }
    return outcome | {d.execution.id: execution.status for d, execution, _ in items}, created


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
) -> Mapping[int, list[RenderedRun]]:
    """Task runs and all that follows from them, by execution row; sets `status` of what changed.

    Also called when a flow's YAML arrives after its executions (`lineage.registering`).
    """
    namespaces = {flow.namespace: flow.namespace_pk for _, _, flow in items}
    lender = Lender(access, namespaces)
    for delivery, _, _ in items:
        add_trigger_run(delivery, access)
    runs = [run for item in items for run in render_runs(*item, lender)]
    add_inferred(access, runs)
    resolved = resolve_assets(access, runs, namespaces)
    store_task_runs(access.tenant, runs)
    store_traces(access.tenant, runs, resolved, namespaces)
    found: defaultdict[int, list[RenderedRun]] = defaultdict(list)
    for run in runs:
        found[run.execution.pk].append(run)
    return found
