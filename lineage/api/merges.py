"""Merges through the API: of two assets, tried first, listed and undone; and likely ones."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.access import Access
from accounts.api import TenantAPIView
from accounts.bodies import read_body
from accounts.permissions import Action, Resource
from accounts.problems import Problem
from catalog.apart import keep_apart
from catalog.api.assets import find_asset, id_param
from catalog.api.batches import read_json
from catalog.api.locks import find_for, locked
from catalog.api.of_asset import OfAsset
from catalog.api.params import cursor_checked, wrong
from catalog.locking import Locked
from catalog.models import Asset, AssetMerge
from lineage.api.merge_documents import (
    DISMISS,
    DUPLICATES,
    LIST,
    LIST_BY_ID,
    MERGE,
    MERGE_BY_ID,
    UNDO,
)
from lineage.api.paging import Paging
from lineage.queries.duplicates import Pair, likely_pairs
from lineage.queries.keyset import ADDED_FIRST_FIRST, ADDED_LAST_FIRST
from lineage.queries.merges import Preview, find_merge, may_undo, merges_of, preview_merge
from lineage.unifying import CannotMerge, MergeForbidden, merge_assets, unmerge

ORDERS = {"created:desc": ADDED_LAST_FIRST, "created:asc": ADDED_FIRST_FIRST}


class _Merge(TenantAPIView):
    """GET tells what POST would do."""

    needs = {"GET": (Resource.ASSET, Action.VIEW), "POST": (Resource.ASSET, Action.UPDATE)}

    def get(self, request: Request, tenant: str, asset_id: str | None = None) -> Response:
        kept = find_asset(self.access, asset_id or id_param(request))
        absorb = request.query_params.get("absorb", "")
        if not absorb:
            wrong("absorb", "Required: the other asset.")
        return Response(
            preview_json(preview_merge(self.access, kept, find_asset(self.access, absorb)))
        )

    def post(self, request: Request, tenant: str, asset_id: str | None = None) -> Response:
        kept = find_for(self.access, Action.UPDATE, asset_id or id_param(request))
        absorbed = find_asset(self.access, posted_text(request, "absorb"))
        try:
            merge = merge_assets(self.access, kept, absorbed)
        except Locked as exc:
            raise locked(exc.lock) from exc
        except MergeForbidden as exc:
            raise Problem(403, str(exc)) from exc
        except CannotMerge as exc:
            raise Problem(409, str(exc)) from exc
        return Response(merge_json(self.access, merge))


@extend_schema_view(**MERGE)
class AssetMerging(_Merge):
    """`/assets/{id}/merge`."""


@extend_schema_view(**MERGE_BY_ID)
class AssetMergingById(_Merge):
    """`/assets/by-id/merge?id=`."""


@LIST
class AssetMerges(OfAsset):
    """What has been merged into an asset."""

    def answer(self, request: Request, asset: Asset) -> dict[str, Any]:
        paging = Paging.of(request, ORDERS)
        return paging.answer(
            merges_of(self.access, asset),
            lambda merges: [merge_json(self.access, merge) for merge in merges],
        )


@LIST_BY_ID
class AssetMergesById(AssetMerges):
    pass


class MergeUndo(TenantAPIView):
    """The two are two again."""

    needs = {"POST": (Resource.ASSET, Action.UPDATE)}

    @UNDO
    def post(self, request: Request, tenant: str, merge_id: str) -> Response:
        merge = find_merge(self.access, merge_id)
        if merge is None:
            raise Http404(f"No merge “{merge_id}”.")
        try:
            unmerge(self.access, merge)
        except Locked as exc:
            raise locked(exc.lock) from exc
        except MergeForbidden as exc:
            raise Problem(403, str(exc)) from exc
        except CannotMerge as exc:
            raise Problem(409, str(exc)) from exc
        undone = find_merge(self.access, merge_id)
        assert undone is not None
        return Response(merge_json(self.access, undone))


class Duplicates(TenantAPIView):
    """Assets that are likely to be one."""

    needs = {"GET": (Resource.ASSET, Action.UPDATE)}

    @DUPLICATES
    def get(self, request: Request, tenant: str) -> Response:
        with cursor_checked():
            found = likely_pairs(self.access, request.query_params.get("cursor", ""))
        answer: dict[str, Any] = {"results": pairs_json(found.pairs)}
        return Response(answer | ({"nextCursor": found.next_cursor} if found.next_cursor else {}))


class DuplicatesDismiss(TenantAPIView):
    """Two are two, whatever they are called."""

    needs = {"POST": (Resource.ASSET, Action.UPDATE)}

    @DISMISS
    def post(self, request: Request, tenant: str) -> Response:
        value = read_json(read_body(request, ("application/json",))[1])
        names = value.get("assets") if isinstance(value, dict) else None
        if not isinstance(names, list) or [type(name) for name in names] != [str, str]:
            errors = [{"field": "assets", "message": "Say two ids."}]
            raise Problem(422, "Send {“assets”: [“…”, “…”]}.", errors=errors)
        one, two = (find_for(self.access, Action.UPDATE, name) for name in names)
        if one.pk == two.pk:
            raise Problem(409, "These are two names of one asset.")
        keep_apart(self.access, [(one.public_id, two.public_id)])
        return Response()


def posted_text(request: Request, field: str) -> str:
    value = read_json(read_body(request, ("application/json",))[1])
    text = value.get(field) if isinstance(value, dict) else None
    if not isinstance(text, str) or not text:
        errors = [{"field": field, "message": "Say which asset."}]
        raise Problem(422, f"Send {{“{field}”: …}}.", errors=errors)
    return text


def merge_json(access: Access, merge: AssetMerge) -> dict[str, Any]:
    return {
        "id": str(merge.pk),
        "kept": merge.kept.public_id,
        "absorbed": merge.absorbed.public_id,
        "reason": merge.reason,
        "source": merge.source,
        "at": merge.at,
        "by": merge.by.label if merge.by else None,
        "undoneAt": merge.undone_at,
        "undoneBy": merge.undone_by.label if merge.undone_by else None,
        "mayUndo": may_undo(access, merge),
    }


def preview_json(preview: Preview) -> dict[str, Any]:
    return {
        "kept": preview.kept.public_id,
        "absorbed": preview.absorbed.public_id,
        "moves": [
            {"what": count.what, "count": count.value, "countIsCapped": count.capped}
            for count in preview.counts
        ],
        "changes": [
            {"field": change.field, "before": change.before, "after": change.after}
            for change in preview.changes
        ],
        "problem": preview.problem or None,
        "keptApart": preview.apart,
    }


def pairs_json(pairs: list[Pair]) -> list[dict[str, Any]]:
    return [
        {
            "keep": pair.kept[1],
            "absorb": pair.other[1],
            "columns": {"common": pair.common, "of": pair.columns} if pair.columns else None,
        }
        for pair in pairs
    ]
