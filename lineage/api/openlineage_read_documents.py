"""What OpenAPI says of reading back what OpenLineage clients told."""

from collections.abc import Sequence
from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from catalog.api.of_asset import CURSOR, document
from lineage.api.openlineage_documents import RUN_EVENT

_RUN_ID = RUN_EVENT["run"]["runId"]
_FACET: dict[str, Any] = {
    "_producer": "https://example.com/nightly",
    "_schemaURL": "https://openlineage.io/spec/facets/1-0-1/StorageDatasetFacet.json",
    "storageLayer": "iceberg",
    "fileFormat": "parquet",
}


def _size(usual: int) -> OpenApiParameter:
    return OpenApiParameter("size", int, description="From 1 to 200.", default=usual)


_FACETS = (
    "getAssetOpenLineageFacets",
    "OpenLineage facets of an asset",
    "The latest facet by where it stood (`dataset`, or as an `input` or `output` of a run) and"
    " name, as it was sent. Its `at` is the time of the event that brought it.",
    {
        "results": [
            {
                "position": "dataset",
                "name": "storage",
                "at": "2026-11-21T08:01:30Z",
                "body": _FACET,
            }
        ]
    },
    [
        OpenApiParameter("position", str, enum=("dataset", "input", "output")),
        OpenApiParameter("name", str),
        _size(50),
        CURSOR,
    ],
)
FACETS = document(*_FACETS)
FACETS_BY_ID = document(*_FACETS, by_id=True)

_KEPT = (
    " `keptSince` stands beside `results` where events are no longer kept that were received"
    " before then; what was made of them is."
)
EVENT: dict[str, Any] = {
    "kind": "run",
    "eventType": "COMPLETE",
    "runId": _RUN_ID,
    "eventTime": "2026-11-21T08:01:30Z",
    "receivedAt": "2026-11-21T08:01:31Z",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "event": RUN_EVENT,
}


def _get(
    operation_id: str,
    tag: str,
    words: tuple[str, str],
    example: Any,
    parameters: Sequence[OpenApiParameter],
) -> Any:
    """`words`: summary, description."""
    summary, tells = words
    return extend_schema_view(
        get=extend_schema(
            operation_id=operation_id,
            tags=[tag],
            summary=summary,
            description=tells,
            parameters=[*parameters, CURSOR],
            responses={
                200: OpenApiResponse(
                    OpenApiTypes.OBJECT,
                    "`results`, and `nextCursor` while there is more.",
                    examples=[OpenApiExample(summary, {"results": [example]})],
                )
            },
        )
    )


EXECUTION_RUNS = _get(
    "getExecutionOpenLineageRuns",
    "Executions",
    (
        "OpenLineage runs of an execution",
        "The root run and those below it, each with the facets of the run that hold, as they were"
        " sent. `taskRunId` is null of a root run that only holds others.",
    ),
    {
        "runId": _RUN_ID,
        "parentRunId": None,
        "rootRunId": _RUN_ID,
        "job": RUN_EVENT["job"],
        "state": "SUCCESS",
        "taskRunId": _RUN_ID,
        "facets": {"processing_engine": {"name": "Airflow", "version": "2.9.1"}},
    },
    [_size(50)],
)
FLOW_JOBS = _get(
    "getFlowOpenLineageJobs",
    "Flows",
    (
        "OpenLineage jobs of a flow",
        "The job that is the flow (`taskId` null) and those that are its tasks, each with the"
        " facets that hold, as they were sent. Beside `results`, `fedBy` and `feeds` list the jobs"
        " that Lineage facets link them with where no dataset is in between: `job` as it is named,"
        " `flow` where it is known and may be seen, `taskId` of which task it is told.",
    ),
    {
        "taskId": "build",
        "namespace": "airflow",
        "name": "daily_orders.build",
        "facets": {"sql": {"query": "select 1", "dialect": "postgres"}},
    },
    [_size(50)],
)
EXECUTION_EVENTS = _get(
    "getExecutionOpenLineageEvents",
    "Executions",
    (
        "OpenLineage events of an execution",
        "As they came, in the order of their times: of all runs, or of one." + _KEPT,
    ),
    EVENT,
    [OpenApiParameter("runId", str, description="Only of this run."), _size(20)],
)
EVENT_SEARCH = _get(
    "searchOpenLineageEvents",
    "OpenLineage",
    (
        "Search OpenLineage events",
        "As they came, the latest received first. An event of a run is seen by who may see its"
        " execution, another by who may see the flow or asset that it tells of." + _KEPT,
    ),
    EVENT,
    [
        OpenApiParameter("runId", str),
        OpenApiParameter("kind", str, enum=("run", "job", "dataset")),
        OpenApiParameter("eventType", str, description="START, COMPLETE …"),
        OpenApiParameter("since", OpenApiTypes.DATETIME, description="Received since then."),
        OpenApiParameter("until", OpenApiTypes.DATETIME, description="Received until then."),
        _size(20),
    ],
)
