"""Edges as things of their own: searched, found, and those that people have stated of an asset."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Q

from accounts.access import Access
from accounts.bulk import run
from catalog.asset_filters import POSITIVE
from catalog.calling import assets_named
from catalog.filter_queries import Meaning, column, condition_q
from catalog.filters import (
    EQUALITY,
    MOMENTS,
    TEXTUAL,
    Condition,
    FieldSpec,
    Filter,
    Op,
    read_boolean,
    read_choice,
    read_time,
)
from lineage.edge_bodies import KINDS, MANUAL, EdgeColumn
from lineage.models import Edge, Flow
from lineage.models.traces import EdgeQuerySet

WHY = "narrows an already scoped search"
#: Stated edges of an asset that a page lists.
LISTED = 100
RELATED = ("upstream__namespace", "downstream__namespace", "flow__namespace", "created_by")
UNSEEN = tuple(
    f"{end}__{name}"
    for end in ("upstream", "downstream")
    for name in ("search_text", "description", "metadata", "columns")
)
TEXT = FieldSpec(TEXTUAL)

EDGE_FIELDS: Mapping[str, FieldSpec] = {
    "upstream": TEXT,
    "downstream": TEXT,
    "asset": TEXT,
    "kind": FieldSpec(EQUALITY, read_choice(*KINDS)),
    "flowId": TEXT,
    "stated": FieldSpec((Op.EQUALS, Op.NOT_EQUALS), read_boolean),
    "lastSeen": FieldSpec(MOMENTS, read_time),
}


def whole_edges(access: Access) -> EdgeQuerySet:
    """What `access` may list, with two live ends: what else the table holds is no lineage."""
    rows: EdgeQuerySet = Edge.objects.listed_to(access)
    return rows.filter(
        tenant=access.tenant,
        upstream__deleted_at__isnull=True,
        downstream__deleted_at__isnull=True,
        upstream__isnull=False,
        downstream__isnull=False,
    )


def found_edges(access: Access, tree: Filter) -> EdgeQuerySet:
    """What the filters let through of it."""
    meanings: Mapping[str, Meaning] = {
        "upstream": lambda condition: Q(upstream__in=_assets(access, condition)),
        "downstream": lambda condition: Q(downstream__in=_assets(access, condition)),
        "asset": lambda condition: _either_end(access, condition),
        "kind": column("kind"),
        "flowId": lambda condition: _of_flow(access, condition),
        "stated": column("stated"),
        "lastSeen": column("last_seen"),
    }
    return whole_edges(access).filter(condition_q(tree, meanings))


def find_edge(access: Access, edge_id: str) -> Edge | None:
    """The visible edge of an id of the API, with its ends, its flow and who stated it."""
    if not edge_id.isascii() or not edge_id.isdecimal() or len(edge_id) > 18:
        return None
    return with_names(Edge.objects.visible_to(access)).filter(pk=int(edge_id)).first()


def with_names(rows: EdgeQuerySet) -> EdgeQuerySet:
    """With all that is shown of an edge, but its columns."""
    named: EdgeQuerySet = rows.select_related(*RELATED).defer(*UNSEEN)
    return named


def stated_edges(access: Access, asset: int) -> list[Edge]:
    """Edges by hand at both sides of an asset (row), the newest first, LISTED at most."""
    mine = whole_edges(access).filter(kind=MANUAL, stated=True)
    rows = mine.filter(Q(upstream=asset) | Q(downstream=asset))
    return list(with_names(rows).order_by("-pk")[:LISTED])


def columns_of(edges: Sequence[Edge]) -> dict[int, list[EdgeColumn]]:
    """Edge (row) → the columns that it links, of edges that were found: one statement."""
    found: dict[int, list[EdgeColumn]] = {}
    if edges:
        for pk, *said in run(_COLUMNS, [[edge.pk for edge in edges]]):
            found.setdefault(pk, []).append(EdgeColumn(*said))
    return found


_COLUMNS = """
select e.id, c.upstream_column, c.downstream_column, c.type, c.subtype, c.description, c.masking
from lineage_edge e join lineage_columnedge c
    on c.upstream_id = e.upstream_id and c.downstream_id = e.downstream_id
    and c.flow_id is not distinct from e.flow_id and c.task_id = e.task_id
where e.id = any(%s::bigint[])
order by e.id, c.upstream_column, c.downstream_column, c.type, c.subtype
"""


def _assets(access: Access, condition: Condition) -> Any:
    return assets_named(access, condition).values("pk")


def _either_end(access: Access, condition: Condition) -> Q:
    """Denied: neither end is such an asset."""
    op = POSITIVE.get(condition.op, condition.op)
    wanted = _assets(access, Condition(condition.field, op, condition.value))
    found = Q(upstream__in=wanted) | Q(downstream__in=wanted)
    return found if op is condition.op else ~found


def _of_flow(access: Access, condition: Condition) -> Q:
    """Denied: also what has no flow."""
    op = POSITIVE.get(condition.op, condition.op)
    named = column("public_id")(Condition(condition.field, op, condition.value))
    flows = Flow.objects.unscoped(WHY).filter(named, tenant=access.tenant)
    found = Q(flow__in=flows.values("pk"))
    return found if op is condition.op else ~found
