"""Which flows read or write an asset, by which task, how often and when last."""

from dataclasses import dataclass
from datetime import datetime

from accounts.access import Access
from lineage.models import Flow
from lineage.queries.sql_text import as_text
from lineage.queries.walk import rows

#: Flows and tasks that a page lists.
LISTED = 20

#: Each end is its own branch, so that each finds its index.
_TOUCHING = """SELECT flow.id, flow.public_id, namespace.name, touch.task_id, touch.writes,
    touch.runs, touch.last_seen, count(*) OVER ()
FROM (
    SELECT flow_id, task_id, writes, max(runs) AS runs, max(last_seen) AS last_seen
    FROM (
        SELECT flow_id, task_id, false AS writes, runs, last_seen FROM lineage_edge
        WHERE upstream_id = %(asset)s AND tenant_id = %(tenant)s
        UNION ALL
        SELECT flow_id, task_id, true, runs, last_seen FROM lineage_edge
        WHERE downstream_id = %(asset)s AND tenant_id = %(tenant)s
    ) AS edge
    WHERE flow_id IS NOT NULL
    GROUP BY flow_id, task_id, writes
) AS touch
JOIN ([flows]) AS flow ON flow.id = touch.flow_id
JOIN catalog_namespace AS namespace ON namespace.id = flow.namespace_id
ORDER BY touch.last_seen DESC, flow.id, touch.task_id, touch.writes
LIMIT %(listed)s"""


@dataclass(frozen=True, slots=True)
class Touch:
    """A task of a flow that reads the asset, or writes it."""

    flow: int
    flow_id: str
    namespace: str
    task: str
    writes: bool
    runs: int
    last_seen: datetime


def flows_touching(access: Access, asset: int) -> tuple[list[Touch], int]:
    """(the latest LISTED, how many there are) of the flows in reach. One statement.

    The caller has found the asset visible.
    """
    mine = Flow.objects.visible_to(access).values("id", "public_id", "namespace_id")
    params = {"asset": asset, "tenant": access.tenant.pk, "listed": LISTED}
    found = rows(_TOUCHING.replace("[flows]", as_text(mine)), params)
    return [Touch(*row[:-1]) for row in found], found[0][-1] if found else 0
