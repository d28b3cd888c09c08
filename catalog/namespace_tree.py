"""Namespaces as a tree, one level at a time, with counts of only what the reader may see.

A level is made of the names that are there: `company` stands in it when `company.data` is
visible, whether or not `company` is a namespace itself.
"""

from dataclasses import dataclass

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, F, Func, Q, TextField

from accounts.access import Access
from catalog.models import Asset, Namespace

#: One level's names at once, and how far their assets are counted.
LEVEL = 200
COUNT_CAP = 1_000


@dataclass(frozen=True, slots=True)
class Node:
    """`exists`: a visible namespace itself, not only the beginning of others' names.

    `below`: visible namespaces underneath. `assets`: visible live ones in it and below, counted
    to COUNT_CAP; `capped` when there are more.
    """

    name: str
    exists: bool
    below: int
    assets: int = 0
    capped: bool = False

    @property
    def label(self) -> str:
        return self.name.rpartition(".")[2]


class Prefix(Func):
    """`prefixes[n]`, counted from one."""

    template = "(%(expressions)s)[%(n)s]"
    output_field = TextField()

    def __init__(self, n: int) -> None:
        super().__init__(F("prefixes"), n=int(n))


def level_below(access: Access, parent: str = "", after: str = "") -> tuple[list[Node], bool]:
    """(the names right below `parent`, whether more follow the last). "" is the top."""
    depth = parent.count(".") + 2 if parent else 1
    found = Namespace.objects.listed_to(access)
    if parent:
        found = found.under(parent).exclude(name=parent)
    rows = (
        found.annotate(node=Prefix(depth))
        .filter(node__gt=after)
        .values("node")
        .annotate(names=Count("pk"), itself=Count("pk", filter=Q(name=F("node"))))
        .order_by("node")[: LEVEL + 1]
    )
    nodes = [Node(r["node"], r["itself"] > 0, r["names"] - r["itself"]) for r in rows]
    return counted(access, nodes[:LEVEL]), len(nodes) > LEVEL


def counted(access: Access, nodes: list[Node]) -> list[Node]:
    """The nodes with their assets counted: one statement, bounded by the cap."""
    names = [node.name for node in nodes]
    visible = Asset.objects.listed_to(access).live().values("pk", "namespace_id")
    try:
        sql, params = visible.query.sql_with_params()
    except EmptyResultSet:  # no grant on assets at all
        return nodes
    with connection.cursor() as cursor:
        statement = _COUNTS.format(visible=sql, cap=COUNT_CAP + 1)
        cursor.execute(statement, [*params, access.tenant.pk, names])
        counts = dict(cursor.fetchall())
    return [
        Node(n.name, n.exists, n.below, min(counts[n.name], COUNT_CAP), counts[n.name] > COUNT_CAP)
        for n in nodes
    ]


_COUNTS = """
SELECT node, (
    SELECT count(*) FROM (
        SELECT 1 FROM catalog_namespace AS within
        JOIN ({visible}) AS visible ON visible.namespace_id = within.id
        WHERE within.tenant_id = %s AND within.prefixes @> ARRAY[node]::varchar[]
        LIMIT {cap}
    ) AS counted
)
FROM unnest(%s::text[]) AS node
"""


def named_like(access: Access, text: str) -> list[Node]:
    """Visible namespaces whose name holds `text`, by name; at most one level's worth."""
    found = Namespace.objects.listed_to(access).filter(name__contains=text.lower())
    names = found.order_by("name").values_list("name", flat=True)[:LEVEL]
    return counted(access, [Node(name, exists=True, below=0) for name in names])


def find_namespace(access: Access, name: str) -> tuple[Namespace | None, bool]:
    """(the visible namespace, whether anything visible bears the name or begins with it)."""
    found = Namespace.objects.visible_to(access).filter(name=name).first()
    return found, found is not None or Namespace.objects.visible_to(access).under(name).exists()
