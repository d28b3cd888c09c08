"""What a search finds, for whom, in which order, page by page."""

from datetime import timedelta

import pytest
from django.utils import timezone

from catalog import queries
from catalog.asset_orders import SORTS
from catalog.cursors import BadCursor
from catalog.facets import Bucket, facets_of
from catalog.models import Asset
from catalog.queries import Count, Search, count_capped, list_assets, matching
from catalog.query_language import parse_query
from tests.catalog.conftest import Shelf
from tests.conftest import Cast
from tests.factories import make_asset

ALL = ["SalesOrders", "ledger", "s3://lake/orders/", "shop.order_items", "shop.orders"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ALL),
        ("type:Table", ["ledger", "shop.orders"]),
        ("type:TABLE", ["ledger", "shop.orders"]),
        ("type:io.kestra.plugin.ee.assets.Table", ["shop.orders"]),
        ("type:Dataset,File", ["SalesOrders", "shop.order_items"]),
        ("-type:Table", ["SalesOrders", "s3://lake/orders/", "shop.order_items"]),
        ("ns:company.data", ["shop.order_items", "shop.orders"]),
        ("ns:company.data2,company.finance", ["ledger", "s3://lake/orders/"]),
        ("-ns:company.data", ["SalesOrders", "ledger", "s3://lake/orders/"]),
        ("ns:nowhere", []),
        ("owner:finance", ["shop.orders"]),
        ('owner:"Mara Lindt"', ["shop.orders"]),
        ("tag:pii,certified", ["shop.order_items", "shop.orders"]),
        ("-tag:pii", ["SalesOrders", "ledger", "s3://lake/orders/", "shop.orders"]),
        ("state:stale", ["shop.order_items"]),
        ("state:fresh,failed", ["ledger", "shop.orders"]),
        ("-state:fresh,stale,failed", ["SalesOrders", "s3://lake/orders/"]),
        ("state:unknown", ["s3://lake/orders/"]),
        ("model_layer:mart", ["shop.orders"]),
        ("model_layer:mart,staging", ["shop.order_items", "shop.orders"]),
        ("-model_layer:mart", ["SalesOrders", "ledger", "s3://lake/orders/", "shop.order_items"]),
        ("rows:5", ["shop.order_items", "shop.orders"]),
        ("pii:true", ["shop.orders"]),
        ("a.b:dotted", ["shop.orders"]),
        ("id:s3://lake/orders/", ["s3://lake/orders/"]),
        ("is:deleted", ["gone"]),
        ("-is:deleted", ALL),
        ("euro", ["shop.orders"]),
        ("EURO amounts", ["shop.orders"]),
        ('"row per"', ["shop.orders"]),
        ('"per row"', []),
        ("items", ["shop.order_items"]),
        ("salesorders", ["SalesOrders"]),
        ("_items", ["shop.order_items"]),
        ("%", []),
        ("type:Table -euro", ["ledger"]),
        ("order -shop", ["SalesOrders", "ledger", "s3://lake/orders/"]),
        ("le", ["ledger"]),
        ("le euro", ["shop.orders"]),
    ],
)
def test_a_query_finds(shelf: Shelf, query: str, found: list[str]):
    assert shelf.find(query, "id") == found


def test_a_viewer_finds_only_what_is_theirs(shelf: Shelf):
    """company.data covers company.data.staging, not company.data2, nor what has no namespace."""
    assert shelf.find("", who="viewer") == ["shop.order_items", "shop.orders"]
    assert shelf.find("orders", who="viewer") == ["shop.orders"]
    assert shelf.find("ns:company.finance", who="viewer") == []
    assert shelf.find("", who="ingest") == []


def test_another_tenant_s_asset_of_the_same_name_is_another(shelf: Shelf):
    access = shelf.cast.access("outsider", shelf.cast.other)
    (only,) = list_assets(access, Search(), timezone.now(), size=9).assets
    assert only.display_name == "Orders of somebody else"


def test_best_match_first(cast: Cast):
    """The id, then ids or last segments that begin so, then names that hold it, then the rest."""
    for public_id, fields in {
        "z.described": {"description": "about orders"},
        "a.described": {"metadata": {"of": "orders"}},
        "named": {"display_name": "All orders"},
        "wh.orders_daily": {},
        "orders.raw": {},
        "Orders": {},
        "my_orders": {},
    }.items():
        make_asset(cast.main, public_id, **fields)
    ids = ["Orders", "orders.raw", "wh.orders_daily", "named", "a.described", "my_orders"]
    assert Shelf(cast, {}).find("orders") == [*ids, "z.described"]


def test_many_matches_are_given_in_tiers(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """The same matches; each tier in the order of its index, the rest as first seen."""
    monkeypatch.setattr(queries, "RANKED", 3)
    for public_id in ("z_orders", "a_orders", "wh.orders_b", "wh.orders", "orders_a", "ORDERS"):
        make_asset(cast.main, public_id)
    make_asset(cast.main, "named", display_name="Orders of today")
    ids = ["ORDERS", "orders_a", "wh.orders", "wh.orders_b", "named", "z_orders", "a_orders"]
    assert Shelf(cast, {}).find("orders") == ids
    assert Shelf(cast, {}).find("or") == ids[:5]


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("-id", ALL[::-1]),
        (
            "name",
            ["shop.orders", "s3://lake/orders/", "SalesOrders", "shop.order_items", "ledger"],
        ),
        (
            "type",
            ["s3://lake/orders/", "SalesOrders", "ledger", "shop.order_items", "shop.orders"],
        ),
        (
            "namespace",
            ["shop.orders", "shop.order_items", "s3://lake/orders/", "ledger", "SalesOrders"],
        ),
        (
            "-namespace",
            ["ledger", "s3://lake/orders/", "shop.order_items", "shop.orders", "SalesOrders"],
        ),
        (
            "-updated",
            ["shop.orders", "s3://lake/orders/", "ledger", "SalesOrders", "shop.order_items"],
        ),
        (
            "written",
            ["ledger", "shop.order_items", "shop.orders", "SalesOrders", "s3://lake/orders/"],
        ),
        (
            "-written",
            ["shop.orders", "shop.order_items", "ledger", "s3://lake/orders/", "SalesOrders"],
        ),
        (
            "created",
            ["shop.orders", "shop.order_items", "s3://lake/orders/", "ledger", "SalesOrders"],
        ),
    ],
)
def test_sorted(shelf: Shelf, sort: str, ids: list[str]):
    assert shelf.find("", sort) == ids


def walk(shelf: Shelf, search: Search, *, size: int, meanwhile: bool = False) -> list[str]:
    """Every page after the other; `meanwhile`, an asset comes in after each page."""
    access, ids, cursor = shelf.cast.access("admin"), [], ""
    while True:
        found = list_assets(access, search, timezone.now(), size=size, cursor=cursor)
        ids += [asset.public_id for asset in found.assets]
        if not found.more:
            return ids
        cursor = found.next_cursor
        if meanwhile:
            make_asset(shelf.cast.main, f"!{len(ids)}".replace("!", "new"), "company.new")


@pytest.mark.parametrize("size", [1, 2, 4, 5])
@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("sort", SORTS)
def test_pages_follow_each_other(shelf: Shelf, sort: str, down: bool, size: int):
    search = Search(sorts=((sort, down),))
    assert walk(shelf, search, size=size) == walk(shelf, search, size=100)


@pytest.mark.parametrize("ranked", [0, 100])
def test_pages_of_a_text_search_follow_each_other(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch, ranked: int
):
    monkeypatch.setattr(queries, "RANKED", ranked)
    search = Search(("order",))
    ids = walk(shelf, search, size=1)
    assert ids == walk(shelf, search, size=100)
    assert sorted(ids) == ALL


@pytest.mark.parametrize("sort", SORTS)
def test_what_comes_in_meanwhile_neither_repeats_nor_hides_a_row(shelf: Shelf, sort: str):
    ids = walk(shelf, Search(sorts=((sort, False),)), size=2, meanwhile=True)
    assert len(ids) == len(set(ids))
    assert set(ids) >= set(ALL)


@pytest.mark.parametrize("offset", range(6))
def test_pages_by_number_are_cut_out_of_the_same_order(shelf: Shelf, offset: int):
    """Also where an order has two stretches."""
    search = Search(sorts=(("namespace", False),))
    access, now = shelf.cast.access("admin"), timezone.now()
    found = list_assets(access, search, now, size=2, offset=offset).assets
    assert [a.public_id for a in found] == shelf.find("", "namespace")[offset : offset + 2]


@pytest.mark.parametrize(
    "cursor",
    ["x", "!!!", "WyJpZCJd", "WyItaWQiLDAsImEiXQ", "WyJpZCIsOSwiYSJd", "WyJpZCIsMCw1XQ"]
    + ["WyJpZCIsMCwiYSIsImIiXQ", "WzFd", "bnVsbA", "e30"],
)
def test_a_cursor_made_by_hand_is_refused(cast: Cast, cursor: str):
    with pytest.raises(BadCursor):
        list_assets(cast.access("admin"), Search(), timezone.now(), size=1, cursor=cursor)


@pytest.mark.parametrize(("rows", "count"), [(3, Count(3)), (4, Count(3, capped=True))])
def test_counts_stop_at_their_cap(cast: Cast, rows: int, count: Count):
    for number in range(rows):
        make_asset(cast.main, f"a{number}")
    found = matching(cast.access("admin"), Search(), timezone.now())
    assert count_capped(found, cap=3) == count


@pytest.mark.parametrize("rows", [1, 60])
def test_a_page_of_a_list_is_one_statement(
    cast: Cast, rows: int, django_assert_num_queries: pytest.FixtureRequest
):
    for number in range(rows):
        make_asset(cast.main, f"a{number:02}")
    access = cast.access("admin")
    with django_assert_num_queries(1):  # type: ignore[operator]
        found = list_assets(access, Search(), timezone.now(), size=50)
        for asset in found.assets:
            assert asset.namespace
            assert (asset.namespace.name, asset.state.writes) == ("company.data", 0)


def test_facets_are_of_what_was_found(shelf: Shelf):
    facets = facets_of(shelf.cast.access("admin"), Search(), timezone.now())
    assert facets.total == Count(5)
    assert facets.types == [
        Bucket("AWS_BUCKET", 1),
        Bucket("File", 1),
        Bucket("TABLE", 1),
        Bucket("io.kestra.plugin.ee.assets.Dataset", 1),
        Bucket("io.kestra.plugin.ee.assets.Table", 1),
    ]
    assert facets.namespaces == [
        Bucket("company", 4),
        Bucket("company.data", 2),
        Bucket("company.data.staging", 1),
        Bucket("company.data2", 1),
        Bucket("company.finance", 1),
    ]
    states = {bucket.value: bucket.count for bucket in facets.states}
    assert states == dict.fromkeys(("failed", "stale", "fresh", "never", "unknown"), 1)
    assert facets.owners == [Bucket("Mara Lindt", 1), Bucket("finance", 1)]
    assert facets.metadata == {"model_layer": [Bucket("mart", 1), Bucket("staging", 1)]}


def test_facets_of_a_viewer_and_of_a_search(shelf: Shelf):
    viewer = facets_of(shelf.cast.access("viewer"), Search(), timezone.now())
    assert (viewer.total, len(viewer.types)) == (Count(2), 2)
    assert [bucket.value for bucket in viewer.namespaces] == [
        "company",
        "company.data",
        "company.data.staging",
    ]
    search = Search.of(parse_query("order type:Table 100%"))
    nothing = facets_of(shelf.cast.access("admin"), search, timezone.now())
    assert (nothing.total, nothing.types, nothing.metadata) == (Count(0), [], {})


def test_an_asset_without_a_state_row_is_listed(cast: Cast):
    Asset.objects.create(tenant=cast.main, public_id="bare", type="T")
    shelf = Shelf(cast, {})
    assert shelf.find("") == shelf.find("state:never") == ["bare"]
    assert shelf.find("", "name") == ["bare"]


def test_a_deleted_asset_is_found_when_asked_for(shelf: Shelf):
    deleted = shelf.assets["gone"]
    assert deleted.deleted_at and deleted.deleted_at < timezone.now() + timedelta(seconds=1)
    assert shelf.find("gone") == []
    assert shelf.find("gone is:deleted") == ["gone"]
