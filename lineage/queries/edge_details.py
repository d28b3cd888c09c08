"""All that is known of the edges behind one line of a picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.access import Access
from accounts.bulk import bigints
from lineage.edge_bodies import EdgeColumn
from lineage.models import Edge, Execution
from lineage.queries.edges import with_names
from lineage.queries.walk import rows

#: Edges of one line that are told, the latest first, and columns of one edge.
TOLD, COLUMNS = 25, 40


@dataclass(frozen=True, slots=True)
class Ends:
    """What a line connects, by row keys: an end is None where it is a flow. `flow` with its
    `task` where the line meets one; without, edges through any flow and those without one."""

    upstream: int | None = None
    downstream: int | None = None
    flow: int | None = None
    task: str = ""


@dataclass(frozen=True, slots=True)
class EdgeDetail:
    """`edge` comes with its ends, its flow and who stated it; `execution` is the public id of its
    last run, if that may be seen. `columns`: the first COLUMNS of `column_count`."""

    edge: Edge
    execution: str
    columns: Sequence[EdgeColumn]
    column_count: int


def edges_between(access: Access, ends: Ends) -> list[EdgeDetail]:
    """Those that may be seen whole, the latest first, TOLD at most. Three statements."""
    wanted: dict[str, object] = {
        name: value
        for name, value in (
            ("upstream", ends.upstream),
            ("downstream", ends.downstream),
            ("flow", ends.flow),
        )
        if value is not None
    }
    if ends.flow is not None:
        wanted["task_id"] = ends.task
    found = Edge.objects.visible_to(access).filter(tenant=access.tenant, **wanted)
    edges = list(with_names(found).order_by("-last_seen", "-pk")[:TOLD])
    columns, counts = _columns(edges)
    runs = _executions(access, edges)
    return [
        EdgeDetail(
            edge,
            runs.get(edge.last_execution_id or 0, ""),
            columns.get(edge.pk, []),
            counts.get(edge.pk, 0),
        )
        for edge in edges
    ]


def _executions(access: Access, edges: Sequence[Edge]) -> dict[int, str]:
    keys = {edge.last_execution_id for edge in edges if edge.last_execution_id}
    found = Execution.objects.visible_to(access).filter(pk__in=keys)
    return dict(found.values_list("pk", "public_id"))


_COLUMNS = """
select e.id, c.upstream_column, c.downstream_column, c.type, c.subtype, c.description, c.masking,
    c.count
from unnest(%(edges)s::bigint[]) as one(id)
join lineage_edge e on e.id = one.id
cross join lateral (
    select *, count(*) over () as count from lineage_columnedge
    where upstream_id = e.upstream_id and downstream_id = e.downstream_id
        and flow_id is not distinct from e.flow_id and task_id = e.task_id
    order by downstream_column, upstream_column, type, subtype
    limit %(most)s
) as c
order by e.id, c.downstream_column, c.upstream_column, c.type, c.subtype
"""


def _columns(edges: Sequence[Edge]) -> tuple[dict[int, list[EdgeColumn]], dict[int, int]]:
    """Edge (row) → its columns, and how many it links."""
    found: dict[int, list[EdgeColumn]] = {}
    counts: dict[int, int] = {}
    keys = bigints(edge.pk for edge in edges)
    for pk, *said, count in rows(_COLUMNS, {"edges": keys, "most": COLUMNS}):
        found.setdefault(pk, []).append(EdgeColumn(*said))
        counts[pk] = count
    return found, counts
