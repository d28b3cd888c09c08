"""The raw SQL of column lineage: walks along `lineage_columnedge` from one column.

A node is (asset, column); the empty column stands for the dataset as a whole, which covers every
column of it. So a column is followed along its own edges and those of the whole, the whole along
all edges of the dataset; said of edges, one follows another where they meet in one asset and in
one column, or either end is the whole. That does not depend on the side from which one walks:
what is upstream of a column has that column downstream.

The recursion is that of `lineage.queries.walk_sql`: rows hold the node and nothing else, so that
each is walked once, and ticks between the rounds tell the level. Both branches of a step search
an index: an OR over the two would read all edges of a wide table for each of its columns.

Measured with 1 M column edges, all of an answer (median, PostgreSQL 18, 2 cores): one column two
steps to both sides 9 ms, five steps (128 columns) 23 ms, 200 of the 100 000 readers of one column
19 ms, one column of a table of 10 000 columns 7 ms, 200 of them together 50 ms.
"""

from lineage.queries.horizon import Side

ENDS: dict[Side, tuple[str, str]] = {
    "upstream": ("downstream", "upstream"),
    "downstream": ("upstream", "downstream"),
}

_IN_WINDOW = """edge.tenant_id = %(tenant)s
    AND (%(since)s::timestamptz IS NULL OR edge.last_seen >= %(since)s)
    AND (%(as_of)s::timestamptz IS NULL OR edge.first_seen <= %(as_of)s)
    AND (NOT %(direct)s OR edge.type <> 'INDIRECT')"""

_ALIVE = """NOT EXISTS (
        SELECT FROM catalog_asset AS gone
        WHERE gone.id = edge.[far]_id AND gone.deleted_at IS NOT NULL
        AND (%(as_of)s::timestamptz IS NULL OR gone.deleted_at <= %(as_of)s)
    )"""

#: The edges on one side of `here` (asset, name). `[what]`: of the edge.
_STEP = """SELECT [what] FROM lineage_columnedge AS edge
        WHERE edge.[near]_id = here.asset
        AND edge.[near]_column = ANY(ARRAY[here.name, '']) AND [window]
        UNION ALL
        SELECT [what] FROM lineage_columnedge AS edge
        WHERE here.name = '' AND edge.[near]_id = here.asset
        AND edge.[near]_column <> '' AND [window]"""

#: (side, asset, column, level, row); the start is row 2.
WALK = """(WITH RECURSIVE walk(asset, name, tick) AS (
    VALUES (NULL::bigint, NULL::text, 0), (%(start)s::bigint, %(column)s::text, NULL::integer)
    UNION
    SELECT next.asset, next.name, next.tick
    FROM (
        SELECT asset, name, tick, max(tick) OVER () AS level, count(asset) OVER () AS width
        FROM walk
    ) AS here
    CROSS JOIN LATERAL (
        [step]
        UNION ALL
        SELECT NULL, NULL, here.tick + 1 WHERE here.tick IS NOT NULL
    ) AS next(asset, name, tick)
    WHERE here.width > 0 AND here.level < %(depth)s
)
SELECT '[side]', met.asset, met.name, met.level, met.row FROM (
    SELECT asset, name, count(tick) OVER ticks - 1 AS level, row_number() OVER ticks AS row
    FROM walk WINDOW ticks AS (ROWS UNBOUNDED PRECEDING) LIMIT %(budget)s
) AS met
WHERE met.row = %(budget)s OR met.asset IS NOT NULL
LIMIT %(limit)s + 1)"""

_MET = """met(asset, name) AS MATERIALIZED (
    SELECT * FROM unnest(%(assets)s::bigint[], %(names)s::text[])
)"""

#: Edges between what was met, each once. Each condition is an equality, so that it is looked up
#: in a hash: the columns of one wide table would else all be compared with each other.
EDGES = """WITH [met], found AS MATERIALIZED (
    SELECT DISTINCT edge.id FROM met AS here CROSS JOIN LATERAL (
        [step]
    ) AS edge
    WHERE (edge.asset, edge.name) IN (SELECT asset, name FROM met)
        OR edge.asset IN (SELECT asset FROM met WHERE name = '')
        OR (edge.name = '' AND edge.asset IN (SELECT asset FROM met))
    LIMIT %(max_edges)s
)
SELECT edge.upstream_id, edge.upstream_column, edge.downstream_id, edge.downstream_column,
    edge.flow_id, edge.task_id, edge.type, edge.subtype, edge.description, edge.masking,
    edge.kind, edge.first_seen, edge.last_seen
FROM lineage_columnedge AS edge JOIN found ON found.id = edge.id
ORDER BY edge.id"""

#: (side, number of the node, how many neighbours on this side were not met). A hub has many, so
#: only so many edges are looked at.
HIDDEN = """SELECT '[side]', here.number, (
    SELECT count(*) FROM (
        SELECT DISTINCT beyond.asset, beyond.name FROM (
            SELECT edge.asset, edge.name FROM (
                [step]
            ) AS edge
            WHERE (edge.asset, edge.name) NOT IN (SELECT asset, name FROM met)
            LIMIT %(hidden_rows)s
        ) AS beyond
        LIMIT %(cap)s
    ) AS counted
)
FROM unnest(%(assets)s::bigint[], %(names)s::text[])
    WITH ORDINALITY AS here(asset, name, number)"""


def walk(side: Side) -> str:
    return _spell(WALK, side, "edge.[far]_id, edge.[far]_column, NULL::integer")


def edges() -> str:
    """Found at their downstream ends; a column has few upstream ones, a hub many downstream."""
    return _spell(EDGES, "upstream", "edge.id, edge.[far]_id AS asset, edge.[far]_column AS name")


def hidden() -> str:
    """Of both sides."""
    parts = (
        _spell(HIDDEN, side, "edge.[far]_id AS asset, edge.[far]_column AS name") for side in ENDS
    )
    return f"WITH {_MET} {' UNION ALL '.join(parts)}"


def _spell(template: str, side: Side, what: str) -> str:
    """`template` with its pieces and the columns of one side filled in; parameters stay."""
    near, far = ENDS[side]
    alive = "" if template is EDGES else f" AND {_ALIVE}"
    for name, piece in (
        ("step", _STEP),
        ("met", _MET),
        ("what", what),
        ("window", _IN_WINDOW + alive),
        ("near", near),
        ("far", far),
        ("side", side),
    ):
        template = template.replace(f"[{name}]", piece)
    return template
