"""From a graph to its picture.

`lineage.drawing` knows shapes, `lineage.queries.graph` knows data; here they meet, and a page says
where nodes lead.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.utils.safestring import SafeString, mark_safe

from accounts.words import age
from lineage.column_rows import NO_COLUMNS, ColumnRows
from lineage.drawing import GraphEdge, GraphNode, Placed, draw_graph, draw_minimap, lay_out
from lineage.entries import Entry, asset_entry, flow_entry
from lineage.queries.graph import PART_OF, RELATED, AssetNode, FlowNode, Graph
from lineage.queries.horizon import Side
from lineage.stops import stop_uid, stops_of

#: Structural relation → kind of its line.
KINDS = {PART_OF: "part-of", RELATED: "related"}
#: Kind of an edge that a person has drawn, and of its line.
MANUAL = "manual"
#: Kinds of edges of runs whose lines have a dash of their own.
APART = ("sql", "dbt")
#: An edge not seen for so long is drawn dashed.
OLD = timedelta(days=30)

#: (uid in the picture, what it shows) → address.
type Leads = Callable[[str, AssetNode | FlowNode], str]
#: (side, asset id) → address with more neighbours of it.
type Expands = Callable[[Side, str], str]
#: (uid, uid) of a line's ends → address that tells of it.
type Wires = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Style:
    """How a page draws its graphs: where nodes, expanders and lines (`wires`) lead ("" nowhere),
    and what shows. `columns`: what cards list; `edge`: the ends of the line that was chosen.
    """

    leads: Leads
    expands: Expands = lambda side, asset_id: ""
    flows: bool = True
    groups: bool = False
    selected: str = ""
    prefix: str = ""
    target: str = ""
    columns: ColumnRows = NO_COLUMNS
    wires: Wires = lambda source, target: ""
    edge: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A graph drawn and told.

    `entries`: what is drawn, column by column; `told`: also the flows that are not drawn.
    `above` and `below`: uid → what is one line from it.
    """

    svg: SafeString
    minimap: SafeString
    entries: dict[str, Entry]
    told: dict[str, Entry]
    above: dict[str, list[Entry]]
    below: dict[str, list[Entry]]
    graph: Graph

    @property
    def assets(self) -> list[Entry]:
        return [entry for entry in self.entries.values() if entry.kind == "asset"]

    @property
    def restricted(self) -> int:
        return sum(entry.restricted for entry in self.entries.values())

    @property
    def kinds(self) -> list[str]:
        """How its edges became known, as far as that may be seen."""
        seen = (link.whole or link.reading or link.writing for link in self.graph.links)
        return sorted({one.kind for one in seen if one})

    @property
    def worries(self) -> list[tuple[str, int]]:
        """Failed and stale, with how many assets."""
        counts = Counter(entry.mark for entry in self.assets)
        return [(state, counts[state]) for state in ("failed", "stale") if counts[state]]

    @property
    def rows(self) -> list[tuple[Entry, list[Entry], list[Entry]]]:
        """(node, what is above it, what is below it)."""
        return [
            (entry, self.above.get(uid, []), self.below.get(uid, []))
            for uid, entry in self.entries.items()
        ]

    @property
    def steps(self) -> dict[str, list[list[str]]]:
        """uid → [uids above, uids below] of nodes that the keyboard can reach."""
        return {
            entry.uid: [[e.uid for e in side if not e.restricted] for side in sides]
            for entry, *sides in self.rows
            if not entry.restricted
        }


def picture(graph: Graph, style: Style, title: str, now: datetime) -> Picture:
    """Draw `graph`; `title` is the picture's accessible name."""
    told = told_of(graph, style, now)
    shown = [entry for entry in told.values() if style.flows or entry.kind == "asset"]
    nodes = [drawn(entry, style, now) for entry in shown]
    placed = lay_out(nodes, wired(edges_of(graph, style, now), style, told))
    above, below = around(placed, told)
    svg = draw_graph(
        placed, title=title, id_prefix=style.prefix, groups=style.groups, hx_target=style.target
    )
    return Picture(
        svg=mark_safe(svg),  # noqa: S308 every text in it is escaped by lineage.drawing
        minimap=mark_safe(draw_minimap(placed)),  # noqa: S308 numbers and state names only
        entries={node.uid: told[node.uid] for node in placed.nodes},
        told=told,
        above=above,
        below=below,
        graph=graph,
    )


def told_of(graph: Graph, style: Style, now: datetime) -> dict[str, Entry]:
    """uid → entry of all assets and stops."""
    assets = {
        node.uid: asset_entry(node, style.leads(node.uid, node), now) for node in graph.assets
    }
    stops = stops_of(graph)
    return assets | {
        uid: flow_entry(stop, style.leads(uid, stop.node)) for uid, stop in stops.items()
    }


def edges_of(graph: Graph, style: Style, now: datetime) -> Iterator[GraphEdge]:
    """Through the flow where flows are shown; directly where they are not, or there is none."""
    levels = {node.uid: node.level for node in graph.assets}
    for relation in graph.relations:
        # Without an arrow either way looks the same; the one along the lineage keeps its columns.
        left, right = sorted((relation.source, relation.target), key=levels.__getitem__)
        yield GraphEdge(left, right, kind=KINDS[relation.kind])
    by_run = {(link.source, link.target) for link in graph.links if link.flow}
    for link in graph.links:
        seen = link.whole or link.reading or link.writing
        old = seen is not None and not seen.stated and seen.last_seen < now - OLD
        stop = stop_uid(link) if style.flows else ""
        chain = [uid for uid in (link.source, stop, link.target) if uid]
        # Where flows are not drawn, runs and a person may say the same: one line, as runs have it.
        by_hand = not link.flow and (style.flows or (link.source, link.target) not in by_run)
        kind = link.whole.kind if link.whole and (by_hand or link.whole.kind in APART) else ""
        title = link.whole.note if link.whole else ""
        for source, target in zip(chain, chain[1:], strict=False):
            yield GraphEdge(source, target, link.bundle, old, kind, title)


def wired(edges: Iterable[GraphEdge], style: Style, told: dict[str, Entry]) -> Iterator[GraphEdge]:
    """With where each line leads; between assets whose columns are linked, the columns' lines."""
    yield from style.columns.edges
    for edge in edges:
        if edge.is_structural:
            yield edge
        elif (edge.source, edge.target) not in style.columns.pairs:
            ends = edge.source, edge.target
            names = [told[uid].name or "something restricted" for uid in ends]
            yield replace(
                edge,
                href=style.wires(*ends),
                label="How {} goes into {}".format(*names),
                selected=ends == style.edge,
            )


def around(
    placed: Placed, told: dict[str, Entry]
) -> tuple[dict[str, list[Entry]], dict[str, list[Entry]]]:
    """What is one line above and below every node, from the top of the picture down."""
    above, below = defaultdict(list), defaultdict(list)
    lines = [line for line in placed.lines if not line.is_structural]
    for line in sorted(lines, key=lambda line: placed.boxes[line.source].y):
        above[line.target].append(told[line.source])
    for line in sorted(lines, key=lambda line: placed.boxes[line.target].y):
        below[line.source].append(told[line.target])
    return dict(above), dict(below)


def expanding(entry: Entry, style: Style, side: Side) -> str:
    """Where the button leads that shows the hidden neighbours; "" where there are none."""
    return style.expands(side, entry.public_id) if entry.hidden[side] else ""


def drawn(entry: Entry, style: Style, now: datetime) -> GraphNode:
    if entry.restricted:
        return GraphNode(entry.uid, "restricted")
    selected = entry.uid == style.selected
    if entry.type is None:
        return GraphNode(
            entry.uid,
            "flow",
            name=entry.name,
            sub=entry.namespace,
            state=entry.mark,
            href=entry.href,
            label=entry.told(now),
            selected=selected,
        )
    return GraphNode(
        entry.uid,
        "asset",
        name=entry.name,
        sub=entry.namespace,
        icon=entry.type.icon,
        hue=entry.type.hue,
        state=entry.mark,
        age=age(entry.since, now) if entry.since else "",
        href=entry.href,
        label=entry.told(now),
        selected=selected,
        external=entry.external,
        group=entry.namespace if style.groups else "",
        hidden_upstream=entry.hidden["upstream"],
        hidden_downstream=entry.hidden["downstream"],
        expand_upstream_href=expanding(entry, style, "upstream"),
        expand_downstream_href=expanding(entry, style, "downstream"),
        rows=style.columns.rows.get(entry.uid, ()),
        more_rows=style.columns.more.get(entry.uid, ""),
    )
