"""Which tasks have told of a merged asset since: runs told again leave all they did with it."""

from collections.abc import Iterable

from accounts.bulk import dump, run
from catalog.models import AssetMerge

#: (flow row, task id)
type TaskKey = tuple[int, str]


def last_usage() -> int:
    """Whatever is recorded from now on has a larger id: names are held, to change them."""
    return run("select coalesce(max(id), 0) from lineage_assetusage")[0][0]


def told_since(merge: AssetMerge) -> set[TaskKey]:
    """Before what the merge has moved goes back: one statement. With what `note_retold` noted."""
    rows = run(
        "select distinct x.flow_id, t.task_id from lineage_assetusage u"
        " join lineage_taskrun t on t.id = u.task_run_id"
        " join lineage_execution x on x.id = u.execution_id"
        " where u.asset_id = %s and u.id > %s",
        [merge.kept_id, merge.journal.get("last_usage", 0)],
    )
    retold = merge.journal.get("retold", ())
    return {(flow, task_id) for flow, task_id in (*rows, *retold)}


def note_retold(absorbed: Iterable[int], tasks: Iterable[TaskKey]) -> None:
    """Of merges that a request has just made: tasks whose runs it was telling again, so that what
    the merges have noted of their edges was of no run any more. One statement, or none."""
    assets, keys = sorted(absorbed), sorted(tasks)
    if assets and keys:
        run(
            "update catalog_assetmerge set journal = journal || jsonb_build_object('retold',"
            " %s::jsonb) where absorbed_id = any(%s::bigint[]) and undone_at is null",
            [dump([list(key) for key in keys]), assets],
        )
