"""What a search's results are made of: counts by type, namespace, state, owner, tag, metadata.

One statement over at most COUNT_CAP of the matches, so that it costs the same for a thousand
assets and for a million; beyond that the counts are of that many and say so.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from accounts.access import Access
from catalog.freshness import Freshness, with_freshness
from catalog.queries import COUNT_CAP, Count, Search, matching

#: Metadata is looked at in fewer rows: every key of every row has to be opened.
METADATA_ROWS = 2_000
METADATA_KEYS = 4
#: A key with more values than this is an attribute, not a class of things.
METADATA_VALUES = 12
VALUES = 40

_SQL = """
WITH hits AS MATERIALIZED (
    SELECT id, type, namespace_id, owners, tags, metadata, freshness
    FROM ({matching}) AS matching LIMIT {limit}
), within AS (
    SELECT namespace_id, count(*) AS n FROM hits GROUP BY namespace_id
), entries AS (
    SELECT entry.key, entry.value #>> '{{}}' AS value, count(*) AS n
    FROM (SELECT metadata FROM hits LIMIT {metadata_rows}) AS seen,
         jsonb_each(metadata) AS entry
    WHERE jsonb_typeof(entry.value) IN ('string', 'boolean')
      AND length(entry.value #>> '{{}}') BETWEEN 1 AND 60
    GROUP BY 1, 2
), keys AS (
    SELECT key FROM entries GROUP BY key
    HAVING count(*) <= {metadata_values} AND sum(n) > 1
    ORDER BY sum(n) DESC, key LIMIT {metadata_keys}
)
SELECT 'total', '', '', (SELECT count(*) FROM hits)
UNION ALL SELECT 'type', '', type, count(*) FROM hits GROUP BY type
UNION ALL SELECT 'state', '', freshness, count(*) FROM hits GROUP BY freshness
UNION ALL SELECT 'owner', '', owner, count(*) FROM hits, unnest(owners) AS owner GROUP BY owner
UNION ALL SELECT 'tag', '', tag, count(*) FROM hits, unnest(tags) AS tag GROUP BY tag
UNION ALL
    SELECT 'namespace', '', prefix, sum(n)::bigint
    FROM within JOIN catalog_namespace AS namespace ON namespace.id = within.namespace_id,
         unnest(namespace.prefixes) AS prefix
    GROUP BY prefix
UNION ALL SELECT 'metadata', key, value, n FROM entries JOIN keys USING (key)
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    value: str
    count: int


@dataclass(frozen=True, slots=True)
class Facets:
    """Buckets with the largest first; states in their own order, namespaces by name.

    When `total` is capped, all counts are of the first `total.value` matches.
    """

    total: Count
    types: list[Bucket]
    namespaces: list[Bucket]
    states: list[Bucket]
    owners: list[Bucket]
    tags: list[Bucket]
    metadata: Mapping[str, list[Bucket]]


def facets_of(access: Access, search: Search, now: datetime) -> Facets:
    """Facets of everything that `search` finds for `access`."""
    found = with_freshness(matching(access, search, now).order_by(), now)
    columns = ("id", "type", "namespace_id", "owners", "tags", "metadata", "freshness")
    buckets: defaultdict[tuple[str, str], list[Bucket]] = defaultdict(list)
    for kind, key, value, count in _counted(found.values(*columns)):
        buckets[kind, key].append(Bucket(value, count))
    total = sum(bucket.count for bucket in buckets["total", ""])
    keys = sorted(key for kind, key in buckets if kind == "metadata")
    return Facets(
        total=Count(min(total, COUNT_CAP), total > COUNT_CAP),
        types=_largest(buckets["type", ""]),
        namespaces=sorted(_largest(buckets["namespace", ""]), key=lambda b: b.value),
        states=_in_order(buckets["state", ""]),
        owners=_largest(buckets["owner", ""]),
        tags=_largest(buckets["tag", ""]),
        metadata={key: _largest(buckets["metadata", key]) for key in keys},
    )


def _counted(found: QuerySet) -> list[tuple[str, str, str, int]]:
    """Rows of (kind, key, value, count)."""
    try:
        sql, params = found.query.sql_with_params()
    except EmptyResultSet:  # Django sees that nothing can match: no grant, an empty list
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SQL.format(matching=sql, **_LIMITS), params)
        return cursor.fetchall()


_LIMITS = {
    "limit": COUNT_CAP + 1,
    "metadata_rows": METADATA_ROWS,
    "metadata_keys": METADATA_KEYS,
    "metadata_values": METADATA_VALUES,
}


def _largest(buckets: list[Bucket]) -> list[Bucket]:
    return sorted(buckets, key=lambda bucket: (-bucket.count, bucket.value))[:VALUES]


def _in_order(buckets: list[Bucket]) -> list[Bucket]:
    place = {state.value: number for number, state in enumerate(Freshness)}
    return sorted(buckets, key=lambda bucket: place[bucket.value])
