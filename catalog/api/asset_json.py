"""An asset as the API gives it: Kestra's ApiAsset (K3), and beside it what Kestra lacks."""

from datetime import datetime
from typing import Any

from catalog.asset_actions import with_offers
from catalog.freshness import freshness
from catalog.models import Asset, AssetLock
from catalog.reading.lifecycle import ttl_text


def asset_json(asset: Asset, now: datetime) -> dict[str, Any]:
    """`asset` comes with its `namespace` and `state`; `state` is its freshness at `now`.

    `assetActions` say whether they are `offered`: whether their conditions hold (K1.9).
    """
    state = getattr(asset, "state", None)
    judged = freshness(asset.type, state, now)
    lock = getattr(asset, "lock", None)
    shown = {
        "namespace": asset.namespace.name if asset.namespace else None,
        "id": asset.public_id,
        "type": asset.type,
        "displayName": asset.display_name,
        "description": asset.description,
        "metadata": asset.metadata,
        "created": asset.created_at,
        "updated": state.updated_at if state else asset.created_at,
        "deleted": asset.deleted_at is not None,
        "status": asset.status,
        "ttl": ttl_text(asset.expires_at) if asset.expires_at else None,
        "owner": asset.owners[0] if asset.owners else None,
        "owners": asset.owners,
        "partOf": asset.part_of,
        "relatedTo": asset.related_to,
        "tags": asset.tags,
        "columns": asset.columns,
        "state": judged.state,
        "stateReason": judged.reason,
        "lastWrittenAt": state and state.last_written_at,
        "lastFailedAt": state and state.last_failed_at,
        "lastReadAt": state and state.last_read_at,
        "staleAt": state and state.stale_at,
        "deletedAt": asset.deleted_at,
        "lock": lock_json(asset, lock) if lock and lock.locked_until > now else None,
    }
    shown["assetActions"] = with_offers(asset.actions, shown)
    return shown


def offers_of(asset: Asset, now: datetime) -> list[dict[str, Any]]:
    """The actions of an asset, each with whether it is `offered` at `now`."""
    return asset_json(asset, now)["assetActions"] if asset.actions else []


def lock_json(asset: Asset, lock: AssetLock) -> dict[str, Any]:
    """Kestra's ApiAssetLock."""
    return {
        "lockedUntil": lock.locked_until,
        "acquiredAt": lock.acquired_at,
        "ownerType": lock.owner_type,
        "executionId": lock.execution_id or None,
        "flowId": lock.flow_id or None,
        "flowNamespace": lock.flow_namespace or None,
        "taskRunId": lock.task_run_id or None,
        "namespace": asset.namespace.name if asset.namespace else None,
        "username": lock.label if lock.owner_type == AssetLock.OwnerType.USER else None,
    }
