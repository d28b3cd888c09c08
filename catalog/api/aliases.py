"""Other names of an asset: listed, given and taken away (two spellings of the address)."""

from typing import Any

from django.http import Http404
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

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.aliasing import AliasInUse, InvalidAlias, add_alias, list_aliases, remove_alias
from catalog.api.assets import find_asset, id_param
from catalog.api.batches import read_json
from catalog.api.locks import find_for, locked
from catalog.api.of_asset import ID
from catalog.api.params import wrong
from catalog.locking import Locked
from catalog.models import AssetAlias

_ALIAS: dict[str, Any] = {
    "name": "s3://lake/orders",
    "source": "symlink",
    "created": "2026-11-21T08:01:30Z",
    "createdBy": None,
}
_LOCKED = OpenApiResponse(description="Somebody else holds the lock of the asset.")
_IN_USE = OpenApiResponse(description="The name is another asset's, or that of a merged one.")


_OF_NAME = OpenApiParameter("name", str, required=True, description="The name to take away.")


def _list_and_add(by_id: bool) -> dict[str, Any]:
    suffix, where = ("ById", ", its id as a parameter") if by_id else ("", "")
    named = [ID] if by_id else []
    return {
        "get": extend_schema(
            operation_id=f"listAssetAliases{suffix}",
            tags=["Assets"],
            summary=f"Other names of an asset{where}",
            description="By name, at most 500. `source`: symlink, rename, rule, merge, dbt or"
            " manual. Wherever an id is asked for, each of them leads to the asset.",
            parameters=named,
            responses={
                200: OpenApiResponse(
                    OpenApiTypes.OBJECT,
                    "The names.",
                    examples=[OpenApiExample("A symlink", value={"results": [_ALIAS]})],
                )
            },
        ),
        "post": extend_schema(
            operation_id=f"addAssetAlias{suffix}",
            tags=["Assets"],
            summary=f"Give an asset another name{where}",
            description="Needs ASSET:UPDATE. What comes under the name is the asset's from now"
            " on. 409 when it leads to another asset: merge the two instead.",
            parameters=named,
            request=OpenApiTypes.OBJECT,
            responses={
                200: OpenApiResponse(
                    OpenApiTypes.OBJECT,
                    "The name.",
                    examples=[OpenApiExample("By hand", value=_ALIAS | {"source": "manual"})],
                ),
                409: _IN_USE,
                423: _LOCKED,
            },
            examples=[OpenApiExample("A name", {"name": "s3://lake/orders"}, request_only=True)],
        ),
    }


def _remove(by_id: bool) -> Any:
    suffix, where = ("ById", ", its id as a parameter") if by_id else ("", "")
    return extend_schema(
        operation_id=f"removeAssetAlias{suffix}",
        tags=["Assets"],
        summary=f"Take a name from an asset{where}",
        description="Needs ASSET:UPDATE. What told the name does not bring it back. 409 for the"
        " id of an asset that was merged: undo the merge.",
        parameters=[ID, _OF_NAME] if by_id else [],
        responses={
            200: OpenApiResponse(description="It is gone."),
            409: _IN_USE,
            423: _LOCKED,
        },
    )


class _Aliases(TenantAPIView):
    needs = {"GET": (Resource.ASSET, Action.VIEW), "POST": (Resource.ASSET, Action.UPDATE)}

    def get(self, request: Request, tenant: str, asset_id: str | None = None) -> Response:
        asset = find_asset(self.access, asset_id or id_param(request))
        return Response({"results": [alias_json(a) for a in list_aliases(self.access, asset)]})

    def post(self, request: Request, tenant: str, asset_id: str | None = None) -> Response:
        asset = find_for(self.access, Action.UPDATE, asset_id or id_param(request))
        name = posted_name(request)
        try:
            return Response(alias_json(add_alias(self.access, asset, name)))
        except AliasInUse as exc:
            raise Problem(409, str(exc)) from exc
        except InvalidAlias as exc:
            errors = [{"field": "name", "message": str(exc)}]
            raise Problem(422, str(exc), errors=errors) from exc
        except Locked as exc:
            raise locked(exc.lock) from exc


@extend_schema_view(**_list_and_add(by_id=False))
class AssetAliases(_Aliases):
    """`/assets/{id}/aliases`."""


class AssetAliasItem(TenantAPIView):
    """`/assets/{id}/aliases/{name}`."""

    needs = {"DELETE": (Resource.ASSET, Action.UPDATE)}

    @_remove(by_id=False)
    def delete(self, request: Request, tenant: str, asset_id: str, name: str) -> Response:
        return removed(self.access, asset_id, name)


@extend_schema_view(**_list_and_add(by_id=True))
class AssetAliasesById(_Aliases):
    """`/assets/by-id/aliases?id=`: for ids and names that a path cannot carry."""

    needs = _Aliases.needs | AssetAliasItem.needs

    @_remove(by_id=True)
    def delete(self, request: Request, tenant: str) -> Response:
        name = request.query_params.get("name", "")
        if not name:
            wrong("name", "Required: which name.")
        return removed(self.access, id_param(request), name)


def removed(access: Access, asset_id: str, name: str) -> Response:
    asset = find_for(access, Action.UPDATE, asset_id)
    try:
        if "\0" in name or not remove_alias(access, asset, name):
            raise Http404(f"“{name}” is no other name of this asset.")
    except AliasInUse as exc:
        raise Problem(409, str(exc)) from exc
    except Locked as exc:
        raise locked(exc.lock) from exc
    return Response()


def posted_name(request: Request) -> str:
    value = read_json(read_body(request, ("application/json",))[1])
    name = value.get("name") if isinstance(value, dict) else None
    if not isinstance(name, str):
        errors = [{"field": "name", "message": "Say which name."}]
        raise Problem(422, "Send {“name”: …}.", errors=errors)
    return name


def alias_json(alias: AssetAlias) -> dict[str, Any]:
    return {
        "name": alias.name,
        "source": alias.source,
        "created": alias.created_at,
        "createdBy": alias.created_by.label if alias.created_by else None,
    }
