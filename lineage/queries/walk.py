"""Walks along the edges, as rows: levels, growths, neighbours left out, edges. Not redacted.

Whoever calls these redacts what they return; `lineage.queries.walk_sql` says how they work.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from accounts.bulk import bigints
from accounts.models import Tenant
from lineage.queries import walk_sql
from lineage.queries.horizon import ENDLESS, HIDDEN_CAP, MAX_LIMIT, Horizon, Side

#: Rows of a walk that passes through assets it does not return (of other types).
BUDGET = 200_000
#: Flows that only read (or only write) shown at one asset; more mark the answer truncated.
LOOSE_ENDS = 50
#: Edges of one answer: a few assets may be connected by very many flows.
MAX_EDGES = 50_000
#: Neighbours that one growth adds.
GROWTH = 50


@dataclass(frozen=True, slots=True)
class Growth:
    """Add neighbours of `asset` on one side: the first `count`, in the order of their keys."""

    asset: int
    side: Side
    count: int = GROWTH


@dataclass(slots=True)
class Levels:
    """Steps from the start against (`upstream`) and along (`downstream`) the edges."""

    upstream: int | None = None
    downstream: int | None = None

    @property
    def distance(self) -> int:
        return min(n for n in (self.upstream, self.downstream) if n is not None)

    @property
    def signed(self) -> int:
        """Negative above the start, positive below it, 0 for the start itself."""
        nearer_above = self.upstream is not None and self.upstream == self.distance
        return -self.distance if nearer_above else self.distance


type Met = dict[int, Levels]


class Edge(NamedTuple):
    """A row of the table; an end is None where a flow only reads or only writes, `flow` where
    somebody says that one feeds the other, and not how."""

    upstream: int | None
    downstream: int | None
    flow: int | None
    task: str
    kind: str
    first_seen: datetime
    last_seen: datetime
    runs: int
    stated: bool
    note: str


def walk(tenant: Tenant, start: int, horizon: Horizon, kept: str = "TRUE") -> tuple[Met, bool]:
    """(assets met, in order of their distance; whether the limit or the budget left some out).

    `kept` is SQL about `met.node` for the nodes to return besides the start; its percent signs
    are doubled.
    """
    params = horizon.params(tenant) | {
        "start": start,
        "depth": ENDLESS if horizon.depth is None else horizon.depth,
        "limit": horizon.limit,
        "budget": BUDGET,
    }
    parts = (walk_sql.spell(walk_sql.WALK, side, kept) for side in horizon.direction.sides)
    return merged(rows(" UNION ALL ".join(parts), params), horizon.limit)


def merged[N: Hashable](
    found: Iterable[tuple[Side, N, int, int]], limit: int
) -> tuple[dict[N, Levels], bool]:
    """Rows (side, node, level, row): both sides level by level, in turn, cut at `limit`."""
    ranked = []
    places: Counter[tuple[Side, int]] = Counter()
    truncated = False
    for side, node, level, row in found:
        if row == BUDGET:
            truncated = True
            continue
        places[side, level] += 1
        ranked.append((level, places[side, level], side, node))
    met: dict[N, Levels] = {}
    for level, _, side, node in sorted(ranked, key=lambda one: one[:3]):
        if node not in met and len(met) == limit:
            truncated = True
            continue
        setattr(met.setdefault(node, Levels()), side, level)
    return met, truncated


def grow(tenant: Tenant, met: Met, horizon: Horizon, growths: Sequence[Growth]) -> None:
    """Add neighbours that `met` leaves out; one growth may start where an earlier one arrived.

    A growth whose asset is not in the graph adds nothing. At most MAX_LIMIT nodes come together.
    """
    params = horizon.params(tenant) | {"nodes": bigints(met)}
    for side in walk_sql.NEAR:
        mine = [(n, growth) for n, growth in enumerate(growths) if growth.side == side]
        params[f"origins_{side}"] = bigints(growth.asset for _, growth in mine)
        params[f"counts_{side}"] = bigints(growth.count for _, growth in mine)
        params[f"numbers_{side}"] = bigints(n for n, _ in mine)
    found: defaultdict[int, list[int]] = defaultdict(list)
    for number, node in rows(walk_sql.both(walk_sql.GROWTH), params):
        found[number].append(node)
    for number, growth in enumerate(growths):
        origin = met.get(growth.asset)
        for node in found[number]:
            if origin and node not in met and len(met) < MAX_LIMIT:
                met[node] = Levels()
                setattr(met[node], growth.side, origin.distance + 1)


def hidden_neighbours(
    tenant: Tenant, nodes: Iterable[int], horizon: Horizon
) -> dict[int, dict[Side, int]]:
    """For each node, its neighbours that are not among `nodes`, by side, up to HIDDEN_CAP."""
    nodes = list(nodes)
    params = horizon.params(tenant) | {"nodes": bigints(nodes), "cap": HIDDEN_CAP}
    hidden: dict[int, dict[Side, int]] = {node: {} for node in nodes}
    for side, node, count in rows(walk_sql.both(walk_sql.HIDDEN), params):
        hidden[node][side] = count
    return hidden


def edges_among(
    tenant: Tenant, met: Met, horizon: Horizon, hubs: Iterable[int] = ()
) -> tuple[list[Edge], bool]:
    """(edges between the nodes, and those to flows that only read or write; whether all are here).

    `hubs`: nodes with so many downstream edges that reading all of them would take long. Flows
    that only read stand below, those that only write above the nodes that are not the last.
    """
    hubs = set(hubs)
    last = ENDLESS if horizon.depth is None else horizon.depth
    readers = [n for n, at in met.items() if at.downstream is not None and at.downstream < last]
    writers = [n for n, at in met.items() if at.upstream is not None and at.upstream < last]
    found = rows(
        walk_sql.spell(walk_sql.EDGES),
        horizon.params(tenant)
        | {
            "nodes": bigints(met),
            "common": bigints(node for node in met if node not in hubs),
            "hubs": bigints(sorted(hubs)),
            "readers": bigints(readers),
            "writers": bigints(writers),
            "loose": LOOSE_ENDS + 1,
            "max_edges": MAX_EDGES + 1,
        },
    )
    edges = [Edge(*row) for row in found[:MAX_EDGES]]
    kept = _few_loose(edges)
    return kept, len(kept) == len(found)


def _few_loose(edges: list[Edge]) -> list[Edge]:
    """Without what exceeds LOOSE_ENDS at one asset and side."""
    counts: dict[tuple[int | None, int | None], int] = {}
    kept = []
    for edge in edges:
        if edge.upstream is None or edge.downstream is None:
            ends = edge.upstream, edge.downstream
            counts[ends] = counts.get(ends, 0) + 1
            if counts[ends] > LOOSE_ENDS:
                continue
        kept.append(edge)
    return kept


def rows(sql: str, params: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        return cursor.fetchall()
