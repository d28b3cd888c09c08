"""Lists of executions: filtered, newest first, with what their page says above the table."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

from django.core.exceptions import EmptyResultSet
from django.db.models import Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.db.models.lookups import IContains

from accounts.access import Access
from accounts.bulk import run
from lineage.masking import secret_inputs
from lineage.models import Execution, Flow
from lineage.models.runs import ExecutionQuerySet
from lineage.queries.keyset import NEWEST_FIRST, Slice
from lineage.recording.flows import KnownFlow, Revisions

#: The counts and bars above a list are of so many of the newest executions.
COUNTED = 10_000
#: Text and labels are looked for in so many of the newest.
LOOKED_AT = 20_000
#: Bars above a list.
BUCKETS = 96
#: Assets of one execution that a list counts.
TOUCHED = 1_000


@dataclass(frozen=True, slots=True)
class ExecutionFilter:
    """What a list shows. `namespace` includes its children; `since` ≤ start < `until`.

    `labels`: all of them; a value "" asks for the key alone. `q`: part of a flow's id or a label,
    or the beginning of an execution's id.
    """

    states: tuple[str, ...] = ()
    namespace: str = ""
    flow: str = ""
    since: datetime | None = None
    until: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    q: str = ""

    @property
    def looks_inside(self) -> bool:
        """Whether only the newest LOOKED_AT executions are searched."""
        return bool(self.labels or self.q)


def list_executions(
    access: Access, wanted: ExecutionFilter, *, size: int = 50, cursor: str = ""
) -> Slice[Execution]:
    """One page with each execution's flow and namespace. Raises BadCursor."""
    rows = matching(access, wanted).select_related("flow", "namespace").defer(*HEAVY)
    return NEWEST_FIRST.page(rows, size, cursor)


#: What no list shows.
HEAVY = ("inputs", "outputs", "variables", "histories", "stamp", "field_stamps", "error")


def matching(access: Access, wanted: ExecutionFilter) -> ExecutionQuerySet:
    """The executions that `access` lists and `wanted` lets through."""
    rows = regardless_of_state(access, wanted)
    return rows.filter(state__in=wanted.states) if wanted.states else rows


def regardless_of_state(access: Access, wanted: ExecutionFilter) -> ExecutionQuerySet:
    rows = Execution.objects.listed_to(access)
    if wanted.namespace:
        rows = cast(ExecutionQuerySet, rows.in_namespace(access, wanted.namespace))
    if wanted.flow:
        named = flows_named(access, Q(public_id=wanted.flow)).values_list("pk", flat=True)
        rows = rows.filter(flow__in=list(named))
    if wanted.since:
        rows = rows.filter(sorted_at__gte=wanted.since)
    if wanted.until:
        rows = rows.filter(sorted_at__lt=wanted.until)
    if wanted.q and (exactly := rows.filter(public_id=wanted.q)).exists():
        return exactly  # however old: somebody has pasted an id
    if wanted.looks_inside:
        rows = newest(rows)
    for key, value in wanted.labels.items():
        asked = {"labels__contains": {key: value}} if value else {"labels__has_key": key}
        rows = rows.filter(**asked)
    return rows.filter(text_q(access, wanted.q)) if wanted.q else rows


def newest(rows: ExecutionQuerySet) -> ExecutionQuerySet:
    """The newest LOOKED_AT of `rows`: what has no index is searched within bounds."""
    beyond = rows.order_by("-sorted_at", "-pk").values("sorted_at")[LOOKED_AT : LOOKED_AT + 1]
    return rows.filter(sorted_at__gt=Coalesce(Subquery(beyond), Value(BEGINNING)))


BEGINNING = datetime(1, 1, 1, tzinfo=UTC)


def text_q(access: Access, text: str) -> Q:
    """Executions that `text` may mean; of labels, keys and values are searched as they read."""
    named = flows_named(access, Q(public_id__icontains=text)).values("pk")
    in_labels = IContains(Cast("labels", TextField()), text)
    return Q(public_id__istartswith=text) | Q(flow__in=named) | Q(in_labels)


def flows_named(access: Access, which: Q) -> QuerySet[Flow]:
    """Only ever narrows lists that are scoped themselves."""
    flows = Flow.objects.unscoped("narrows an already scoped list")
    return flows.filter(which, tenant=access.tenant).order_by()


@dataclass(frozen=True, slots=True)
class Column:
    """Executions by state that began within one step from `start` on."""

    start: datetime
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """What a filter finds whatever the state: by state, and over time in steps of equal length.

    `capped`: only the newest COUNTED executions were looked at. `columns` has no gaps.
    """

    states: Mapping[str, int]
    columns: Sequence[Column]
    step: timedelta
    capped: bool

    def count(self, states: Sequence[str] = ()) -> int:
        """How many are in one of `states`; all of them without."""
        return sum(n for state, n in self.states.items() if not states or state in states)


def tally(access: Access, wanted: ExecutionFilter) -> Tally:
    """Counts by state and over time of what `wanted` finds, its states aside. One statement."""
    found = regardless_of_state(access, wanted).order_by("-sorted_at", "-pk")
    span = [COUNTED, wanted.since, wanted.until, STEPS, BUCKETS]
    rows = run_over(found.values("sorted_at", "state")[:COUNTED], TALLY, span)
    if not rows:
        return Tally({}, (), timedelta(0), capped=False)
    states: Counter[str] = Counter()
    columns: defaultdict[int, Counter[str]] = defaultdict(Counter)
    for number, state, count, *_ in rows:
        states[state] += count
        columns[number][state] += count
    *_, step, first, last = rows[0]
    return Tally(
        states,
        [Column(at(n * step), columns[n]) for n in range(first, last + 1)],
        timedelta(seconds=step),
        capped=states.total() >= COUNTED,
    )


def run_over(found: QuerySet[Any], sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows of `sql`, whose `{found}` comes first and is the scoped `found`."""
    try:
        inner, own = found.query.sql_with_params()
    except EmptyResultSet:
        return []
    return run(sql.format(found=inner), [*own, *params])


def at(epoch: int) -> datetime:
    return datetime.fromtimestamp(epoch, UTC)


#: Round steps of time, in seconds: the bars of a list are at most BUCKETS of one of these.
STEPS = [
    *(60 * n for n in (1, 5, 15, 30)),
    *(3_600 * n for n in (1, 3, 6, 12)),
    *(86_400 * n for n in (1, 7, 28, 91, 364, 3_640, 36_400)),
]

#: The span is what was asked for as far as it was looked at, else what was found.
TALLY = """
with found as materialized ({found}), span as (
    select extract(epoch from case when count(*) < %s then coalesce(%s, min(sorted_at))
                                   else min(sorted_at) end)::bigint as since,
           extract(epoch from coalesce(%s, max(sorted_at)))::bigint as until
    from found
), scale as materialized (
    select s.*, (select min(step) from unnest(%s::bigint[]) as step
                 where step * (%s - 1) >= until - since) as step
    from span s
)
select date_part('epoch', sorted_at)::bigint / step, state, count(*),
       max(step), max(since / step), max(until / step)
from found, scale group by 1, 2
"""


def touched_counts(executions: Iterable[Execution]) -> dict[int, dict[str, int]]:
    """Execution key → direction → how many assets, hidden ones included: numbers name nothing.

    Of one execution at most TOUCHED usages are counted. The executions are visible already.
    """
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    keys = [execution.pk for execution in executions]
    for pk, direction, count in run(TOUCHED_COUNTS, [keys, TOUCHED]):
        counts[pk][direction] = count
    return counts


TOUCHED_COUNTS = """
select e.id, u.direction, count(distinct u.asset_id)
from unnest(%s::bigint[]) as e(id)
cross join lateral (
    select u.direction, u.asset_id from lineage_taskrun t
    join lineage_assetusage u on u.task_run_id = t.id
    where t.execution_id = e.id limit %s
) u
group by 1, 2
"""


def secrets_of(executions: Iterable[Execution]) -> dict[int, frozenset[str]]:
    """Execution key → the names of its SECRET inputs. At most one statement.

    The executions come with their `flow`.
    """
    executions = list(executions)
    flows = {e.pk: known_flow(e.flow) for e in executions}
    revisions = Revisions((flows[e.pk], e.applied_revision) for e in executions)
    return {
        e.pk: secret_inputs(revisions.applying(flows[e.pk], e.applied_revision)[1])
        for e in executions
    }


def known_flow(flow: Flow) -> KnownFlow:
    return KnownFlow(flow.pk, flow.namespace_id, "", flow.public_id, flow.revision)
