"""The overview of an asset, and the frame that its tabs share."""

from typing import Any

import pytest
from django.utils import timezone

from catalog.models import AssetState
from catalog.touches import stamp
from tests.catalog.conftest import Shelf
from tests.catalog.test_asset_list import HOSTILE, assert_is_text
from tests.conftest import Cast
from tests.factories import make_asset

ORDERS = "/main/assets/shop.orders"


def test_an_asset_is_described(shelf: Shelf):
    html = shelf.cast.browser("viewer").get(ORDERS).content.decode()
    assert "<h1><bdi>Orders, one row per order</bdi>" in html
    assert 'data-copy="shop.orders"' in html
    assert 'class="badge" data-state="fresh"' in html
    for text in ("Amounts in euro.", "model_layer", "Mara Lindt", "certified", "company.data"):
        assert text in html


def test_an_id_with_slashes_has_its_page(shelf: Shelf):
    answer = shelf.cast.browser("admin").get("/main/assets/s3://lake/orders/")
    assert answer.status_code == 200
    assert "AWS_BUCKET" in answer.content.decode()


@pytest.mark.parametrize("tab", ["", "/-/history"])
def test_a_deleted_asset_stays_readable_under_a_banner(shelf: Shelf, tab: str):
    html = shelf.cast.browser("viewer").get(f"/main/assets/gone{tab}").content.decode()
    assert "<b>Deleted</b>" in html


def test_nested_metadata_is_readable_and_bounded(cast: Cast):
    deep: Any = "bottom"
    for _ in range(50):
        deep = {"down": [deep]}
    make_asset(cast.main, "a", metadata={"deep": deep, "n": None, "list": [1, True, "x"]})
    html = cast.browser("admin").get("/main/assets/a").content.decode()
    assert "bottom" in html
    assert html.count('<dl class="nested">') == 3
    assert "<li><bdi>true</bdi>" in html
    assert "<bdi>null</bdi>" in html


def test_a_value_says_which_run_set_it(cast: Cast):
    asset = make_asset(cast.main, "a", metadata={"rows": 5, "schema": "x"})
    at = int(timezone.now().timestamp() * 1e6)
    clock = {"metadata": {"rows": stamp(at, "run-1/task-run-9"), "schema": "unreadable"}}
    AssetState.objects.unscoped("test").filter(asset=asset).update(clock=clock)
    html = cast.browser("admin").get("/main/assets/a").content.decode()
    assert html.count('class="set-by"') == 1


def test_columns_are_listed(cast: Cast):
    columns = [{"name": "order_id", "type": "bigint", "description": "the key"}, {"name": "at"}]
    make_asset(cast.main, "a", columns=columns)
    html = cast.browser("admin").get("/main/assets/a").content.decode()
    assert "<bdi>order_id</bdi>" in html
    assert "bigint" in html


@pytest.mark.parametrize("tab", ["", "/-/history"])
def test_what_people_write_is_text(cast: Cast, tab: str):
    make_asset(
        cast.main,
        "a",
        display_name=HOSTILE,
        type=HOSTILE,
        description=HOSTILE,
        owners=[HOSTILE],
        tags=[HOSTILE],
        metadata={HOSTILE: {HOSTILE: [HOSTILE]}, "link": "javascript:alert(1)"},
        columns=[{"name": HOSTILE, "type": HOSTILE, "description": HOSTILE}],
    )
    html = cast.browser("admin").get(f"/main/assets/a{tab}").content.decode()
    assert_is_text(html)
    assert 'href="javascript:' not in html


def test_the_frame_takes_a_fixed_number_of_statements(
    cast: Cast, django_assert_max_num_queries: Any
):
    make_asset(cast.main, "a", metadata={str(n): n for n in range(60)}, tags=["x"] * 30)
    browser = cast.browser("admin")
    browser.get("/main/assets/a")
    # session, user, grants, menu, asset, names, relatives, tests
    with django_assert_max_num_queries(8):
        browser.get("/main/assets/a")


def test_one_without_a_description_says_who_can_give_it_one(cast: Cast):
    make_asset(cast.main, "a")
    told, unable = (
        cast.browser(who).get("/main/assets/a").content.decode() for who in ("editor", "viewer")
    )
    link = 'href="/main/assets/a/-/edit#f-description"'
    assert link in told
    assert (
        'id="f-description"'
        in cast.browser("editor").get("/main/assets/a/-/edit").content.decode()
    )
    assert link not in unable
    assert "Nobody has said what it is yet." in unable
