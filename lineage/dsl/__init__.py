"""The flow language: YAML in, a validated flow out; declaration and context in, bundles out.

Nothing in here knows Django, the database or a request.
"""

from catalog.reading.assets import asset_problems, metadata_problem, parse_asset, parse_reference
from catalog.reading.declared import (
    EXTERNAL_TYPE,
    UNSET,
    AssetDeclaration,
    AssetError,
    AssetReference,
)
from catalog.reading.json_text import InvalidJson, parse_json
from catalog.reading.rules import validate_asset_id, validate_namespace, validate_type
from catalog.reading.yaml_nodes import InvalidYaml
from catalog.reading.yaml_text import parse_yaml
from lineage.dsl.bundles import Bundle, ColumnLink
from lineage.dsl.contexts import ExecutionContext, execution_context
from lineage.dsl.emissions import parse_bundles, parse_log_line
from lineage.dsl.evaluation import Evaluation, evaluate
from lineage.dsl.expressions import (
    SECRET_MASK,
    ExpressionError,
    Functions,
    Missing,
    evaluate_text,
    is_template,
    render,
)
from lineage.dsl.flow_reader import parse_flow
from lineage.dsl.flows import (
    Declaration,
    DeclaredAsset,
    Flow,
    FlowInput,
    FlowProblem,
    InvalidFlow,
    Subflow,
    Task,
    Trigger,
)
from lineage.dsl.inputs import ResolvedInput, resolve_inputs

__all__ = [
    "ResolvedInput",
    "resolve_inputs",
    "EXTERNAL_TYPE",
    "SECRET_MASK",
    "UNSET",
    "AssetDeclaration",
    "AssetError",
    "AssetReference",
    "Bundle",
    "ColumnLink",
    "Declaration",
    "DeclaredAsset",
    "Evaluation",
    "ExecutionContext",
    "ExpressionError",
    "Flow",
    "FlowInput",
    "FlowProblem",
    "Functions",
    "InvalidFlow",
    "InvalidJson",
    "InvalidYaml",
    "Missing",
    "Subflow",
    "Task",
    "Trigger",
    "asset_problems",
    "evaluate",
    "evaluate_text",
    "execution_context",
    "is_template",
    "metadata_problem",
    "parse_asset",
    "parse_bundles",
    "parse_flow",
    "parse_json",
    "parse_log_line",
    "parse_reference",
    "parse_yaml",
    "render",
    "validate_asset_id",
    "validate_namespace",
    "validate_type",
]
