"""What OpenAPI says of exporters."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from lineage.api.examples import one

POSTED: dict[str, Any] = {
    "name": "marquez",
    "kind": "OPENLINEAGE",
    "url": "https://marquez.example.com:5000",
    "apiKey": "kept, and never shown again",
    "headers": {"X-Team": "data"},
    "compression": "gzip",
    "every": "PT5M",
    "lookbackPeriod": "P1D",
    "filters": {"flowNamespace": "company.data", "states": ["SUCCESS", "WARNING"]},
    "mappings": {"io.kestra.plugin.ee.assets.Table": {"namespace": "system"}},
}
FILE: dict[str, Any] = {
    "name": "archive",
    "kind": "FILE",
    "file": "lineage-{date}.jsonl",
    "cron": "0 3 * * *",
}
RUN: dict[str, Any] = {
    "id": 118,
    "cause": "schedule",
    "state": "SUCCESS",
    "started": "2026-11-21T08:00:00Z",
    "ended": "2026-11-21T08:00:02Z",
    "read": 120,
    "sent": 412,
    "refused": 0,
    "fromPosition": 9120,
    "toPosition": 9240,
    "firstEvent": "2026-11-21T07:55:03Z",
    "lastEvent": "2026-11-21T07:59:58Z",
    "error": None,
    "nextRetry": None,
}
STORED: dict[str, Any] = {
    "name": "marquez",
    "description": "",
    "kind": "OPENLINEAGE",
    "enabled": True,
    "url": "https://marquez.example.com:5000",
    "path": "api/v1/lineage",
    "batchSize": 1,
    "compression": "gzip",
    "timeout": 10,
    "file": None,
    "filters": {"flowNamespace": "company.data", "states": ["SUCCESS", "WARNING"]},
    "mappings": {"io.kestra.plugin.ee.assets.Table": {"namespace": "system"}},
    "every": "PT5M",
    "cron": None,
    "lookbackPeriod": "P1D",
    "serviceAccount": None,
    "hasApiKey": True,
    "headerNames": ["X-Team"],
    "runsAs": "Mara Lindt",
    "createdBy": "Mara Lindt",
    "created": "2026-11-20T16:00:00Z",
    "updated": "2026-11-20T16:00:00Z",
    "status": "OK",
    "position": 9240,
    "behind": 3,
    "behindIsCapped": False,
    "refused": 0,
    "failures": 0,
    "lastCheck": "2026-11-21T08:00:02Z",
    "nextRun": "2026-11-21T08:05:02Z",
    "lastRun": RUN,
}
REFUSED_ONE: dict[str, Any] = {
    "event": "COMPLETE of company.data / daily.build",
    "executionId": "6FZ2wC0x9bVhK4aR1mJq3d",
    "reason": "422 Unprocessable Content: no such namespace",
    "attempts": 2,
    "gaveUp": False,
    "first": "2026-11-21T08:00:01Z",
    "last": "2026-11-21T08:01:02Z",
}
_TAGS = ["Exporters"]
_WORDS = (
    " Lineage goes out with what the one who made or changed it last may see, or the service"
    " account that it names. `apiKey` and `headers` are kept encrypted and never shown; left out,"
    " they stay; null removes them."
)
_EXAMPLES = [
    OpenApiExample("To an OpenLineage endpoint", POSTED, request_only=True),
    OpenApiExample("To a file", FILE, request_only=True),
]
_PAGING = [
    OpenApiParameter("page", int, description="From 1.", default=1),
    OpenApiParameter("size", int, description="From 1 to 500.", default=10),
    OpenApiParameter("cursor", str, description="`nextCursor` of the answer before."),
]


def _page(text: str, example: dict[str, Any]) -> OpenApiResponse:
    return one(text, {"results": [example], "total": 1})


EXPORTERS = extend_schema_view(
    get=extend_schema(
        operation_id="listExporters",
        tags=_TAGS,
        summary="List exporters",
        description="All of the tenant, by name, with how far behind each is.",
        responses={200: _page("All of them.", STORED)},
    ),
    post=extend_schema(
        operation_id="createExporter",
        tags=_TAGS,
        summary="Create an exporter",
        description="To an OpenLineage endpoint or to a file of JSON lines." + _WORDS,
        request=OpenApiTypes.OBJECT,
        responses={200: one("As it was made.", STORED)},
        examples=_EXAMPLES,
    ),
)


def _change(operation_id: str, summary: str, text: str, example: dict[str, Any]) -> Any:
    return extend_schema(
        operation_id=operation_id,
        tags=_TAGS,
        summary=summary,
        description=text + _WORDS,
        request=OpenApiTypes.OBJECT,
        responses={200: one("As it is now.", STORED)},
        examples=[OpenApiExample(summary, example, request_only=True)],
    )


EXPORTER = extend_schema_view(
    get=extend_schema(
        operation_id="getExporter",
        tags=_TAGS,
        summary="Get an exporter",
        responses={200: one("The exporter.", STORED)},
    ),
    put=_change(
        "updateExporter", "Replace an exporter", "What is left out is as for a new one.", POSTED
    ),
    patch=_change(
        "patchExporter", "Change an exporter", "What is left out stays.", {"enabled": False}
    ),
    delete=extend_schema(
        operation_id="deleteExporter",
        tags=_TAGS,
        summary="Delete an exporter",
        description="With its log.",
        responses={204: OpenApiResponse(description="It is gone.")},
    ),
)
EXPORTER_RUN = extend_schema_view(
    post=extend_schema(
        operation_id="runExporter",
        tags=_TAGS,
        summary="Run an exporter now",
        description="As soon as a worker is free, also while it is paused.",
        request=None,
        responses={200: one("It waits for its turn.", {"status": "queued"})},
    )
)
RESET = extend_schema_view(
    post=extend_schema(
        operation_id="resetExporter",
        tags=_TAGS,
        summary="Rewind an exporter",
        description="`to`: start, now, or a time: the first event that happened then or later is"
        " sent next. What was sent before is sent again, under the same run ids.",
        request=OpenApiTypes.OBJECT,
        responses={200: one("As it is now.", STORED)},
        examples=[
            OpenApiExample("To the beginning", {"to": "start"}, request_only=True),
            OpenApiExample("Skip what there is", {"to": "now"}, request_only=True),
            OpenApiExample("To a time", {"to": "2026-11-20T00:00:00Z"}, request_only=True),
        ],
    )
)
RUNS = extend_schema_view(
    get=extend_schema(
        operation_id="listExporterRuns",
        tags=_TAGS,
        summary="List the runs of an exporter",
        description="The latest first. Scheduled runs that found nothing are not kept.",
        parameters=_PAGING,
        responses={200: _page("A page of its log.", RUN)},
    )
)
REFUSED = extend_schema_view(
    get=extend_schema(
        operation_id="listExporterRefusals",
        tags=_TAGS,
        summary="List refused events",
        description="What the receiver refused; each is tried again, until it is given up.",
        parameters=_PAGING,
        responses={200: _page("A page of them.", REFUSED_ONE)},
    ),
    post=extend_schema(
        operation_id="retryExporterRefusals",
        tags=_TAGS,
        summary="Try refused events again",
        description="With the next run, also those that were given up.",
        request=None,
        responses={200: one("How many.", {"count": 2})},
    ),
)
