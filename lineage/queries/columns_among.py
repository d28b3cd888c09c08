"""Which columns of some assets go into which columns of others among them: for a picture."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from accounts.access import Access
from accounts.bulk import bigints
from lineage.queries.column_graph import Column
from lineage.queries.horizon import Horizon
from lineage.queries.walk import rows

#: Pairs of columns of one asset, and of all: more make no picture.
OF_ONE, OF_ALL = 400, 1_500


class ColumnPair(NamedTuple):
    """One column goes into another; `indirect` where nothing of its values does."""

    upstream: Column
    downstream: Column
    indirect: bool
    last_seen: datetime


#: Read from the upstream ends; a hub has many edges, so only so many of each are looked at.
_PAIRS = """
select upstream_id, upstream_column, downstream_id, downstream_column,
    bool_and(type = 'INDIRECT'), max(last_seen)
from unnest(%(assets)s::bigint[]) as one(id)
cross join lateral (
    select edge.* from lineage_columnedge as edge
    where edge.upstream_id = one.id and edge.downstream_id + 0 = any(%(assets)s::bigint[])
        and edge.tenant_id = %(tenant)s
        and (%(since)s::timestamptz is null or edge.last_seen >= %(since)s)
        and (%(as_of)s::timestamptz is null or edge.first_seen <= %(as_of)s)
    limit %(of_one)s
) as found
group by 1, 2, 3, 4
order by 1, 2, 3, 4
limit %(of_all)s + 1
"""


def columns_among(
    access: Access, assets: Iterable[int], horizon: Horizon
) -> tuple[list[ColumnPair], bool]:
    """(pairs between assets that the caller has found visible; whether these are all).

    Of `horizon` only the window counts. One statement.
    """
    params = horizon.params(access.tenant) | {
        "assets": bigints(sorted(assets)),
        "of_one": OF_ONE,
        "of_all": OF_ALL,
    }
    found = [
        ColumnPair(Column(up, up_name), Column(down, down_name), indirect, last_seen)
        for up, up_name, down, down_name, indirect, last_seen in rows(_PAIRS, params)
    ]
    return found[:OF_ALL], len(found) <= OF_ALL
