"""One request's OpenLineage events, in one transaction and a constant number of statements.

Locks are taken in this order, each sorted by its key: runs, namespaces, flows, executions, names,
assets (new ones), task runs, traces, edges, asset states. Two requests may still meet crosswise
where a run moves below a late parent or two assets turn out to be one; the whole is then tried
again, which is safe, since the same events lead to the same state however often they come.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from psycopg.errors import DeadlockDetected, ForeignKeyViolation

from accounts.access import Access
from accounts.permissions import Action, Resource
from lineage.naming import rules_of
from lineage.openlineage.events import RUN, InvalidEvent, JobName, PostedEvent, parse_event
from lineage.openlineage.identity import symlinks_of
from lineage.openlineage.naming import flow_id
from lineage.openlineage.rules import Rules
from lineage.openlineage.state import accumulate
from lineage.recording.flows import KnownFlow, ensure_flows
from lineage.recording.gathering import Gathered
from lineage.recording.openlineage.families import store_families
from lineage.recording.openlineage.hierarchy import settle_roots
from lineage.recording.openlineage.rows import RunRow, lock_runs, mentioned
from lineage.recording.openlineage.sql import look_ahead
from lineage.recording.openlineage.standing import record_standing

#: How often a request is tried, and how often it is looked at anew after something was refused.
TRIES = LOOKS = 4
#: Bytes, and symlinks, of an event that shares its transaction with those of other requests.
SMALL, FEW_NAMES = 100_000, 20
#: Two requests have met: in a circle, or one has removed a bare flow that the other had found.
MEETINGS = (DeadlockDetected, ForeignKeyViolation)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one event. `reason` "": it went in.

    `problems`: [{"field", "message"}]. `forbidden` tells a missing grant from a bad value.
    """

    index: int
    reason: str = ""
    problems: tuple[dict[str, str], ...] = ()
    forbidden: bool = False
    retriable: bool = False


@dataclass(slots=True)
class Recording:
    """One request on its way: its events by index, and what is found out about them."""

    access: Access
    rules: Rules
    events: dict[int, PostedEvent]
    failed: dict[int, Outcome] = field(default_factory=dict)

    def fail(self, event: PostedEvent, field_: str, reason: str, *, forbidden: bool) -> None:
        for index, one in self.events.items():
            if one is event:
                problem = {"field": field_, "message": reason}
                self.failed[index] = Outcome(index, reason, (problem,), forbidden)

    def flow_key(self, job: JobName) -> tuple[str, str]:
        """(namespace, flow id) of a job."""
        return self.rules.job_namespace(job.namespace), flow_id(job.name)

    def may_post(self, job: JobName | None) -> bool:
        namespace = self.rules.job_namespace(job.namespace) if job else None
        return self.access.may(Resource.EXECUTION, Action.INGEST, namespace)


def record_events(access: Access, values: Sequence[Any]) -> list[Outcome]:
    """Record OpenLineage events (spec 2-0-2); one outcome each, in their order.

    Bad and forbidden events fail on their own and the others go in. Needs EXECUTION:INGEST in
    the namespace of each job; a dataset event needs the right to change the asset.
    """
    outcomes: dict[int, Outcome] = {}
    events: dict[int, PostedEvent] = {}
    for index, value in enumerate(values):
        try:
            events[index] = parse_event(value)
        except InvalidEvent as exc:
            outcomes[index] = Outcome(index, str(exc), tuple(exc.problems))
    if events:
        look_ahead(events.values())
        recording = _tried_again(access, events)
        outcomes |= {index: Outcome(index) for index in events} | recording.failed
    return [outcomes[index] for index in range(len(values))]


def record_event(access: Access, value: Any) -> Outcome:
    """`record_events` for a request with one event: those that meet share a transaction."""
    try:
        event = parse_event(value)
    except InvalidEvent as exc:
        return Outcome(0, str(exc), tuple(exc.problems))
    reads_sql = look_ahead([event])
    if reads_sql or not is_modest(event):  # what it takes is not to be shared
        return _record_parsed(access, [event])[0]
    return replace(_gathered(access, event), index=0)


def is_modest(event: PostedEvent) -> bool:
    """Whether others may wait for it, and for their share of the names that one request may make
    one (`lineage.unifying`)."""
    if len(event.content) > SMALL:
        return False
    placed = (*event.inputs, *event.outputs, *((event.dataset,) if event.dataset else ()))
    return sum(len(symlinks_of(dataset, [])) for dataset in placed) <= FEW_NAMES


def _record_parsed(access: Access, events: Sequence[PostedEvent]) -> list[Outcome]:
    failed = _tried_again(access, dict(enumerate(events))).failed
    return [failed.get(index, Outcome(index)) for index in range(len(events))]


_gathered = Gathered[PostedEvent, Outcome](_record_parsed, lambda outcome: not outcome.reason)


def _tried_again(access: Access, events: dict[int, PostedEvent]) -> Recording:
    rules = rules_of(access.tenant)
    for left in reversed(range(TRIES)):
        recording = Recording(access, rules, events)
        try:
            with transaction.atomic():
                _record(recording)
        except (OperationalError, IntegrityError) as exc:
            if not (left and isinstance(exc.__cause__, MEETINGS)):
                raise
        else:
            break
    return recording


def _record(recording: Recording) -> None:
    runs = [event for event in recording.events.values() if event.kind == RUN]
    standing = [event for event in recording.events.values() if event.kind != RUN]
    if runs:
        _record_runs(recording, runs)
    if standing:
        record_standing(recording, standing)


def _record_runs(recording: Recording, events: Sequence[PostedEvent]) -> None:
    """Refusing one event may change where others belong: what is left is looked at anew."""
    left = [event for event in events if _is_permitted(recording, event)]
    for _ in range(LOOKS):
        if not left:
            return
        rows = lock_runs(recording.access.tenant, mentioned(left))
        refused = _take_in(recording, left, rows)
        settle_roots(recording.access.tenant, rows)
        flows = _flows_of(recording, rows)
        refused += _out_of_reach(recording, rows, flows)
        if not refused:
            store_families(recording.access, recording.rules, rows, flows)
            return
        left = [event for event in left if all(event is not one for one in refused)]
    for event in left:
        reason = "Its place among the other runs of this request could not be settled."
        recording.fail(event, "run", reason, forbidden=False)


def _is_permitted(recording: Recording, event: PostedEvent) -> bool:
    """Whether the poster may post for all jobs that the event names."""
    parent = event.parent
    named = {"job": event.job}
    if parent:
        named["run.facets.parent.job"] = parent.job
        named["run.facets.parent.root.job"] = parent.root_job
    for path, job in named.items():
        if job and not recording.may_post(job):
            namespace = recording.rules.job_namespace(job.namespace)
            reason = f"This token may not post executions in namespace “{namespace}”."
            recording.fail(event, f"{path}.namespace", reason, forbidden=True)
            return False
    return True


def _take_in(
    recording: Recording, events: Sequence[PostedEvent], rows: Mapping[str, RunRow]
) -> list[PostedEvent]:
    """Fold the events into their runs; answers those that belong to somebody else's run."""
    refused = []
    for event in events:
        row = rows[event.run_id]
        if row.before is not None and not recording.may_post(row.job):
            reason = f"Run {event.run_id} belongs to a job that this token may not post for."
            recording.fail(event, "run.runId", reason, forbidden=True)
            refused.append(event)
            continue
        row.accumulated = accumulate(row.accumulated, event)
        row.events.append(event)
    for row in rows.values():
        if row.is_changed and row.accumulated:
            row.job = row.accumulated.job or row.job
            speaks = {"sql", "lineage"} & row.accumulated.job_facets.keys()
            row.has_data = bool(row.accumulated.datasets or speaks)
    return refused


def _flows_of(recording: Recording, rows: Mapping[str, RunRow]) -> dict[str, KnownFlow]:
    """Root run id → its flow, of the roots that this request touches and may post for."""
    keys = {
        root: recording.flow_key(job)
        for root in {row.root_run_id for row in rows.values() if row.is_touched}
        if (job := rows[root].job) is not None and recording.may_post(job)
    }
    found = ensure_flows(recording.access.tenant, keys.values(), declares=False)
    return {root: found[key] for root, key in keys.items() if key in found}


def _out_of_reach(
    recording: Recording, rows: Mapping[str, RunRow], flows: Mapping[str, KnownFlow]
) -> list[PostedEvent]:
    """Events of runs whose execution is somebody else's, or in a namespace that cannot be made."""
    refused = []
    for row in rows.values():
        if not row.is_touched or row.root_run_id in flows:
            continue
        job = rows[row.root_run_id].job
        allowed = recording.may_post(job)
        where = f"namespace “{recording.rules.job_namespace(job.namespace)}”" if job else "nowhere"
        reason = (
            f"The tenant requires existing namespaces and {where} is not one."
            if allowed
            else f"Its execution belongs to {where}, where this token may not post."
        )
        for event in row.events:
            recording.fail(event, "run.facets.parent", reason, forbidden=not allowed)
            refused.append(event)
    return refused
