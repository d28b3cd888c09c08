"""Which execution a run belongs to: its root's, as far as anybody has told so far.

OpenLineage's parent facet names the parent and, from newer clients, the root. Whatever of the two
a run names may itself turn out to have a parent, and may come later than its children: then these
move.
"""

from collections.abc import Iterable, Mapping

from accounts.models import Tenant
from lineage.recording.openlineage.rows import RunRow, lock_families, lock_more


def settle_roots(tenant: Tenant, rows: dict[str, RunRow]) -> None:
    """Set `parent_run_id` and `root_run_id` of what changed, and of all that moves with it.

    `rows` gains those that move and the roots that are not in it yet: no statement when a run's
    place is as it was and its root is at hand, else two.
    """
    changed = [row for row in rows.values() if row.is_changed]
    for row in changed:
        parent = row.accumulated.parent if row.accumulated else None
        row.parent_run_id = parent.run_id if parent else ""
    for row in sorted(changed, key=lambda row: row.run_id):
        row.root_run_id = root_of(row, rows, set())
    moving = {row.run_id for row in changed if row.old_root == row.run_id and row.moved}
    if moving:
        for run_id, row in lock_families(tenant, moving).items():
            member = rows.setdefault(run_id, row)
            if member.root_run_id in moving:
                member.root_run_id = rows[member.root_run_id].root_run_id
    missing = {row.root_run_id for row in rows.values()} - rows.keys()
    if missing:
        rows |= lock_more(tenant, missing)


def root_of(row: RunRow, rows: Mapping[str, RunRow], seen: set[str]) -> str:
    """The root as far as `rows` tell. Runs that name each other as parents: the smallest."""
    if row.run_id in seen:
        return min(seen)
    seen.add(row.run_id)
    parent = row.accumulated.parent if row.accumulated else None
    if parent is None:
        return row.run_id
    if row.before is not None and row.before.parent == parent:
        return row.root_run_id
    above = rows.get(parent.root_run_id or parent.run_id)
    if above is None:
        return parent.root_run_id or parent.run_id
    return root_of(above, rows, seen) if above.is_changed else above.root_run_id


def executions_of(rows: Iterable[RunRow]) -> dict[str, list[RunRow]]:
    """Root run id → the runs of a request that belong to it."""
    found: dict[str, list[RunRow]] = {}
    for row in rows:
        found.setdefault(row.root_run_id, []).append(row)
    return found
