"""The first page of a tenant: what ran, what failed, what went stale, what changed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpResponse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from accounts.access import Access
from accounts.web import PageRequest, page, tenant_page
from catalog.asset_rows import AssetRow
from lineage.drawing import HeatCell, heat, sparkline
from lineage.models.runs import TERMINAL
from lineage.queries import home as queries
from lineage.queries import runs
from lineage.queries.home import HourOfNamespace
from lineage.queries.runs import ExecutionFilter
from lineage.views.execution_rows import execution_rows, picture

DAY = timedelta(days=1)
#: Rows of each list, and namespaces of the heat map.
LISTED, NAMESPACES = 6, 12
#: The state of an hour is the first of these that occurred in it.
WORST_FIRST = ("FAILED", "KILLED", "WARNING", "RUNNING", "SUCCESS")


@require_safe
@tenant_page
def home(request: PageRequest) -> HttpResponse:
    now = timezone.now()
    recent = runs.list_executions(request.access, ExecutionFilter(), size=8).rows
    assets = queries.count_assets(request.access)
    if not recent and not assets:
        return page(request, "lineage/home_empty.html", {})
    context = {
        "assets": assets,
        "cap": queries.CAP,
        "rows": execution_rows(recent, runs.touched_counts(recent), now),
        "new_assets": queries.count_new_assets(request.access, now - DAY),
        "running": queries.running(request.access),
        "listed": LISTED,
        "changes": queries.latest_changes(request.access, 10),
        **attention(request.access, now),
        **last_day(request.access, now),
    }
    return page(request, "lineage/home.html", context)


def attention(access: Access, now: datetime) -> dict[str, object]:
    """Flows that failed, assets that a failed run left behind, assets that went stale."""
    stale, stale_count = queries.stale_assets(access, now, LISTED)
    failed = queries.failed_assets(access, now - DAY, now, LISTED)
    return {
        "failing": queries.failing_flows(access, now - DAY, LISTED),
        "failed_assets": [AssetRow.of(asset, now) for asset in failed],
        "stale_assets": [AssetRow.of(asset, now) for asset in stale],
        "stale_count": stale_count,
    }


def last_day(access: Access, now: datetime) -> dict[str, object]:
    """Executions of the last 24 hours: counts, a trend, and the namespaces that ran most."""
    this = now.replace(minute=0, second=0, microsecond=0)
    hours = [this - n * DAY / 24 for n in range(24, -1, -1)]
    found = queries.hours_since(access, now - DAY)
    states: Counter[str] = Counter()
    by_hour: Counter[datetime] = Counter()
    for hour in found:
        states[hour.state] += hour.count
        by_hour[hour.start] += hour.count
    total = states.total()
    ended = sum(states[state] for state in TERMINAL)
    return {
        "executions": total,
        "executions_capped": total >= runs.COUNTED,
        "failed": states["FAILED"],
        "succeeded": f"{states['SUCCESS'] / ended:.1%}" if ended else "",
        "trend": picture(sparkline([by_hour[hour] for hour in hours], label="Executions an hour")),
        "heat": heat_rows(found, hours),
        "heat_from": hours[0],
    }


@dataclass(frozen=True, slots=True)
class HeatRow:
    namespace: str
    executions: int
    picture: SafeString


def heat_rows(found: Sequence[HourOfNamespace], hours: Sequence[datetime]) -> list[HeatRow]:
    """The namespaces that ran most, by name; one cell an hour."""
    counted: dict[str, dict[datetime, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for hour in found:
        counted[hour.namespace][hour.start][hour.state] += hour.count
    totals = {name: sum(c.total() for c in cells.values()) for name, cells in counted.items()}
    busiest = sorted(totals, key=lambda name: (-totals[name], name))[:NAMESPACES]
    return [HeatRow(name, totals[name], drawn(counted[name], hours)) for name in sorted(busiest)]


def drawn(cells: Mapping[datetime, Counter[str]], hours: Sequence[datetime]) -> SafeString:
    most = max(counter.total() for counter in cells.values())
    return picture(heat([cell(hour, cells.get(hour, Counter()), most) for hour in hours]))


def cell(hour: datetime, counts: Counter[str], most: int) -> HeatCell:
    """As strong as the hour was busy, in thirds of the namespace's busiest one."""
    total = counts.total()
    if not total:
        return HeatCell("unknown", 0, f"{hour:%H:%M} UTC: nothing ran")
    worst = next((state for state in WORST_FIRST if counts[state]), "unknown")
    told = ", ".join(f"{n} {state.lower()}" for state, n in counts.most_common())
    return HeatCell(worst, -(-3 * total // most), f"{hour:%H:%M} UTC: {told}")
