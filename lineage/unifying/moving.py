"""Rows that name one asset, from the absorbed to the kept one and back: a statement a table.

Each writes down what it did (`AssetMergeRows`) in the statement that does it. Where both assets
have the same row, the absorbed one's goes; a usage can be told again from the one beside it.
"""

from accounts.bulk import run
from catalog.models import AssetMerge

#: Tables whose rows only change their asset.
PLAIN = ("catalog_assetchange", "catalog_assetalias", "lineage_openlineageevent")


def filled(text: str, **parts: str) -> str:
    """A statement with its parts, `[so]`; the assets and the merge are its parameters."""
    parts |= {"kept": "%(kept)s::bigint", "absorbed": "%(absorbed)s::bigint"}
    for name, part in parts.items():
        text = text.replace(f"[{name}]", part)
    return text


def note(place: str, moved: str = "", made: str = "", changed: tuple[str, str] = ("", "")) -> str:
    """The end of a statement: it writes down what it did.

    `moved` and `made`: parts that yield ids; `changed`: an expression, and the part it is of.
    """
    ids = "coalesce((select array_agg(id order by id) from {0}), '{{}}')"
    values = [
        f"'{place}'",
        ids.format(moved) if moved else "'{}'",
        ids.format(made) if made else "'{}'",
        f"coalesce((select jsonb_agg({changed[0]}) from {changed[1]}), '[]')"  # noqa: S608
        if changed[0]
        else "'[]'",
    ]
    into = "insert into catalog_assetmergerows (merge_id, place, moved, made, changed)"
    return " ".join([into, "select %(merge)s::bigint,", ", ".join(values)])


#: Column links of an event in their order, with `new` for `old` at the ends that are `up`, `down`.
RENUMBERED = """coalesce((
    select jsonb_agg(jsonb_set(jsonb_set(link,
        '{0}', to_jsonb(case when (link->>0)::bigint = [old] and [up]
                        then [new] else (link->>0)::bigint end)),
        '{2}', to_jsonb(case when (link->>2)::bigint = [old] and [down]
                        then [new] else (link->>2)::bigint end)) order by n)
    from jsonb_array_elements(event.columns) with ordinality as listed(link, n)), '[]')"""


def renumbered(old: str, new: str, up: str = "true", down: str = "true") -> str:
    return filled(RENUMBERED, old=f"[{old}]", new=f"[{new}]", up=up, down=down)


#: Before the usages, by which the events are found. An event that names only the absorbed asset
#: is told from its id; of one that names both, each place: 0 where one replaced the other, else
#: where the absorbed one stood. (Names of columns are texts: a number in a link is an end.)
EVENTS = filled(
    """
with concerned as (
    select distinct task_run_id from lineage_assetusage where asset_id = [absorbed]
), old as (
    select event.id, event.inputs, event.outputs, event.columns,
        [kept] = any(event.inputs) or [kept] = any(event.outputs)
        or event.columns @> jsonb_build_array(jsonb_build_array([kept])) as names_both
    from concerned join lineage_lineageevent event using (task_run_id)
    where [absorbed] = any(event.inputs) or [absorbed] = any(event.outputs)
        or event.columns @> jsonb_build_array(jsonb_build_array([absorbed]))
), both_named as (
    select id,
        case when [kept] = any(inputs) then array_position(inputs, [absorbed])
             when [absorbed] = any(inputs) then 0 end as inputs,
        case when [kept] = any(outputs) then array_position(outputs, [absorbed])
             when [absorbed] = any(outputs) then 0 end as outputs,
        array(select n from jsonb_array_elements(columns) with ordinality as listed(link, n)
              where (link->>0)::bigint = [absorbed]) as up,
        array(select n from jsonb_array_elements(columns) with ordinality as listed(link, n)
              where (link->>2)::bigint = [absorbed]) as down
    from old where names_both
), moved as (
    update lineage_lineageevent event set
        inputs = case when [kept] = any(event.inputs)
            then array_remove(event.inputs, [absorbed])
            else array_replace(event.inputs, [absorbed], [kept]) end,
        outputs = case when [kept] = any(event.outputs)
            then array_remove(event.outputs, [absorbed])
            else array_replace(event.outputs, [absorbed], [kept]) end,
        columns = [columns]
    from old where event.id = old.id
    returning event.id, old.names_both
), simply as (
    select id from moved where not names_both
)
[note]
""",
    columns=renumbered("absorbed", "kept"),
    note=note(
        "lineage_lineageevent", moved="simply", changed=("to_jsonb(both_named)", "both_named")
    ),
)


USAGES = filled(
    """
with mine as (
    select mine.id, other.id as beside
    from lineage_assetusage mine
    left join lineage_assetusage other on other.task_run_id = mine.task_run_id
        and other.asset_id = [kept] and other.direction = mine.direction
    where mine.asset_id = [absorbed]
), twice as (
    delete from lineage_assetusage usage using mine
    where usage.id = mine.id and mine.beside is not null
    returning usage.id, mine.beside
), moved as (
    update lineage_assetusage usage set asset_id = [kept] from mine
    where usage.id = mine.id and mine.beside is null
    returning usage.id
)
[note]
""",
    note=note(
        "lineage_assetusage", moved="moved", changed=("jsonb_build_array(id, beside)", "twice")
    ),
)


#: What one event has measured under both names is one observation: the larger, as
#: `lineage.recording.openlineage.extras.measurements` has it.
MEASUREMENTS = filled(
    """
with mine as (
    select mine.id, mine.values, other.id as beside, other.values as other_values
    from catalog_assetmeasurement mine
    left join catalog_assetmeasurement other on other.asset_id = [kept]
        and other.kind = mine.kind and other.source_key = mine.source_key
    where mine.asset_id = [absorbed]
), gone as (
    delete from catalog_assetmeasurement one using mine
    where one.id = mine.id and mine.beside is not null
    returning to_jsonb(one) || jsonb_build_object(
        'beside', mine.beside, 'other_values', mine.other_values) as entry
), larger as (
    update catalog_assetmeasurement one set values = mine.values from mine
    where one.id = mine.beside and mine.values > one.values
), moved as (
    update catalog_assetmeasurement one set asset_id = [kept] from mine
    where one.id = mine.id and mine.beside is null returning one.id
)
[note]
""",
    note=note("catalog_assetmeasurement", moved="moved", changed=("entry", "gone")),
)


#: Copied: the absorbed asset keeps its own, by which a copy is known from what came later.
FACETS = filled(
    """
with later as (
    select mine.tenant_id, mine.position, mine.name, mine.stamp, mine.body,
        other.id, other.stamp as old_stamp, other.body as old_body
    from lineage_assetfacet mine
    left join lineage_assetfacet other on other.asset_id = [kept]
        and other.position = mine.position and other.name = mine.name
    where mine.asset_id = [absorbed] and (other.id is null or other.stamp < mine.stamp)
), made as (
    insert into lineage_assetfacet (tenant_id, asset_id, position, name, stamp, body)
    select tenant_id, [kept], position, name, stamp, body from later where id is null
    order by position, name returning id
), replaced as (
    update lineage_assetfacet facet set stamp = later.stamp, body = later.body
    from later where facet.id = later.id
    returning facet.id, later.old_stamp as stamp, later.old_body as body
)
[note]
""",
    note=note("lineage_assetfacet", made="made", changed=("to_jsonb(replaced)", "replaced")),
)


#: The id of the absorbed asset leads to the kept one.
ALIAS = filled(
    """
with made as (
    insert into catalog_assetalias as alias
        (tenant_id, name, asset_id, source, created_at, created_by_id)
    select tenant_id, public_id, [kept], %(reason)s, now(), %(by)s::bigint
    from catalog_asset where id = [absorbed]
    on conflict (tenant_id, name) do update set asset_id = excluded.asset_id
    returning id
)
[note]
""",
    note=note("absorbed alias", made="made"),
)


#: What is kept apart from the absorbed asset is kept apart from both.
APART = filled(
    """
with other as (
    select kept.tenant_id, kept.public_id as mine, apart.at, apart.by_id,
        case when apart.first = absorbed.public_id then apart.second else apart.first end as name
    from catalog_asset absorbed
    join catalog_asset kept on kept.id = [kept]
    join catalog_assetapart apart on apart.tenant_id = absorbed.tenant_id
        and absorbed.public_id in (apart.first, apart.second)
    where absorbed.id = [absorbed]
), made as (
    insert into catalog_assetapart (tenant_id, first, second, at, by_id)
    select tenant_id, least(mine collate "C", name collate "C"),
        greatest(mine collate "C", name collate "C"), at, by_id
    from other where mine <> name
    on conflict do nothing returning id
)
[note]
""",
    note=note("catalog_assetapart", made="made"),
)


PLAIN_ROWS = """
with moved as (
    update [table] set asset_id = [kept] where asset_id = [absorbed] returning id
)
[note]
"""


def move_rows(merge: AssetMerge) -> None:
    """Everything but edges: as many statements as there are tables."""
    named = ends(merge)
    for statement in (EVENTS, USAGES, MEASUREMENTS, FACETS):
        run(statement, named)
    for table in PLAIN:
        run(filled(PLAIN_ROWS, table=table, note=note(table, moved="moved")), named)
    run(ALIAS, named | {"reason": merge.reason, "by": merge.by_id})
    run(APART, named)


def ends(merge: AssetMerge) -> dict[str, object]:
    return {"kept": merge.kept_id, "absorbed": merge.absorbed_id, "merge": merge.pk}
