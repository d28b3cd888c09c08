"""From rows to what is shipped: only what the exporter's principal may see, set by set.

A page costs the same few statements, however much is in it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.access import Access
from catalog.models import Asset, AssetAlias
from lineage.exporting.filters import Filters
from lineage.exporting.shaping import (
    bundle_of,
    comes_from,
    names_in,
    shipped_asset,
    shipped_execution,
    shipped_job,
    shipped_statement,
)
from lineage.exporting.statements import Statement
from lineage.masking import Masking
from lineage.models import (
    AssetFacet,
    Execution,
    Flow,
    LineageEvent,
    OpenLineageJob,
    OpenLineageRun,
    TaskRun,
)
from lineage.models.runs import TERMINAL
from lineage.naming import rules_of
from lineage.openlineage.events import as_uuid
from lineage.openlineage.outgoing.names import origin_of
from lineage.openlineage.outgoing.shipped import (
    ShippedAsset,
    ShippedExecution,
    ShippedJob,
    ShippedStatement,
    ShippedTaskRun,
    Source,
)
from lineage.openlineage.rules import Rules
from lineage.openlineage.state import Accumulated, load_accumulated
from lineage.queries.runs import secrets_of
from lineage.queries.sql_text import any_of

EXECUTION_COLUMNS = (
    *("public_id", "applied_revision", "state", "started_at", "ended_at", "sorted_at"),
    *("labels", "inputs", "histories", "error", "url", "parent_public_id", "namespace__name"),
    *(f"flow__{n}" for n in ("public_id", "namespace_id", "revision", "description", "labels")),
)
RUN_COLUMNS = (
    *("public_id", "task_id", "value", "iteration", "state", "started_at", "error"),
    *(f"execution__{name}" for name in EXECUTION_COLUMNS),
)


@dataclass(slots=True)
class Family:
    """One execution with those of its task runs that are shipped together.

    `tells_itself`: False of an execution that only its OpenLineage children speak of, or that is
    itself one of the task runs.
    """

    execution: ShippedExecution
    tells_itself: bool
    is_open: bool
    task_runs: list[ShippedTaskRun] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Known:
    """What a page needs to know beside its task runs, by row or by id."""

    assets: Mapping[int, ShippedAsset]
    jobs: Mapping[tuple[int, str], OpenLineageJob]
    told: Mapping[str, Accumulated | None]
    masks: Mapping[int, Masking]
    rules: Rules


class Collector:
    """Reads for one exporter."""

    def __init__(self, access: Access, filters: Filters) -> None:
        tenant = access.tenant
        self.access = access
        self.filters = filters
        self.source = Source(tenant.slug, origin_of(tenant.slug, tenant.created_at))

    def of_events(self, events: Sequence[int]) -> list[Family]:
        """The task runs of lineage events (rows), with all their bundles."""
        meant = LineageEvent.objects.visible_to(self.access).filter(pk__in=any_of(events))
        narrowed = self.filters.narrowed(meant, self.access).values("task_run")
        return self._families(LineageEvent.objects.visible_to(self.access), narrowed)

    def of_task_runs(self, task_runs: Sequence[int]) -> list[Family]:
        """Task runs (rows) that are shipped again, as far as they are still there."""
        return self._families(LineageEvent.objects.visible_to(self.access), any_of(task_runs))

    def of_executions(self, executions: Sequence[int]) -> list[Family]:
        """Executions (rows) alone."""
        rows = Execution.objects.visible_to(self.access).filter(pk__in=any_of(executions))
        found = list(
            rows.select_related("flow", "namespace").only(*EXECUTION_COLUMNS).order_by("pk")
        )
        known = self._known({}, found, [])
        return [self._family(execution, known, {execution.public_id}) for execution in found]

    def of_statements(self, statements: Sequence[Statement]) -> list[ShippedStatement]:
        """What is stated, with its jobs and assets: six statements."""
        assets = self._assets({pk for one in statements for pk in one.assets})
        keys = any_of({one.unit[0] for one in statements})
        flows = Flow.objects.visible_to(self.access).filter(pk__in=keys)
        known = {flow.pk: flow for flow in flows.select_related("namespace")}
        jobs = self._jobs(known)
        shipped = []
        for one in statements:
            flow, task_id = known.get(one.unit[0]), one.unit[1]
            if (one.unit[0] and flow is None) or one.assets - assets.keys():
                continue  # gone meanwhile
            came = jobs.get((flow.pk, task_id)) if flow else None
            job = shipped_job(flow, flow.namespace.name, task_id, came) if flow else None
            shipped.append(shipped_statement(one, job, assets))
        return [one for one in shipped if self.filters.let_through(one.assets.values())]

    def _jobs(self, flows: Iterable[int]) -> dict[tuple[int, str], OpenLineageJob]:
        rows = OpenLineageJob.objects.visible_to(self.access).filter(flow__in=any_of(flows))
        return {(job.flow_id, job.task_id): job for job in rows}

    def _families(self, visible: Any, task_runs: Any) -> list[Family]:
        bundles: defaultdict[int, list[LineageEvent]] = defaultdict(list)
        rows = visible.filter(task_run__in=task_runs).order_by("execution", "task_run", "number")
        for event in rows.only(
            "task_run", "number", "state", "inputs", "outputs", "columns", "sql", "at"
        ):
            bundles[event.task_run_id].append(event)
        runs = list(
            TaskRun.objects.visible_to(self.access)
            .filter(pk__in=any_of(bundles))
            .select_related("execution", "execution__flow", "execution__namespace")
            .only(*RUN_COLUMNS)
            .order_by("execution", "pk")
        )
        executions = {run.execution.pk: run.execution for run in runs}
        known = self._known(bundles, list(executions.values()), runs)
        own = {run.public_id for run in runs}
        families = {pk: self._family(e, known, own) for pk, e in executions.items()}
        for run in runs:
            family = families[run.execution.pk]
            shipped = self._task_run(run, bundles[run.pk], family.execution, known)
            if shipped and self.filters.let_through(shipped.assets.values()):
                family.task_runs.append(shipped)
        return [family for family in families.values() if family.task_runs]

    def _known(
        self,
        bundles: Mapping[int, Sequence[LineageEvent]],
        executions: Sequence[Execution],
        runs: Sequence[TaskRun],
    ) -> Known:
        assets = {
            pk
            for events in bundles.values()
            for event in events
            for pk in (
                *event.inputs,
                *event.outputs,
                *(c[n] for c in event.columns for n in (0, 2)),
            )
        }
        ids = {run_id for row in executions if (run_id := as_uuid(row.public_id))}
        ids |= {run_id for run in runs if (run_id := as_uuid(run.public_id))}
        told = OpenLineageRun.objects.visible_to(self.access).filter(
            tenant=self.access.tenant, run_id__in=sorted(ids)
        )
        return Known(
            assets=self._assets(assets),
            jobs=self._jobs({execution.flow_id for execution in executions}),
            told={
                row.run_id: load_accumulated(row.accumulated) if row.accumulated else None
                for row in (told.only("run_id", "accumulated") if ids else ())
            },
            masks={
                execution.pk: Masking.of(execution.inputs, names)
                for execution, names in zip(
                    executions, secrets_of(executions).values(), strict=True
                )
            },
            rules=rules_of(self.access.tenant),
        )

    def _assets(self, pks: Iterable[int]) -> dict[int, ShippedAsset]:
        """Of those that may be seen: three statements."""
        wanted = any_of(sorted(pks))
        names: defaultdict[int, defaultdict[str, list[str]]] = defaultdict(
            lambda: defaultdict(list)
        )
        aliases = AssetAlias.objects.visible_to(self.access).filter(asset__in=wanted)
        for alias in aliases.order_by("name").only("asset", "name", "source"):
            names[alias.asset_id][alias.source].append(alias.name)
        facets: defaultdict[int, dict[str, Any]] = defaultdict(dict)
        kept = AssetFacet.objects.visible_to(self.access).filter(
            asset__in=wanted, position=AssetFacet.Position.DATASET
        )
        for facet in kept.only("asset", "name", "body"):
            facets[facet.asset_id][facet.name] = facet.body
        assets = Asset.objects.visible_to(self.access).filter(pk__in=wanted)
        return {
            asset.pk: shipped_asset(asset, names[asset.pk], facets[asset.pk])
            for asset in assets.select_related("namespace").defer("search_text")
        }

    def _family(self, execution: Execution, known: Known, own: set[str]) -> Family:
        """`own`: ids of task runs at hand."""
        mask, id_ = known.masks[execution.pk], as_uuid(execution.public_id)
        told = known.told.get(id_)
        only_children = id_ in known.told and told is None
        shipped = shipped_execution(execution, self._job(execution, "", known), told, mask)
        is_task_run = execution.public_id in own and bool(told)
        return Family(
            shipped,
            tells_itself=not (only_children or is_task_run),
            is_open=execution.state not in TERMINAL,
        )

    def _job(self, execution: Execution, task_id: str, known: Known) -> ShippedJob:
        flow, namespace = execution.flow, execution.namespace.name
        return shipped_job(flow, namespace, task_id, known.jobs.get((flow.pk, task_id)))

    def _task_run(
        self,
        run: TaskRun,
        events: Sequence[LineageEvent],
        execution: ShippedExecution,
        known: Known,
    ) -> ShippedTaskRun | None:
        """None of what this very tenant had shipped before: it would go round in circles."""
        told = known.told.get(as_uuid(run.public_id))
        if told and comes_from(told, self.source):
            return None
        mask = known.masks[run.execution.pk]
        bundles = tuple(bundle_of(event, known.assets, mask) for event in events)
        seen = {id_ for bundle in bundles for id_ in (*bundle.inputs, *bundle.outputs)}
        linked = {id_ for bundle in bundles for row in bundle.columns for id_ in (row[0], row[2])}
        all_of_them = {pk for event in events for pk in (*event.inputs, *event.outputs)}
        own_job = told is not None and run.public_id == execution.id
        return ShippedTaskRun(
            pk=run.pk,
            id=run.public_id,
            execution=execution,
            job=execution.job if own_job else self._job(run.execution, run.task_id, known),
            state=run.state,
            started_at=run.started_at,
            at=max(event.at for event in events),
            bundles=bundles,
            assets={a.id: a for a in known.assets.values() if a.id in seen | linked},
            value=mask.anywhere(run.value),
            iteration=run.iteration,
            error=mask.anywhere(run.error),
            restricted=len(all_of_them - known.assets.keys()),
            told=told,
            names=names_in(told, known.rules) if told else {},
        )
