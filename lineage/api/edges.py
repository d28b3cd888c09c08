"""Edges through the API: stated by hand, searched, changed and taken back."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api.asset_bodies import errors_json
from catalog.api.asset_writes import problem_of, refusal_errors
from catalog.api.batches import NotRead, failed_json, few_enough, read_json, read_lines, summary
from catalog.api.params import filters
from catalog.reading.declared import AssetError
from catalog.writing import Refused, Why
from lineage.api.edge_documents import EDGE_DELETE, EDGE_PATCH, EDGE_POST, EDGE_SEARCH
from lineage.api.paging import Paging
from lineage.edge_bodies import EdgeBody, read_edge
from lineage.edge_json import edge_json
from lineage.manual_edges import Stated, state_edge, state_edges
from lineage.models import Edge
from lineage.queries.edges import (
    EDGE_FIELDS,
    columns_of,
    find_edge,
    found_edges,
    with_names,
)
from lineage.queries.keyset import ADDED_FIRST_FIRST, ADDED_LAST_FIRST
from lineage.unlinking import RunsSay, remove_edge, set_note

LINES = "application/x-ndjson"
#: As for usages: each row counted is looked up in the scopes of all that it names.
COUNTED = 10_000
ORDERS = {"created:desc": ADDED_LAST_FIRST, "created:asc": ADDED_FIRST_FIRST}
STATED = "rows of a page that was scoped, or that the request has just stored"


class EdgeCollection(TenantAPIView):
    """State that one asset feeds another: one edge, or many with a result for each."""

    needs = {"POST": (Resource.ASSET, Action.UPDATE)}

    @EDGE_POST
    def post(self, request: Request, tenant: str) -> Response:
        kind, text = read_body(request, ("application/json", LINES))
        value = read_lines(text) if kind == LINES else read_json(text)
        if isinstance(value, list):
            return several(self.access, value)
        body, errors = read_by_hand(value)
        if body is None:
            raise Problem(422, "The edge has invalid fields.", errors=errors_json(errors))
        try:
            stated = state_edge(self.access, body)
        except Refused as exc:
            raise problem_of(exc.refusal) from exc
        return Response(edges_json([Edge(pk=stated.pk)])[0])


@EDGE_SEARCH
class EdgeSearch(TenantAPIView):
    """What feeds what, edge by edge, the latest first."""

    needs = {"GET": (Resource.ASSET, Action.LIST)}

    def get(self, request: Request, tenant: str) -> Response:
        paging = Paging.of(request, ORDERS)
        found = found_edges(self.access, filters(request, EDGE_FIELDS)).only("pk")
        return Response(paging.answer(found, edges_json, COUNTED))


class EdgeItem(TenantAPIView):
    """One edge: its note changed, or taken back."""

    needs = {
        "PATCH": (Resource.ASSET, Action.UPDATE),
        "DELETE": (Resource.ASSET, Action.UPDATE),
    }

    @EDGE_PATCH
    def patch(self, request: Request, tenant: str, edge_id: str) -> Response:
        edge = wanted(self.access, edge_id)
        note = posted_note(request)
        try:
            set_note(self.access, edge, note)
        except Refused as exc:
            raise problem_of(exc.refusal) from exc
        return Response(edges_json([edge])[0])

    @EDGE_DELETE
    def delete(self, request: Request, tenant: str, edge_id: str) -> Response:
        try:
            remove_edge(self.access, wanted(self.access, edge_id))
        except Refused as exc:
            raise problem_of(exc.refusal) from exc
        except RunsSay as exc:
            message = "Runs have shown this edge, and nobody has stated it: it stays."
            raise Problem(409, message) from exc
        return Response()


def wanted(access: Access, edge_id: str) -> Edge:
    """404 unless it may be seen."""
    edge = find_edge(access, edge_id)
    if edge is None or not (edge.upstream and edge.downstream):
        raise Http404(f"No edge “{edge_id}”.")
    return edge


def read_by_hand(value: Any) -> tuple[EdgeBody | None, Sequence[AssetError]]:
    """What a person may say: since when is now, and which flow does it is not theirs to say."""
    if isinstance(value, NotRead):
        return None, (AssetError("", str(value)),)
    body, errors = read_edge(value)
    if body is None:
        return None, errors
    if not body.is_by_hand:
        message = "can only come from runs and imports; what is posted is manual"
        return None, (AssetError("kind" if body.flow is None else "flowId", message),)
    return replace(body, task="", sql="", first_seen=None, last_seen=None), ()


def posted_note(request: Request) -> str:
    """`{"note": …}`: Problem 422 for anything else."""
    value = read_json(read_body(request, ("application/merge-patch+json", "application/json"))[1])
    if not isinstance(value, dict) or set(value) != {"note"}:
        raise Problem(422, "Only the note can be changed: send {“note”: …}.")
    read, errors = read_edge({"upstream": "a", "downstream": "b", "note": value["note"]})
    if read is None:
        raise Problem(422, "The note cannot be used.", errors=errors_json(errors))
    return read.note or ""


def several(access: Access, values: list[Any]) -> Response:
    few_enough(values, "edges")
    read = [read_by_hand(value) for value in values]
    stated = iter(state_edges(access, [body for body, _ in read if body]))
    results = [
        item_json(n, next(stated))
        if body
        else failed_json(n, "", "The edge has invalid fields.", errors_json(errors))
        for n, (body, errors) in enumerate(read)
    ]
    answer = summary(results)
    return Response(answer, status=422 if answer["status"] == "failure" else 200)


def item_json(index: int, stated: Stated) -> dict[str, Any]:
    ends = {"upstream": stated.upstream, "downstream": stated.downstream}
    if stated.refusal is None:
        return {"index": index, "id": str(stated.pk), "status": stated.status} | ends
    later = stated.refusal.why is Why.LOCKED
    errors = refusal_errors(stated.refusal)
    return failed_json(index, "", stated.refusal.message, errors, retriable=later) | ends


def edges_json(page: Sequence[Any]) -> list[dict[str, Any]]:
    """The edges of a page with all that is shown of them, in its order: two statements."""
    rows = with_names(Edge.objects.unscoped(STATED)).filter(pk__in=[edge.pk for edge in page])
    found = {edge.pk: edge for edge in rows}
    columns = columns_of(page)
    return [edge_json(found[edge.pk], columns.get(edge.pk, ())) for edge in page]
