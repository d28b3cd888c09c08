"""Pages of the catalog, below /<tenant>/."""

from django.urls import path

from catalog import converters  # noqa: F401 registers asset_id
from catalog.views import (
    asset_forms,
    assets,
    columns,
    lists,
    locks,
    namespaces,
    suggestions,
)

app_name = "catalog"
urlpatterns = [
    path("catalog", lists.asset_list, name="asset_list"),
    path("catalog/facets", lists.asset_facets, name="asset_facets"),
    path(
        "assets/-/suggestions/<slug:field>",
        suggestions.asset_suggestions,
        name="asset_suggestions",
    ),
    path("assets/-/new", asset_forms.asset_create, name="asset_create"),
    path("assets/<asset_id:asset_id>/-/edit", asset_forms.asset_edit, name="asset_edit"),
    path(
        "assets/<asset_id:asset_id>/-/delete",
        asset_forms.asset_deletion,
        name="asset_deletion",
    ),
    path(
        "assets/<asset_id:asset_id>/-/restore",
        asset_forms.asset_restoration,
        name="asset_restoration",
    ),
    path("assets/<asset_id:asset_id>/-/history", assets.asset_history, name="asset_history"),
    path(
        "assets/<asset_id:asset_id>/-/columns/versions",
        columns.asset_column_versions,
        name="asset_column_versions",
    ),
    path("assets/<asset_id:asset_id>/-/lock", locks.asset_lock, name="asset_lock"),
    path("assets/<asset_id:asset_id>", assets.asset_detail, name="asset_detail"),
    path("namespaces", namespaces.namespace_list, name="namespace_list"),
    path(
        "namespaces/<str:name>/-/children",
        namespaces.namespace_children,
        name="namespace_children",
    ),
    path("namespaces/<str:name>", namespaces.namespace_detail, name="namespace_detail"),
]
