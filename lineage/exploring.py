"""From an address to a picture: what the explorer and an asset's lineage tab have in common."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from django.http import Http404
from django.urls import reverse

from accounts.access import Access
from accounts.web import Elsewhere
from catalog.calling import called
from lineage.column_rows import NO_COLUMNS, ColumnRows, column_rows
from lineage.entries import Entry
from lineage.pictures import OLD, Leads, Picture, Style, picture
from lineage.queries.columns_among import columns_among
from lineage.queries.edge_details import EdgeDetail, Ends, edges_between
from lineage.queries.graph import AssetNode, FlowNode, Graph, dependencies
from lineage.sights import Sight
from lineage.stops import stop_uid, stops_of
from lineage.uids import namer

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
#: What a click on an expander or a choice of the toolbar replaces.
TARGET = "#graph"


@dataclass(frozen=True, slots=True)
class Exploration:
    """`selected`: the node whose ancestors and descendants are lit; by default the start.

    `column`: (the selected asset's) column that is lit instead, or "". `edges`: what is known of
    the line that was chosen; None where none was.
    """

    sight: Sight
    graph: Graph
    picture: Picture
    selected: Entry
    column: str = ""
    edges: list[EdgeDetail] | None = None

    @property
    def above(self) -> list[Entry]:
        """The assets one step upstream of the selected node, in this graph."""
        uid = self.selected.uid
        return self._told(
            link.source for link in self.graph.links if uid in (link.target, stop_uid(link))
        )

    @property
    def below(self) -> list[Entry]:
        uid = self.selected.uid
        return self._told(
            link.target for link in self.graph.links if uid in (link.source, stop_uid(link))
        )

    def _told(self, uids: Iterable[str | None]) -> list[Entry]:
        """Once each; the ones that may be seen first."""
        entries = (self.picture.told[uid] for uid in dict.fromkeys(uids) if uid)
        return sorted(entries, key=lambda entry: (entry.restricted, entry.name, entry.uid))

    @property
    def writers(self) -> list[Entry]:
        """The tasks that write the selected asset, the latest first; some may be restricted."""
        stops = {
            stop_uid(link): link.writing.last_seen if link.writing else _LONG_AGO
            for link in self.graph.links
            if link.target == self.selected.uid and link.flow
        }
        latest = sorted(stops, key=lambda uid: (stops[uid], uid), reverse=True)
        return [self.picture.told[uid] for uid in latest]

    @property
    def key(self) -> int | None:
        """The selected asset's primary key; None of a flow."""
        facts = (node.asset for node in self.graph.assets if node.uid == self.selected.uid)
        return next((asset.pk for asset in facts if asset), None)


def explore(
    access: Access,
    sight: Sight,
    now: datetime,
    *,
    leads: Leads | None = None,
    linked: bool = True,
) -> Exploration:
    """Http404 when the asset may not be seen, Elsewhere when it has another id now.

    `leads`: where nodes lead; else they select. Unless `linked`, lines and columns lead nowhere,
    as in a file.
    """
    found = called(access, {sight.asset, *(one.asset_id for one in sight.expand)})
    if sight.asset not in found:
        raise Http404(f"There is no asset “{sight.asset}”.")
    start, id_now = found[sight.asset]
    if id_now != sight.asset:
        raise Elsewhere(sight.url(asset=id_now))
    growths = sight.growths({name: pk for name, (pk, _) in found.items()})
    graph = dependencies(access, start, sight.within(now), growths, relatives=True)
    columns = columns_in(access, sight, graph, now) if sight.columns else NO_COLUMNS
    columns = columns if linked else columns.unlinked
    card, column = columns.columns.get(sight.selected, ("", ""))
    selected = card or selected_in(graph, sight)
    style = Style(
        leads=leads or selecting(access, sight, selected if not card else ""),
        expands=sight.expanded,
        flows=sight.flows and not sight.columns,
        groups=sight.groups,
        selected="" if card else selected,
        target=TARGET,
        columns=columns,
        wires=sight.telling() if linked else lambda source, target: "",
        edge=sight.ends,
    )
    drawn = picture(graph, style, f"Lineage of {sight.asset}", now)
    edges = edges_behind(access, graph, sight.ends) if sight.ends else None
    return Exploration(sight, graph, drawn, drawn.entries[selected], column, edges)


def columns_in(access: Access, sight: Sight, graph: Graph, now: datetime) -> ColumnRows:
    """The columns of the assets that may be seen; one that is chosen leads to its lineage."""
    assets = {node.uid: node.asset for node in graph.assets if node.asset}
    keys = (asset.pk for asset in assets.values())
    pairs, complete = columns_among(access, keys, sight.within(now))
    select = sight.selecting()

    def leads(uid: str, card: str, name: str) -> str:
        if uid != sight.selected:
            return select(uid)
        args = [access.tenant.slug, assets[card].public_id]
        page = reverse("lineage:asset_column_lineage", args=args)
        return f"{page}?{urlencode({'column': name})}" if name else page

    rows = column_rows(namer(access.tenant.pk), pairs, sight.selected, leads, now - OLD)
    return replace(rows, complete=complete)


def edges_behind(access: Access, graph: Graph, ends: tuple[str, str]) -> list[EdgeDetail]:
    """What may be seen of a line between two assets, or an asset and a flow's task."""
    assets = {node.uid: node.asset.pk for node in graph.assets if node.asset}
    stops = {stop_uid(link): link for link in graph.links if link.flow}
    flows = {node.uid: node.flow.pk for node in graph.flows if node.flow}
    source, target = ends
    passed = stops.get(source) or stops.get(target)
    up, down = assets.get(source), assets.get(target)
    if passed is None:
        return edges_between(access, Ends(up, down)) if up and down else []
    seen = passed.reading or passed.writing
    flow = flows.get(passed.flow or "")
    if seen is None or flow is None or not (up or down):
        return []
    return edges_between(access, Ends(up, down, flow, seen.task))


def selected_in(graph: Graph, sight: Sight) -> str:
    """What the address selects, if it is there to be seen."""
    shown = {node.uid for node in graph.assets if not node.restricted}
    if sight.flows:
        shown |= {uid for uid, stop in stops_of(graph).items() if not stop.node.restricted}
    return sight.selected if sight.selected in shown else graph.start


def selecting(access: Access, sight: Sight, selected: str) -> Leads:
    """A node leads to itself selected; the selected one leads to its page."""
    opening, select = opens(access), sight.selecting()
    return lambda uid, node: opening(uid, node) if uid == selected else select(uid)


def opens(access: Access) -> Leads:
    """A node leads to its page."""
    tenant = access.tenant.slug

    def leads(uid: str, node: AssetNode | FlowNode) -> str:
        if isinstance(node, FlowNode):
            flow = node.flow
            args = [tenant, flow.namespace, flow.public_id] if flow else []
            return reverse("lineage:flow_detail", args=args) if flow else ""
        asset = node.asset
        return reverse("catalog:asset_detail", args=[tenant, asset.public_id]) if asset else ""

    return leads
