"""dbt's unique ids as other names of the assets."""

from collections.abc import Mapping

from django.utils import timezone

from accounts.access import Access
from accounts.bulk import insert, run
from catalog.models import AssetAlias
from lineage.dbt_import.planning import Plan

SOURCE = AssetAlias.Source.DBT.value


def name_nodes(plan: Plan) -> set[str]:
    """Give assets the unique ids of their nodes as aliases; those that others keep.

    A name that is an asset's id, or another alias, stays what it is. One that is not of dbt's
    shape is none: nobody takes a name that somebody else's asset may get by giving it to a node.
    """
    access = plan.access
    names = {
        unique_id: pk
        for unique_id, (node, pk) in plan.taken().items()
        if unique_id.startswith(f"{node.kind}.")
        and not (plan.is_older and unique_id in plan.known)
    }
    ids = _ids_among(access, names)
    held = _held(access, names)
    free = {
        name: pk
        for name, pk in names.items()
        if name not in ids and (name not in held or _is_ours(plan, name, held[name]))
    }
    insert(
        "catalog_assetalias as old",
        {
            "tenant_id": "bigint",
            "name": "text",
            "asset_id": "bigint",
            "source": "text",
            "created_by_id": "bigint",
            "created_at": "timestamptz",
        },
        [
            (access.tenant.pk, name, pk, SOURCE, access.user.pk, timezone.now())
            for name, pk in sorted(free.items())
        ],
        "on conflict (tenant_id, name) do update set asset_id = excluded.asset_id"
        " where old.asset_id <> excluded.asset_id",
    )
    there = {name for name, (_, pk) in held.items() if pk == names[name]}
    return names.keys() - free.keys() - there


def _is_ours(plan: Plan, name: str, held: tuple[str, int]) -> bool:
    """Whether it is the alias that this project gave the node's asset before."""
    known = plan.known.get(name)
    return known is not None and held == (SOURCE, known.asset_pk)


def _ids_among(access: Access, names: Mapping[str, int]) -> set[str]:
    rows = run(
        "select public_id from catalog_asset where tenant_id = %s and public_id = any(%s)",
        [access.tenant.pk, sorted(names)],
    )
    return {public_id for (public_id,) in rows}


def _held(access: Access, names: Mapping[str, int]) -> dict[str, tuple[str, int]]:
    rows = run(
        "select name, source, asset_id from catalog_assetalias"
        " where tenant_id = %s and name = any(%s)",
        [access.tenant.pk, sorted(names)],
    )
    return {name: (source, asset) for name, source, asset in rows}
