"""The lineage graph around one asset, as one reader may see it.

`dependencies` takes the raw rows of `lineage.queries.walk` and makes of them nodes, flows and
links, in five statements whatever the size (six when parts of it were expanded). Redaction happens
here and nowhere later: of what the reader may not see, only an opaque uid leaves this module.
"""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, OuterRef, Subquery

from accounts.access import Access
from catalog.models import Asset
from catalog.relations import relative_keys
from lineage.models import Execution, Flow
from lineage.queries.horizon import HIDDEN_CAP, Horizon, Side
from lineage.queries.sql_text import any_of, as_text
from lineage.queries.walk import (
    Edge,
    Growth,
    Levels,
    edges_among,
    grow,
    hidden_neighbours,
    walk,
)
from lineage.uids import Namer, namer

PART_OF, RELATED = "PART_OF", "RELATED"


@dataclass(frozen=True, slots=True)
class AssetFacts:
    """What a graph tells of an asset; its state as `catalog.freshness` wants it."""

    pk: int
    public_id: str
    type: str
    display_name: str | None
    namespace: str | None
    deleted_at: datetime | None
    updated_at: datetime | None
    last_written_at: datetime | None
    last_failed_at: datetime | None
    last_read_at: datetime | None
    stale_at: datetime | None
    part_of: dict[str, Any] | None
    related_to: list[dict[str, Any]]

    @property
    def label(self) -> str:
        return self.display_name or self.public_id


@dataclass(frozen=True, slots=True)
class FlowFacts:
    """What a graph tells of a flow; `state` is that of its last execution that may be seen."""

    pk: int
    public_id: str
    namespace: str
    state: str | None


@dataclass(frozen=True, slots=True)
class AssetNode:
    """`asset` None: restricted. `level` counts steps from the start, negative above it.

    `hidden`: neighbours that are not in the graph, by side, counted up to HIDDEN_CAP.
    """

    uid: str
    level: int
    hidden: dict[Side, int]
    asset: AssetFacts | None

    @property
    def restricted(self) -> bool:
        return self.asset is None


@dataclass(frozen=True, slots=True)
class FlowNode:
    """`flow` None: restricted."""

    uid: str
    flow: FlowFacts | None

    @property
    def restricted(self) -> bool:
        return self.flow is None


@dataclass(frozen=True, slots=True)
class Sighting:
    """When, how often and by which task something was seen to happen.

    `stated`: somebody says so, whether or not runs do; `note` is what they say of it.
    """

    task: str
    kind: str
    first_seen: datetime
    last_seen: datetime
    runs: int
    stated: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Data goes from `source` through `flow` to `target`: uids, None where there is no such end.

    Links of one `bundle` (a number within this graph) are of one task, and belong together; one
    without a flow stands alone.
    The sighting of the whole, of the flow's reading and of its writing: each is there for who may
    see all that it names.
    """

    source: str | None
    target: str | None
    flow: str | None
    bundle: int
    whole: Sighting | None
    reading: Sighting | None
    writing: Sighting | None


@dataclass(frozen=True, slots=True)
class Relation:
    """`source` is PART_OF `target`, or the two are RELATED: uids of assets that may be seen."""

    source: str
    target: str
    kind: str
    role: str


@dataclass(frozen=True, slots=True)
class Graph:
    """`assets` by distance, the start first; `truncated`: the limits left something out.

    `relations` are structural (K1.10): no data goes along them.
    """

    start: str
    assets: tuple[AssetNode, ...]
    flows: tuple[FlowNode, ...]
    links: tuple[Link, ...]
    truncated: bool
    relations: tuple[Relation, ...] = ()


def dependencies(
    access: Access,
    start: int,
    horizon: Horizon,
    growths: Sequence[Growth] = (),
    *,
    relatives: bool = False,
) -> Graph:
    """The graph around the asset with the key `start`, which the caller has found visible.

    With `relatives` also what the start is part of, its parts and its peers, and how all that is
    shown is related: one statement more.
    """
    tenant = access.tenant
    met, truncated = walk(tenant, start, horizon, _kept(access, horizon))
    if growths:
        grow(tenant, met, horizon, growths)
    if relatives:
        for pk in relative_keys(access, start):
            met.setdefault(pk, Levels(upstream=0))
    hidden = hidden_neighbours(tenant, met, horizon)
    hubs = [pk for pk, sides in hidden.items() if sides["downstream"] >= HIDDEN_CAP]
    edges, complete = edges_among(tenant, met, horizon, hubs)
    seen = visible_assets(access, list(met))
    flows = visible_flows(access, {edge.flow for edge in edges if edge.flow})
    uid = namer(tenant.pk)
    return Graph(
        start=uid("asset", start),
        assets=tuple(
            AssetNode(uid("asset", pk), levels.signed, hidden[pk], seen.get(pk))
            for pk, levels in _in_order(met)
        ),
        flows=tuple(
            FlowNode(uid("flow", pk), flows.get(pk))
            for pk in dict.fromkeys(edge.flow for edge in edges if edge.flow)
        ),
        links=tuple(_links(uid, edges, seen, flows)),
        truncated=truncated or not complete,
        relations=tuple(_relations(uid, seen)) if relatives else (),
    )


def _relations(uid: Namer, seen: dict[int, AssetFacts]) -> Iterator[Relation]:
    """Between what is shown and may be seen; peers that name each other once."""
    keys = {asset.public_id: asset.pk for asset in seen.values()}
    told: set[frozenset[int]] = set()
    for _, asset in sorted(seen.items()):
        whole = asset.part_of
        if whole and whole["id"] in keys and keys[whole["id"]] != asset.pk:
            other = keys[whole["id"]]
            yield Relation(
                uid("asset", asset.pk), uid("asset", other), PART_OF, whole.get("role", "")
            )
        for ref in asset.related_to:
            pair = frozenset({asset.pk, keys.get(ref["id"], asset.pk)})
            if len(pair) == 2 and pair not in told:
                told.add(pair)
                ends = uid("asset", asset.pk), uid("asset", keys[ref["id"]])
                yield Relation(*ends, RELATED, ref.get("role", ""))


def _in_order(met: dict[int, Levels]) -> list[tuple[int, Levels]]:
    """By distance; within one, as they were met. The key of a restricted asset says nothing."""
    return sorted(met.items(), key=lambda item: item[1].distance)


def _kept(access: Access, horizon: Horizon) -> str:
    """The filter by type. Nobody learns the type of a restricted asset: it never matches.

    A subquery that the planner cannot turn into a join: it would start from all assets.
    """
    if not horizon.types:
        return "TRUE"
    wanted = Asset.objects.visible_to(access).filter(type__in=horizon.types).values("id")
    return _IS_WANTED.replace("[wanted]", as_text(wanted))


_IS_WANTED = "(SELECT true FROM ([wanted]) AS mine WHERE mine.id = met.node)"
_FACTS = (
    *("pk", "public_id", "type", "display_name", "namespace__name", "deleted_at"),
    *("state__updated_at", "state__last_written_at", "state__last_failed_at"),
    *("state__last_read_at", "state__stale_at", "part_of", "related_to"),
)


def visible_assets(access: Access, keys: Sequence[int]) -> dict[int, AssetFacts]:
    """Of `keys`, what may be seen."""
    rows = Asset.objects.visible_to(access).filter(pk__in=any_of(keys)).values_list(*_FACTS)
    return {row[0]: AssetFacts(*row) for row in rows}


def visible_flows(access: Access, keys: set[int]) -> dict[int, FlowFacts]:
    """Of `keys`, what may be seen, each with the state of its last execution."""
    last = (
        Execution.objects.visible_to(access)
        .filter(flow=OuterRef("pk"))
        .order_by("-sorted_at", "-pk")
    )
    rows = (
        Flow.objects.visible_to(access)
        .filter(pk__in=any_of(sorted(keys)))
        .annotate(
            space=F("namespace__name"),
            state=Subquery(last.values("state")[:1]),
        )
        .values_list("pk", "public_id", "space", "state")
    )
    return {row[0]: FlowFacts(*row) for row in rows}


def _links(
    uid: Namer, edges: Sequence[Edge], assets: Container[int], flows: Container[int]
) -> Iterator[Link]:
    """A null end is no end, and hides nothing."""
    bundles: dict[tuple[Any, ...], int] = {}
    for edge in edges:
        up, down, flow, task, *_ = edge
        mine = flow is None or flow in flows
        reads = mine and (up is None or up in assets)
        writes = mine and (down is None or down in assets)
        sighting = Sighting(*edge[3:]) if reads or writes else None
        yield Link(
            source=None if up is None else uid("asset", up),
            target=None if down is None else uid("asset", down),
            flow=None if flow is None else uid("flow", flow),
            bundle=bundles.setdefault((flow, task) if flow else (up, down), len(bundles)),
            whole=sighting if reads and writes else None,
            reading=sighting if reads and up is not None else None,
            writing=sighting if writes and down is not None else None,
        )
