"""What the filters of usages and lineage events mean, and who may delete what they find (K3)."""

from collections.abc import Mapping
from typing import Any

from django.db.models import BooleanField, Q, QuerySet
from django.db.models.expressions import RawSQL

from accounts.access import Access
from accounts.permissions import Action
from accounts.scoping import ScopedQuerySet
from catalog.asset_filters import POSITIVE
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
        **_common(access),
        "assetId": lambda condition: Q(asset__in=_assets(access, "public_id", condition)),
        "assetType": lambda condition: Q(asset__in=_assets(access, "type", condition)),
        "direction": column("direction"),
    }
    return AssetUsage.objects.listed_to(access).filter(condition_q(tree, meanings))


def found_events(access: Access, tree: Filter) -> ScopedQuerySet:
    """The same of lineage events; an asset that one may not see is found by no filter."""
    meanings: Mapping[str, Meaning] = {
        **_common(access),
        "assetId": lambda condition: _event_with(access, "public_id", condition),
        "assetType": lambda condition: _event_with(access, "type", condition),
    }
    return LineageEvent.objects.listed_to(access).filter(condition_q(tree, meanings))


def may_delete_all(access: Access, found: ScopedQuerySet) -> bool:
    """Whether everything that a search has found may be deleted: one statement."""
    mine = found.model._default_manager.all()
    assert isinstance(mine, ScopedQuerySet)
    allowed = mine.allowed(access, Action.DELETE).values("pk")
    return not found.exclude(pk__in=allowed).exists()


def _common(access: Access) -> Mapping[str, Meaning]:
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
        "executionId": lambda condition: _of_execution(access, condition),
        "taskId": column("task_run__task_id"),
        "taskRunId": column("task_run__public_id"),
        "state": column("state"),
        "created": column("at"),
    }


def _of_execution(access: Access, condition: Condition) -> Q:
    """By way of the task runs, whose index finds both usages and events."""
    if condition.op not in (Op.EQUALS, Op.IN):
        return column("execution__public_id")(condition)
    mine = Execution.objects.unscoped(WHY).filter(tenant=access.tenant)
    runs = mine.filter(column("public_id")(condition)).values("pk")
    return Q(task_run__in=TaskRun.objects.unscoped(WHY).filter(execution__in=runs).values("pk"))


def _assets(access: Access, path: str, condition: Condition) -> QuerySet[Any, Any]:
    return Asset.objects.visible_to(access).filter(column(path)(condition)).values("pk")


def _event_with(access: Access, path: str, condition: Condition) -> Q:
    """Events that name such an asset; denied: that name none such.

    A task run may leave several events: its usages only tell which to look at.
    """
    op = POSITIVE.get(condition.op, condition.op)
    wanted = _assets(access, path, Condition(condition.field, op, condition.value))
    found = Q(RawSQL(_NAMES.replace("[wanted]", as_text(wanted)), (), BooleanField()))  # noqa: S611
    if condition.field == "assetId":
        usages = AssetUsage.objects.unscoped(WHY).filter(asset__in=wanted)
        found &= Q(task_run__in=usages.values("task_run"))
    return found if op is condition.op else ~found


#: One look into the assets for each id of the event. Without parameters, so `%` stands doubled.
_NAMES = """EXISTS (
    SELECT 1 FROM unnest(lineage_lineageevent.inputs || lineage_lineageevent.outputs) AS mine(id)
    WHERE mine.id IN ([wanted])
)"""
