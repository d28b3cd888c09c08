"""Usages and lineage events: searched, and deleted by query (K3)."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.db.models import Model
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
    page_of,
)
from lineage.uids import namer

#: Each row counted is looked up in two scopes.
COUNTED = 10_000
ORDERS = {"created:desc": LATEST_USE_FIRST, "created:asc": EARLIEST_USE_FIRST}


@USAGE_SEARCH
class UsageSearch(TenantAPIView):
    """Which task runs read or wrote which assets, the latest first."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        paging = Paging.of(request, ORDERS)
        found = found_usages(self.access, filters(request, USAGE_FIELDS))
        return Response(paging.answer(found.only("at"), usages_json, COUNTED))


@EVENT_SEARCH
class EventSearch(TenantAPIView):
    """Which assets task runs made of which, a bundle each, the latest first."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        paging = Paging.of(request, ORDERS)
        found = found_events(self.access, filters(request, EVENT_FIELDS))
        answer = paging.answer(found.only("at"), lambda p: events_json(self.access, p), COUNTED)
        return Response(answer)


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


def usages_json(page: Sequence[Model]) -> list[dict[str, Any]]:
    usages = page_of(AssetUsage.objects.all(), page, "direction", "asset__public_id")
    return [usage_json(usage) for usage in usages]


def events_json(access: Access, page: Sequence[Model]) -> list[dict[str, Any]]:
    """Another statement for the names of all assets that they mention."""
    events = page_of(LineageEvent.objects.all(), page, "inputs", "outputs")
    keys = {pk for event in events for pk in (*event.inputs, *event.outputs)}
    rows = Asset.objects.visible_to(access).filter(pk__in=any_of(sorted(keys)))
    seen = {pk: (id_, type_) for pk, id_, type_ in rows.values_list("pk", "public_id", "type")}
    uid = namer(access.tenant.pk)
    return [event_json(event, seen, uid) for event in events]
