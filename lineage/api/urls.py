"""Routes of the lineage API, below /api/v1/<tenant>/."""

from django.urls import URLPattern, path

from lineage.api.asset_deletion import AssetsByQuery
from lineage.api.column_lineage import ColumnLineage, ColumnLineageById
from lineage.api.columns import AssetColumns, AssetColumnsById
from lineage.api.dbt_artifacts import DbtArtifacts
from lineage.api.dependencies import AssetDependencies, AssetDependenciesById
from lineage.api.edges import EdgeCollection, EdgeItem, EdgeSearch
from lineage.api.execution_reads import ExecutionItem, ExecutionSearch
from lineage.api.execution_writes import ExecutionCollection
from lineage.api.exporters import (
    ExporterItem,
    ExporterRefused,
    ExporterReset,
    ExporterRunNow,
    ExporterRuns,
    Exporters,
)
from lineage.api.flow_inputs import FlowInputs
from lineage.api.flow_reads import FlowRevisions, FlowSearch, NamespaceFlows
from lineage.api.flow_writes import FlowCollection, FlowResource
from lineage.api.merges import (
    AssetMerges,
    AssetMergesById,
    AssetMerging,
    AssetMergingById,
    Duplicates,
    DuplicatesDismiss,
    MergeUndo,
)
from lineage.api.naming_rules import NamingRuleItem, NamingRules, NamingRulesTry
from lineage.api.openlineage import OpenLineageBatchPost, OpenLineageEventPost
from lineage.api.openlineage_reads import (
    ExecutionEvents,
    ExecutionRuns,
    FlowJobs,
    OpenLineageEventSearch,
    OpenLineageFacets,
    OpenLineageFacetsById,
)
from lineage.api.traces import EventsByQuery, EventSearch, UsagesByQuery, UsageSearch
from lineage.api.transfer import CatalogExport, CatalogImport

urlpatterns: list[URLPattern] = [
    path(
        "assets/by-id/dependencies",
        AssetDependenciesById.as_view(),
        name="asset_dependencies_by_id",
    ),
    path(
        "assets/<path:asset_id>/dependencies",
        AssetDependencies.as_view(),
        name="asset_dependencies",
    ),
    path(
        "assets/by-id/column-lineage",
        ColumnLineageById.as_view(),
        name="column_lineage_by_id",
    ),
    path(
        "assets/<path:asset_id>/column-lineage",
        ColumnLineage.as_view(),
        name="column_lineage",
    ),
    path("assets/by-id/columns", AssetColumnsById.as_view(), name="asset_columns_by_id"),
    path("assets/<path:asset_id>/columns", AssetColumns.as_view(), name="asset_columns"),
    path("assets/by-id/facets", OpenLineageFacetsById.as_view(), name="openlineage_facets_by_id"),
    path("assets/<path:asset_id>/facets", OpenLineageFacets.as_view(), name="openlineage_facets"),
    path("assets/by-id/merge", AssetMergingById.as_view(), name="asset_merging_by_id"),
    path("assets/<path:asset_id>/merge", AssetMerging.as_view(), name="asset_merging"),
    path("assets/by-id/merges", AssetMergesById.as_view(), name="asset_merges_by_id"),
    path("assets/<path:asset_id>/merges", AssetMerges.as_view(), name="asset_merges"),
    path("merges/<str:merge_id>/undo", MergeUndo.as_view(), name="merge_undo"),
    path("duplicates", Duplicates.as_view(), name="duplicates"),
    path("duplicates/dismiss", DuplicatesDismiss.as_view(), name="duplicates_dismiss"),
    path("assets/by-query", AssetsByQuery.as_view(), name="assets_by_query"),
    path("assets/usages/search", UsageSearch.as_view(), name="usage_search"),
    path("assets/usages/by-query", UsagesByQuery.as_view(), name="usages_by_query"),
    path("assets/lineage-events/search", EventSearch.as_view(), name="event_search"),
    path("assets/lineage-events/by-query", EventsByQuery.as_view(), name="events_by_query"),
    path("edges", EdgeCollection.as_view(), name="edges"),
    path("edges/search", EdgeSearch.as_view(), name="edge_search"),
    path("edges/<str:edge_id>", EdgeItem.as_view(), name="edge"),
    path("lineage", OpenLineageEventPost.as_view(), name="openlineage_event"),
    path("lineage/batch", OpenLineageBatchPost.as_view(), name="openlineage_batch"),
    path("dbt/artifacts", DbtArtifacts.as_view(), name="dbt_artifacts"),
    path("executions", ExecutionCollection.as_view(), name="executions"),
    path("executions/search", ExecutionSearch.as_view(), name="execution_search"),
    path(
        "executions/<path:execution_id>/openlineage-events",
        ExecutionEvents.as_view(),
        name="execution_openlineage_events",
    ),
    path(
        "executions/<path:execution_id>/openlineage-runs",
        ExecutionRuns.as_view(),
        name="execution_openlineage_runs",
    ),
    path(
        "openlineage/events/search",
        OpenLineageEventSearch.as_view(),
        name="openlineage_event_search",
    ),
    path("executions/<path:execution_id>", ExecutionItem.as_view(), name="execution"),
    path("naming-rules", NamingRules.as_view(), name="naming_rules"),
    path("naming-rules/try", NamingRulesTry.as_view(), name="naming_rules_try"),
    path("naming-rules/<str:rule_id>", NamingRuleItem.as_view(), name="naming_rule"),
    path("exporters", Exporters.as_view(), name="exporters"),
    path("exporters/<str:name>", ExporterItem.as_view(), name="exporter"),
    path("exporters/<str:name>/run", ExporterRunNow.as_view(), name="exporter_run"),
    path("exporters/<str:name>/reset", ExporterReset.as_view(), name="exporter_reset"),
    path("exporters/<str:name>/runs", ExporterRuns.as_view(), name="exporter_runs"),
    path("exporters/<str:name>/refused", ExporterRefused.as_view(), name="exporter_refused"),
    path("export", CatalogExport.as_view(), name="catalog_export"),
    path("import", CatalogImport.as_view(), name="catalog_import"),
    path("flows", FlowCollection.as_view(), name="flows"),
    path("flows/search", FlowSearch.as_view(), name="flow_search"),
    path("flows/<str:namespace>", NamespaceFlows.as_view(), name="namespace_flows"),
    path("flows/<str:namespace>/<str:flow_id>", FlowResource.as_view(), name="flow"),
    path(
        "flows/<str:namespace>/<str:flow_id>/inputs",
        FlowInputs.as_view(),
        name="flow_inputs",
    ),
    path(
        "flows/<str:namespace>/<str:flow_id>/openlineage-jobs",
        FlowJobs.as_view(),
        name="flow_openlineage_jobs",
    ),
    path(
        "flows/<str:namespace>/<str:flow_id>/revisions",
        FlowRevisions.as_view(),
        name="flow_revisions",
    ),
]
