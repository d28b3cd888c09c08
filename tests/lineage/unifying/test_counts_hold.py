"""Whatever comes between merges and undone ones, the graph is what the lineage events tell."""

from itertools import product, zip_longest
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.access import Access
from accounts.models import Tenant
from catalog.models import Asset, AssetMerge
from lineage.models import ColumnEdge, Edge, LineageEvent
from lineage.models.runs import PRODUCTIVE
from lineage.recording.column_links import recount_columns
from lineage.recording.recounting import recount_assets, recount_edges
from lineage.unifying import merge_assets, unmerge
from tests.lineage.events import dataset, event, job_event, post
from tests.lineage.snapshots import observed, snapshot
from tests.lineage.test_openlineage_order import NAMES, deliveries, difference
from tests.lineage.test_recording_order import tenant_access

type Step = tuple[str, int, int]
STEPS = st.tuples(st.sampled_from(["", "merge", "undo"]), st.integers(0, 3), st.integers(0, 3))


@pytest.mark.django_db
@pytest.mark.slow
@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(told=deliveries(), between=st.lists(STEPS, min_size=12, max_size=12))
def test_what_is_counted_is_what_events_tell(told: Any, between: list[Step], db: None) -> None:
    with transaction.atomic():
        access = tenant_access("main")
        for batch, step in zip_longest(told[1], between[: len(told[1])], fillvalue=("", 0, 0)):
            post(access, *batch)
            take(access, step)
        try:
            assert_counts_hold_also_when_undone(access)
        finally:
            transaction.set_rollback(True)


def assert_counts_hold_also_when_undone(access: Access) -> None:
    assert_counts_hold(access.tenant)
    for merge in standing_merges(access.tenant):
        merge.refresh_from_db()
        if merge.undone_at is None:
            unmerge(access, merge)
    assert_counts_hold(access.tenant)


@pytest.mark.django_db
def test_a_run_may_move_in_the_request_that_tells_names_of_what_it_read() -> None:
    access = tenant_access("main")
    b, d = NAMES[1], NAMES[3]
    names = {"symlinks": {"identifiers": [{"namespace": b[0], "name": b[1], "type": "TABLE"}]}}
    reads = [dataset(b), dataset(d)]
    post(access, event("COMPLETE", 6, 2, "dag.task.command", inputs=reads, parent=(1, "dag.task")))
    moves = [dataset(d, **names)]
    post(access, event("COMPLETE", 7, 1, "dag.task", outputs=moves, parent=(0, "dag")))
    assert_counts_hold_also_when_undone(access)


@pytest.mark.django_db
def test_a_run_may_move_while_its_edge_becomes_one_that_is_stated() -> None:
    access = tenant_access("main")
    a, b, c, _ = NAMES
    command = "dag.task.command"
    post(
        access,
        event("COMPLETE", 2, 2, command, inputs=[dataset(b)], outputs=[dataset(a)]),
        job_event(8, command, inputs=[dataset(b)], outputs=[dataset(c)]),
    )
    names = {"symlinks": {"identifiers": [{"namespace": a[0], "name": a[1], "type": "TABLE"}]}}
    post(
        access,
        event("START", 0, 3, "dag", outputs=[dataset(c, **names)]),
        event("COMPLETE", 2, 2, command, parent=(1, "dag.task")),
    )
    assert_counts_hold_also_when_undone(access)


def take(access: Access, step: Step) -> None:
    """Two assets become one, or two again."""
    what, one, other = step
    rows = Asset.objects.unscoped("test").filter(tenant=access.tenant, merged_into=None)
    assets = list(rows.order_by("public_id"))
    merges = standing_merges(access.tenant)
    if what == "merge" and len(assets) > 1:
        kept = assets.pop(one % len(assets))
        merge_assets(access, kept, assets[other % len(assets)])
    elif what == "undo" and merges:
        unmerge(access, merges[one % len(merges)])


def standing_merges(tenant: Tenant) -> list[AssetMerge]:
    rows = AssetMerge.objects.unscoped("test").filter(tenant=tenant, undone_at=None)
    return list(rows.order_by("pk"))


def assert_counts_hold(tenant: Tenant) -> None:
    """All edges of runs are there, and counting everything anew changes nothing."""
    edges = Edge.objects.unscoped("test").filter(tenant=tenant, flow__isnull=False)
    keys = list(edges.values_list("upstream_id", "downstream_id", "flow_id", "task_id"))
    assert links_of_runs(tenant) <= set(keys)
    before = snapshot(tenant) | observed(tenant)
    if keys:
        recount_edges(keys)
    columns = ColumnEdge.objects.unscoped("test").filter(tenant=tenant, flow__isnull=False)
    ends = {(down, flow, task) for _, down, flow, task in keys if down}
    recount_columns(ends | set(columns.values_list("downstream_id", "flow_id", "task_id")))
    assets = Asset.objects.unscoped("test").filter(tenant=tenant).order_by("pk")
    recount_assets(list(assets.values_list("pk", flat=True)))
    after = snapshot(tenant) | observed(tenant)
    differing = {part: difference(before[part], after[part]) for part in before}
    assert not {part: rows for part, rows in differing.items() if rows}


def links_of_runs(tenant: Tenant) -> set[tuple[int | None, int | None, int, str]]:
    events = LineageEvent.objects.unscoped("test").filter(tenant=tenant)
    return {
        (upstream, downstream, event.execution.flow_id, event.task_run.task_id)
        for event in events.select_related("execution", "task_run")
        if event.state in PRODUCTIVE or event.streams
        for upstream, downstream in product(event.inputs or [None], event.outputs or [None])
        if upstream or downstream
    }
