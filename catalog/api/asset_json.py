"""An asset as the API gives it: Kestra's ApiAsset (K3), and beside it what Kestra lacks."""

from datetime import datetime
from typing import Any

from catalog.freshness import freshness
from catalog.models import Asset, AssetLock


def asset_json(asset: Asset, now: datetime) -> dict[str, Any]:
    """`asset` comes with its `namespace` and `state`; `state` is its freshness at `now`."""
    state = getattr(asset, "state", None)
    judged = freshness(asset.type, state, now)
    lock = getattr(asset, "lock", None)
    return {
        "namespace": asset.namespace.name if asset.namespace else None,
        "id": asset.public_id,
        "type": asset.type,
        "displayName": asset.display_name,
        "description": asset.description,
        "metadata": asset.metadata,
        "created": asset.created_at,
        "updated": state.updated_at if state else asset.created_at,
        "deleted": asset.deleted_at is not None,
        "owners": asset.owners,
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
