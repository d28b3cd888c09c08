"""What OpenAPI says of the endpoints for OpenLineage clients."""

from collections.abc import Callable
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from lineage.api.examples import one

RUN_EVENT: dict[str, Any] = {
    "eventType": "COMPLETE",
    "eventTime": "2026-11-21T08:01:30Z",
    "producer": "https://example.com/nightly",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent",
    "run": {"runId": "0193a3f0-6d5c-7c4e-8e5a-5d2b1c0f9a11"},
    "job": {"namespace": "airflow", "name": "daily_orders"},
    "inputs": [{"namespace": "postgres://db:5432", "name": "shop.public.orders"}],
    "outputs": [{"namespace": "s3://lake", "name": "orders/daily"}],
}
DATASET_EVENT: dict[str, Any] = {
    "eventTime": "2026-11-21T08:01:30Z",
    "producer": "https://example.com/catalog",
    "schemaURL": "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/DatasetEvent",
    "dataset": {
        "namespace": "postgres://db:5432",
        "name": "shop.public.orders",
        "facets": {"documentation": {"description": "One row an order."}},
    },
}
PARTIAL: dict[str, Any] = {
    "status": "partial_success",
    "summary": {
        "received": 2,
        "successful": 1,
        "failed": 1,
        "retriable": 0,
        "non_retriable": 1,
    },
    "failed_events": [
        {
            "index": 1,
            "reason": "run.runId: Required: the UUID of the run.",
            "retriable": False,
            "errors": [{"field": "run.runId", "message": "Required: the UUID of the run."}],
        }
    ],
}
WORDS = (
    " Run, dataset and job events of OpenLineage 2-0-2, in any order and any number of deliveries;"
    " gzip is taken. Without a tenant in the path it is the token's own."
)


def _event(operation_id: str) -> Callable[[type], type]:
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation_id,
            tags=["OpenLineage"],
            summary="Post an OpenLineage event",
            description="What an unmodified OpenLineage client sends." + WORDS,
            request=OpenApiTypes.OBJECT,
            responses={200: one("The event went in.", {"status": "success"})},
            examples=[
                OpenApiExample("A run has completed", RUN_EVENT, request_only=True),
                OpenApiExample("A dataset is described", DATASET_EVENT, request_only=True),
            ],
        )
    )


def _batch(operation_id: str) -> Callable[[type], type]:
    return extend_schema_view(
        post=extend_schema(
            operation_id=operation_id,
            tags=["OpenLineage"],
            summary="Post a batch of OpenLineage events",
            description="A JSON list; what cannot go in fails alone, with its reason." + WORDS,
            request={"application/json": {"type": "array", "items": {"type": "object"}}},
            responses={
                204: OpenApiResponse(description="All went in."),
                200: one("Some did not go in.", PARTIAL),
            },
            examples=[OpenApiExample("Two events", [RUN_EVENT, DATASET_EVENT], request_only=True)],
        )
    )


EVENT, HOME_EVENT = _event("postOpenLineageEvent"), _event("postOwnOpenLineageEvent")
BATCH, HOME_BATCH = _batch("postOpenLineageBatch"), _batch("postOwnOpenLineageBatch")
