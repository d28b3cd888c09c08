"""What orchestrators tell us, and what follows from it."""

from lineage.models.flows import Flow, FlowRevision
from lineage.models.runs import Execution, TaskRun
from lineage.models.traces import AssetUsage, Edge, LineageEvent

__all__ = [
    "AssetUsage",
    "Edge",
    "Execution",
    "Flow",
    "FlowRevision",
    "LineageEvent",
    "TaskRun",
]
