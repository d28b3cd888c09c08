"""GET of flows: search, those of a namespace, one with its source, its revisions (K3)."""

from typing import Any

from django.http import Http404, HttpResponse
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.conditional import conditional_json
from accounts.permissions import Action, Resource
from catalog.api.params import filters
from lineage.api.paging import Paging, whole
from lineage.api.read_documents import FLOW_GET, FLOW_REVISIONS, FLOW_SEARCH, NAMESPACE_FLOWS
from lineage.kestra.flow_json import flow_json
from lineage.models import Flow
from lineage.queries.flow_search import FLOW_FIELDS, documented, found_flows
from lineage.queries.flows import (
    current_sources,
    every_source,
    find_flow,
    sources_of,
)
from lineage.queries.keyset import BY_ID, BY_ID_BACKWARDS

ORDERS = {"id:asc": BY_ID, "id:desc": BY_ID_BACKWARDS}
#: Flows of one namespace and revisions of one flow come in one answer, without pages.
MOST = 1_000


@FLOW_SEARCH
class FlowSearch(TenantAPIView):
    """Flows that the filters let through, by id."""

    needs = {"GET": (Resource.FLOW, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        paging = Paging.of(request, ORDERS)
        found = found_flows(self.access, filters(request, FLOW_FIELDS))
        return Response(paging.answer(found, lambda rows: flows_json(self, rows)))


@NAMESPACE_FLOWS
class NamespaceFlows(TenantAPIView):
    """Flows of one namespace, without those of its children; an unknown one has none."""

    needs = {"GET": (Resource.FLOW, Action.LIST)}

    def get(self, request: Request, tenant: str, namespace: str) -> Response:
        rows = documented(Flow.objects.listed_to(self.access)).filter(namespace__name=namespace)
        found = rows.select_related("namespace").order_by("public_id", "pk")[:MOST]
        return Response(flows_json(self, list(found)))


@FLOW_GET
class FlowItem(TenantAPIView):
    """One flow: the latest revision, or the one asked for."""

    needs = {"GET": (Resource.FLOW, Action.VIEW)}

    def get(self, request: Request, tenant: str, namespace: str, flow_id: str) -> HttpResponse:
        flow = find_flow(self.access, namespace, flow_id)
        asked = request.query_params.get("revision")
        number = whole(asked, "revision", 1, 2**31 - 1) if asked else flow.revision
        revision = sources_of(self.access, flow, [number]).get(number)
        if asked and revision is None:
            raise Http404(f"Flow “{namespace}.{flow_id}” has no revision {number}.")
        source = request.query_params.get("source", "false").lower() == "true"
        return conditional_json(request, flow_json(flow, revision, tenant=tenant, source=source))


@FLOW_REVISIONS
class FlowRevisions(TenantAPIView):
    """Every revision with its source, the oldest first; none while it is unregistered."""

    needs = {"GET": (Resource.FLOW, Action.VIEW)}

    def get(self, request: Request, tenant: str, namespace: str, flow_id: str) -> HttpResponse:
        flow = find_flow(self.access, namespace, flow_id)
        revisions = every_source(self.access, flow, MOST)
        shown = [flow_json(flow, revision, tenant=tenant) for revision in revisions]
        return conditional_json(request, shown)


def flows_json(view: TenantAPIView, flows: list[Flow]) -> list[dict[str, Any]]:
    """Each at its latest revision; one statement for all sources."""
    current = current_sources(view.access, flows)
    slug = view.access.tenant.slug
    return [flow_json(flow, current.get(flow.pk), tenant=slug, source=False) for flow in flows]
