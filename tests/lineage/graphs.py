"""Small graphs, short to write: `arrows("a>b>c a>c")` in the tenant `main`."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from accounts.models import Tenant
from catalog.models import Asset
from lineage.models import Edge, Flow
from tests.factories import NOW, make_asset, make_flow


def add_edge(
    upstream: Asset | None,
    downstream: Asset | None,
    flow: Flow | None = None,
    seen: datetime = NOW,
    **fields: Any,
) -> Edge:
    tenant = (upstream or downstream or flow).tenant  # type: ignore[union-attr]
    return Edge.objects.create(
        **{
            "tenant": tenant,
            "upstream": upstream,
            "downstream": downstream,
            "flow": flow,
            "first_seen": seen,
            "last_seen": seen,
        }
        | fields
    )


def arrows(tenant: Tenant, text: str, **flow: Any) -> dict[str, Asset]:
    """Assets by name, for chains of names joined by `>`; every arrow is of one flow."""
    names = dict.fromkeys(name for chain in text.split() for name in chain.split(">"))
    assets = {name: make_asset(tenant, name) for name in names}
    mover = make_flow(tenant, "mover", **flow)
    for chain in text.split():
        steps = chain.split(">")
        for source, target in zip(steps, steps[1:], strict=False):
            add_edge(assets[source], assets[target], mover)
    return assets


def hide(assets: Iterable[Asset], namespace: str = "company.finance") -> None:
    """Move assets to where the viewer may not look."""
    hidden = make_asset(next(iter(assets)).tenant, f"mate of {namespace}", namespace)
    for asset in assets:
        Asset.objects.unscoped("test").filter(pk=asset.pk).update(namespace=hidden.namespace)
