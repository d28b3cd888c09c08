"""Whatever takes an id takes every name that an asset has had, under the same permissions."""

from typing import Any

import pytest

from catalog.lookup import look_up_assets
from catalog.models import Asset
from lineage.purging import purge_assets
from lineage.recording import record_executions
from lineage.unifying import merge_assets
from tests.factories import make_asset
from tests.lineage.worlds import posted, task_run
from tests.world import World

pytestmark = pytest.mark.django_db

API = "/api/v1/main/assets"


@pytest.fixture
def merged(world: World) -> World:
    """`s3://lake/orders`, which build_mart reads, has become another name of `orders`."""
    lake = make_asset(world.cast.main, "s3://lake/orders")
    runs = [task_run("t1", reads=["s3://lake/orders"], writes=["mart"])]
    access = world.cast.access("admin")
    record_executions(access, [posted("run-lake", "build_mart", runs=runs)])
    merge_assets(access, world.orders, lake)
    return world


@pytest.mark.parametrize("path", ["s3%3A%2F%2Flake%2Forders", "by-id?id=s3://lake/orders"])
def test_the_api_answers_the_asset_under_its_id(merged: World, path: str) -> None:
    answer = merged.cast.api("viewer").get(f"{API}/{path}")
    assert answer.status_code == 200
    assert answer.json()["id"] == "orders"


def test_dependencies_and_usages_of_an_old_id(merged: World) -> None:
    api = merged.cast.api("admin")
    old, new = (
        api.get(f"{API}/by-id/dependencies", {"id": id_}).json()
        for id_ in ("s3://lake/orders", "orders")
    )
    assert old == new
    assert {node["id"] for node in old["nodes"]} >= {"orders", "mart", "ledger"}
    for what in ("usages", "lineage-events"):
        found = [
            api.get(f"{API}/{what}/search", {f"filters[assetId][{op}]": id_}).json()["results"]
            for id_ in ("s3://lake/orders", "orders")
            for op in ("EQUALS", "IN")
        ]
        assert found[0]
        assert all(one == found[0] for one in found)


def test_writing_an_old_id_writes_the_asset(merged: World) -> None:
    api = merged.cast.api("editor")
    body = {"id": "s3://lake/orders", "type": "Table", "displayName": "All orders"}
    answer = api.post(API, body, format="json")
    assert (answer.status_code, answer.json()["id"]) == (200, "orders")
    assert answer.json()["displayName"] == "All orders"
    patched = api.patch(
        f"{API}/by-id?id=s3://lake/orders",
        '{"description": "Here"}',
        content_type="application/merge-patch+json",
        HTTP_IF_MATCH="*",
    )
    assert (patched.status_code, patched.json()["id"]) == (200, "orders")
    assert Asset.objects.unscoped("test").get(public_id="orders").display_name == "All orders"


def test_deleting_and_restoring_by_an_old_id(merged: World) -> None:
    api = merged.cast.api("editor")
    assert api.delete(f"{API}/by-ids", ["s3://lake/orders"], format="json").json() == {"count": 1}
    rows = dict(Asset.objects.unscoped("test").values_list("public_id", "deleted_at"))
    assert rows["orders"]
    restored = api.post(f"{API}/s3%3A%2F%2Flake%2Forders/restore")
    assert restored.json()["id"] == "orders"
    rows = dict(Asset.objects.unscoped("test").values_list("public_id", "deleted_at"))
    assert rows["orders"] is None
    assert rows["s3://lake/orders"]


@pytest.mark.parametrize(
    "tab", ["", "/-/history", "/-/lineage", "/-/executions", "/-/columns?cursor=x"]
)
def test_pages_lead_to_the_id_of_today(merged: World, tab: str) -> None:
    answer = merged.cast.browser("viewer").get(f"/main/assets/s3://lake/orders{tab}")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/main/assets/orders{tab}"


def test_the_explorer_leads_there_too(merged: World) -> None:
    browser = merged.cast.browser("viewer")
    answer = browser.get("/main/lineage", {"asset": "s3://lake/orders", "depth": 3})
    assert answer.status_code == 302
    assert answer.headers["Location"] == "?asset=orders&depth=3"


def test_an_old_id_of_what_may_not_be_seen_is_no_id(merged: World) -> None:
    access = merged.cast.access("admin")
    hidden = make_asset(merged.cast.main, "old_ledger")
    merge_assets(access, merged.ledger, hidden)
    api, browser = merged.cast.api("viewer"), merged.cast.browser("viewer")
    for id_ in ("old_ledger", "ledger", "nothing"):
        for address in (f"by-id?id={id_}", f"by-id/dependencies?id={id_}"):
            assert api.get(f"{API}/{address}").status_code == 404
        assert browser.get(f"/main/assets/{id_}").status_code == 404
        assert browser.get("/main/lineage", {"asset": id_}).status_code == 404
        found = api.get(f"{API}/usages/search", {"filters[assetId][EQUALS]": id_}).json()
        assert found["results"] == []


def test_expressions_find_assets_by_old_ids(merged: World) -> None:
    access = merged.cast.access("viewer")
    assert [a["id"] for a in look_up_assets(access, {"id": "s3://lake/orders"})] == ["orders"]
    assert look_up_assets(access, {"id": "nothing"}) == []


def test_merged_assets_are_in_no_list(merged: World) -> None:
    def ids(**filters: Any) -> set[str]:
        answer = merged.cast.api("admin").get(f"{API}/search", {"size": 100, **filters})
        return {asset["id"] for asset in answer.json()["results"]}

    assert "s3://lake/orders" not in ids()
    assert "s3://lake/orders" not in ids(**{"filters[deleted][EQUALS]": "true"})


def test_purging_takes_what_has_become_a_name_of_it_along(merged: World) -> None:
    assert purge_assets(merged.cast.access("admin"), [merged.orders.pk]) == 1
    left = set(Asset.objects.unscoped("test").values_list("public_id", flat=True))
    assert left == {"stg_orders", "ledger", "bucket", "mart"}


def test_relations_lead_on_to_the_asset(merged: World) -> None:
    make_asset(merged.cast.main, "row_1", part_of={"id": "s3://lake/orders"})
    html = merged.cast.browser("viewer").get("/main/assets/orders").content.decode()
    assert 'href="/main/assets/row_1"' in html
    html = merged.cast.browser("viewer").get("/main/assets/row_1").content.decode()
    assert 'href="/main/assets/orders"' in html


def test_the_catalog_knows_other_names(merged: World) -> None:
    html = merged.cast.browser("viewer").get("/main/catalog", {"q": "s3://lake/orders"})
    assert 'is another name of <a href="/main/assets/orders"' in html.content.decode()


def test_edges_are_found_by_other_names(merged: World) -> None:
    api = merged.cast.api("admin")
    found = [
        api.get("/api/v1/main/edges/search", {f"filters[{end}][EQUALS]": id_}).json()["results"]
        for id_ in ("s3://lake/orders", "orders")
        for end in ("upstream", "asset")
    ]
    assert found[0]
    assert found[:2] == found[2:]
