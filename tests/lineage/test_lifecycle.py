"""What declarations say of an asset's life and place, stored and merged (K1.8, K1.9, K1.10)."""

from datetime import UTC, datetime
from typing import Any

from catalog.models import Asset, AssetChange
from lineage.recording import record_executions
from tests.conftest import Cast
from tests.lineage.worlds import posted, task_run

ACTION = {"namespace": "company.ops", "flowId": "resize", "label": "Say \"hi\" \\ 'ho'"}


def declare(cast: Cast, name: str, minutes: float = 1, **fields: Any) -> Asset:
    """A run that writes the asset `vm` with `fields`; the asset afterwards."""
    output = {"id": "vm", "type": "VM"} | fields
    runs = [task_run(f"t{name}", minutes=minutes, writes=[output])]
    [result] = record_executions(cast.access("ingest"), [posted(name, minutes=minutes, runs=runs)])
    assert result.status == "created"
    return Asset.objects.unscoped("test").get(public_id="vm")


def test_a_new_asset_is_active_and_without_end(cast: Cast) -> None:
    asset = declare(cast, "e1")
    assert (asset.status, asset.expires_at, asset.owners) == ("active", None, [])
    assert (asset.actions, asset.part_of, asset.related_to) == ([], None, [])


def test_declared_fields_are_stored_and_kept_when_left_out(cast: Cast) -> None:
    declare(
        cast,
        "e1",
        status="leased",
        ttl="2026-12-31T12:30:00.250Z",
        owner="group:\u00e9quipe",
        assetActions=[ACTION],
        partOf="cluster",
        relatedTo=[{"id": "standby", "role": "backup"}],
    )
    asset = declare(cast, "e2", minutes=2)
    assert asset.status == "leased"
    assert asset.expires_at == datetime(2026, 12, 31, 12, 30, 0, 250_000, tzinfo=UTC)
    assert asset.owners == ["group:\u00e9quipe"]
    assert asset.actions == [ACTION]
    assert asset.part_of == {"id": "cluster"}
    assert asset.related_to == [{"id": "standby", "role": "backup"}]
    assert asset.metadata == {}


def test_a_later_declaration_replaces_as_a_whole_and_null_takes_back(cast: Cast) -> None:
    declare(cast, "e1", ttl="2026-12-31T00:00:00Z", assetActions=[ACTION], relatedTo=["a", "b"])
    other = {"namespace": "company.ops", "flowId": "stop"}
    asset = declare(cast, "e2", minutes=2, ttl=None, assetActions=[other], relatedTo=["c"])
    assert (asset.expires_at, asset.actions, asset.related_to) == (None, [other], [{"id": "c"}])


def test_the_latest_event_counts_and_not_the_latest_arrival(cast: Cast) -> None:
    declare(cast, "e2", minutes=2, status="late", partOf="new")
    asset = declare(cast, "e1", minutes=1, status="early", partOf="old")
    assert (asset.status, asset.part_of) == ("late", {"id": "new"})


def test_the_history_tells_of_it(cast: Cast) -> None:
    declare(cast, "e1", ttl="2026-12-31T00:00:00Z", owner="user:mara")
    changes = AssetChange.objects.unscoped("test").get(asset__public_id="vm").changes
    assert changes["ttl"] == [None, "2026-12-31T00:00:00.000Z"]
    assert changes["owners"] == [[], ["user:mara"]]
