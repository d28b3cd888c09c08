"""What OpenAPI says of catalogs as files."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from catalog.interchange import FORMATS
from lineage.transfer.exporting import WHATS

LINES = """{"kind": "asset", "id": "analytics.orders", "type": "Table", "owners": ["finance"]}
{"kind": "edge", "upstream": "crm.export", "downstream": "analytics.orders", "note": "By hand."}
"""
CSV = """id,type,namespace,owners,metadata.model_layer
analytics.orders,Table,company.data,finance; sales,mart
"""
ROWS = {"type": "array", "items": {"type": "object"}}
YAML = """- id: analytics.orders
  type: Table
  namespace: company.data
  owners: [finance]
- kind: edge
  upstream: crm.export
  downstream: analytics.orders
"""
RESULT: dict[str, Any] = {
    "status": "partial_success",
    "dryRun": True,
    "atomic": False,
    "summary": {
        "received": 2,
        "successful": 1,
        "failed": 1,
        "assets": {"failed": 1, "updated": 1},
    },
    "results": [
        {
            "row": 1,
            "line": 2,
            "kind": "asset",
            "id": "analytics.orders",
            "status": "updated",
            "errors": [],
            "changes": {"owners": [[], ["finance"]]},
        },
        {
            "row": 2,
            "line": 3,
            "kind": "asset",
            "id": "analytics.new",
            "status": "failed",
            "errors": [{"field": "type", "message": "is required: there is no such asset yet"}],
            "changes": {},
        },
    ],
}
_FORMAT = OpenApiParameter("format", str, enum=FORMATS)
_FILTERS = [
    OpenApiParameter("q", str, description="Words, all of which must occur somewhere."),
    OpenApiParameter(
        "filters[namespace][PREFIX]", str, description="Those of the asset search, all of them."
    ),
]

EXPORT = extend_schema_view(
    get=extend_schema(
        operation_id="exportCatalog",
        tags=["Assets"],
        summary="Export the catalog",
        description="Streams what the caller may list and the filters let through, as a file that"
        " can be imported: assets with their other names, and the edges between them. A CSV holds"
        " either assets or edges. `edges=all` adds those that only runs show.",
        parameters=[
            OpenApiParameter("format", str, enum=FORMATS, default="jsonl"),
            OpenApiParameter(
                "what", str, enum=WHATS, description="`all`, but for a CSV `assets`."
            ),
            OpenApiParameter("edges", str, enum=("stated", "all"), default="stated"),
            OpenApiParameter(
                "metadataKeys",
                str,
                description="Comma-joined keys that get columns of their own in a CSV.",
            ),
            OpenApiParameter(
                "bom", bool, default=False, description="Begin a CSV as Excel wants it."
            ),
            *_FILTERS,
        ],
        responses={
            (200, "application/x-ndjson"): OpenApiResponse(
                OpenApiTypes.STR, "The file.", examples=[OpenApiExample("Lines", value=LINES)]
            ),
            (200, "text/csv"): OpenApiResponse(
                OpenApiTypes.STR, "The file.", examples=[OpenApiExample("CSV", value=CSV)]
            ),
            (200, "application/yaml"): OpenApiResponse(
                ROWS, "The file.", examples=[OpenApiExample("YAML", value=YAML)]
            ),
        },
    )
)
_RESULTS = OpenApiResponse(
    OpenApiTypes.OBJECT,
    "A result for each row, and for each other name that it gives an asset.",
    examples=[OpenApiExample("A dry run", value=RESULT)],
)
IMPORT = extend_schema(
    operation_id="importCatalog",
    tags=["Assets"],
    summary="Import a catalog",
    description="A CSV, JSON lines or YAML, as the body or as the part `file` of a form; gzip is"
    " undone. What a row leaves out stays as it is, null takes it back. Good rows go in and bad"
    " ones fail alone; with `atomic` all go in or none (422). With `dryRun` nothing is written,"
    " and the results tell what would change. A file that cannot be read as a whole is a problem"
    " 422.",
    parameters=[
        _FORMAT,
        OpenApiParameter("dryRun", bool, default=False),
        OpenApiParameter("atomic", bool, default=False),
        OpenApiParameter(
            "results",
            str,
            enum=("all", "changed", "failed"),
            default="all",
            description="Which results to list; `summary` counts all.",
        ),
    ],
    request={
        "application/x-ndjson": OpenApiTypes.STR,
        "text/csv": OpenApiTypes.STR,
        "application/yaml": OpenApiTypes.STR,
        "multipart/form-data": {
            "type": "object",
            "properties": {"file": {"type": "string", "format": "binary"}},
            "required": ["file"],
        },
    },
    responses={200: _RESULTS, 422: _RESULTS},
    examples=[
        OpenApiExample("Lines", LINES, media_type="application/x-ndjson", request_only=True),
        OpenApiExample("CSV", CSV, media_type="text/csv", request_only=True),
        OpenApiExample("YAML", YAML, media_type="application/yaml", request_only=True),
        OpenApiExample(
            "A file", {"file": CSV}, media_type="multipart/form-data", request_only=True
        ),
    ],
)
