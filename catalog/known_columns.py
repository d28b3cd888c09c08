"""What columns assets have, by any of their names: for who reads a `SELECT *` of theirs."""

import json
from collections.abc import Iterable

from django.core.exceptions import EmptyResultSet

from accounts.access import Access
from accounts.bulk import run
from accounts.permissions import Action, Resource
from catalog.models import Asset

#: Assets of more columns tell none: nobody looks at the lineage of so many.
MOST = 5_000


def known_columns(access: Access, names: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Name or id → the columns of that asset at the top, in their order, as they are now.

    Of live assets that `access` may view and that have columns; one statement, or none where
    nothing may be viewed. What may not be viewed is not told apart from what is not there.
    """
    wanted = sorted({name for name in names if "\0" not in name})
    if not wanted or not access.reach(Resource.ASSET, Action.VIEW):
        return {}
    visible = Asset.objects.visible_to(access).live().filter(tenant=access.tenant)
    try:
        sql, params = visible.values("id", "columns").query.sql_with_params()
    except EmptyResultSet:  # reach over namespaces that nobody has made
        return {}
    tenant = access.tenant.pk
    rows = run(_COLUMNS.format(visible=sql), [tenant, tenant, wanted, *params, MOST])
    return {name: tuple(json.loads(columns)) for name, columns in rows}


#: An asset that stands on its own beats an alias. One look by key for each name: else the planner
#: reads all assets for some hundred names, since it thinks few of them have so many columns.
_COLUMNS = """
with named as materialized (
    select wanted.name, coalesce(
        (select id from catalog_asset
         where tenant_id = %s and public_id = wanted.name and merged_into_id is null),
        (select asset_id from catalog_assetalias where tenant_id = %s and name = wanted.name)
    ) as id
    from unnest(%s::text[]) as wanted(name)
)
select named.name, jsonb_path_query_array(found.columns, '$[*].name')::text
from named cross join lateral (
    select visible.columns from ({visible}) as visible where visible.id = named.id offset 0
) as found
where jsonb_array_length(found.columns) between 1 and %s
"""
