"""One dbt project into the catalog: one transaction, a number of statements that does not depend
on how large it is, and the same rows however often and in whatever order artifacts come.

Locks are taken as recording takes them: namespaces, flow, project (imports of one take turns),
executions, names, assets (new ones), task runs, traces and edges, asset states.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from django.db import OperationalError, transaction
from psycopg.errors import DeadlockDetected

from accounts.access import Access
from accounts.bulk import run_together
from accounts.permissions import Action, Resource
from catalog.reading.rules import validate_namespace
from catalog.touches import Touch
from lineage.dbt import Artifacts, Notes, Options, column_links
from lineage.dbt.columns import Links
from lineage.dbt_import.invocations import Recorded, record_invocation, runs_of
from lineage.dbt_import.measuring import Measured, measured, measurement_rows
from lineage.dbt_import.naming import name_nodes
from lineage.dbt_import.outcomes import outcomes_of, problems_of
from lineage.dbt_import.planning import Plan, marks_of, node_rows, plan_of
from lineage.dbt_import.projects import keep_nodes, keep_project, lock_project
from lineage.dbt_import.results import ImportedRun, ImportRefused, ImportResult
from lineage.dbt_import.statements import touches_of
from lineage.kestra.posted import FLOW_ID
from lineage.recording import stated
from lineage.recording.flows import KnownFlow, ensure_flows
from lineage.recording.links import pairs
from lineage.recording.rendered import RenderedRun
from lineage.recording.resolving import resolve_assets
from lineage.recording.runs import store_task_runs
from lineage.recording.stated import Stating
from lineage.recording.traces import store_traces

TRIES = 4
#: Told (done, of how many, what comes now) as an import goes on.
type Progress = Callable[[int, int, str], None]
READING = "reading columns from SQL"
STEPS = (
    "finding assets",
    "writing runs",
    "writing assets and lineage",
    "writing names",
)
#: What reading SQL may take within a request.
SECONDS = 10.0


def import_dbt(
    access: Access,
    artifacts: Artifacts,
    options: Options,
    *,
    dry_run: bool = False,
    progress: Progress | None = None,
    seconds: float = SECONDS,
) -> ImportResult:
    """Bring a project in as `access` may; what it may not change is told, node by node.

    Needs EXECUTION:INGEST in the namespace of the project's flow, else ImportRefused. `dry_run`
    does everything and then takes it back, so it tells exactly what would change. `seconds`: for
    reading column lineage from compiled SQL, all of it together.
    """
    flow_key = flow_key_of(access, artifacts, options)
    tell = progress or _silent
    notes = Notes(list(artifacts.notes.found))
    columns = column_links(
        artifacts.manifest,
        artifacts.catalog,
        notes,
        seconds,
        lambda done, total: tell(done, total, READING),
    )
    for left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                # Notes are taken anew with each try.
                again = replace(artifacts, notes=Notes(list(notes.found)))
                result = _import(access, flow_key, again, options, columns, tell)
                if dry_run:
                    transaction.set_rollback(True)
        except OperationalError as exc:
            # Safe, since the same artifacts lead to the same rows however often they come.
            if not (left and isinstance(exc.__cause__, DeadlockDetected)):
                raise
        else:
            break
    return replace(result, is_dry=dry_run)


def flow_key_of(access: Access, artifacts: Artifacts, options: Options) -> tuple[str, str]:
    """(namespace, flow id) of the project, where the caller may post."""
    if problem := validate_namespace(options.namespace):
        raise ImportRefused(f"“{options.namespace}” {problem}.")
    if not access.may(Resource.EXECUTION, Action.INGEST, options.namespace):
        reason = f"You may not post executions in namespace “{options.namespace}”."
        raise ImportRefused(reason, forbidden=True)
    project = re.sub(r"[^A-Za-z0-9._-]+", "-", artifacts.manifest.project).strip("-._")
    flow = options.flow or project
    if not FLOW_ID.fullmatch(flow):
        raise ImportRefused(
            f"“{flow}” is no id of a flow: use letters, digits, . _ and -.", "flow"
        )
    return options.namespace, flow


def _import(
    access: Access,
    flow_key: tuple[str, str],
    artifacts: Artifacts,
    options: Options,
    columns: Links,
    progress: Progress,
) -> ImportResult:
    progress(0, len(STEPS), STEPS[0])
    flow = flow_of(access, flow_key)
    newest = lock_project(access, flow, artifacts.manifest)
    recorded = record_invocation(access, flow, artifacts.invocation, artifacts.notes)
    plan = plan_of(access, flow, artifacts, options, columns, newest)
    runs = list(runs_of(recorded, plan))
    namespaces = {flow.namespace: flow.namespace_pk}
    plan.assets |= resolve_assets(access, [*plan.statements.values(), *runs], namespaces)
    progress(1, len(STEPS), STEPS[1])
    store_task_runs(access.tenant, runs)
    progress(2, len(STEPS), STEPS[2])
    return _write(plan, runs, namespaces, recorded, progress)


def _write(
    plan: Plan,
    runs: list[RenderedRun],
    namespaces: dict[str, int],
    recorded: Recorded | None,
    progress: Progress,
) -> ImportResult:
    tenant = plan.access.tenant
    found, statings = measured(plan.artifacts), plan.statings()
    touched = said_of_assets(plan)
    run_together(
        [
            stated.edges(tenant, statings, plan.assets),
            stated.column_edges(tenant, statings, plan.assets),
            measurement_rows(plan, found),
        ]
    )
    stored = store_traces(tenant, runs, plan.assets, namespaces, also=touched)
    progress(3, len(STEPS), STEPS[3])
    left_alone = name_nodes(plan)
    keep_nodes(tenant, plan.flow, node_rows(plan))
    if not plan.is_older:
        keep_project(plan.access, plan.flow, plan.manifest)
    progress(4, len(STEPS), "done")
    return ImportResult(
        project=plan.manifest.project,
        namespace=plan.flow.namespace,
        flow=plan.flow.public_id,
        generated_at=plan.manifest.generated_at,
        is_dry=False,
        is_older=plan.is_older,
        nodes=outcomes_of(plan, stored),
        edges=len({pair for one in statings for pair in between(one, plan.assets)}),
        column_edges=sum(len(bundle.columns) for one in statings for bundle in one.bundles),
        run=_imported(recorded, found),
        problems=problems_of(plan, runs, left_alone),
        unlisted=plan.notes.left_off,
    )


def said_of_assets(plan: Plan) -> dict[int, list[Touch]]:
    """Asset row → what the manifest says of it, and that it is gone or back."""
    said: defaultdict[int, list[Touch]] = defaultdict(list)
    for asset_id, touches in touches_of(plan.flow, plan.statements.values(), plan.source).items():
        said[plan.assets[asset_id]] += touches
    for pk, mark in marks_of(plan).items():
        said[pk].append(mark)
    return said


def between(stating: Stating, assets: Mapping[str, int]) -> Iterator[tuple[int, int]]:
    """The edges from asset to asset that are stated."""
    for bundle in stating.bundles:
        for upstream, downstream in pairs(bundle, assets):
            if upstream is not None and downstream is not None:
                yield upstream, downstream


def flow_of(access: Access, flow_key: tuple[str, str]) -> KnownFlow:
    """The flow that the project is; made on first sight."""
    flows = ensure_flows(access.tenant, [flow_key])
    if flow_key not in flows:
        raise ImportRefused(
            f"The tenant requires existing namespaces and “{flow_key[0]}” is not one."
        )
    return flows[flow_key]


def _imported(recorded: Recorded | None, found: Sequence[Measured]) -> ImportedRun | None:
    if recorded is None:
        return None
    execution = recorded.delivery.execution
    assertions = sum(len(one.values.get("assertions", ())) for one in found)
    return ImportedRun(
        execution.id,
        recorded.stored.status,
        execution.state.current,
        len(execution.task_runs),
        assertions,
    )


def _silent(done: int, total: int, what: str) -> None:
    """Nobody is watching."""
