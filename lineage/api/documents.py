"""What OpenAPI says of the endpoints that take executions and flows."""

import json
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from lineage.api.examples import EXECUTION_STORED, FLOW_STORED, one

EXECUTION: dict[str, Any] = {
    "id": "6FZ2wC0x9bVhK4aR1mJq3d",
    "namespace": "company.data",
    "flowId": "daily_orders",
    "state": {
        "current": "SUCCESS",
        "startDate": "2026-11-21T08:00:00Z",
        "endDate": "2026-11-21T08:01:30Z",
    },
    "taskRunList": [
        {
            "id": "2hq6nS8yTt",
            "taskId": "build",
            "state": {"current": "SUCCESS", "endDate": "2026-11-21T08:01:30Z"},
            "assets": {
                "inputs": [{"id": "raw.orders"}],
                "outputs": [
                    {
                        "id": "analytics.orders",
                        "type": "io.kestra.plugin.ee.assets.Table",
                        "metadata": {"model_layer": "mart"},
                    }
                ],
            },
        }
    ],
}
RESULTS: dict[str, Any] = {
    "status": "partial_success",
    "summary": {"received": 2, "successful": 1, "failed": 1},
    "results": [
        {"index": 0, "id": "6FZ2wC0x9bVhK4aR1mJq3d", "status": "created"},
        {
            "index": 1,
            "id": "",
            "status": "failed",
            "reason": "flowId: Required.",
            "retriable": False,
            "errors": [{"field": "flowId", "message": "Required."}],
        },
    ],
}
FLOW = """id: daily_orders
namespace: company.data
tasks:
  - id: build
    type: io.kestra.plugin.jdbc.duckdb.Query
    sql: CREATE TABLE orders AS SELECT * FROM raw.orders
    assets:
      inputs:
        - id: raw.orders
      outputs:
        - id: analytics.orders
          type: io.kestra.plugin.ee.assets.Table
"""

EXECUTION_POST = extend_schema_view(
    post=extend_schema(
        operation_id="createExecutions",
        tags=["Executions"],
        summary="Record executions",
        description="One execution, a JSON array of them, or one a line (NDJSON), in Kestra's"
        " execution JSON. Any order and any number of deliveries lead to the same state. One"
        " object answers the stored execution; several answer a result for each.",
        request={
            "application/json": OpenApiTypes.OBJECT,
            "application/x-ndjson": OpenApiTypes.STR,
        },
        responses={
            200: OpenApiResponse(OpenApiTypes.OBJECT, "The stored execution, or a result each."),
            422: OpenApiResponse(
                OpenApiTypes.OBJECT, "Of one, what is wrong with it; of several, a result each."
            ),
        },
        examples=[
            OpenApiExample("One execution", EXECUTION, request_only=True),
            OpenApiExample("Several", [EXECUTION], request_only=True),
            OpenApiExample(
                "One a line",
                json.dumps(EXECUTION),
                request_only=True,
                media_type="application/x-ndjson",
            ),
            OpenApiExample("One, stored", EXECUTION_STORED, response_only=True),
            OpenApiExample("Results", RESULTS, response_only=True),
        ],
    )
)
_YAML = {"application/x-yaml": OpenApiTypes.STR}
_FLOW_EXAMPLES = [
    OpenApiExample("A flow", FLOW, media_type="application/x-yaml", request_only=True)
]
FLOW_POST = extend_schema(
    operation_id="createFlow",
    tags=["Flows"],
    summary="Register a flow",
    description="The flow's YAML, stored as posted. 422 when it exists: use PUT.",
    request=_YAML,
    responses={200: one("The flow, as registered.", FLOW_STORED)},
    examples=_FLOW_EXAMPLES,
)
FLOW_PUT = extend_schema(
    operation_id="updateFlow",
    tags=["Flows"],
    summary="Change a flow",
    description="A new revision when the content differs; 404 when it is not registered.",
    request=_YAML,
    responses={200: one("The flow, as it is now.", FLOW_STORED)},
    examples=_FLOW_EXAMPLES,
)
