"""Which assets are likely to be one under two names: the same last part, and the same columns.

Of two assets with columns, four fifths of the larger one's have to be in the other. Where one has
none, its whole id has to be the end of the other's: `analytics.public.orders` is likely to be
`postgres://warehouse:5432/analytics.public.orders`. Two that feed each other are two, and so are
those of which somebody has said so.

The list goes through the assets by their last part, a stretch at a time, since whoever is asked
for all pairs among a million names would have to compare them all first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.models import F, Q

from accounts.access import Access
from accounts.bulk import run
from accounts.permissions import Action
from catalog.cursors import BadCursor, decode_cursor, encode_cursor
from catalog.models import Asset
from catalog.models.assets import AssetQuerySet
from lineage.openlineage.naming import is_path
from lineage.queries.sql_text import as_text

#: Assets that one question looks at, and how many of one last part are compared with each.
STRETCH, NEAR = 10_000, 20
#: Pairs on a page of the list, and beside an asset.
PAGE, BESIDE = 50, 5
#: Assets with the last part of one that are compared with it.
ALIKE = 500
ORDER = "duplicates"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two assets, by row and id, the one first that would be kept.

    `common` of `columns` of the larger one are the same; 0 of 0 where one has none.
    """

    kept: tuple[int, str]
    other: tuple[int, str]
    common: int
    columns: int


@dataclass(frozen=True, slots=True)
class Pairs:
    pairs: list[Pair]
    next_cursor: str = ""


#: The pairs among `near`: (a, b) rows of ids, last part and columns, compared once.
LIKELY = """
select a.id, a.public_id, b.id, b.public_id, shared.common,
    case when a.names = '{}' or b.names = '{}' then 0
         else greatest(cardinality(a.names), cardinality(b.names)) end as columns
from named a join named b on b.segment = a.segment and [near]
cross join lateral (
    select count(*)::int as common from unnest(a.names) as name where name = any(b.names)
) shared
where case when a.names = '{}' or b.names = '{}'
    then right(lower(a.public_id), length(b.public_id) + 1)
            in ('.' || lower(b.public_id), '/' || lower(b.public_id), ':' || lower(b.public_id))
            and b.public_id ~ '[./:]'
        or right(lower(b.public_id), length(a.public_id) + 1)
            in ('.' || lower(a.public_id), '/' || lower(a.public_id), ':' || lower(a.public_id))
            and a.public_id ~ '[./:]'
    else shared.common >= 0.8 * greatest(cardinality(a.names), cardinality(b.names)) end
and a.segment !~ [vague]
and not exists (
    select from catalog_assetapart apart where apart.tenant_id = %(tenant)s::bigint
    and (apart.first, apart.second) in (
        (a.public_id::text, b.public_id::text), (b.public_id::text, a.public_id::text))
)
and not exists (
    select from lineage_edge edge
    where (edge.upstream_id, edge.downstream_id) in ((a.id, b.id), (b.id, a.id))
)
"""
#: The names of the columns of `alike`, read only of those that have a namesake.
NAMES = """array(
    select distinct lower(one->>'name')
    from catalog_asset whole, jsonb_array_elements(whole.columns) as one
    where whole.id = alike.id and one->>'name' is not null
)"""

#: Last parts that say nothing: dates and versions, endings of files.
VAGUE = (
    r"'^([0-9._-]*|v[0-9]+|data|latest|current|part-.*|_delta_log|csv|tsv|json|jsonl|ndjson"
    r"|parquet|avro|orc|txt|xml|yml|yaml|xls|xlsx|gz|zip)$'"
)


def _statement(text: str, near: str) -> str:
    likely = LIKELY.replace("[vague]", VAGUE).replace("[near]", near)
    return text.replace("[likely]", likely).replace("[names]", NAMES)


OF_ONE = _statement(
    """
with named as materialized (
    select id, public_id, segment, [names] as names from (
        (select * from ([mine]) as mine) union all (select * from ([others]) as others)
    ) as alike
)
[likely]
order by shared.common desc, b.id limit %(limit)s
""",
    "a.id = %(asset)s::bigint and b.id <> a.id",
)

#: Where a stretch ends within a last part, that part is left to the next one; unless there is
#: nothing else. (The last row: how many were looked at, the last part among them and its row.)
IN_STRETCH = _statement(
    """
with seen as materialized (
    select * from ([stretch]) as stretch
), last as (
    select case when count(*) < %(stretch)s then null
                when min(segment collate "C") = max(segment collate "C") then null
                else max(segment collate "C") end as cut
    from seen
), grouped as (
    select seen.*, count(*) over (partition by segment) as many from seen, last
    where segment is distinct from cut
), named as materialized (
    select id, public_id, segment, [names] as names,
        row_number() over (partition by segment order by id) as place
    from grouped as alike where many > 1
), pair as (
    [likely]
)
(select pair.*, null, null from pair order by 2, 4 offset %(skip)s limit %(limit)s)
union all (
    select 0, '', 0, '', 0, (select count(*)::int from seen), coalesce(cut, segment),
        case when cut is null then id else 0 end
    from seen, last order by segment collate "C" desc, id desc limit 1
)
""",
    f"b.place between a.place + 1 and a.place + {NEAR}",
)


def likely_of(access: Access, asset: Asset) -> list[Pair]:
    """What may be the same as `asset`, for who may change both: one statement."""
    rows = _segments(access)
    mine = rows.filter(pk=asset.pk)
    others = rows.filter(segment_key__in=mine.values("segment")).exclude(pk=asset.pk)
    others = others.order_by("pk")[:ALIKE]
    try:
        sql = OF_ONE.replace("[mine]", _text(mine)).replace("[others]", _text(others))
    except EmptyResultSet:  # there is nothing that may be changed
        return []
    asked = {"tenant": access.tenant.pk, "asset": asset.pk, "limit": BESIDE}
    return [_pair(row) for row in run(sql, asked)]


def likely_pairs(access: Access, cursor: str = "") -> Pairs:
    """A page of pairs, by their ids within a stretch of names: one statement. Raises BadCursor.

    Without pairs and with a cursor there may be some further on.
    """
    skip, place = _decoded(cursor)
    rows = _segments(access).order_by("segment_key", "pk")
    if place:
        segment, pk = place
        beyond = Q(segment_key__gt=segment) | Q(segment_key=segment, pk__gt=pk)
        rows = rows.filter(beyond, segment_key__gte=segment)
    try:
        sql = IN_STRETCH.replace("[stretch]", _text(rows[:STRETCH]))
    except EmptyResultSet:
        return Pairs([])
    asked = {"tenant": access.tenant.pk, "stretch": STRETCH, "skip": skip, "limit": PAGE + 1}
    *found, end = run(sql, asked) or [(0,) * 8]
    pairs = [_pair(row) for row in found[:PAGE]]
    if len(found) > PAGE:
        return Pairs(pairs, encode_cursor(ORDER, [skip + PAGE, *place]))
    seen, segment, pk = end[5:]
    return Pairs(pairs, encode_cursor(ORDER, [0, segment, pk]) if seen == STRETCH else "")


def _decoded(cursor: str) -> tuple[int, list[Any]]:
    """(how many pairs of the stretch were shown, the place after which it begins)"""
    skip, *place = decode_cursor(cursor, ORDER) if cursor else [0]
    kinds = [type(value) for value in place]
    if type(skip) is not int or skip < 0 or kinds not in ([], [str, int]):
        raise BadCursor("The cursor cannot be read.")
    return skip, place


def _segments(access: Access) -> AssetQuerySet:
    """Live assets that may be changed, with what is compared of them."""
    rows = Asset.objects.allowed(access, Action.UPDATE).live().with_names()
    return rows.filter(tenant=access.tenant).annotate(segment=F("segment_key"))


def _text(rows: AssetQuerySet) -> str:
    return as_text(rows.values("id", "public_id", "segment"))


def _pair(row: Sequence[Any]) -> Pair:
    a, b = (row[0], row[1]), (row[2], row[3])
    kept, other = sorted((a, b), key=lambda asset: _rank(asset[1]))
    return Pair(kept, other, row[4], row[5])


def _rank(id_: str) -> tuple[bool, bool, int, str]:
    """The name that people would use: a table's, no address, a short one."""
    return is_path(id_), "://" in id_, len(id_), id_
