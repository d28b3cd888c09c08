"""Executions and flows as the API answers with them: what OpenAPI shows."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiExample, OpenApiResponse

_STATE: dict[str, Any] = {
    "current": "SUCCESS",
    "startDate": "2026-11-21T08:00:00Z",
    "endDate": "2026-11-21T08:01:30Z",
    "duration": "PT1M30S",
    "histories": [],
}
#: An item of a search.
EXECUTION_FOUND: dict[str, Any] = {
    "tenantId": "main",
    "id": "6FZ2wC0x9bVhK4aR1mJq3d",
    "originalId": "6FZ2wC0x9bVhK4aR1mJq3d",
    "namespace": "company.data",
    "flowId": "daily_orders",
    "flowRevision": 1,
    "kind": "NORMAL",
    "state": _STATE,
    "labels": [{"key": "team", "value": "data"}],
    "inputs": {"region": "eu"},
    "trigger": None,
    "parentExecutionId": None,
    "url": None,
}
EXECUTION_STORED: dict[str, Any] = EXECUTION_FOUND | {
    "variables": {},
    "outputs": {},
    "error": None,
    "taskRunList": [
        {
            "id": "2hq6nS8yTt",
            "executionId": "6FZ2wC0x9bVhK4aR1mJq3d",
            "namespace": "company.data",
            "flowId": "daily_orders",
            "taskId": "build",
            "parentTaskRunId": None,
            "value": None,
            "iteration": None,
            "state": _STATE,
            "attempts": [],
            "outputs": {},
            "error": None,
            "assetErrors": [],
            "assetNote": None,
            "assetEmits": [
                {
                    "inputs": [{"id": "raw.orders", "type": "io.kestra.plugin.ee.assets.Table"}],
                    "outputs": [
                        {
                            "id": "analytics.orders",
                            "type": "io.kestra.plugin.ee.assets.Table",
                            "namespace": "company.data",
                        }
                    ],
                }
            ],
        }
    ],
    "metadata": {"attemptNumber": 1, "originalCreatedDate": "2026-11-21T08:00:00Z"},
    "deleted": False,
}
FLOW_STORED: dict[str, Any] = {
    "tenantId": "main",
    "id": "daily_orders",
    "namespace": "company.data",
    "revision": 1,
    "updated": "2026-11-21T07:00:00Z",
    "description": None,
    "labels": [],
    "disabled": False,
    "draft": False,
    "deleted": False,
    "tasks": [
        {
            "id": "build",
            "type": "io.kestra.plugin.jdbc.duckdb.Query",
            "sql": "CREATE TABLE orders AS SELECT * FROM raw.orders",
            "assets": {
                "inputs": [{"id": "raw.orders"}],
                "outputs": [
                    {"id": "analytics.orders", "type": "io.kestra.plugin.ee.assets.Table"}
                ],
            },
        }
    ],
}


def one(told: str, example: dict[str, Any]) -> OpenApiResponse:
    return OpenApiResponse(OpenApiTypes.OBJECT, told, [OpenApiExample("One", example)])


def several(told: str, example: dict[str, Any]) -> OpenApiResponse:
    shape = {"type": "array", "items": {"type": "object"}}
    return OpenApiResponse(shape, told, [OpenApiExample("Several", [example])])


def a_page(example: dict[str, Any]) -> OpenApiResponse:
    told = "`results`, `total`, and `nextCursor` while there is more."
    value = {"results": [example], "total": 1}
    return OpenApiResponse(OpenApiTypes.OBJECT, told, [OpenApiExample("A page", value)])
