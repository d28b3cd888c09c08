"""Runs into rows: the executions of their roots, their task runs, and all that these leave."""

from collections.abc import Iterable, Mapping, Sequence

from accounts.access import Access
from accounts.bulk import Statement, run_together
from accounts.models import Tenant
from catalog.naming import ensure_namespaces
from lineage.openlineage.events import JobName
from lineage.openlineage.registers import Registers
from lineage.openlineage.rules import Rules
from lineage.recording import stated
from lineage.recording.flows import KnownFlow
from lineage.recording.openlineage import extras
from lineage.recording.openlineage.datasets import Said, Speaker, said_of_datasets
from lineage.recording.openlineage.executions import derive_orphans, remove_empty, store_roots
from lineage.recording.openlineage.rows import RunRow, lock_families, stored_runs
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
from lineage.recording.resolving import resolve_assets
from lineage.recording.runs import RenderedRun, StoredExecution, store_task_runs
from lineage.recording.stated import Stating
from lineage.recording.traces import source_of, store_traces
from lineage.unifying import unify_names

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
    forgotten = forget_traces([row.task_run for row in touched if row.task_run])
    executions = store_roots(tenant, list(roots.values()), flows)
    fallen = _settle_task_runs(rows, alone, executions)
    spoken = _spoken(speaking, rows, rules, flows, executions)
    recounts = any(run.recounts for _, run, _ in spoken)
    beside = store_spoken(access, spoken, flows.values(), forgotten if recounts else Forgotten())
    for row in touched:
        row.execution = executions[row.root_run_id].pk
    run_together(
        [
            *beside,
            stored_runs([*touched, *(row for row in fallen if row not in touched)]),
            extras.events(tenant, ((e, None, None) for row in rows.values() for e in row.events)),
        ]
    )
    derive_orphans(roots.values())
    if left := {row.old_root for row in touched if row.moved}:
        remove_empty(left, tenant)


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
) -> list[RunRow]:
    """Task runs that no longer stand for their run go, those that moved go along.

    Answers the runs that have lost theirs.
    """
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
    return fallen


def _spoken(
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
        run.adds_only = not row.counted
        known = row.accumulated
        assert known is not None
        said = said_of_datasets(
            known,
            rules,
            Speaker(
                origin=f"{row.root_run_id}/{row.run_id}",
                source=source_of(run),
                job_namespace=flow.namespace,
                earliest=known.earliest,
                at=run.at,
                part=run.output_part,
            ),
        )
        run.bundles, run.stated, run.touches = said.bundles, said.stated, said.touches
        for problem in said.problems:
            run.fail("facets", problem)
        found.append((row, run, said))
    add_sql(found, rules)
    return found


def store_spoken(
    access: Access, spoken: Spoken, flows: Iterable[KnownFlow], forgotten: Forgotten
) -> list[Statement | None]:
    """Task runs and what they say of assets; sets `task_run` of the rows.

    Answers what is left to write, of tables that nothing else here touches.
    """
    tenant = access.tenant
    runs = [run for _, run, _ in spoken]
    _unify(access, spoken)
    namespaces = {flow.namespace: flow.namespace_pk for flow in flows}
    namespaces |= ensure_namespaces(tenant, ruled_namespaces(runs) - namespaces.keys())
    assets = resolve_assets(access, runs, namespaces)
    for _, run, said in spoken:
        bundles = (*run.bundles, *run.stated)
        written = {out.id for one in bundles for out in (*one.outputs, *one.describes)}
        said.keep_only(written, {ref.id for one in bundles for ref in one.inputs})
        run.touches = said.touches
    store_task_runs(tenant, runs)
    store_traces(tenant, runs, assets, namespaces, forgotten=forgotten)
    for row, run, _ in spoken:
        row.task_run = run.pk
    statings = [Stating(None, "", run.at, run.stated) for run in runs if run.stated]
    measured = ((one, source_of(run)) for _, run, said in spoken for one in said.measurements)
    return [
        extras.facets(tenant, (f for _, _, said in spoken for f in said.facets), assets),
        extras.measurements(tenant, measured, assets),
        extras.jobs(tenant, _jobs(spoken)),
        stated.edges(tenant, statings, assets),
        stated.column_edges(tenant, statings, assets),
    ]


def _unify(access: Access, spoken: Spoken) -> None:
    """Make one asset of what turns out to be two names of one; why not, stands on the run."""
    links = {link: run for _, run, said in spoken for link in said.links}
    for link, problem in unify_names(access, list(links)):
        links[link].fail(f"names[{link.absorbed}]", problem)


def ruled_namespaces(runs: Iterable[RenderedRun]) -> set[str]:
    """Where naming rules put assets that the runs name."""
    return {
        touch.rule_namespace
        for run in runs
        for said in (run.touches or {}).values()
        for touch in said
        if touch.rule_namespace
    }


def _jobs(spoken: Spoken) -> dict[tuple[int, str], tuple[JobName, Registers]]:
    """The facets of jobs: of the flow for a root, of a task in it for the others."""
    found: dict[tuple[int, str], tuple[JobName, Registers]] = {}
    for row, run, _ in spoken:
        known = row.accumulated
        if known is None or row.job is None:
            continue
        key = (run.flow.pk, "" if row.is_root else run.posted.task_id)
        held = found.get(key)
        registers = dict(held[1]) if held else {}
        for name, said in known.job_registers.items():
            if name not in registers or said[0] > registers[name][0]:
                registers[name] = said
        found[key] = (row.job, registers)
    return found
