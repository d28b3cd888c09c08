"""Pages of the lineage, below /<tenant>/."""

from django.urls import URLPattern, path

from lineage.views.asset_columns import asset_column_lineage, asset_columns
from lineage.views.asset_facets import asset_facets
from lineage.views.asset_graph import asset_impact, asset_lineage, asset_neighbours
from lineage.views.asset_names import asset_merge, asset_names, asset_naming, merge_undoing
from lineage.views.asset_offers import asset_offers
from lineage.views.asset_quality import asset_quality
from lineage.views.duplicates import duplicate_dismissal, duplicate_list
from lineage.views.edges import asset_edges, edge_removal
from lineage.views.executions import execution_detail, execution_list
from lineage.views.explorer import explorer, explorer_svg
from lineage.views.exporters import (
    exporter_delete,
    exporter_detail,
    exporter_edit,
    exporter_list,
    exporter_new,
    exporter_rewind,
)
from lineage.views.flow_dbt import flow_dbt
from lineage.views.flows import flow_detail, flow_list
from lineage.views.home import home
from lineage.views.imports import asset_export, asset_import, asset_imports
from lineage.views.naming_rules import (
    naming_rule_delete,
    naming_rule_edit,
    naming_rule_list,
    naming_rule_new,
    naming_rule_place,
)
from lineage.views.openlineage_jobs import flow_openlineage
from lineage.views.openlineage_runs import execution_openlineage
from lineage.views.tenant_settings import tenant_settings
from lineage.views.usages import asset_executions

app_name = "lineage"
urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("lineage", explorer, name="explorer"),
    path("lineage/graph.svg", explorer_svg, name="explorer_svg"),
    path("catalog/export.<slug:form>", asset_export, name="asset_export"),
    path("catalog/imports", asset_imports, name="asset_imports"),
    path("catalog/imports/<str:import_id>", asset_import, name="asset_import"),
    path("executions", execution_list, name="execution_list"),
    path(
        "executions/<path:execution_id>/-/openlineage",
        execution_openlineage,
        name="execution_openlineage",
    ),
    path("executions/<path:execution_id>", execution_detail, name="execution_detail"),
    path("admin/exporters", exporter_list, name="exporter_list"),
    path("admin/exporters/-/new", exporter_new, name="exporter_new"),
    path("admin/exporters/<str:name>", exporter_detail, name="exporter_detail"),
    path("admin/exporters/<str:name>/edit", exporter_edit, name="exporter_edit"),
    path("admin/exporters/<str:name>/rewind", exporter_rewind, name="exporter_rewind"),
    path("admin/exporters/<str:name>/delete", exporter_delete, name="exporter_delete"),
    path("admin/naming-rules", naming_rule_list, name="naming_rule_list"),
    path("admin/naming-rules/-/new", naming_rule_new, name="naming_rule_new"),
    path("admin/naming-rules/<str:rule_id>", naming_rule_edit, name="naming_rule_edit"),
    path("admin/naming-rules/<str:rule_id>/place", naming_rule_place, name="naming_rule_place"),
    path("admin/naming-rules/<str:rule_id>/delete", naming_rule_delete, name="naming_rule_delete"),
    path("admin/settings", tenant_settings, name="tenant_settings"),
    path("flows", flow_list, name="flow_list"),
    path("dbt", flow_dbt, name="flow_dbt"),
    path(
        "flows/<str:namespace>/<str:flow_id>/-/openlineage",
        flow_openlineage,
        name="flow_openlineage",
    ),
    path("flows/<str:namespace>/<str:flow_id>", flow_detail, name="flow_detail"),
    path("catalog/duplicates", duplicate_list, name="duplicate_list"),
    path("catalog/duplicates/dismiss", duplicate_dismissal, name="duplicate_dismissal"),
    path("merges/<str:merge_id>/undo", merge_undoing, name="merge_undoing"),
    path("assets/<asset_id:asset_id>/-/names", asset_names, name="asset_names"),
    path("assets/<asset_id:asset_id>/-/naming", asset_naming, name="asset_naming"),
    path("assets/<asset_id:asset_id>/-/merge", asset_merge, name="asset_merge"),
    path("assets/<asset_id:asset_id>/-/edges", asset_edges, name="asset_edges"),
    path(
        "assets/<asset_id:asset_id>/-/edges/<str:edge_id>/remove",
        edge_removal,
        name="edge_removal",
    ),
    path("assets/<asset_id:asset_id>/-/columns", asset_columns, name="asset_columns"),
    path(
        "assets/<asset_id:asset_id>/-/columns/lineage",
        asset_column_lineage,
        name="asset_column_lineage",
    ),
    path("assets/<asset_id:asset_id>/-/executions", asset_executions, name="asset_executions"),
    path("assets/<asset_id:asset_id>/-/quality", asset_quality, name="asset_quality"),
    path("assets/<asset_id:asset_id>/-/facets", asset_facets, name="asset_facets"),
    path("assets/<asset_id:asset_id>/-/impact", asset_impact, name="asset_impact"),
    path("assets/<asset_id:asset_id>/-/lineage", asset_lineage, name="asset_lineage"),
    path("assets/<asset_id:asset_id>/-/offers", asset_offers, name="asset_offers"),
    path("assets/<asset_id:asset_id>/-/neighbours", asset_neighbours, name="asset_neighbours"),
]
