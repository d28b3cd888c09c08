"""OpenLineage's symlinks, renamings and rules, as events bring them."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from accounts.access import Access
from accounts.models import User
from catalog.models import Asset, AssetAlias
from lineage.models import Edge, TaskRun
from lineage.recording.openlineage.record import record_events
from tests.conftest import Cast
from tests.lineage.openlineage.samples import BASE, dataset_event, run_event

pytestmark = pytest.mark.django_db

TABLE = {"namespace": "hive://metastore:9083", "name": "shop.orders"}
PATH = {"namespace": "s3://lake", "name": "shop/orders"}


def symlinks(*others: dict[str, str]) -> dict[str, Any]:
    return {"symlinks": {**BASE, "identifiers": [one | {"type": "TABLE"} for one in others]}}


def event(number: int, **changes: Any) -> dict[str, Any]:
    job = {"namespace": "company.data", "name": f"job{number}"}
    at = f"2026-11-21T0{number}:00:00Z"
    return run_event(run={"runId": str(UUID(int=number))}, eventTime=at, job=job, **changes)


def record(access: Access, *events: dict[str, Any]) -> None:
    assert not [outcome.reason for outcome in record_events(access, events) if outcome.reason]


def live() -> set[str]:
    rows = Asset.objects.unscoped("test").filter(merged_into=None)
    return set(rows.values_list("public_id", flat=True))


@pytest.mark.parametrize("late", [False, True])
def test_a_path_and_its_table_are_one_whenever_that_is_told(cast: Cast, late: bool) -> None:
    access = cast.access("ingest")
    writes = event(1, inputs=[], outputs=[PATH])
    reads = event(2, inputs=[TABLE], outputs=[{"namespace": "hive://metastore:9083", "name": "m"}])
    tells = event(3, inputs=[PATH | {"facets": symlinks(TABLE)}], outputs=[])
    record(access, *([writes, reads, tells] if late else [tells, writes, reads]))
    table = "hive://metastore:9083/shop.orders"
    assert live() == {table, "hive://metastore:9083/m"}
    asset = Asset.objects.unscoped("test").select_related("state").get(public_id=table)
    assert (asset.display_name, asset.state.writes) == ("orders", 1)
    alias = AssetAlias.objects.unscoped("test").get(name="s3://lake/shop/orders")
    assert (alias.asset_id, alias.source) == (asset.pk, "symlink")
    through = Edge.objects.unscoped("test").filter(upstream=asset, downstream__isnull=False)
    assert [edge.runs for edge in through] == [1]


def test_a_renamed_table_keeps_its_history(cast: Cast) -> None:
    access = cast.access("ingest")
    new = {"namespace": "hive://metastore:9083", "name": "shop.orders_v2"}
    change = {
        **BASE,
        "lifecycleStateChange": "RENAME",
        "previousIdentifier": TABLE,
    }
    renames = event(2, inputs=[], outputs=[new | {"facets": {"lifecycleStateChange": change}}])
    record(access, event(1, inputs=[], outputs=[TABLE]), renames)
    assert live() == {"hive://metastore:9083/shop.orders_v2"}
    state = Asset.objects.unscoped("test").select_related("state").get(merged_into=None).state
    assert state.writes == 2


def test_a_link_out_of_reach_is_told_to_who_sent_it(
    cast: Cast, grant: Callable[..., User]
) -> None:
    record(cast.access("ingest"), event(1, inputs=[], outputs=[TABLE]))
    grant("dora", "Ingest", "company.other")
    access = cast.access("dora")
    job = {"namespace": "company.other", "name": "mine"}
    tells = run_event(job=job, inputs=[PATH | {"facets": symlinks(TABLE)}], outputs=[])
    record(access, tells)
    assert "s3://lake/shop/orders" in live()
    [problem] = (
        TaskRun.objects.unscoped("test").get(execution__flow__public_id="mine").asset_errors
    )
    assert "may not write" in problem["message"]
    said = dataset_event(
        symlinks(TABLE),
        eventTime="2026-11-21T09:00:00Z",
        dataset=PATH | {"facets": symlinks(TABLE)},
    )
    grant("dirk", "Editor", "company.other")
    [outcome] = record_events(cast.access("dirk"), [said])
    assert outcome.reason
    assert outcome.forbidden
