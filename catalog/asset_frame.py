"""What every tab of an asset shows around itself: the head with its state, and the tabs.

Pages of other apps extend `catalog/asset_base.html` with this context and their own.
"""

from typing import Any

from django.utils import timezone

from accounts.access import Access, prefixes
from accounts.permissions import Action, Resource
from accounts.web import Elsewhere, PageRequest, address_with
from catalog.asset_types import asset_type
from catalog.calling import find_called
from catalog.freshness import freshness
from catalog.models import Asset


def asset_frame(request: PageRequest, asset_id: str) -> dict[str, Any]:
    """Context of `catalog/asset_base.html`; 404 when the asset may not be seen.

    `asset` comes with its `namespace` and `state`, `type` and `freshness` say how to show it,
    `clock` who set what. A deleted asset is shown, too, under a banner. Raises Elsewhere where
    `asset_id` is another name of it.
    """
    assets = Asset.objects.select_related("namespace", "state", "lock")
    asset = find_called(assets.defer("search_text"), request.access, asset_id)
    if asset.public_id != asset_id and request.method in ("GET", "HEAD"):
        raise Elsewhere(address_with(request, asset_id=asset.public_id))
    state = getattr(asset, "state", None)
    return lock_frame(request.access, asset) | {
        "asset": asset,
        "type": asset_type(asset.type),
        "freshness": freshness(asset.type, state, timezone.now()),
        "clock": state.clock if state else {},
        "column_count": len(asset.columns),
        "namespaces": prefixes(asset.namespace.name) if asset.namespace else [],
        "may_edit": may(request.access, Action.UPDATE, asset),
        "may_delete": may(request.access, Action.DELETE, asset),
    }


def may(access: Access, action: Action, asset: Asset) -> bool:
    """Whether `action` is allowed on an asset that comes with its namespace."""
    return access.may(Resource.ASSET, action, asset.namespace.name if asset.namespace else None)


def lock_frame(access: Access, asset: Asset) -> dict[str, Any]:
    """Context of `catalog/asset_lock.html`: the lock that is held, and who may change it."""
    lock = getattr(asset, "lock", None)
    namespace = asset.namespace.name if asset.namespace else None
    return {
        "lock": lock if lock and lock.is_held else None,
        "may_lock": not asset.deleted_at and access.may(Resource.ASSET, Action.LOCK, namespace),
        "may_unlock": access.may(Resource.ASSET, Action.UNLOCK, namespace),
    }
