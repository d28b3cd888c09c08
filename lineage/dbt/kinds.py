"""The asset type of each kind of node, and which name people see."""

from lineage.dbt.nodes import (
    ANALYSIS,
    EXPOSURE,
    FUNCTION,
    METRIC,
    MODEL,
    SAVED_QUERY,
    SEMANTIC_MODEL,
)
from lineage.dbt.values import Json, text

#: Materialisations that are no table; a custom one counts as one.
MATERIALISED = {
    "view": "View",
    "materialized_view": "Materialized View",
    "materializedview": "Materialized View",
    "ephemeral": "Ephemeral Model",
}
#: Exposure types as dbt lists them.
EXPOSED = {
    "dashboard": "Dashboard",
    "notebook": "Notebook",
    "analysis": "Analysis",
    "ml": "ML Model",
    "application": "Application",
}
OTHERS = {
    ANALYSIS: "Analysis",
    METRIC: "Metric",
    SEMANTIC_MODEL: "Semantic Model",
    SAVED_QUERY: "Saved Query",
    FUNCTION: "Function",
}


def asset_type_of(kind: str, raw: Json, materialized: str) -> str:
    """Table, View, Dashboard …: what the manifest tells; a catalog may know better."""
    if kind == MODEL:
        return MATERIALISED.get(materialized.lower(), "Table")
    if kind == EXPOSURE:
        return EXPOSED.get(text(raw, "type").lower(), "Exposure")
    return OTHERS.get(kind, "Table")


def title_of(kind: str, raw: Json, name: str) -> str:
    """dbt's label, else its name; a version of a model as dbt writes it, `orders.v2`."""
    version = text(raw, "version")
    if kind == MODEL and version:
        return f"{name}.v{version}"
    return text(raw, "label") or name
