"""What orchestrators tell us, and what follows from it."""

from lineage.models.columns import AssetFacet, ColumnEdge
from lineage.models.dbt import DbtNode, DbtProject
from lineage.models.exporters import Exporter, ExporterPending, ExporterRun, ExporterStatement
from lineage.models.flows import Flow, FlowRevision
from lineage.models.imports import CatalogImport, ImportedRow
from lineage.models.openlineage import (
    EventRetention,
    OpenLineageEvent,
    OpenLineageJob,
    OpenLineageRun,
)
from lineage.models.runs import Execution, TaskRun
from lineage.models.traces import AssetUsage, Edge, LineageEvent

__all__ = [
    "AssetFacet",
    "AssetUsage",
    "CatalogImport",
    "ColumnEdge",
    "DbtNode",
    "DbtProject",
    "Edge",
    "EventRetention",
    "Execution",
    "Exporter",
    "ExporterPending",
    "ExporterRun",
    "ExporterStatement",
    "Flow",
    "FlowRevision",
    "ImportedRow",
    "LineageEvent",
    "OpenLineageEvent",
    "OpenLineageJob",
    "OpenLineageRun",
    "TaskRun",
]
