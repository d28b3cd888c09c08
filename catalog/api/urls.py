"""Routes of the catalog API, below /api/v1/<tenant>/.

The route of one asset takes everything below `assets/`, so these come after all others.
"""

from django.urls import URLPattern, path

from catalog.api.aliases import AssetAliases, AssetAliasesById, AssetAliasItem
from catalog.api.asset_writes import (
    AssetBulk,
    AssetById,
    AssetCollection,
    AssetResource,
    AssetRestore,
    AssetsByIds,
)
from catalog.api.assets import AssetFacets, AssetSearch
from catalog.api.columns import (
    ColumnDifference,
    ColumnDifferenceById,
    ColumnVersions,
    ColumnVersionsById,
)
from catalog.api.locks import AssetLocking
from catalog.api.measurements import (
    AssetMeasurements,
    AssetMeasurementsById,
    AssetQuality,
    AssetQualityById,
)
from catalog.api.namespaces import NamespaceItem, NamespaceSearch, NamespaceVariables
from catalog.api.tenant_settings import TenantSettings

urlpatterns: list[URLPattern] = [
    path("assets", AssetCollection.as_view(), name="assets"),
    path("assets/bulk", AssetBulk.as_view(), name="asset_bulk"),
    path("assets/by-ids", AssetsByIds.as_view(), name="assets_by_ids"),
    path("assets/search", AssetSearch.as_view(), name="asset_search"),
    path("assets/facets", AssetFacets.as_view(), name="asset_facets"),
    path("assets/by-id", AssetById.as_view(), name="asset_by_id"),
    path(
        "assets/by-id/columns/versions",
        ColumnVersionsById.as_view(),
        name="column_versions_by_id",
    ),
    path(
        "assets/by-id/columns/difference",
        ColumnDifferenceById.as_view(),
        name="column_difference_by_id",
    ),
    path(
        "assets/<path:asset_id>/columns/versions",
        ColumnVersions.as_view(),
        name="column_versions",
    ),
    path(
        "assets/<path:asset_id>/columns/difference",
        ColumnDifference.as_view(),
        name="column_difference",
    ),
    path(
        "assets/by-id/measurements",
        AssetMeasurementsById.as_view(),
        name="asset_measurements_by_id",
    ),
    path(
        "assets/<path:asset_id>/measurements",
        AssetMeasurements.as_view(),
        name="asset_measurements",
    ),
    path("assets/by-id/quality", AssetQualityById.as_view(), name="asset_quality_by_id"),
    path("assets/<path:asset_id>/quality", AssetQuality.as_view(), name="asset_quality"),
    path("assets/by-id/aliases", AssetAliasesById.as_view(), name="asset_aliases_by_id"),
    path(
        "assets/<path:asset_id>/aliases/<path:name>",
        AssetAliasItem.as_view(),
        name="asset_alias",
    ),
    path("assets/<path:asset_id>/aliases", AssetAliases.as_view(), name="asset_aliases"),
    path("assets/<path:asset_id>/lock", AssetLocking.as_view(), name="asset_lock"),
    path("assets/<path:asset_id>/restore", AssetRestore.as_view(), name="asset_restore"),
    path("assets/<path:asset_id>", AssetResource.as_view(), name="asset"),
    path("namespaces/search", NamespaceSearch.as_view(), name="namespace_search"),
    path(
        "namespaces/<str:name>/variables",
        NamespaceVariables.as_view(),
        name="namespace_variables",
    ),
    path("namespaces/<str:name>", NamespaceItem.as_view(), name="namespace"),
    path("settings", TenantSettings.as_view(), name="tenant_settings"),
]
