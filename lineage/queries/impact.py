"""What a change of one asset reaches, counted: "19 assets, 3 owners".

One statement, whatever the number of assets: they are counted where they are found, and never
leave the database.
"""

import json
from dataclasses import dataclass

from accounts.access import Access
from catalog.models import Asset
from lineage.models import Flow
from lineage.queries import walk_sql
from lineage.queries.horizon import ENDLESS, Horizon, Side
from lineage.queries.sql_text import as_text
from lineage.queries.walk import rows

#: Owners and types that are named; the others are only counted.
NAMED = 50

_IMPACT = """WITH reached AS MATERIALIZED ([reached]), seen AS MATERIALIZED (
    SELECT asset.id, asset.namespace_id, asset.type, asset.owners
    FROM ([assets]) AS asset JOIN reached ON reached.node = asset.id
), owner AS (
    SELECT name, count(*) AS assets FROM seen CROSS JOIN unnest(seen.owners) AS name GROUP BY name
), type AS (
    SELECT type AS name, count(*) AS assets FROM seen GROUP BY type
), moved AS (
    SELECT DISTINCT edge.flow_id AS id
    FROM (SELECT node FROM reached UNION ALL SELECT %(start)s) AS at
    JOIN lineage_edge AS edge ON edge.[near] = at.node
    WHERE edge.flow_id IS NOT NULL AND [in_window]
), flow AS (
    SELECT moved.id, EXISTS (SELECT FROM ([flows]) AS mine WHERE mine.id = moved.id) AS is_visible
    FROM moved
)
SELECT
    (SELECT count(*) FROM reached),
    (SELECT count(*) FROM seen),
    (SELECT count(DISTINCT namespace_id) FROM seen),
    (SELECT count(*) FROM flow),
    (SELECT count(*) FROM flow WHERE is_visible),
    (SELECT count(*) FROM owner),
    (SELECT coalesce(jsonb_object_agg(name, assets), '{}') FROM (
        SELECT * FROM owner ORDER BY assets DESC, name LIMIT %(named)s) AS top),
    (SELECT coalesce(jsonb_object_agg(name, assets), '{}') FROM (
        SELECT * FROM type ORDER BY assets DESC, name LIMIT %(named)s) AS top)"""


@dataclass(frozen=True, slots=True)
class Impact:
    """Everything on one side of an asset, without the asset.

    `assets`, `flows`, `namespaces`, `owners` and `types` (name → assets, most first, at most
    NAMED) speak of what the reader may see; `restricted_…` count the rest. Flows are those that
    read what is reached downstream (or wrote what is upstream), the asset itself included.
    """

    assets: int
    restricted_assets: int
    namespaces: int
    flows: int
    restricted_flows: int
    owner_count: int
    owners: dict[str, int]
    types: dict[str, int]


def reach(access: Access, asset: int, side: Side, horizon: Horizon | None = None) -> Impact:
    """What lies on `side` of the asset with the key `asset`, to any depth.

    Of `horizon` only the depth and the window count.
    """
    horizon = horizon or Horizon(depth=None)
    sql = (
        walk_sql.spell(_IMPACT.replace("[reached]", walk_sql.REACHED), side)
        .replace("[assets]", as_text(Asset.objects.visible_to(access).values(*_ASSET)))
        .replace("[flows]", as_text(Flow.objects.visible_to(access).values("id")))
    )
    params = horizon.params(access.tenant) | {
        "start": asset,
        "depth": ENDLESS if horizon.depth is None else horizon.depth,
        "named": NAMED,
    }
    [(reached, seen, namespaces, flows, visible, owner_count, owners, types)] = rows(sql, params)
    return Impact(
        assets=seen,
        restricted_assets=reached - seen,
        namespaces=namespaces,
        flows=visible,
        restricted_flows=flows - visible,
        owner_count=owner_count,
        owners=_most_first(json.loads(owners)),
        types=_most_first(json.loads(types)),
    )


_ASSET = ("id", "namespace_id", "type", "owners")


def _most_first(counts: dict[str, int]) -> dict[str, int]:
    return dict(sorted(counts.items(), key=lambda item: (-item[1], item[0])))
