"""How long events are kept as they came; what was made of them stays.

Pages and the API show events as they came to explain what is in the catalog. Nothing is derived
from them again: runs keep what their events add up to, assets their facets and edges their times,
and an event that comes once more after it has gone leads to the same state.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from accounts.bulk import run
from accounts.models import Tenant

#: Events that go in one transaction.
STEP = 2_000

#: A flow that a job's design alone tells of would look like one that nobody needs. Looked up one
#: by one: `exists` would be read as a list of all edges and executions. An array, because a
#: subquery behind IN may be run again for every row, and then goes beyond its limit.
GO = """
delete from lineage_openlineageevent where id = any(array(
    select e.id from lineage_openlineageevent e
    where e.tenant_id = %s and e.received_at < %s and (
        e.flow_id is null
        or (select true from lineage_edge d where d.flow_id = e.flow_id limit 1)
        or (select true from lineage_execution x where x.flow_id = e.flow_id limit 1)
        or (select f.revision > 0 from lineage_flow f where f.id = e.flow_id))
    order by e.received_at, e.id limit %s for update of e skip locked
)) returning id
"""
NOTE = """
insert into lineage_eventretention as old (tenant_id, gone_before) values (%s, %s)
on conflict (tenant_id) do update set gone_before = excluded.gone_before
where excluded.gone_before > old.gone_before
"""


def forget_events(stops: Callable[[], bool] = lambda: False, *, step: int = STEP) -> int:
    """Delete events that are older than OPENLINEAGE_EVENT_DAYS, in steps; how many there were.

    `stops` is asked between the steps, each of which is a transaction of its own. The rest goes
    the next time.
    """
    days = settings.OPENLINEAGE_EVENT_DAYS
    if not days:
        return 0
    before, done = timezone.now() - timedelta(days=days), 0
    for tenant in Tenant.objects.order_by("pk").values_list("pk", flat=True):
        count = step
        while count == step and not stops():
            count = _forget(tenant, before, step)
            done += count
    return done


def _forget(tenant: int, before: datetime, step: int) -> int:
    with transaction.atomic():
        count = len(run(GO, [tenant, before, step]))
        if count:
            run(NOTE, [tenant, before])
    return count
