"""Which assets there are already, and rows for those that are new: before somebody writes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from accounts.bulk import insert, run
from accounts.models import Tenant
from catalog.merging import CLAIMS, AssetValues


@dataclass(frozen=True, slots=True)
class HeldLock:
    """Who alone may write an asset now (K4.6). `execution_id` "": a person, and no execution."""

    owner: str
    execution_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class KnownAsset:
    """What must be known of an asset before somebody may write it."""

    pk: int
    namespace: str | None
    claimed: bool
    lock: HeldLock | None = None


def find_assets(tenant: Tenant, public_ids: Iterable[str]) -> dict[str, KnownAsset]:
    """id → asset, of those that exist (also softly deleted ones): one statement, no locks."""
    wanted = sorted(set(public_ids))
    if not wanted:
        return {}
    rows = run(
        "select a.public_id, a.id, n.name, s.clock ?| %s::text[],"
        " l.label, l.execution_id, l.locked_until"
        " from catalog_asset a join catalog_assetstate s on s.asset_id = a.id"
        " left join catalog_namespace n on n.id = a.namespace_id"
        " left join catalog_assetlock l on l.asset_id = a.id and l.locked_until > now()"
        " where a.tenant_id = %s and a.public_id = any(%s)",
        [list(CLAIMS), tenant.pk, wanted],
    )
    return {
        id_: KnownAsset(pk, namespace, claimed, HeldLock(*lock) if lock[2] else None)
        for id_, pk, namespace, claimed, *lock in rows
    }


def create_assets(tenant: Tenant, created_at: Mapping[str, datetime]) -> dict[str, int]:
    """id → row of new placeholders; what somebody else made meanwhile is found instead.

    `created_at`: public id → the earliest event that names it. `apply_touches` gives them their
    type and namespace in the same transaction.
    """
    if not created_at:
        return {}
    made = insert(
        "catalog_asset",
        {
            "tenant_id": "bigint",
            "public_id": "text",
            "type": "text",
            "metadata": "jsonb",
            "owners": "text[]",
            "tags": "text[]",
            "columns": "jsonb",
            "created_at": "timestamptz",
        },
        [
            (tenant.pk, public_id, AssetValues().type, "{}", "{}", "{}", "[]", at)
            for public_id, at in sorted(created_at.items())
        ],
        "on conflict do nothing returning public_id, id",
    )
    found = dict(made)
    insert(
        "catalog_assetstate",
        {
            "asset_id": "bigint",
            "tenant_id": "bigint",
            "clock": "jsonb",
            "writes": "int",
            "updated_at": "timestamptz",
        },
        [(pk, tenant.pk, "{}", 0, created_at[public_id]) for public_id, pk in made],
    )
    rest = [public_id for public_id in created_at if public_id not in found]
    return found | {name: asset.pk for name, asset in find_assets(tenant, rest).items()}
