"""What OpenAPI says of naming rules."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)

SAID: dict[str, Any] = {
    "kind": "dataset",
    "pattern": "postgres://warehouse:5432",
    "idTemplate": "{name}",
    "namespace": "company.data",
}
_RULE: dict[str, Any] = {"id": "12", "kind": "dataset", "position": 0, **SAID}
_TRIED: dict[str, Any] = {
    "dataset": {
        "id": "analytics.public.orders",
        "defaultId": "postgres://warehouse:5432/analytics.public.orders",
        "displayName": "orders",
        "namespace": "company.data",
        "rule": {key: value for key, value in _RULE.items() if key != "position"},
        "asset": "analytics.public.orders",
        "defaultAsset": "postgres://warehouse:5432/analytics.public.orders",
        "willMerge": True,
    },
    "job": {"namespace": "postgres-warehouse-5432", "rule": None},
}
_TELLS = (
    "`pattern`: the OpenLineage namespaces that it is about, as sent or as the naming spec spells"
    " them, with `*` and `?`. A rule for a `dataset` says by `idTemplate` what the asset is"
    " called, of `{namespace}` and `{name}`, and by `namespace` where it belongs; one for a `job`"
    " says the namespace of the flow. The first one of a kind that fits applies. What is recorded"
    " from now on goes by it; an asset under its former id becomes one with that of the new id"
    " when it is named again."
)


def _answer(value: Any, tells: str) -> OpenApiResponse:
    return OpenApiResponse(
        OpenApiTypes.OBJECT, tells, examples=[OpenApiExample("Naming", value=value)]
    )


_BODY = OpenApiExample("The warehouse's tables by their names", value=SAID, request_only=True)

RULE_LIST = extend_schema(
    operation_id="listNamingRules",
    tags=["Tenant"],
    summary="Naming rules in the order in which they are tried",
    description="At most 500 of each kind, all at once.",
    responses={200: _answer({"results": [_RULE]}, "The rules.")},
)
RULE_CREATE = extend_schema(
    operation_id="createNamingRule",
    tags=["Tenant"],
    summary="Make a naming rule",
    description=f"{_TELLS} Without `position` it comes last.",
    request=OpenApiTypes.OBJECT,
    responses={200: _answer(_RULE, "The rule.")},
    examples=[_BODY],
)
RULE = extend_schema_view(
    get=extend_schema(
        operation_id="getNamingRule",
        tags=["Tenant"],
        summary="One naming rule",
        responses={200: _answer(_RULE, "The rule.")},
    ),
    put=extend_schema(
        operation_id="setNamingRule",
        tags=["Tenant"],
        summary="Change a naming rule, or its place",
        description=f"{_TELLS} `position` moves it; its kind stays.",
        request=OpenApiTypes.OBJECT,
        responses={200: _answer(_RULE, "The rule.")},
        examples=[_BODY],
    ),
    delete=extend_schema(
        operation_id="deleteNamingRule",
        tags=["Tenant"],
        summary="Remove a naming rule",
        description="Assets keep the ids that they have.",
        responses={200: OpenApiResponse(description="It is gone.")},
    ),
)
RULE_TRY = extend_schema(
    operation_id="tryNamingRules",
    tags=["Tenant"],
    summary="What the rules make of a name",
    description="`asset` and `defaultAsset`: what the id, and the id without rules, lead to now."
    " With `willMerge` these are two, and become one when the dataset is named again.",
    request=OpenApiTypes.OBJECT,
    responses={200: _answer(_TRIED, "The asset of a dataset, and the namespace of a job.")},
    examples=[
        OpenApiExample(
            "A table",
            value={"namespace": "postgres://warehouse:5432", "name": "analytics.public.orders"},
            request_only=True,
        )
    ],
)
