"""Which assets are suggested to be one."""

from collections.abc import Callable

import pytest

from accounts.access import Access
from accounts.models import User
from catalog.apart import keep_apart
from catalog.cursors import BadCursor
from catalog.models import Asset
from lineage.queries import duplicates
from lineage.queries.duplicates import Pair, likely_of, likely_pairs
from tests.conftest import Cast
from tests.factories import make_asset, make_bundle, make_execution, make_flow, make_task_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def access(cast: Cast) -> Access:
    return cast.access("editor")


def make(cast: Cast, id_: str, columns: str = "", namespace: str = "company.data") -> Asset:
    return make_asset(
        cast.main, id_, namespace, columns=[{"name": name} for name in columns.split()]
    )


def ids(pairs: list[Pair]) -> set[tuple[str, str]]:
    return {(pair.kept[1], pair.other[1]) for pair in pairs}


def test_the_same_last_part_and_four_fifths_of_the_columns(cast: Cast, access: Access) -> None:
    orders = make(cast, "wh.orders", "a b c d e")
    make(cast, "s3://lake/orders", "A b c d e")
    make(cast, "mart.orders", "a b c d")
    make(cast, "old.orders", "a b c")
    make(cast, "wh.customers", "a b c d e")
    make(cast, "noted.orders")
    found = likely_of(access, orders)
    assert ids(found) == {("wh.orders", "s3://lake/orders"), ("wh.orders", "mart.orders")}
    assert [(pair.common, pair.columns) for pair in found] == [(5, 5), (4, 5)]
    assert ids(likely_pairs(access).pairs) == {
        ("wh.orders", "s3://lake/orders"),
        ("wh.orders", "mart.orders"),
        ("mart.orders", "s3://lake/orders"),
    }


def test_without_columns_one_id_has_to_end_the_other(cast: Cast, access: Access) -> None:
    short = make(cast, "analytics.public.orders")
    make(cast, "postgres://w:5432/analytics.public.orders", "a b")
    make(cast, "postgres://w:5432/other.public.orders", "x y")
    make(cast, "orders")
    one = ("analytics.public.orders", "postgres://w:5432/analytics.public.orders")
    assert ids(likely_of(access, short)) == {one}
    assert ids(likely_pairs(access).pairs) == {one}


@pytest.mark.parametrize("last", ["2024-01-01", "orders.parquet", "data", "v2"])
def test_last_parts_that_say_nothing(cast: Cast, access: Access, last: str) -> None:
    make(cast, f"s3://a/{last}", "x y")
    make(cast, f"s3://b/{last}", "x y")
    assert likely_pairs(access).pairs == []


def test_what_is_kept_apart_deleted_or_merged_is_not_suggested(cast: Cast, access: Access) -> None:
    one, other = make(cast, "a.orders", "x"), make(cast, "b.orders", "x")
    assert ids(likely_of(access, one)) == {("a.orders", "b.orders")}
    keep_apart(access, [("b.orders", "a.orders")])
    assert likely_of(access, one) == likely_pairs(access).pairs == []
    third = make(cast, "c.orders", "x")
    assert ids(likely_of(access, one)) == {("a.orders", "c.orders")}
    Asset.objects.unscoped("test").filter(pk=third.pk).update(deleted_at="2026-11-20T00:00Z")
    assert likely_of(access, one) == []
    assert likely_of(access, other) == []


def test_two_that_feed_each_other_are_two(cast: Cast, access: Access) -> None:
    staged, mart = make(cast, "staging.orders", "x y"), make(cast, "mart.orders", "x y")
    run = make_task_run(make_execution(make_flow(cast.main, "build")))
    make_bundle(run, [staged], [mart])
    assert likely_of(access, staged) == likely_pairs(access).pairs == []


def test_only_for_who_may_change_both(cast: Cast, grant: Callable[..., User]) -> None:
    orders = make(cast, "a.orders", "x")
    make(cast, "b.orders", "x", "company.finance")
    make(cast, "c.orders", "x")
    grant("dora", "Editor", "company.data")
    only = {("a.orders", "c.orders")}
    assert ids(likely_of(cast.access("dora"), orders)) == only
    assert ids(likely_pairs(cast.access("dora")).pairs) == only
    assert likely_of(cast.access("viewer"), orders) == []
    assert likely_pairs(cast.access("viewer")).pairs == []


def test_all_pairs_come_whatever_the_stretches(
    cast: Cast, access: Access, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(6):
        for where in ("a", "b", "c")[: 2 + n % 2]:
            make(cast, f"{where}.t{n}", f"x{n} y{n}")
    whole = ids(likely_pairs(access).pairs)
    assert len(whole) == 12
    monkeypatch.setattr(duplicates, "PAGE", 2)
    for stretch in (2, 3, 4, 7):
        monkeypatch.setattr(duplicates, "STRETCH", stretch)
        found: list[Pair] = []
        cursor = ""
        for _ in range(40):
            page = likely_pairs(access, cursor)
            found += page.pairs
            cursor = page.next_cursor
            if not cursor:
                break
        assert len(found) == len(ids(found))
        # a stretch that is shorter than a last part's assets compares only what it holds
        assert ids(found) == whole if stretch > 3 else ids(found) <= whole


def test_cursors_of_others(access: Access) -> None:
    with pytest.raises(BadCursor):
        likely_pairs(access, "x")
