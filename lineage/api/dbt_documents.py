"""What OpenAPI says of dbt's artifacts."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse, extend_schema

FILE: dict[str, Any] = {"type": "string", "format": "binary"}
FILES: dict[str, Any] = {
    "type": "object",
    "required": ["manifest"],
    "properties": {"manifest": FILE, "catalog": FILE, "run_results": FILE},
}
OBJECTS: dict[str, Any] = {
    "type": "object",
    "required": ["manifest"],
    "properties": {
        name: {"type": "object", "description": f"What dbt wrote to target/{name}.json."}
        for name in ("manifest", "catalog", "run_results")
    },
}
MANIFEST: dict[str, Any] = {
    "metadata": {
        "dbt_schema_version": "https://schemas.getdbt.com/dbt/manifest/v12.json",
        "generated_at": "2026-11-21T08:00:00Z",
        "project_name": "jaffle_shop",
        "adapter_type": "duckdb",
    },
    "nodes": {
        "model.jaffle_shop.orders": {
            "resource_type": "model",
            "package_name": "jaffle_shop",
            "name": "orders",
            "relation_name": '"shop"."main"."orders"',
            "config": {"materialized": "table"},
            "depends_on": {"nodes": ["source.jaffle_shop.ecom.raw_orders"]},
        }
    },
    "sources": {
        "source.jaffle_shop.ecom.raw_orders": {
            "resource_type": "source",
            "package_name": "jaffle_shop",
            "name": "raw_orders",
            "relation_name": '"shop"."raw"."raw_orders"',
        }
    },
}
RESULT: dict[str, Any] = {
    "status": "success",
    "dryRun": False,
    "project": "jaffle_shop",
    "flow": {"namespace": "company.data", "id": "jaffle_shop"},
    "generatedAt": "2026-11-21T08:00:00Z",
    "olderThanKnown": False,
    "summary": {
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "removed": 0,
        "restored": 0,
        "failed": 0,
        "edges": 1,
        "columnEdges": 0,
        "assertions": 0,
    },
    "execution": None,
    "nodes": [
        {
            "uniqueId": "model.jaffle_shop.orders",
            "asset": "shop.main.orders",
            "status": "created",
            "changes": ["displayName", "metadata.dbt", "type"],
        },
        {
            "uniqueId": "source.jaffle_shop.ecom.raw_orders",
            "asset": "shop.raw.raw_orders",
            "status": "created",
            "changes": ["displayName", "metadata.dbt", "type"],
        },
    ],
    "problems": [],
    "unlisted": {"nodes": 0, "problems": 0},
}


def _option(name: str, description: str, kind: Any = OpenApiTypes.STR) -> OpenApiParameter:
    return OpenApiParameter(name, kind, description=description)


ARTIFACTS_POST = extend_schema(
    operation_id="importDbtArtifacts",
    tags=["dbt"],
    summary="Bring a dbt project in",
    description="The files that dbt writes to `target/`: as the parts of a form, or as members of"
    " one JSON object; a part, or the whole, may be gzip. Models, sources, seeds, snapshots,"
    " exposures, metrics and the like become assets with their lineage, run results an execution,"
    " tests quality. The same artifacts again change nothing; older ones that come later overwrite"
    " nothing; what is gone from the newest manifest gets the status `removed`.",
    parameters=[
        _option("namespace", "Where the project's flow lives, and its new assets (`dbt`)."),
        _option("flow", "Id of the flow that the project is (the project's name)."),
        _option(
            "assetNamespace",
            "Where its assets go instead: a template of {project} {package} {database} {schema}"
            " {group}, such as `warehouse.{schema}`.",
        ),
        _option("dryRun", "Only tell what would change.", OpenApiTypes.BOOL),
    ],
    request={"multipart/form-data": FILES, "application/json": OBJECTS},
    responses={
        200: OpenApiResponse(
            OpenApiTypes.OBJECT, "What changed, and what could not be taken as it is."
        )
    },
    examples=[
        OpenApiExample(
            "Files",
            {"manifest": "target/manifest.json", "run_results": "target/run_results.json"},
            media_type="multipart/form-data",
            request_only=True,
        ),
        OpenApiExample(
            "Objects", {"manifest": MANIFEST}, media_type="application/json", request_only=True
        ),
        OpenApiExample("Brought in", RESULT, response_only=True),
    ],
)
