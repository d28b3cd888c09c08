"""Runs into rows: the executions of their roots, their task runs, and all that these leave."""

from collections.abc import Iterable, Mapping, Sequence

from accounts.access import Access
from accounts.bulk import Statement, run_together
from accounts.models import Tenant
from catalog.naming import ensure_namespaces
from lineage.openlineage.events import JobName
from lineage.openlineage.naming import flow_id, task_id
from lineage.openlineage.registers import Registers, later
from lineage.openlineage.rules import Rules
from lineage.recording import stated
from lineage.recording.flows import KnownFlow
from lineage.recording.openlineage import extras
from lineage.recording.openlineage.datasets import Said, said_of_datasets
from lineage.recording.openlineage.executions import (
    derive_orphans,
    remove_bare_flows,
    remove_empty,
    store_roots,
)
from lineage.recording.openlineage.others import Others, others_of
from lineage.recording.openlineage.rows import RunRow, lock_families, stored_runs
from lineage.recording.openlineage.speaking import speaker_of
from lineage.recording.openlineage.sql import add_sql
from lineage.recording.openlineage.task_runs import (
    childless,
    has_task_run,
    move_task_runs,
    posted_in,
    remove_task_runs,
    rendered,
)
from lineage.recording.recounting import Forgotten, forget_traces
from lineage.recording.rendered import RenderedRun, StoredExecution
from lineage.recording.resolving import mentioned, resolve_assets
from lineage.recording.runs import store_task_runs
from lineage.recording.stated import Stating
from lineage.recording.traces import source_of, store_traces
from lineage.unifying import note_retold, unify_names

type Spoken = list[tuple[RunRow, RenderedRun, Said]]


def store_families(
    access: Access, rules: Rules, rows: dict[str, RunRow], flows: Mapping[str, KnownFlow]
) -> None:
    """Write all that a request has changed of runs; `flows`: root run id → flow."""
    tenant = access.tenant
    again = follow_renamed_jobs(tenant, rules, rows)
    touched = [row for row in rows.values() if row.is_touched or row.run_id in again]
    touched = [row for row in touched if row.root_run_id in flows]
    roots = {row.root_run_id: rows[row.root_run_id] for row in touched}
    alone = childless(tenant, rows)
    speaking = [row for row in touched if has_task_run(row, alone)]
    others = others_of(access, rules, (event for row in speaking for event in row.events))
    forgotten = forget_traces([row.task_run for row in touched if row.task_run])
    executions = store_roots(tenant, list(roots.values()), flows, again)
    _settle_task_runs(rows, alone, executions)
    spoken = _spoken(access, speaking, rows, rules, flows, executions)
    for _, run, said in spoken:
        leave_out_refused(run, said, others)
    beside = store_spoken(access, spoken, flows.values(), forgotten, others)
    for row in touched:
        row.execution = executions[row.root_run_id].pk
    changed = {row.run_id for row in touched}
    run_together(
        [
            *beside,
            extras.jobs(tenant, others.jobs | _jobs(touched, flows)),
            stored_runs(row for row in rows.values() if row.run_id in changed or row.differs),
            extras.events(tenant, ((e, None, None) for row in rows.values() for e in row.events)),
        ]
    )
    left = {row.old_root for row in touched if row.moved}
    derive_orphans(tenant, roots.values(), left)
    if left:
        remove_empty(left, tenant)
    if gone := [rules_key(rules, row) for row in touched if row.moved or row.run_id in again]:
        remove_bare_flows(tenant, gone)


def leave_out_refused(run: RenderedRun, said: Said, others: Others) -> None:
    """What may not be said of other jobs stands as a problem."""
    told = zip(said.stated, said.stated_by, strict=True)
    kept = [(one, by) for one, by in told if by[1] not in others.refused]
    for job in sorted(others.refused, key=lambda job: (job.namespace, job.name)):
        if any(by[1] == job for by in said.stated_by):
            why = others.refused[job]
            run.fail("facets.lineage", f"{why}: nothing is said of its job “{job.name}”.")
    run.stated = said.stated = [one for one, _ in kept]
    said.stated_by = [by for _, by in kept]


def follow_renamed_jobs(tenant: Tenant, rules: Rules, rows: dict[str, RunRow]) -> set[str]:
    """Run ids of all task runs of executions whose flow turns out to be another.

    `rows` gains them. No statement where no root's job has changed its name.
    """
    renamed = {
        row.run_id
        for row in rows.values()
        if row.execution and row.is_root and row.job != row.old_job
    }
    if not renamed:
        return set()
    family = lock_families(tenant, renamed)
    for run_id, row in family.items():
        rows.setdefault(run_id, row)
    return renamed | family.keys()


def _settle_task_runs(
    rows: Mapping[str, RunRow], alone: set[str], executions: Mapping[str, StoredExecution]
) -> None:
    """Task runs that no longer stand for their run go, those that moved go along."""
    fallen = [
        row
        for row in rows.values()
        if row.task_run
        and row.is_root
        and row.accumulated
        and not row.has_data
        and row.run_id not in alone
    ]
    remove_task_runs(fallen)
    for row in fallen:
        row.task_run = None
    move_task_runs(
        (row for row in rows.values() if row.moved and row.root_run_id in executions), executions
    )


def _spoken(
    access: Access,
    speaking: Sequence[RunRow],
    rows: Mapping[str, RunRow],
    rules: Rules,
    flows: Mapping[str, KnownFlow],
    executions: Mapping[str, StoredExecution],
) -> Spoken:
    """The task runs with what they say, in the order of their ids."""
    inside = {id_: posted_in(rows[id_], flow) for id_, flow in flows.items()}
    found: Spoken = []
    for row in sorted(speaking, key=lambda row: row.run_id):
        flow = flows[row.root_run_id]
        run = rendered(row, executions[row.root_run_id], flow, inside[row.root_run_id])
        run.adds_only = not row.counted and (row.before is None or row.before.at <= run.at)
        known = row.accumulated
        assert known is not None and row.job is not None
        run.home = rules.job_namespace(row.job.namespace)
        said = said_of_datasets(known, row.events, rules, speaker_of(row, run))
        run.bundles, run.stated = said.bundles, said.stated
        run.touches, run.names = said.touches, said.names
        if known.excess:
            run.fail("datasets", known.excess)
        for problem in said.problems:
            run.fail("facets", problem)
        found.append((row, run, said))
    add_sql(access, found, rules)
    return found


def store_spoken(
    access: Access,
    spoken: Spoken,
    flows: Iterable[KnownFlow],
    forgotten: Forgotten,
    others: Others,
) -> list[Statement | None]:
    """Task runs and what they say of assets; sets `task_run` of the rows.

    Answers what is left to write, of tables that nothing else here touches.
    """
    tenant = access.tenant
    runs = [run for _, run, _ in spoken]
    namespaces = {flow.namespace: flow.namespace_pk for flow in flows}
    wanted = ruled_namespaces(runs) | {run.home for run in runs}
    namespaces |= ensure_namespaces(tenant, wanted - namespaces.keys())
    merged = _unify(access, spoken)
    note_retold(merged, {(flow, task) for *_, flow, task in forgotten.edges})
    forgotten.follow(merged)
    assets = resolve_assets(access, runs, namespaces)
    for _, run, said in spoken:
        bundles = (*run.bundles, *run.stated)
        written = {out.id for one in bundles for out in (*one.outputs, *one.describes)}
        said.keep_only(written, {ref.id for one in bundles for ref in one.inputs})
        run.touches = said.touches
    store_task_runs(tenant, runs)
    store_traces(tenant, runs, assets, namespaces, forgotten=to_recount(runs, assets, forgotten))
    for row, run, _ in spoken:
        row.task_run = run.pk
    statings = [
        Stating(*place, at, [bundle])
        for _, run, said in spoken
        for (at, job), bundle in zip(said.stated_by, run.stated, strict=True)
        if (place := others.place(job))
    ]
    measured = ((one, source_of(run)) for _, run, said in spoken for one in said.measurements)
    return [
        extras.facets(tenant, (f for _, _, said in spoken for f in said.facets), assets),
        extras.measurements(tenant, measured, assets),
        stated.edges(tenant, statings, assets),
        stated.column_edges(tenant, statings, assets),
    ]


def to_recount(
    runs: Sequence[RenderedRun], assets: Mapping[str, int], forgotten: Forgotten
) -> Forgotten:
    """What has to be counted anew: nothing where the runs only add to what they said before."""
    now = {assets[id_] for run in runs for id_ in mentioned(run.bundles)}
    reads = {
        (run.replaces, assets[reference.id])
        for run in runs
        for bundle in run.bundles
        for reference in bundle.inputs
    }
    adds = forgotten.assets <= now and forgotten.reads <= reads
    if adds and not any(run.recounts for run in runs):
        return Forgotten()
    for run in runs:
        run.adds_only = False
    return forgotten


def _unify(access: Access, spoken: Spoken) -> dict[int, int]:
    """Make one asset of what turns out to be two names of one; why not, stands on the run.

    Answers which assets have become which: absorbed → kept, rows.
    """
    links = {link: run for _, run, said in spoken for link in said.links}
    merged: dict[int, int] = {}
    for link, reason, _ in unify_names(access, links, merged):
        links[link].fail(f"names[{link.absorbed}]", reason)
    return merged


def ruled_namespaces(runs: Iterable[RenderedRun]) -> set[str]:
    """Where naming rules put assets that the runs name."""
    return {
        touch.rule_namespace
        for run in runs
        for said in (run.touches or {}).values()
        for touch in said
        if touch.rule_namespace
    }


def rules_key(rules: Rules, row: RunRow) -> tuple[str, str]:
    """The flow that a run's job was before it turned out to be a task of another's, or renamed."""
    job = row.old_job
    return (rules.job_namespace(job.namespace), flow_id(job.name)) if job else ("", "")


def _jobs(
    touched: Iterable[RunRow], flows: Mapping[str, KnownFlow]
) -> dict[tuple[int, str], tuple[JobName, Registers]]:
    """The facets of jobs: of the flow for a root, of a task in it for the others."""
    found: dict[tuple[int, str], tuple[JobName, Registers]] = {}
    for row in touched:
        if row.accumulated is not None and row.job is not None:
            key = (flows[row.root_run_id].pk, "" if row.is_root else task_id(row.job.name))
            said = row.accumulated.job_registers
            found[key] = (row.job, later(found[key][1], said) if key in found else said)
    return found
