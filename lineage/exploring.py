"""From an address to a picture: what the explorer and an asset's lineage tab have in common."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from django.http import Http404
from django.urls import reverse

from accounts.access import Access
from accounts.web import Elsewhere
from catalog.calling import called
from lineage.entries import Entry
from lineage.pictures import Leads, Picture, Style, picture
from lineage.queries.graph import AssetNode, FlowNode, Graph, dependencies
from lineage.sights import Sight
from lineage.stops import stop_uid, stops_of

_LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
#: What a click on an expander or a choice of the toolbar replaces.
TARGET = "#graph"


@dataclass(frozen=True, slots=True)
class Exploration:
    """`selected`: the node whose ancestors and descendants are lit; by default the start."""

    sight: Sight
    graph: Graph
    picture: Picture
    selected: Entry

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
    access: Access, sight: Sight, now: datetime, *, leads: Leads | None = None
) -> Exploration:
    """Http404 when the asset may not be seen, Elsewhere when it has another id now.

    `leads`: where nodes lead; else they select.
    """
    found = called(access, {sight.asset, *(one.asset_id for one in sight.expand)})
    if sight.asset not in found:
        raise Http404(f"There is no asset “{sight.asset}”.")
    start, id_now = found[sight.asset]
    if id_now != sight.asset:
        raise Elsewhere(sight.url(asset=id_now))
    growths = sight.growths({name: pk for name, (pk, _) in found.items()})
    graph = dependencies(access, start, sight.within(now), growths, relatives=True)
    selected = selected_in(graph, sight)
    style = Style(
        leads=leads or selecting(access, sight, selected),
        expands=sight.expanded,
        flows=sight.flows,
        groups=sight.groups,
        selected=selected,
        target=TARGET,
    )
    drawn = picture(graph, style, f"Lineage of {sight.asset}", now)
    return Exploration(sight, graph, drawn, drawn.entries[selected])


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
