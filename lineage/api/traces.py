"""Usages and lineage events: searched, and deleted by query (K3)."""

from collections.abc import Callable, Mapping
from typing import Any

from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from accounts.scoping import ScopedQuerySet
from catalog.api.params import filters, wrong
from catalog.filters import FieldSpec, Filter
from catalog.models import Asset
from lineage.api.paging import Paging
from lineage.api.trace_documents import DELETE_EVENTS, DELETE_USAGES, EVENT_SEARCH, USAGE_SEARCH
from lineage.kestra.trace_json import event_json, usage_json
from lineage.models import AssetUsage, LineageEvent
from lineage.queries.keyset import EARLIEST_USE_FIRST, LATEST_USE_FIRST
from lineage.queries.sql_text import any_of
from lineage.queries.trace_search import (
    EVENT_FIELDS,
    USAGE_FIELDS,
    found_events,
    found_usages,
    may_delete_all,
)
from lineage.uids import namer

ORDERS = {"created:desc": LATEST_USE_FIRST, "created:asc": EARLIEST_USE_FIRST}
RUN = ("task_run", "execution", "execution__flow", "execution__namespace")
#: The columns that are shown: task runs and executions also hold large JSON.
RUN_COLUMNS = (
    *(f"task_run__{name}" for name in ("task_id", "public_id", "started_at", "ended_at")),
    *(f"execution__{name}" for name in ("public_id", "flow_revision")),
    "execution__flow__public_id",
    "execution__namespace__name",
)


@USAGE_SEARCH
class UsageSearch(TenantAPIView):
    """Which task runs read or wrote which assets, the latest first."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        paging = Paging.of(request, ORDERS)
        found = found_usages(self.access, filters(request, USAGE_FIELDS))
        rows = found.select_related("asset", *RUN)
        rows = rows.only("direction", "state", "at", "asset__public_id", *RUN_COLUMNS)
        return Response(paging.answer(rows, usages_json))


@EVENT_SEARCH
class EventSearch(TenantAPIView):
    """Which assets task runs made of which, a bundle each, the latest first."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        paging = Paging.of(request, ORDERS)
        found = found_events(self.access, filters(request, EVENT_FIELDS))
        rows = found.select_related(*RUN)
        rows = rows.only("state", "at", "inputs", "outputs", *RUN_COLUMNS)
        return Response(paging.answer(rows, lambda events: events_json(self.access, events)))


class UsagesByQuery(TenantAPIView):
    """Delete usages for good."""

    needs = {"DELETE": (Resource.ASSET, Action.DELETE)}

    @DELETE_USAGES
    def delete(self, request: Request, tenant: str) -> Response:
        return deleted(self.access, request, USAGE_FIELDS, found_usages)


class EventsByQuery(TenantAPIView):
    """Delete lineage events for good; the edges that they made stay."""

    needs = {"DELETE": (Resource.ASSET, Action.DELETE)}

    @DELETE_EVENTS
    def delete(self, request: Request, tenant: str) -> Response:
        return deleted(self.access, request, EVENT_FIELDS, found_events)


def deleted(
    access: Access,
    request: Request,
    fields: Mapping[str, FieldSpec],
    find: Callable[[Access, Filter], ScopedQuerySet],
) -> Response:
    """All that the filters find, or 403 when some of it may only be read."""
    tree = filters(request, fields)
    if not tree.children:
        wrong("filters", "Say what to delete: at least one filter is required.")
    found = find(access, tree)
    if not may_delete_all(access, found):
        raise PermissionDenied("Some of what the filters find may not be deleted; none was.")
    count, _ = found.delete()
    return Response({"count": count})


def usages_json(usages: list[AssetUsage]) -> list[dict[str, Any]]:
    return [usage_json(usage) for usage in usages]


def events_json(access: Access, events: list[LineageEvent]) -> list[dict[str, Any]]:
    """One statement for the names of all assets that they mention."""
    keys = {pk for event in events for pk in (*event.inputs, *event.outputs)}
    rows = Asset.objects.visible_to(access).filter(pk__in=any_of(sorted(keys)))
    seen = {pk: (id_, type_) for pk, id_, type_ in rows.values_list("pk", "public_id", "type")}
    uid = namer(access.tenant.pk)
    return [event_json(event, seen, uid) for event in events]
