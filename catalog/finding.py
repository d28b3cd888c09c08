"""Which assets there are already, and rows for those that are new: before somebody writes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    """What must be known of an asset before somebody may write it.

    `public_id`: its own, where it was asked for by another name.
    """

    pk: int
    public_id: str
    namespace: str | None
    namespace_pk: int | None
    claimed: bool
    lock: HeldLock | None = None


def hold_names(tenant: Tenant, *, to_change: bool = False) -> None:
    """Until the end of the transaction no two assets become one, or one two, beside this.

    `to_change`: for who does that, and then nobody else in the tenant has names in hand. Taken
    once a transaction: after executions, before what belongs to assets. Who already holds names
    must not ask to change them, else two who do would wait for each other.
    """
    function = "pg_advisory_xact_lock" if to_change else "pg_advisory_xact_lock_shared"
    run(f"select {function}(%s, (%s::bigint %% 2147483647)::int)", [NAME_LOCKS, tenant.pk])  # noqa: S608


#: The first key of the advisory locks above: "name" in ASCII.
NAME_LOCKS = 0x6E616D65

#: An asset that stands on its own beats an alias, so it comes last.
_RESOLVE = (
    "select {name}, a.id, a.public_id, n.name, n.id, s.clock ?| %s::text[],"
    " l.label, l.execution_id, l.locked_until"
    " from {source} join catalog_assetstate s on s.asset_id = a.id"
    " left join catalog_namespace n on n.id = a.namespace_id"
    " left join catalog_assetlock l on l.asset_id = a.id and l.locked_until > now()"
    " where {found}"
)
RESOLVE = " union all ".join(
    (
        _RESOLVE.format(
            name="other.name",
            source="catalog_assetalias other join catalog_asset a on a.id = other.asset_id",
            found="other.tenant_id = %s and other.name = any(%s::text[])",
        ),
        _RESOLVE.format(
            name="a.public_id",
            source="catalog_asset a",
            found="a.tenant_id = %s and a.public_id = any(%s::text[])"
            " and a.merged_into_id is null",
        ),
    )
)


def find_assets(tenant: Tenant, names: Iterable[str]) -> dict[str, KnownAsset]:
    """Name → asset, of ids and aliases that lead to one (also a softly deleted one).

    No two assets become one until the end of the transaction: a statement to hold the names, and
    one that reads what holds from then on.
    """
    wanted = sorted(set(names))
    if not wanted:
        return {}
    hold_names(tenant)
    asked = [list(CLAIMS), tenant.pk, wanted]
    return {name: _known(*rest) for name, *rest in run(RESOLVE, asked + asked)}


def _known(pk: int, public_id: str, *rest: Any) -> KnownAsset:
    namespace, namespace_pk, claimed, *lock = rest
    held = HeldLock(*lock) if lock[2] else None
    return KnownAsset(pk, public_id, namespace, namespace_pk, claimed, held)


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
