"""How far lineage events can be read without missing any, and where a time lies among them.

Rows get their numbers when they are inserted, but are seen when their transaction ends: a larger
number may be seen before a smaller one. Everybody who inserts holds a lock on the table from
before the number is drawn until after the row is seen (PostgreSQL's RowExclusiveLock). So once
all who held it at some moment are through, all numbers drawn before that moment have been decided.
This neither delays writers, nor is it confused by a database that was restored from a dump, where
transaction numbers begin anew.
"""

import time
from datetime import datetime

from accounts.bulk import run

EVENTS = "lineage_lineageevent"
#: Seconds that a run waits for writers, and between looks.
PATIENCE, PAUSE = 20.0, 0.05

_DRAWN = "select last_value from lineage_lineageevent_id_seq"
_WRITERS = """
select virtualtransaction from pg_locks
where locktype = 'relation' and mode = 'RowExclusiveLock' and pid is distinct from pg_backend_pid()
    and relation = 'lineage_lineageevent'::regclass
    and database = (select oid from pg_database where datname = current_database())
"""


class StillWriting(Exception):
    """Somebody's transaction takes long; nothing after it can be shipped in order."""


def last_drawn() -> int:
    """The largest number of any lineage event so far, whether its row is seen yet or not."""
    ((number,),) = run(_DRAWN)
    return int(number)


def settled_position(patience: float = PATIENCE) -> int:
    """A number up to which every lineage event is seen or will never be. Raises StillWriting.

    Not inside a transaction that has read before: it has to see what others finish meanwhile.
    """
    drawn = last_drawn()
    waiting = writers()
    deadline = time.monotonic() + patience
    while waiting:
        if time.monotonic() > deadline:
            raise StillWriting(
                f"For {patience:.0f} s and more, {len(waiting)} transaction(s) have been writing"
                " lineage events and not ended; waiting for them, so that none is missed."
            )
        time.sleep(PAUSE)
        waiting &= writers()
    return drawn


def writers() -> set[str]:
    return {name for (name,) in run(_WRITERS)}


def position_before(tenant: int, at: datetime) -> int:
    """Just before the first event recorded of what happened at `at` or later; else the end."""
    drawn = last_drawn()
    ((first,),) = run(
        "select min(id) from lineage_lineageevent where tenant_id = %s and at >= %s", [tenant, at]
    )
    return int(first) - 1 if first is not None else drawn


def page_after(tenant: int, position: int, upto: int, size: int) -> list[int]:
    """Rows of the tenant's next events, in the order of their numbers."""
    rows = run(
        "select id from lineage_lineageevent where id > %s and id <= %s and tenant_id = %s"
        " order by id limit %s",
        [position, upto, tenant, size],
    )
    return [pk for (pk,) in rows]


#: Events that are counted, and rows of all tenants that are looked at for it.
COUNTED, LOOKED_AT = 1_000, 50_000
_BEHIND = """
select x.id, (
    select count(*) from (
        select 1 from (
            select tenant_id from lineage_lineageevent
            where id > coalesce(x.position, 0) order by id limit %s
        ) later where later.tenant_id = x.tenant_id limit %s
    ) counted
) from lineage_exporter x where x.tenant_id = %s
"""


def behind(tenant: int) -> dict[int, int]:
    """Exporter → events after its position, before any filter, at most COUNTED + 1."""
    return dict(run(_BEHIND, [LOOKED_AT, COUNTED + 1, tenant]))
