"""From a graph of columns to its picture: a card for each asset, its columns as rows."""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils.safestring import SafeString, mark_safe

from lineage.drawing import GraphEdge, GraphNode, GraphRow, draw_graph, draw_minimap, lay_out
from lineage.entries import Entry, asset_entry
from lineage.pictures import OLD
from lineage.queries.column_graph import ColumnGraph, ColumnLink, ColumnNode
from lineage.queries.graph import AssetNode

#: What the row of a dataset as a whole is called.
WHOLE = "all columns"

#: (asset's id) → its page; (asset's id, column) → where the row leads.
type CardLeads = Callable[[str], str]
type RowLeads = Callable[[str, str], str]


@dataclass(frozen=True, slots=True)
class Told:
    """A link in words, as a row of the table; the ends are None where they are restricted."""

    number: int
    link: ColumnLink
    source: ColumnNode
    target: ColumnNode


@dataclass(frozen=True, slots=True)
class ColumnPicture:
    """`cards` counts assets, `restricted` those out of reach; `told`: direct links first."""

    svg: SafeString
    minimap: SafeString
    graph: ColumnGraph
    told: list[Told]
    cards: int
    restricted: int

    @property
    def columns(self) -> int:
        return sum(not node.whole for node in self.graph.nodes)

    @property
    def steps(self) -> dict[str, list[list[str]]]:
        """uid → [uids above, uids below] of rows that the keyboard can reach."""
        seen = {node.uid for node in self.graph.nodes if not node.restricted}
        above, below = defaultdict(list), defaultdict(list)
        for link in self.graph.links:
            if {link.source, link.target} <= seen:
                above[link.target].append(link.source)
                below[link.source].append(link.target)
        return {uid: [above[uid], below[uid]] for uid in sorted(seen)}


def column_picture(
    graph: ColumnGraph, title: str, now: datetime, card_leads: CardLeads, row_leads: RowLeads
) -> ColumnPicture:
    """Draw `graph`; `title` is the picture's accessible name."""
    told = list(_told(graph))
    cards: dict[str, list[ColumnNode]] = defaultdict(list)
    for node in graph.nodes:
        cards[node.card].append(node)
    nodes = [
        _card(uid, mine, graph.start, now, (card_leads, row_leads)) for uid, mine in cards.items()
    ]
    card_of = {node.uid: node.card for node in graph.nodes}
    placed = lay_out(nodes, [_line(one, card_of, now) for one in told])
    return ColumnPicture(
        svg=mark_safe(draw_graph(placed, title=title, groups=False)),  # noqa: S308 escapes its texts
        minimap=mark_safe(draw_minimap(placed)),  # noqa: S308 numbers and state names only
        graph=graph,
        told=told,
        cards=len(cards),
        restricted=sum(node.kind == "restricted" for node in nodes),
    )


def _told(graph: ColumnGraph) -> Iterator[Told]:
    nodes = {node.uid: node for node in graph.nodes}
    links = sorted(graph.links, key=lambda link: link.indirect)
    for number, link in enumerate(links, 1):
        yield Told(number, link, nodes[link.source], nodes[link.target])


def _card(
    uid: str,
    columns: list[ColumnNode],
    start: str,
    now: datetime,
    leads: tuple[CardLeads, RowLeads],
) -> GraphNode:
    asset = columns[0].asset
    columns = sorted(columns, key=lambda node: (not node.whole, node.name, node.uid))
    if asset is None:
        return GraphNode(uid, "restricted", rows=tuple(GraphRow(node.uid) for node in columns))
    card_leads, row_leads = leads
    node = AssetNode(uid, columns[0].level, {}, asset)
    entry = asset_entry(node, card_leads(asset.public_id), now)
    return GraphNode(
        uid,
        "asset",
        name=entry.name,
        sub=entry.namespace,
        icon=entry.type.icon if entry.type else "",
        hue=entry.type.hue if entry.type else "",
        state=entry.mark,
        href=entry.href,
        label=entry.told(now),
        external=entry.external,
        rows=tuple(_row(column, entry, start, row_leads) for column in columns),
    )


def _row(node: ColumnNode, entry: Entry, start: str, leads: RowLeads) -> GraphRow:
    name = node.name or WHOLE
    typed = f", {node.type}" if node.type else ""
    return GraphRow(
        node.uid,
        name=name,
        note=node.type,
        href=leads(entry.public_id, node.name),
        label=f"{'Column ' if node.name else ''}{name} of {entry.name}{typed}",
        selected=node.uid == start,
        is_whole=node.whole,
        hidden_upstream=node.hidden["upstream"],
        hidden_downstream=node.hidden["downstream"],
    )


def _line(one: Told, card_of: dict[str, str], now: datetime) -> GraphEdge:
    """It leads to its row of the table below."""
    link = one.link
    seen = link.how
    return GraphEdge(
        card_of[link.source],
        card_of[link.target],
        old=seen is not None and seen.last_seen < now - OLD,
        kind="indirect" if link.indirect else "direct",
        source_row=link.source,
        target_row=link.target,
        href=f"#link-{one.number}",
        label=f"How {spoken(one.source)} goes into {spoken(one.target)}",
    )


def spoken(node: ColumnNode) -> str:
    if node.asset is None:
        return "something restricted"
    return f"{node.asset.label}.{node.name}" if node.name else node.asset.label
