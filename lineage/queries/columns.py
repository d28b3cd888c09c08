"""What is known of the columns of one asset: whether one exists, and what is next to each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.access import Access
from accounts.bulk import texts
from catalog.columns import FlatColumn, flattened
from catalog.models import Asset
from lineage.models import Flow
from lineage.queries.horizon import HIDDEN_CAP, Side
from lineage.queries.sql_text import any_of, as_text
from lineage.queries.walk import rows

#: Columns that lineage mentions and no schema has: more are not listed.
MENTIONED = 1_000
#: Neighbours of one column, of one side and kind, that are named; the others are only counted.
NAMED = 8

_IN_EDGES = """
select exists (select from lineage_columnedge
    where downstream_id = %(asset)s and downstream_column = %(name)s)
or exists (select from lineage_columnedge
    where upstream_id = %(asset)s and upstream_column = %(name)s)
"""


def find_column(asset: Asset, name: str) -> bool:
    """Whether `asset` declares the column `name` (a path), or lineage mentions it."""
    if "\0" in name:
        return False
    if any(column.path == name for column in flattened(asset.columns)):
        return True
    return bool(rows(_IN_EDGES, {"asset": asset.pk, "name": name})[0][0])


#: Name by name along the index: a hub has a hundred thousand edges, and few columns.
_MENTIONED = """
with recursive above(name) as (
    select min(downstream_column) from lineage_columnedge where downstream_id = %(asset)s
    union all
    select (select min(downstream_column) from lineage_columnedge
        where downstream_id = %(asset)s and downstream_column > above.name)
    from above where above.name is not null
), below(name) as (
    select min(upstream_column) from lineage_columnedge where upstream_id = %(asset)s
    union all
    select (select min(upstream_column) from lineage_columnedge
        where upstream_id = %(asset)s and upstream_column > below.name)
    from below where below.name is not null
)
select name from (
    select * from (select name from above limit %(most)s) as a
    union
    select * from (select name from below limit %(most)s) as b
) as every where name <> '' order by name
"""


def columns_of(asset: Asset) -> list[FlatColumn]:
    """What the schema declares, then what only lineage mentions, MENTIONED at most."""
    declared = flattened(asset.columns)
    known = {column.path for column in declared}
    most = len(known) + MENTIONED
    names = rows(_MENTIONED, {"asset": asset.pk, "most": most})
    new = [FlatColumn(name, name, declared=False) for (name,) in names if name not in known]
    return declared + new[:MENTIONED]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A column next to another; `column` "" is the whole dataset. `subtypes`: how, if known."""

    asset_id: str
    label: str
    type: str
    column: str
    subtypes: Sequence[str]


@dataclass(slots=True)
class Neighbours:
    """Of one side and kind: the first NAMED that may be seen, how many there are, capped."""

    named: list[Neighbour] = field(default_factory=list)
    count: int = 0
    restricted: int = 0

    @property
    def more(self) -> int:
        return self.count - len(self.named) - self.restricted


@dataclass(slots=True)
class Beside:
    """What is next to one column on one side: what its values are made of (or go into), and apart
    from it what only filters, joins or orders."""

    direct: Neighbours = field(default_factory=Neighbours)
    indirect: Neighbours = field(default_factory=Neighbours)

    @property
    def is_there(self) -> bool:
        return bool(self.direct.count or self.indirect.count)


#: Each neighbour once; it is direct if any of the edges to it is. A hub has many, so only so many
#: edges are looked at.
_BESIDE = """
select '[side]', here.number, one.asset, one.name, one.indirect, one.subtypes, one.count
from unnest(%(names)s::text[]) with ordinality as here(name, number)
cross join lateral (
    select grouped.*, count(*) over (partition by indirect) as count,
        row_number() over (partition by indirect order by asset, name) as place
    from (
        select edge.[far]_id as asset, edge.[far]_column as name,
            bool_and(edge.type = 'INDIRECT') as indirect,
            array_agg(distinct edge.subtype) filter (where edge.subtype <> '' and (
                edge.flow_id is null
                or exists (select from ([flows]) as mine where mine.id = edge.flow_id)
            )) as subtypes
        from (
            select * from lineage_columnedge
            where [near]_id = %(asset)s and [near]_column = here.name and tenant_id = %(tenant)s
            limit %(cap)s
        ) as edge
        where not exists (
            select from catalog_asset as gone
            where gone.id = edge.[far]_id and gone.deleted_at is not null
        )
        group by 1, 2
    ) as grouped
) as one
where one.place <= %(named)s
order by here.number, one.place
"""
_ENDS: Mapping[Side, tuple[str, str]] = {
    "upstream": ("downstream", "upstream"),
    "downstream": ("upstream", "downstream"),
}


def beside(access: Access, asset: int, names: Sequence[str]) -> dict[str, dict[Side, Beside]]:
    """Column → side → what is next to it, for columns of an asset that may be seen.

    Two statements. The name "" asks for the dataset as a whole.
    """
    flows = as_text(Flow.objects.visible_to(access).values("id"))
    sql = " union all ".join(
        "({})".format(
            _BESIDE.replace("[near]", near)
            .replace("[far]", far)
            .replace("[side]", side)
            .replace("[flows]", flows)
        )
        for side, (near, far) in _ENDS.items()
    )
    params = {
        "names": texts(names),
        "asset": asset,
        "tenant": access.tenant.pk,
        "cap": HIDDEN_CAP,
        "named": NAMED,
    }
    found = rows(sql, params)
    seen = _named_assets(access, {row[2] for row in found})
    answer: dict[str, dict[Side, Beside]] = {
        name: {"upstream": Beside(), "downstream": Beside()} for name in names
    }
    for side, number, key, column, indirect, subtypes, count in found:
        one = answer[names[number - 1]][side]
        kind = one.indirect if indirect else one.direct
        kind.count = count
        if key in seen:
            kind.named.append(Neighbour(*seen[key], column, subtypes or []))
        else:
            kind.restricted += 1
    return answer


def _named_assets(access: Access, keys: Iterable[int]) -> dict[int, tuple[str, str, str]]:
    """Key → id, label, type of what may be seen."""
    found = Asset.objects.visible_to(access).filter(pk__in=any_of(sorted(keys)))
    return {
        pk: (public_id, display_name or public_id, type_)
        for pk, public_id, display_name, type_ in found.values_list(
            "pk", "public_id", "display_name", "type"
        )
    }
