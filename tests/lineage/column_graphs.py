"""Small column graphs, short to write: `column_arrows(main, "a.x>b.y b.y>c.")`.

An arrow leads from a column to a column; `b.` is the dataset `b` as a whole, and `~>` makes the
arrow indirect.
"""

from typing import Any

from accounts.models import Tenant
from catalog.models import Asset
from lineage.models import ColumnEdge, Flow
from tests.factories import NOW, make_asset, make_flow


def add_column_edge(
    upstream: Asset, up: str, downstream: Asset, down: str, flow: Flow | None = None, **fields: Any
) -> ColumnEdge:
    return ColumnEdge.objects.create(
        **{
            "tenant": upstream.tenant,
            "upstream": upstream,
            "upstream_column": up,
            "downstream": downstream,
            "downstream_column": down,
            "flow": flow,
            "type": "DIRECT",
            "first_seen": NOW,
            "last_seen": NOW,
        }
        | fields
    )


def column_arrows(tenant: Tenant, text: str, flow: Flow | None = None) -> dict[str, Asset]:
    """Assets by name; every arrow is of one flow."""
    pairs = [arrow.split(">") for arrow in text.split()]
    ends = [(up.removesuffix("~"), down, up.endswith("~")) for up, down in pairs]
    names = dict.fromkeys(end.split(".")[0] for up, down, _ in ends for end in (up, down))
    assets = {name: make_asset(tenant, name) for name in names}
    flow = flow or make_flow(tenant, "mover")
    for up, down, indirect in ends:
        (source, source_column), (target, target_column) = up.split("."), down.split(".")
        kind = {"type": "INDIRECT", "subtype": "FILTER"} if indirect else {}
        add_column_edge(assets[source], source_column, assets[target], target_column, flow, **kind)
    return assets
