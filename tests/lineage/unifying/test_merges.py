"""Two assets become one with all that points at them, and exactly two again."""

from typing import Any

import pytest

from accounts.access import Access
from catalog.models import Asset
from lineage.models import AssetUsage, Edge
from lineage.recording import record_executions
from lineage.unifying import merge_assets, unmerge
from tests.conftest import Cast
from tests.lineage.unifying.tables import apart, rows_of
from tests.lineage.worlds import posted, task_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def access(cast: Cast) -> Access:
    return cast.access("admin")


def record(access: Access, *executions: dict[str, Any]) -> None:
    assert all(r.status != "failed" for r in record_executions(access, executions))


def asset(public_id: str) -> Asset:
    return Asset.objects.unscoped("test").select_related("state").get(public_id=public_id)


def edges() -> set[tuple[str | None, str | None, str, int]]:
    rows = Edge.objects.unscoped("test").select_related("upstream", "downstream", "flow")
    return {
        (
            edge.upstream and edge.upstream.public_id,
            edge.downstream and edge.downstream.public_id,
            edge.flow.public_id if edge.flow else "",
            edge.runs,
        )
        for edge in rows
    }


def test_usages_edges_and_counters_come_together(access: Access) -> None:
    both = [task_run("t1", reads=["raw"], writes=["k", "a"])]
    record(access, posted("e1", runs=both))
    record(access, posted("e2", runs=[task_run("t2", reads=["raw"], writes=["a"])]))
    record(access, posted("e3", "use", runs=[task_run("t3", reads=["a"], writes=["mart"])]))
    before = rows_of(access.tenant)
    merge = merge_assets(access, asset("k"), asset("a"))
    assert edges() == {("raw", "k", "daily", 2), ("k", "mart", "use", 1)}
    kept, absorbed = asset("k"), asset("a")
    assert kept.state.writes == 2
    assert absorbed.merged_into_id == kept.pk
    assert absorbed.deleted_at
    usages = AssetUsage.objects.unscoped("test").filter(asset=kept)
    assert sorted(usages.values_list("task_run__public_id", "direction")) == [
        ("t1", "WRITE"),
        ("t2", "WRITE"),
        ("t3", "READ"),
    ]
    unmerge(access, merge)
    assert rows_of(access.tenant) == before
    assert apart(access.tenant) == {("a", "k")}
