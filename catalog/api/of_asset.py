"""What answers about one asset: two spellings of the address over one method.

`/assets/{id}/thing`, and `/assets/by-id/thing?id=` for ids that a path cannot carry.
"""

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
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from catalog.api.assets import find_asset, id_param
from catalog.models import Asset

ID = OpenApiParameter("id", str, required=True, description="The asset's id, whatever it holds.")
CURSOR = OpenApiParameter("cursor", str, description="`nextCursor` of the answer before.")


class OfAsset(TenantAPIView):
    """Subclasses give `answer`. 404 for an asset that is deleted or out of reach."""

    needs = {"GET": (Resource.ASSET, Action.VIEW)}

    def get(self, request: Request, tenant: str, asset_id: str | None = None) -> Response:
        asked = id_param(request) if asset_id is None else asset_id
        return Response(self.answer(request, find_asset(self.access, asked)))

    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        raise NotImplementedError


def document(
    operation_id: str,
    summary: str,
    tells: str,
    example: Any,
    parameters: Sequence[OpenApiParameter] = (),
    *,
    by_id: bool = False,
) -> Any:
    """The description of one spelling; `by_id` of the other."""
    return extend_schema_view(
        get=extend_schema(
            operation_id=f"{operation_id}ById" if by_id else operation_id,
            tags=["Assets"],
            summary=f"{summary}, its id as a parameter" if by_id else summary,
            description=tells,
            parameters=[*([ID] if by_id else []), *parameters],
            responses={200: OpenApiResponse(OpenApiTypes.OBJECT, summary)},
            examples=[OpenApiExample(summary, example, response_only=True)],
        )
    )
