"""The lineage of one column, as one reader may see it: columns, and the edges between them.

As with the graph of assets (`lineage.queries.graph`), restricted nodes keep their place and lose
their names, and redaction happens here and nowhere later. Six statements, whatever the size.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from accounts.access import Access
from accounts.bulk import bigints, texts
from accounts.models import Tenant
from lineage.queries import column_sql
from lineage.queries.graph import AssetFacts, FlowFacts, visible_assets, visible_flows
from lineage.queries.horizon import ENDLESS, HIDDEN_CAP, Horizon, Side
from lineage.queries.walk import BUDGET, Levels, merged, rows
from lineage.uids import Namer, namer

#: Edges of one answer.
MAX_EDGES = 20_000


class Column(NamedTuple):
    """`name` "": the dataset as a whole."""

    asset: int
    name: str


@dataclass(frozen=True, slots=True)
class ColumnNode:
    """`asset` None: restricted, and `name` is empty then. `level` and `hidden` as of AssetNode.

    `whole`: not one column but the dataset; `card` is the asset's uid, one for all its columns.
    """

    uid: str
    card: str
    level: int
    hidden: dict[Side, int]
    asset: AssetFacts | None
    name: str
    type: str
    whole: bool

    @property
    def restricted(self) -> bool:
        return self.asset is None


@dataclass(frozen=True, slots=True)
class Transformation:
    """How a task of a flow makes one column of another; `flow` None: no flow, as by hand."""

    subtype: str
    description: str
    masking: bool
    kind: str
    flow: FlowFacts | None
    task: str
    first_seen: datetime
    last_seen: datetime


@dataclass(frozen=True, slots=True)
class ColumnLink:
    """`source` and `target` are uids. `how` None: something that it names is restricted.

    `indirect`: the target's values are not made of the source's, but depend on them (a filter,
    a join, an order).
    """

    source: str
    target: str
    indirect: bool
    how: Transformation | None


@dataclass(frozen=True, slots=True)
class ColumnGraph:
    """`nodes` by distance, the start first; `truncated`: the limits left something out."""

    start: str
    nodes: tuple[ColumnNode, ...]
    links: tuple[ColumnLink, ...]
    truncated: bool


type Met = dict[Column, Levels]


class Edge(NamedTuple):
    """A row of the table."""

    upstream: Column
    downstream: Column
    flow: int | None
    task: str
    type: str
    subtype: str
    description: str
    masking: bool
    kind: str
    first_seen: datetime
    last_seen: datetime


def column_lineage(
    access: Access, start: Column, horizon: Horizon, *, indirect: bool = True
) -> ColumnGraph:
    """The columns around `start`, whose asset the caller has found visible.

    `horizon`'s limit counts columns, its types do not matter. Without `indirect` only along what
    makes values of values.
    """
    params = horizon.params(access.tenant) | {"direct": not indirect}
    met, truncated = walk_columns(start, horizon, params)
    found, complete = _edges(met, params)
    met, edges = _within(horizon.limit, start, met, found)
    truncated = truncated or not complete or len(edges) < len(found)
    hidden = _hidden(met, params)
    assets = visible_assets(access, sorted({column.asset for column in met}))
    flows = visible_flows(access, {edge.flow for edge in edges if edge.flow})
    types = _types(access.tenant, [column for column in met if column.asset in assets])
    uid = namer(access.tenant.pk)
    ordered = sorted(met.items(), key=lambda item: item[1].distance)
    return ColumnGraph(
        start=column_uid(uid, start),
        nodes=tuple(
            ColumnNode(
                uid=column_uid(uid, column),
                card=uid("asset", column.asset),
                level=levels.signed,
                hidden=hidden[column],
                asset=assets.get(column.asset),
                name=column.name if column.asset in assets else "",
                type=types.get(column, ""),
                whole=not column.name,
            )
            for column, levels in ordered
        ),
        links=tuple(_links(uid, edges, assets, flows)),
        truncated=truncated,
    )


def column_uid(uid: Namer, column: Column) -> str:
    return uid("column", f"{column.asset}:{column.name}")


def walk_columns(start: Column, horizon: Horizon, params: dict[str, Any]) -> tuple[Met, bool]:
    """(columns met, in order of their distance; whether the limits left some out). Not redacted.

    `params`: those of the horizon, and whether to go along `direct` edges only.
    """
    values = params | {
        "start": start.asset,
        "column": start.name,
        "depth": ENDLESS if horizon.depth is None else horizon.depth,
        "limit": horizon.limit,
        "budget": BUDGET,
    }
    sql = " UNION ALL ".join(column_sql.walk(side) for side in horizon.direction.sides)
    found = ((side, Column(*node), level, row) for side, *node, level, row in rows(sql, values))
    return merged(found, horizon.limit)


def _edges(met: Met, params: dict[str, Any]) -> tuple[list[Edge], bool]:
    values = params | _arrays(met) | {"max_edges": MAX_EDGES}
    found = [
        Edge(Column(up, up_name), Column(down, down_name), *rest)
        for up, up_name, down, down_name, *rest in rows(column_sql.edges(), values)
    ]
    return found, len(found) < MAX_EDGES


def _within(limit: int, start: Column, met: Met, edges: Sequence[Edge]) -> tuple[Met, list[Edge]]:
    """The edges nearest to the start with all their ends, as far as these do not exceed `limit`.

    An end that was met only as a part of the whole, or as the whole of a part, stands beside it.
    """
    levels = _beside(met, edges)

    def place(edge: Edge) -> tuple[int, int]:
        near, far = sorted(levels[end].distance for end in edge[:2])
        return far, near

    kept = {start: met[start]}
    inside = []
    for edge in sorted(edges, key=place):
        new = {end: levels[end] for end in edge[:2] if end not in kept}
        if len(kept) + len(new) <= limit:
            kept |= new
            inside.append(edge)
    return kept, inside


def _beside(met: Met, edges: Sequence[Edge]) -> Met:
    """The levels of all ends."""
    nearest: dict[int, Levels] = {}
    for column, levels in met.items():
        if column.asset not in nearest or levels.distance < nearest[column.asset].distance:
            nearest[column.asset] = levels
    whole = {column.asset: levels for column, levels in met.items() if not column.name}
    found = dict(met)
    for edge in edges:
        for end in edge[:2]:
            part = end.name and end.asset in whole
            found.setdefault(end, (whole if part else nearest)[end.asset])
    return found


def _hidden(met: Met, params: dict[str, Any]) -> dict[Column, dict[Side, int]]:
    values = params | _arrays(met) | {"cap": HIDDEN_CAP, "hidden_rows": 2 * HIDDEN_CAP}
    columns = list(met)
    found: dict[Column, dict[Side, int]] = {column: {} for column in columns}
    for side, number, count in rows(column_sql.hidden(), values):
        found[columns[number - 1]][side] = count
    return found


_TYPES = """
select wanted.number, jsonb_path_query_first(asset.columns,
    '$[*] ? (@.name == $name).type', jsonb_build_object('name', wanted.name)) #>> '{}'
from unnest(%(assets)s::bigint[], %(names)s::text[]) with ordinality as wanted(id, name, number)
join catalog_asset as asset on asset.id = wanted.id and asset.tenant_id = %(tenant)s
where wanted.name <> ''
"""


def _types(tenant: Tenant, columns: Sequence[Column]) -> dict[Column, str]:
    """The declared types of visible columns at the top of their schema."""
    found = rows(_TYPES, {"tenant": tenant.pk} | _arrays(columns))
    return {columns[number - 1]: declared for number, declared in found if declared}


def _arrays(columns: Any) -> dict[str, str]:
    return {
        "assets": bigints(column.asset for column in columns),
        "names": texts(column.name for column in columns),
    }


def _links(
    uid: Namer,
    edges: Sequence[Edge],
    assets: dict[int, AssetFacts],
    flows: dict[int, FlowFacts],
) -> Iterator[ColumnLink]:
    for edge in edges:
        seen = edge.upstream.asset in assets and edge.downstream.asset in assets
        mine = edge.flow is None or edge.flow in flows
        how = Transformation(
            subtype=edge.subtype,
            description=edge.description,
            masking=edge.masking,
            kind=edge.kind,
            flow=None if edge.flow is None else flows.get(edge.flow),
            task=edge.task,
            first_seen=edge.first_seen,
            last_seen=edge.last_seen,
        )
        yield ColumnLink(
            source=column_uid(uid, edge.upstream),
            target=column_uid(uid, edge.downstream),
            indirect=edge.type == "INDIRECT",
            how=how if seen and mine else None,
        )
