"""A catalog as large as asked for, made by SQL: pipelines of 200 assets in 20 layers of 10.

Every asset but those of the first layer is made from three of the layer before it, by the flow of
its layer, so 100 000 assets come with about 285 000 edges.
"""

from typing import Any

from django.db import connection

LAYERS, WIDTH, FAN_IN = 20, 10, 3
PIPELINE = LAYERS * WIDTH

NAMESPACES = """
insert into catalog_namespace (tenant_id, name, prefixes, description, created_at)
select %(tenant)s, 'pipelines.p' || p, array['pipelines', 'pipelines.p' || p], '', now()
from generate_series(0, %(pipelines)s - 1) as p
on conflict do nothing
"""
FLOWS = """
insert into lineage_flow
    (tenant_id, namespace_id, public_id, revision, description, labels, created_at, updated_at)
select %(tenant)s, n.id, 'layer_' || l, 0, '', '{}', now(), now()
from catalog_namespace n, generate_series(1, %(layers)s - 1) as l
where n.tenant_id = %(tenant)s and n.name like 'pipelines.p%%'
"""
ASSETS = """
insert into catalog_asset (tenant_id, public_id, namespace_id, type, display_name, description,
    metadata, owners, tags, columns, created_at)
select %(tenant)s,
    'warehouse.' || (array['raw', 'staging', 'core', 'mart'])[1 + l / 5] || '.'
        || (array['orders', 'customers', 'payments', 'shipments', 'invoices',
                  'sessions', 'events', 'stock', 'returns', 'suppliers'])[1 + w]
        || '_p' || p || '_l' || l,
    n.id,
    (array['io.kestra.plugin.ee.assets.Table', 'io.kestra.plugin.ee.assets.Dataset',
           'io.kestra.plugin.ee.assets.File', 'AWS_BUCKET', 'Dashboard'])[1 + (w * l) %% 5],
    case when w = 0 then 'Orders of pipeline ' || p end,
    'Made in layer ' || l,
    jsonb_build_object('system', (array['postgres', 'duckdb', 's3'])[1 + p %% 3],
                       'model_layer', (array['raw', 'staging', 'core', 'mart'])[1 + l / 5],
                       'team', 'team-' || p %% 40),
    '{}', '{}', '[]', now() - make_interval(hours => l)
from generate_series(0, %(pipelines)s - 1) as p
join catalog_namespace n on n.tenant_id = %(tenant)s and n.name = 'pipelines.p' || p,
    generate_series(0, %(layers)s - 1) as l, generate_series(0, %(width)s - 1) as w
"""
STATES = """
insert into catalog_assetstate (asset_id, tenant_id, updated_at, first_written_at,
    last_written_at, last_read_at, writes, stale_at, clock)
select a.id, a.tenant_id, t.at, t.at - interval '20 days', t.at, t.at, 40,
    t.at + interval '36 hours', '{}'
from catalog_asset a, lateral (
    select now() - make_interval(secs => a.id %% 200000) as at) as t
where a.tenant_id = %(tenant)s and a.public_id like 'warehouse.%%'
"""
EDGES = """
insert into lineage_edge (tenant_id, upstream_id, downstream_id, flow_id, task_id, kind,
    first_seen, last_seen, runs)
select %(tenant)s, up.id, down.id, f.id, 'build', 'declared',
    now() - interval '20 days', now() - interval '1 hour', 40
from (select id, namespace_id, row_number() over w as n
      from catalog_asset where tenant_id = %(tenant)s and public_id like 'warehouse.%%'
      window w as (partition by namespace_id order by id)) as down
join (select id, namespace_id, row_number() over w as n
      from catalog_asset where tenant_id = %(tenant)s and public_id like 'warehouse.%%'
      window w as (partition by namespace_id order by id)) as up
    on up.namespace_id = down.namespace_id
    and (up.n - 1) / %(width)s = (down.n - 1) / %(width)s - 1
    and ((up.n - down.n) %% %(width)s + %(width)s) %% %(width)s < %(fan_in)s
join lineage_flow f on f.namespace_id = down.namespace_id
    and f.public_id = 'layer_' || (down.n - 1) / %(width)s
"""

#: Four columns of each asset come out of columns of the three that it is made of.
COLUMN_EDGES = """
insert into lineage_columnedge (tenant_id, upstream_id, upstream_column, downstream_id,
    downstream_column, flow_id, task_id, type, subtype, description, masking, kind, first_seen,
    last_seen)
select e.tenant_id, e.upstream_id, 'c' || n, e.downstream_id, 'c' || (n * 3 %% 4), e.flow_id,
    e.task_id, case n when 0 then 'INDIRECT' else 'DIRECT' end, 'TRANSFORMATION', 'c / 100', false,
    'sql', e.first_seen, e.last_seen
from lineage_edge e, generate_series(0, 3) as n
where e.tenant_id = %(tenant)s and e.upstream_id is not null and e.downstream_id is not null
on conflict do nothing
"""


def make_column_edges(tenant: Any) -> int:
    """Between the columns of all linked assets; how many there are then."""
    with connection.cursor() as cursor:
        cursor.execute(COLUMN_EDGES, {"tenant": tenant.pk})
        cursor.execute("analyze lineage_columnedge")
        cursor.execute("select count(*) from lineage_columnedge")
        return int(cursor.fetchone()[0])


HUB = "warehouse.hub"
HUB_ASSETS = """
insert into catalog_asset (tenant_id, public_id, namespace_id, type, display_name, description,
    metadata, owners, tags, columns, created_at)
select %(tenant)s, case when n = 0 then %(hub)s else %(hub)s || '.' || n end, space.id,
    'Dashboard', null, null, '{}', '{}', '{}', '[]', now()
from (select min(id) as id from catalog_namespace where tenant_id = %(tenant)s) as space,
    generate_series(0, %(readers)s) as n
"""
HUB_STATES = """
insert into catalog_assetstate (asset_id, tenant_id, updated_at, writes, clock)
select id, tenant_id, now(), 1, '{}' from catalog_asset
where tenant_id = %(tenant)s and public_id like %(hub)s || '%%'
"""
HUB_EDGES = """
insert into lineage_edge (tenant_id, upstream_id, downstream_id, flow_id, task_id, kind,
    first_seen, last_seen, runs)
select %(tenant)s, hub.id, reader.id, flow.id, 'build', 'declared', now(), now(), 1
from catalog_asset as hub
join catalog_asset as reader on reader.tenant_id = hub.tenant_id
    and reader.public_id like %(hub)s || '.%%',
    (select min(id) as id from lineage_flow where tenant_id = %(tenant)s) as flow
where hub.tenant_id = %(tenant)s and hub.public_id = %(hub)s
"""


def make_hub(stage: Any, readers: int) -> str:
    """The id of a new asset that so many others are made from."""
    values = {"tenant": stage.tenant.pk, "hub": HUB, "readers": readers}
    with connection.cursor() as cursor:
        for sql in (HUB_ASSETS, HUB_STATES, HUB_EDGES, "analyze"):
            cursor.execute(sql, values)
    return HUB


def make_catalog(tenant: Any, assets: int) -> dict[str, int]:
    """Add about `assets` assets in whole pipelines; counts of what there is then."""
    values = {
        "tenant": tenant.pk,
        "pipelines": max(1, assets // PIPELINE),
        "layers": LAYERS,
        "width": WIDTH,
        "fan_in": FAN_IN,
    }
    with connection.cursor() as cursor:
        for sql in (NAMESPACES, FLOWS, ASSETS, STATES, "analyze", EDGES, "analyze"):
            cursor.execute(sql, values)
        counts = {}
        for name, table in (("assets", "catalog_asset"), ("edges", "lineage_edge")):
            cursor.execute(f"select count(*) from {table}")  # noqa: S608 names from here
            counts[name] = cursor.fetchone()[0]
    return counts


def middle_asset(tenant: Any, pipeline: int) -> str:
    """The id of an asset in the middle of a pipeline, so that it has both directions."""
    return f"warehouse.core.orders_p{pipeline}_l10"
