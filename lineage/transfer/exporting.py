"""A catalog out: the assets that a search finds, and the edges between them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from accounts.access import Access
from catalog.exporting import Item, asset_items, text_of, writer_of
from catalog.interchange.records import ASSET, EDGE
from catalog.queries import Search, matching
from lineage.edge_bodies import EdgeColumn
from lineage.edge_json import column_json
from lineage.kestra.times import instant
from lineage.models import Edge
from lineage.queries.edges import columns_of, whole_edges, with_names

PAGE = 500
#: What an export holds.
ASSETS, EDGES, ALL = "assets", "edges", "all"
WHATS = (ASSETS, EDGES, ALL)


@dataclass(frozen=True, slots=True)
class Wanted:
    """`format` csv, jsonl or yaml; a CSV holds assets or edges. `every_edge`: also those that only
    runs show. `keys` of the metadata get columns of their own; `bom` is for Excel."""

    format: str
    what: str = ALL
    every_edge: bool = False
    keys: Sequence[str] = ()
    bom: bool = False


def export(access: Access, wanted: Wanted, search: Search, now: datetime) -> Iterator[str]:
    """The file, piece by piece: a few statements a page, in bounded memory."""
    told = wanted.format == "csv"
    assets = asset_items(access, search, now, told=told) if wanted.what != EDGES else iter(())
    edges = edge_items(access, search, now, every=wanted.every_edge)
    pages = chain(assets, edges if wanted.what != ASSETS else ())
    kind = EDGE if wanted.what == EDGES else ASSET
    return text_of(writer_of(wanted.format, kind, keys=wanted.keys, bom=wanted.bom), pages)


def edge_items(
    access: Access, search: Search, now: datetime, *, every: bool
) -> Iterator[list[Item]]:
    """The edges between assets that `search` finds, in the order in which they came to be."""
    rows = whole_edges(access)
    if not every:
        rows = rows.filter(stated=True)
    if search.words or search.tree.children:
        ends = matching(access, search, now).values("pk")
        rows = rows.filter(upstream__in=ends, downstream__in=ends)
    last = 0
    while page := list(with_names(rows).filter(pk__gt=last).order_by("pk")[:PAGE]):
        columns = columns_of(page)
        yield [(EDGE, edge_value(edge, columns.get(edge.pk, ()))) for edge in page]
        last = page[-1].pk


def edge_value(edge: Edge, columns: Sequence[EdgeColumn]) -> dict[str, Any]:
    assert edge.upstream and edge.downstream
    return {
        "upstream": edge.upstream.public_id,
        "downstream": edge.downstream.public_id,
        "origin": edge.kind,
        "note": edge.note or None,
        "columns": [column_json(column) for column in columns],
        "flowNamespace": edge.flow.namespace.name if edge.flow else None,
        "flowId": edge.flow.public_id if edge.flow else None,
        "taskId": edge.task_id or None,
        "sql": edge.sql or None,
        "firstSeen": instant(edge.first_seen),
        "lastSeen": instant(edge.last_seen),
    }
