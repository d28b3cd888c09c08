"""All rows of all tables that a merge may touch, so that two states can be compared."""

from typing import Any

from accounts.models import Tenant
from catalog.models import (
    Asset,
    AssetAlias,
    AssetApart,
    AssetChange,
    AssetMeasurement,
    AssetState,
)
from lineage.models import (
    AssetFacet,
    AssetUsage,
    ColumnEdge,
    Edge,
    LineageEvent,
    OpenLineageEvent,
)

MODELS = (
    *(Asset, AssetState, AssetAlias, AssetChange, AssetMeasurement),
    *(AssetFacet, AssetUsage, LineageEvent, Edge, ColumnEdge, OpenLineageEvent),
)


def rows_of(tenant: Tenant) -> dict[str, list[dict[str, Any]]]:
    """Every column of every row, by row id; but for what tells of merges itself."""
    found = {}
    for model in MODELS:
        rows = model.objects.unscoped("test").filter(tenant=tenant)
        if model is AssetChange:
            rows = rows.exclude(kind__in=["merged", "unmerged"])
        found[model.__name__] = list(rows.order_by("pk").values())
    return found


def apart(tenant: Tenant) -> set[tuple[str, str]]:
    rows = AssetApart.objects.unscoped("test").filter(tenant=tenant)
    return set(rows.values_list("first", "second"))
