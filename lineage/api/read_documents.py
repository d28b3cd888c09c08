"""What OpenAPI says of the endpoints that answer with executions and flows."""

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

from lineage.api.examples import (
    EXECUTION_FOUND,
    EXECUTION_STORED,
    FLOW_STORED,
    a_page,
    one,
    several,
)

_PAGING = [
    OpenApiParameter("page", int, description="From 1.", default=1),
    OpenApiParameter("size", int, description="From 1 to 500.", default=10),
    OpenApiParameter(
        "cursor", str, description="`nextCursor` of the answer before; wins over `page`."
    ),
]
_FILTERS = (
    "Kestra's filters: `filters[field][OPERATOR]=value`, and `filters[labels][EQUALS][key]=value`."
)


def _sort(*orders: str) -> OpenApiParameter:
    return OpenApiParameter("sort", str, enum=orders, default=orders[0])


def _filters(*examples: str) -> list[OpenApiParameter]:
    return [OpenApiParameter(f"filters{name}", str, description=_FILTERS) for name in examples]


_FLOWS = several("Kestra's flows.", FLOW_STORED)

EXECUTION_SEARCH = extend_schema_view(
    get=extend_schema(
        operation_id="searchExecutions",
        tags=["Executions"],
        summary="Search executions",
        description="Fields: namespace, flowId, executionId, state, startDate, endDate, labels,"
        " parentExecutionId, q.",
        parameters=[
            *_PAGING,
            _sort("startDate:desc", "startDate:asc"),
            *_filters("[namespace][PREFIX]", "[flowId][EQUALS]", "[state][IN]"),
            *_filters(
                "[startDate][GREATER_THAN_OR_EQUAL_TO]", "[labels][EQUALS][env]", "[q][EQUALS]"
            ),
        ],
        responses={200: a_page(EXECUTION_FOUND)},
    )
)
EXECUTION_GET = extend_schema_view(
    get=extend_schema(
        operation_id="getExecution",
        tags=["Executions"],
        summary="One execution with its task runs",
        description="`taskRunList[].state.current` is the state after `assetFailureBehavior`;"
        " problems of declared assets stand in `assetErrors`. Assets out of reach are counted in"
        " `assetEmits[].restricted` and not named. Values of SECRET inputs are masked.",
        responses={200: one("Kestra's execution.", EXECUTION_STORED)},
    )
)
FLOW_SEARCH = extend_schema_view(
    get=extend_schema(
        operation_id="searchFlows",
        tags=["Flows"],
        summary="Search flows",
        description="Fields: namespace, flowId, labels, q.",
        parameters=[
            *_PAGING,
            _sort("id:asc", "id:desc"),
            *_filters(
                "[namespace][PREFIX]", "[flowId][EQUALS]", "[labels][EQUALS][team]", "[q][EQUALS]"
            ),
        ],
        responses={200: a_page(FLOW_STORED)},
    )
)
NAMESPACE_FLOWS = extend_schema_view(
    get=extend_schema(
        operation_id="listFlowsByNamespace",
        tags=["Flows"],
        summary="Flows of a namespace",
        responses={200: _FLOWS},
    )
)
FLOW_GET = extend_schema_view(
    get=extend_schema(
        operation_id="getFlow",
        tags=["Flows"],
        summary="One flow",
        parameters=[
            OpenApiParameter(
                "source", bool, description="Whether to add the YAML.", default=False
            ),
            OpenApiParameter("revision", int, description="Another one than the latest."),
        ],
        responses={200: one("Kestra's flow.", FLOW_STORED)},
    )
)
FLOW_REVISIONS = extend_schema_view(
    get=extend_schema(
        operation_id="listFlowRevisions",
        tags=["Flows"],
        summary="Revisions of a flow",
        responses={200: _FLOWS},
    )
)
FLOW_INPUTS = extend_schema_view(
    get=extend_schema(
        operation_id="getFlowInputs",
        tags=["Flows"],
        summary="Inputs of a flow, with their options",
        description="`expression` of a SELECT or MULTISELECT is evaluated under the caller's"
        " permissions: `assets()` lists what the caller may see. `input.<id>=value` fills in a"
        " field that others depend on. An expression that fails is told in `error`.",
        parameters=[OpenApiParameter("input.<id>", str, description="A value, by input id.")],
        responses={
            200: OpenApiResponse(
                OpenApiTypes.OBJECT,
                "The inputs of the latest revision.",
                examples=[
                    OpenApiExample(
                        "A dynamic input",
                        value={
                            "namespace": "company.data",
                            "id": "list_buckets",
                            "revision": 1,
                            "inputs": [
                                {
                                    "id": "buckets",
                                    "type": "MULTISELECT",
                                    "displayName": None,
                                    "description": None,
                                    "required": True,
                                    "defaults": None,
                                    "options": ["logs", "raw"],
                                    "allowCustomValue": False,
                                    "expression": "{{ assets(type='BUCKET') | jq('.[].id') }}",
                                    "dependsOn": [],
                                    "error": None,
                                }
                            ],
                        },
                    )
                ],
            )
        },
    )
)
