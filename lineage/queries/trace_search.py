"""What the filters of usages and lineage events mean, and who may delete what they find (K3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import BooleanField, Model, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.access import Access
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet
from catalog.asset_filters import POSITIVE
from catalog.calling import NAMING, assets_named
from catalog.filter_queries import Meaning, column, condition_q
from catalog.filters import (
    EQUALITY,
    MOMENTS,
    ORDERING,
    TEXTUAL,
    Condition,
    FieldSpec,
    Filter,
    Op,
    read_choice,
    read_integer,
    read_time,
)
from catalog.models import Asset
from lineage.models import AssetUsage, Execution, LineageEvent, TaskRun
from lineage.models.runs import State
from lineage.queries.run_search import flow_q, namespace_q
from lineage.queries.sql_text import as_text

WHY = "narrows an already scoped search"
TEXT = FieldSpec(TEXTUAL)

_COMMON: Mapping[str, FieldSpec] = {
    "assetId": TEXT,
    "assetType": TEXT,
    "namespace": FieldSpec((*TEXTUAL, Op.PREFIX)),
    "flowId": TEXT,
    "flowRevision": FieldSpec((*EQUALITY, *ORDERING), read_integer),
    "executionId": TEXT,
    "taskId": TEXT,
    "taskRunId": TEXT,
    "state": FieldSpec(EQUALITY, read_choice(*State.values)),
    "created": FieldSpec(MOMENTS, read_time),
}
USAGE_FIELDS: Mapping[str, FieldSpec] = {
    **_COMMON,
    "direction": FieldSpec(EQUALITY, read_choice(*AssetUsage.Direction.values)),
}
EVENT_FIELDS = _COMMON


def found_usages(access: Access, tree: Filter) -> ScopedQuerySet:
    """What `access` lists and the filters let through."""
    meanings: Mapping[str, Meaning] = {
        **_common(access, "lineage_assetusage"),
        "assetId": lambda condition: _usage_of(access, condition),
        "assetType": lambda condition: Q(asset__in=_assets(access, "type", condition)),
        "direction": column("direction"),
    }
    return _found(AssetUsage.objects.listed_to(access), access, condition_q(tree, meanings))


def found_events(access: Access, tree: Filter) -> ScopedQuerySet:
    """The same of lineage events; an asset that one may not see is found by no filter."""
    meanings: Mapping[str, Meaning] = {
        **_common(access, "lineage_lineageevent"),
        "assetId": lambda condition: _event_with(access, "public_id", condition),
        "assetType": lambda condition: _event_with(access, "type", condition),
    }
    return _found(LineageEvent.objects.listed_to(access), access, condition_q(tree, meanings))


def _found(rows: ScopedQuerySet, access: Access, wanted: Q) -> ScopedQuerySet:
    """The tenant is named again, for the index by time begins with it."""
    return rows.filter(wanted, tenant=access.tenant)


def page_of(rows: ScopedQuerySet, page: Sequence[Model], *columns: str) -> list[Any]:
    """The rows of a page with all that is shown of them, in the page's order: one statement.

    Apart from the search, since PostgreSQL orders no more than eight joins well.
    """
    related = ("task_run", "execution", "execution__flow", "execution__namespace")
    whole = rows.unscoped("rows of a page that was scoped").filter(pk__in=[r.pk for r in page])
    whole = whole.select_related(*related, *(c.partition("__")[0] for c in columns if "__" in c))
    found = {row.pk: row for row in whole.only("state", "at", *columns, *RUN_COLUMNS)}
    return [found[row.pk] for row in page]


#: Task runs and executions also hold large JSON.
RUN_COLUMNS = (
    *(f"task_run__{name}" for name in ("task_id", "public_id", "started_at", "ended_at")),
    *(f"execution__{name}" for name in ("public_id", "flow_revision")),
    "execution__flow__public_id",
    "execution__namespace__name",
)


def may_delete_all(access: Access, found: ScopedQuerySet) -> bool:
    """Whether everything that a search has found may be deleted: one statement."""
    mine = found.model._default_manager.all()
    assert isinstance(mine, ScopedQuerySet)
    allowed = mine.allowed(access, Action.DELETE).values("pk")
    return not found.exclude(pk__in=allowed).exists()


def _common(access: Access, table: str) -> Mapping[str, Meaning]:
    def namespace(condition: Condition) -> Q:
        runs = Execution.objects.unscoped(WHY).filter(namespace_q(access, condition))
        return Q(execution__in=runs.values("pk"))

    def flow(condition: Condition) -> Q:
        runs = Execution.objects.unscoped(WHY).filter(flow_q(access, condition))
        return Q(execution__in=runs.values("pk"))

    return {
        "namespace": namespace,
        "flowId": flow,
        "flowRevision": column("execution__flow_revision"),
        "executionId": lambda condition: _of_execution(access, table, condition),
        "taskId": column("task_run__task_id"),
        "taskRunId": column("task_run__public_id"),
        "state": column("state"),
        "created": column("at"),
    }


def _of_execution(access: Access, table: str, condition: Condition) -> Q:
    """By way of the task runs, whose index finds both usages and events."""
    if condition.op not in NAMING:
        return column("execution__public_id")(condition)
    mine = Execution.objects.unscoped(WHY).filter(tenant=access.tenant)
    runs = mine.filter(column("public_id")(condition)).values("pk")
    task_runs = TaskRun.objects.unscoped(WHY).filter(execution__in=runs).values("pk")
    return _one_of(f"{table}.task_run_id", task_runs)


def _usage_of(access: Access, condition: Condition) -> Q:
    wanted = _assets(access, "public_id", condition)
    if condition.op not in NAMING:
        return Q(asset__in=wanted)
    return _one_of("lineage_assetusage.asset_id", wanted)


def _one_of(column: str, few: QuerySet[Any, Any]) -> Q:
    """As `IN`, of rows that are few. They are found first, whatever the scope looks like: a join
    the planner would order by its guess, and start from all that the reader may see."""
    sql = f"{column} = ANY(ARRAY({as_text(few)}))"
    return Q(RawSQL(sql, (), BooleanField()))  # noqa: S611


def _assets(access: Access, path: str, condition: Condition) -> QuerySet[Any, Any]:
    if path == "public_id":
        return assets_named(access, condition).values("pk")
    return Asset.objects.visible_to(access).filter(column(path)(condition)).values("pk")


def _event_with(access: Access, path: str, condition: Condition) -> Q:
    """Events that name such an asset; denied: that name none such.

    By way of the usages, which have an index; a task run may leave several events, so the event
    itself has the last word.
    """
    op = POSITIVE.get(condition.op, condition.op)
    wanted = _assets(access, path, Condition(condition.field, op, condition.value))
    found = Q(RawSQL(_NAMES.replace("[wanted]", as_text(wanted)), (), BooleanField()))  # noqa: S611
    return found if op is condition.op else ~found


#: Without parameters, so `%` stands doubled in what is put in.
_NAMES = """EXISTS (
    SELECT 1 FROM lineage_assetusage AS mine
    WHERE mine.task_run_id = lineage_lineageevent.task_run_id
      AND mine.asset_id = ANY(lineage_lineageevent.inputs || lineage_lineageevent.outputs)
      AND mine.asset_id IN ([wanted])
)"""
