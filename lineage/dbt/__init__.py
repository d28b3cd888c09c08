"""dbt's artifacts, read: what a project consists of, what came out of what, what has run.

Files in, plain values out; `lineage.dbt_import` writes them. Supported are manifests v10 to v12
(dbt 1.6 on, and Fusion's v20), catalogs v1 and run results v4 to v6; what is older or newer is
read as far as it is understood, and what was not is said.
"""

from lineage.dbt.artifacts import FILES, Artifacts, read_artifacts
from lineage.dbt.columns import column_links
from lineage.dbt.declaring import DEFAULT_NAMESPACE, Options
from lineage.dbt.lineage import bundles_of, declarations_of
from lineage.dbt.nodes import Manifest, Node
from lineage.dbt.notes import Note, Notes
from lineage.dbt.run_results import Invocation, NodeResult
from lineage.dbt.streaming import InvalidArtifact, Source, read_object

__all__ = [
    "DEFAULT_NAMESPACE",
    "FILES",
    "Artifacts",
    "InvalidArtifact",
    "Invocation",
    "Manifest",
    "Node",
    "NodeResult",
    "Note",
    "Notes",
    "Options",
    "Source",
    "bundles_of",
    "column_links",
    "declarations_of",
    "read_artifacts",
    "read_object",
]
