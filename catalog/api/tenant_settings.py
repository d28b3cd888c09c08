"""What holds for a whole tenant, read and set by its admins."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiResponse,
    extend_schema,
    extend_schema_view,
)
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from accounts.settings import InvalidSettings, change_settings, settings_of
from catalog.reading.json_text import InvalidJson, parse_json

_SETTINGS: dict[str, Any] = {"infersSql": True, "requiresExistingNamespaces": False}
_ANSWER = OpenApiResponse(
    OpenApiTypes.OBJECT,
    "All settings of the tenant.",
    examples=[OpenApiExample("Settings", value=_SETTINGS)],
)


@extend_schema_view(
    get=extend_schema(
        operation_id="getTenantSettings",
        tags=["Tenant"],
        summary="Settings of the tenant",
        description="`infersSql`: lineage is read from the SQL of tasks and triggers that do not"
        " say `enableAuto` themselves. `requiresExistingNamespaces`: what comes in a namespace"
        " that nobody has made is refused.",
        responses={200: _ANSWER},
    ),
    put=extend_schema(
        operation_id="setTenantSettings",
        tags=["Tenant"],
        summary="Change settings of the tenant",
        description="A JSON object of switches; what it leaves out stays as it is. Executions"
        " recorded from now on go by them.",
        request=OpenApiTypes.OBJECT,
        responses={200: _ANSWER},
        examples=[OpenApiExample("Read SQL", {"infersSql": True}, request_only=True)],
    ),
)
class TenantSettings(TenantAPIView):
    needs = {
        "GET": (Resource.TENANT_SETTINGS, Action.VIEW),
        "PUT": (Resource.TENANT_SETTINGS, Action.UPDATE),
    }

    def get(self, request: Request, tenant: str) -> Response:
        if not self.access.may(Resource.TENANT_SETTINGS, Action.VIEW):
            raise Problem(403, "You may not see the settings of this tenant.")
        return Response(settings_of(self.access.tenant))

    def put(self, request: Request, tenant: str) -> Response:
        _, text = read_body(request, ("application/json",))
        try:
            changes = parse_json(text)
            if not isinstance(changes, dict):
                raise Problem(422, "The settings are a JSON object.")
            return Response(change_settings(self.access, changes))
        except InvalidJson as error:
            raise Problem(400, f"The body {error}") from error
        except InvalidSettings as error:
            problem = {"field": error.field, "message": str(error)}
            raise Problem(422, f"{error.field} {error}", errors=[problem]) from error
        except PermissionError as error:
            raise Problem(403, str(error)) from error
