"""Writing assets by hand: upsert as Kestra does, and the patch, bulk and restore it lacks (K3)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django.utils import timezone
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.api import asset_bodies as bodies
from catalog.api.asset_json import asset_json
from catalog.api.assets import AssetItem, asset_response, find_asset, id_param
from catalog.api.batches import failed_json, summary
from catalog.api.documents import ASSET_BY_ID
from catalog.api.locks import find_for, locked
from catalog.api.params import boolean
from catalog.api.write_documents import (
    ASSET_BULK,
    ASSET_DELETE,
    ASSET_DELETE_BY_ID,
    ASSET_PATCH,
    ASSET_PATCH_BY_ID,
    ASSET_POST,
    ASSET_RESTORE,
    ASSETS_BY_IDS,
)
from catalog.deleting import Undeletable, delete_assets, find_deletable, restore_assets
from catalog.locking import Locked
from catalog.models import Asset
from catalog.versions import etag_of
from catalog.writing import (
    Changed,
    InvalidPatch,
    Refusal,
    Refused,
    Why,
    Written,
    patch_asset,
    write_assets,
)

ANSWERS = "answers the request that has just stored it"
STATUS = {Why.FORBIDDEN: 403, Why.INVALID: 422, Why.LOCKED: 423}


class AssetCollection(TenantAPIView):
    """Create an asset, or update it when it is there: Kestra's upsert."""

    needs = {"POST": (Resource.ASSET, Action.CREATE)}

    @ASSET_POST
    def post(self, request: Request, tenant: str) -> Response:
        body, posted = bodies.posted_asset(request)
        [written] = write_assets(self.access, [body])
        if written.refusal:
            raise problem_of(written.refusal)
        return stored_response(self.access, written.id, posted)


class AssetBulk(TenantAPIView):
    """Create or update many; each goes in or fails on its own."""

    needs = {"POST": (Resource.ASSET, Action.CREATE)}

    @ASSET_BULK
    def post(self, request: Request, tenant: str) -> Response:
        read = [bodies.read_item(value) for value in bodies.posted_assets(request)]
        written = iter(write_assets(self.access, [body for body, _ in read if body]))
        results = [
            item_json(n, next(written))
            if body
            else failed_json(n, "", "The asset has invalid fields.", bodies.errors_json(errors))
            for n, (body, errors) in enumerate(read)
        ]
        answer = summary(results)
        return Response(answer, status=422 if answer["status"] == "failure" else 200)


class AssetResource(AssetItem):
    """One asset: read, patch or delete it."""

    needs = AssetItem.needs | {
        "PATCH": (Resource.ASSET, Action.UPDATE),
        "DELETE": (Resource.ASSET, Action.DELETE),
    }

    @ASSET_PATCH
    def patch(self, request: Request, tenant: str, asset_id: str) -> Response:
        return patched(self.access, request, asset_id)

    @ASSET_DELETE
    def delete(self, request: Request, tenant: str, asset_id: str) -> Response:
        return deleted(self.access, asset_id)


@ASSET_BY_ID
class AssetById(TenantAPIView):
    """The same by `?id=`, for ids that a path would read as something else."""

    needs = AssetResource.needs

    def get(self, request: Request, tenant: str) -> Response:
        allow_deleted = boolean(request, "allowDeleted")
        return asset_response(find_asset(self.access, id_param(request), allow_deleted))

    @ASSET_PATCH_BY_ID
    def patch(self, request: Request, tenant: str) -> Response:
        return patched(self.access, request, id_param(request))

    @ASSET_DELETE_BY_ID
    def delete(self, request: Request, tenant: str) -> Response:
        return deleted(self.access, id_param(request))


class AssetRestore(TenantAPIView):
    """Bring a deleted asset back."""

    needs = {"POST": (Resource.ASSET, Action.UPDATE)}

    @ASSET_RESTORE
    def post(self, request: Request, tenant: str, asset_id: str) -> Response:
        asset = find_for(self.access, Action.UPDATE, asset_id, allow_deleted=True)
        with deletion_problems():
            restore_assets(self.access, [asset.pk])
        return asset_response(find_asset(self.access, asset_id))


class AssetsByIds(TenantAPIView):
    """Delete several: all of them or none."""

    needs = {"DELETE": (Resource.ASSET, Action.DELETE)}

    @ASSETS_BY_IDS
    def delete(self, request: Request, tenant: str) -> Response:
        with deletion_problems():
            pks = find_deletable(self.access, bodies.posted_ids(request))
            return Response({"count": delete_assets(self.access, pks)})


def patched(access: Access, request: Request, asset_id: str) -> Response:
    """Needs If-Match; answers the asset as it is now, or what it was asked for and may not be."""
    asset = find_for(access, Action.UPDATE, asset_id)
    if_match = request.headers.get("If-Match", "")
    if not if_match:
        raise Problem(428, "Say in If-Match which ETag you have seen, or * for any.")
    try:
        patch_asset(access, asset.pk, asset.public_id, bodies.posted_patch(request), if_match)
    except Changed as exc:
        raise Problem(412, f"Asset “{asset_id}” has changed: GET it again.") from exc
    except InvalidPatch as exc:
        raise bodies.invalid(exc.errors) from exc
    except Refused as exc:
        raise problem_of(exc.refusal) from exc
    return stored_response(access, asset.public_id, {})


def deleted(access: Access, asset_id: str) -> Response:
    asset = find_for(access, Action.DELETE, asset_id)
    with deletion_problems():
        delete_assets(access, [asset.pk])
    return Response()


def stored_response(access: Access, asset_id: str, posted: Mapping[str, Any]) -> Response:
    """The asset as it is stored; to who may not read it, only what they said of it."""
    rows = Asset.objects.unscoped(ANSWERS).select_related("namespace", "state", "lock")
    found = rows.defer("search_text", "state__clock").called(access.tenant, asset_id)
    asset = found.get(tenant=access.tenant)
    namespace = asset.namespace.name if asset.namespace else None
    if access.may(Resource.ASSET, Action.VIEW, namespace):
        return asset_response(asset)
    answer = asset_json(asset, timezone.now())
    return Response(only_said(answer, posted), headers={"ETag": etag_of(asset)})


def only_said(answer: dict[str, Any], posted: Mapping[str, Any]) -> dict[str, Any]:
    said = posted.keys() | {"id", "type", "created", "updated", "deleted"}
    keys = posted.keys() | (posted.get("metadata") or {}).keys()
    metadata = {key: value for key, value in answer["metadata"].items() if key in keys}
    return {key: answer[key] for key in answer if key in said} | {"metadata": metadata}


def item_json(index: int, written: Written) -> dict[str, Any]:
    if written.refusal is None:
        return {"index": index, "id": written.id, "status": written.status}
    refusal = written.refusal
    errors = refusal_errors(refusal)
    later = refusal.why is Why.LOCKED
    return failed_json(index, written.id, refusal.message, errors, retriable=later)


def problem_of(refusal: Refusal) -> Problem:
    if refusal.lock:
        return locked(refusal.lock, refusal.message)
    return Problem(STATUS[refusal.why], refusal.message, errors=refusal_errors(refusal))


def refusal_errors(refusal: Refusal) -> list[dict[str, Any]]:
    return [{"field": refusal.field, "message": refusal.message}] if refusal.field else []


@contextmanager
def deletion_problems() -> Iterator[None]:
    """Kestra's BulkErrorResponse `{message, invalids}`, as further members of the problem; 423
    for what somebody else has locked."""
    try:
        yield
    except Locked as exc:
        raise locked(exc.lock) from exc
    except Undeletable as exc:
        members = {"message": str(exc), "invalids": exc.invalids}
        raise Problem(403 if exc.forbidden else 400, str(exc), members=members) from exc
