"""Rows that a merge has moved, back to the absorbed asset: what came since stays.

The statements read what `lineage.unifying.moving` has written down.
"""

from accounts.bulk import run
from catalog.models import AssetMerge
from lineage.unifying.moving import PLAIN, ends, filled, renumbered

NOTED = """(
    select rows.moved, rows.made, rows.changed from catalog_assetmergerows rows
    where rows.merge_id = %(merge)s::bigint and rows.place = '[place]'
) as noted"""


def noted(place: str) -> str:
    return filled(NOTED, place=place)


EVENTS_BACK = filled(
    """
update lineage_lineageevent event set
    inputs = array_replace(event.inputs, [kept], [absorbed]),
    outputs = array_replace(event.outputs, [kept], [absorbed]),
    columns = [columns]
from [noted], unnest(noted.moved) as moved(id)
where event.id = moved.id
""",
    columns=renumbered("kept", "absorbed"),
    noted=noted("lineage_lineageevent"),
)


BACK = """case
        when was.[ids] is null then event.[ids]
        when was.[ids] = 0 then array_replace(event.[ids], [kept], [absorbed])
        else event.[ids][:was.[ids] - 1] || [absorbed] || event.[ids][was.[ids]:]
    end"""


def back(ids: str) -> str:
    """Inputs or outputs of an event that named both."""
    return filled(BACK, ids=ids)


BOTH_EVENTS_BACK = filled(
    """
update lineage_lineageevent event set inputs = [inputs], outputs = [outputs],
    columns = [columns]
from [noted], jsonb_to_recordset(noted.changed)
    as was(id bigint, inputs int, outputs int, up bigint[], down bigint[])
where event.id = was.id
""",
    inputs=back("inputs"),
    outputs=back("outputs"),
    columns=renumbered("kept", "absorbed", "n = any(was.up)", "n = any(was.down)"),
    noted=noted("lineage_lineageevent"),
)


USAGES_BACK = filled(
    """
with moved as (
    update lineage_assetusage usage set asset_id = [absorbed]
    from [noted], unnest(noted.moved) as moved(id)
    where usage.id = moved.id and usage.asset_id = [kept]
)
insert into lineage_assetusage
    (id, tenant_id, asset_id, task_run_id, execution_id, direction, state, streams, at)
select (pair->>0)::bigint, beside.tenant_id, [absorbed], beside.task_run_id,
    beside.execution_id, beside.direction, beside.state, beside.streams, beside.at
from [noted]
cross join jsonb_array_elements(noted.changed) as pair
join lineage_assetusage beside on beside.id = (pair->>1)::bigint
on conflict do nothing
""",
    noted=noted("lineage_assetusage"),
)


MEASUREMENTS_BACK = filled(
    """
with moved as (
    update catalog_assetmeasurement one set asset_id = [absorbed]
    from [noted], unnest(noted.moved) as moved(id)
    where one.id = moved.id and one.asset_id = [kept]
), beside as (
    update catalog_assetmeasurement one set values = was.other_values
    from [noted], jsonb_to_recordset(noted.changed)
        as was(beside bigint, values jsonb, other_values jsonb)
    where one.id = was.beside and one.values = was.values
)
insert into catalog_assetmeasurement
    (id, tenant_id, asset_id, kind, at, values, source, source_key)
select old.id, old.tenant_id, old.asset_id, old.kind, old.at, old.values, old.source,
    old.source_key
from [noted],
    jsonb_populate_recordset(null::catalog_assetmeasurement, noted.changed) as old
on conflict do nothing
""",
    noted=noted("catalog_assetmeasurement"),
)


FACETS_BACK = filled(
    """
with same as (
    select facet.id from lineage_assetfacet facet join lineage_assetfacet mine
    using (position, name, stamp)
    where facet.asset_id = [kept] and mine.asset_id = [absorbed]
), gone as (
    delete from lineage_assetfacet facet
    using [noted], unnest(noted.made) as made(id), same
    where facet.id = made.id and facet.id = same.id
)
update lineage_assetfacet facet set stamp = was.stamp, body = was.body
from [noted], same, jsonb_to_recordset(noted.changed)
    as was(id bigint, stamp text, body jsonb)
where facet.id = was.id and facet.id = same.id
""",
    noted=noted("lineage_assetfacet"),
)


PLAIN_ROWS_BACK = """
update [table] as one set asset_id = [absorbed]
from [noted], unnest(noted.moved) as moved(id)
where one.id = moved.id and one.asset_id = [kept]
"""
MADE_GONE = """
delete from [table] as one using [noted], unnest(noted.made) as made(id) where one.id = made.id
"""


def move_back(merge: AssetMerge) -> None:
    """Undo `move_rows`; what came since stays with the kept asset."""
    named = ends(merge)
    for statement in (EVENTS_BACK, BOTH_EVENTS_BACK, USAGES_BACK, MEASUREMENTS_BACK, FACETS_BACK):
        run(statement, named)
    for table in PLAIN:
        run(filled(PLAIN_ROWS_BACK, table=table, noted=noted(table)), named)
    for place, table in (
        ("absorbed alias", "catalog_assetalias"),
        ("catalog_assetapart", "catalog_assetapart"),
    ):
        run(filled(MADE_GONE, table=table, noted=noted(place)), named)
