"""Removing assets for good, with every trace that names them."""

from collections.abc import Sequence

from django.db import transaction

from accounts.access import Access
from accounts.bulk import run
from catalog.declaring import LOCK_STATES
from catalog.finding import hold_names
from catalog.locking import Locked, locks_against
from catalog.models import Asset
from lineage.queries.sql_text import any_of

WHY = "the caller has found that these may be deleted"

#: Events keep what else they name. They are found by the usages, so this comes first.
STRIP_EVENTS = """
with concerned as (
    select distinct task_run_id from lineage_assetusage where asset_id = any(%s::bigint[])
)
update lineage_lineageevent event set
    inputs = array(select pk from unnest(event.inputs) as pk where pk <> all(%s::bigint[])),
    outputs = array(select pk from unnest(event.outputs) as pk where pk <> all(%s::bigint[])),
    columns = coalesce((
        select jsonb_agg(link) from jsonb_array_elements(event.columns) as link
        where (link->>0)::bigint <> all(%s::bigint[]) and (link->>2)::bigint <> all(%s::bigint[])
    ), '[]')
from concerned where event.task_run_id = concerned.task_run_id
"""


WITH_ABSORBED = """
with recursive gone(id) as (
    select id from catalog_asset where id = any(%s::bigint[])
    union select absorbed.id from gone join catalog_asset absorbed
    on absorbed.merged_into_id = gone.id
)
select id from gone order by id
"""


def purge_assets(access: Access, pks: Sequence[int]) -> int:
    """Delete assets by row, softly deleted ones as well; how many there were. Raises Locked.

    What had become another name of one goes with it. A statement for each table that points at
    assets, whatever their number. The caller has found that they may be deleted.
    """
    with transaction.atomic():
        hold_names(access.tenant)
        keys = [pk for (pk,) in run(WITH_ABSORBED, [sorted(pks)])]
        absorbed = len(keys) - len(set(pks) & set(keys))
        run(LOCK_STATES, [keys])
        for lock in locks_against(access.user, keys).values():
            raise Locked(lock)
        run(STRIP_EVENTS, [keys] * 5)
        gone = Asset.objects.unscoped(WHY).filter(pk__in=any_of(keys)).only("pk")
        _, counts = gone.delete()
    return counts.get("catalog.Asset", 0) - absorbed
