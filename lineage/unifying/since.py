"""Which tasks have told of a merged asset since: runs told again leave all they did with it."""

from accounts.bulk import run
from catalog.models import AssetMerge

#: (flow row, task id)
type TaskKey = tuple[int, str]


def last_usage() -> int:
    """Whatever is recorded from now on has a larger id: names are held, to change them."""
    return run("select coalesce(max(id), 0) from lineage_assetusage")[0][0]


def told_since(merge: AssetMerge) -> set[TaskKey]:
    """Before what the merge has moved goes back: one statement."""
    rows = run(
        "select distinct x.flow_id, t.task_id from lineage_assetusage u"
        " join lineage_taskrun t on t.id = u.task_run_id"
        " join lineage_execution x on x.id = u.execution_id"
        " where u.asset_id = %s and u.id > %s",
        [merge.kept_id, merge.journal.get("last_usage", 0)],
    )
    return {(flow, task_id) for flow, task_id in rows}
