"""What the first page tells: how the last day went, what needs a look, what changed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Max, Min

from accounts.access import Access
from catalog.freshness import Freshness, freshness_q
from catalog.models import Asset, AssetChange
from catalog.models.assets import AssetQuerySet
from lineage.models import AssetUsage, Execution, TaskRun
from lineage.models.runs import TERMINAL, State
from lineage.queries.runs import COUNTED, run_over

#: Counts stop here: the page says "10,000+".
CAP = 10_000
#: Failed executions whose assets are looked at.
FAILURES = 200


@dataclass(frozen=True, slots=True)
class HourOfNamespace:
    """Executions of one namespace and state that began in the hour from `start` on."""

    namespace: str
    start: datetime
    state: str
    count: int


def hours_since(access: Access, since: datetime) -> list[HourOfNamespace]:
    """By namespace, hour and state, in no order, of the newest COUNTED executions."""
    recent = Execution.objects.listed_to(access).filter(sorted_at__gte=since)
    newest = recent.order_by("-sorted_at", "-pk").values("namespace", "sorted_at", "state")
    return [HourOfNamespace(*row) for row in run_over(newest[:COUNTED], HOURS, ())]


HOURS = """
select n.name, hour, state, count from (
    select namespace, date_bin('1 hour', sorted_at, timestamptz 'epoch') as hour, state,
           count(*) as count
    from ({found}) as found group by 1, 2, 3
) counted join catalog_namespace n on n.id = namespace
"""


@dataclass(frozen=True, slots=True)
class FailingFlow:
    namespace: str
    flow_id: str
    failures: int
    last_at: datetime


def failing_flows(access: Access, since: datetime, limit: int) -> list[FailingFlow]:
    """Flows with failed executions since then, the latest failure first."""
    failed = Execution.objects.listed_to(access).filter(state=State.FAILED, sorted_at__gte=since)
    by_flow = failed.values("flow").annotate(failures=Count("pk"), last_at=Max("sorted_at"))
    rows = by_flow.order_by("-last_at", "flow").values_list(
        "namespace__name", "flow__public_id", "failures", "last_at"
    )
    return [FailingFlow(*row) for row in rows[:limit]]


def stale_assets(access: Access, now: datetime, limit: int) -> tuple[Sequence[Asset], int]:
    """Those that became stale last, and how many there are in all, up to CAP."""
    stale = listed(access).filter(freshness_q(Freshness.STALE, now))
    rows = stale.select_related("state", "namespace").defer("search_text")
    return list(rows.order_by("-state__stale_at", "pk")[:limit]), stale[:CAP].count()


def failed_assets(access: Access, since: datetime, now: datetime, limit: int) -> Sequence[Asset]:
    """Assets that a failed run was to write and no later one has: of the last FAILURES runs."""
    failed = Execution.objects.listed_to(access).filter(state=State.FAILED, sorted_at__gte=since)
    runs = TaskRun.objects.unscoped("of executions that may be listed").filter(
        execution__in=failed.order_by("-sorted_at", "-pk").values("pk")[:FAILURES]
    )
    written = AssetUsage.objects.unscoped("of executions that may be listed").filter(
        task_run__in=runs.values("pk"), direction=AssetUsage.Direction.WRITE, state=State.FAILED
    )
    rows = listed(access).filter(
        freshness_q(Freshness.FAILED, now), pk__in=written.values("asset")
    )
    related = rows.select_related("state", "namespace").defer("search_text")
    return list(related.order_by("-state__last_failed_at", "pk")[:limit])


def listed(access: Access) -> AssetQuerySet:
    assets: AssetQuerySet = Asset.objects.listed_to(access)
    return assets.live()


def count_assets(access: Access) -> int:
    """Up to CAP."""
    return listed(access).order_by()[:CAP].count()


def count_new_assets(access: Access, since: datetime) -> int:
    """Seen first since then, up to CAP."""
    return listed(access).filter(created_at__gte=since).order_by()[:CAP].count()


@dataclass(frozen=True, slots=True)
class Running:
    """How many executions have not ended, and since when the oldest of them runs."""

    count: int
    since: datetime | None


def running(access: Access) -> Running:
    going_on = sorted(set(State.values) - TERMINAL)
    rows = Execution.objects.listed_to(access).filter(state__in=going_on)
    return Running(**rows.aggregate(count=Count("pk"), since=Min("started_at")))


def latest_changes(access: Access, limit: int) -> Sequence[AssetChange]:
    """The newest first, each with its asset."""
    changes = AssetChange.objects.listed_to(access).filter(tenant=access.tenant)
    unseen = ("asset__search_text", "asset__metadata", "asset__columns")
    shown = changes.select_related("asset").defer(*unseen)
    return list(shown.order_by("-at", "-pk")[:limit])
