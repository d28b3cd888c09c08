"""The history tab: changes with who, what and when, newest first."""

from datetime import timedelta
from typing import Any

import pytest

from catalog import history
from catalog.history import FieldChange, field_changes, history_of
from catalog.models import Asset, AssetChange
from tests.catalog.test_asset_list import HOSTILE, assert_is_text
from tests.conftest import Cast
from tests.factories import NOW, make_asset

PAGE = "/main/assets/a/-/history"
RUN = {
    "kind": "execution",
    "id": "run-1",
    "namespace": "company.data",
    "flowId": "build_orders",
    "taskId": "dbt",
    "taskRunId": "tr-1",
}


def change(asset: Asset, hours: int, **fields: Any) -> AssetChange:
    return AssetChange.objects.create(
        **{
            "asset": asset,
            "tenant": asset.tenant,
            "kind": "updated",
            "at": NOW + timedelta(hours=hours),
            "source": RUN,
        }
        | fields
    )


def test_changes_are_told_with_who_and_what(cast: Cast):
    asset = make_asset(cast.main, "a")
    change(asset, 0, kind="created", changes={"type": [None, "Table"]})
    person = {"kind": "user", "id": 7, "label": "Mara Lindt"}
    change(asset, 1, source=person, changes={"metadata.rows": [5, 7], "displayName": ["A", None]})
    html = cast.browser("viewer").get(PAGE).content.decode()
    assert html.index("Mara Lindt") < html.index("build_orders")
    assert "run-1" in html
    for text in (">5</del>", ">7</ins>", ">A</del>", ">Table</ins>"):
        assert text in html


def test_an_asset_without_changes_says_so(cast: Cast):
    make_asset(cast.main, "a")
    assert "Nothing has changed" in cast.browser("viewer").get(PAGE).content.decode()


def test_changes_of_another_asset_stay_there(cast: Cast):
    asset, other = make_asset(cast.main, "a"), make_asset(cast.main, "b")
    change(other, 0, changes={"type": ["X", "Y"]})
    assert history_of(cast.access("viewer"), asset) == ([], "")


def test_pages_follow_each_other_also_within_one_moment(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(history, "PAGE", 2)
    asset = make_asset(cast.main, "a")
    made = [change(asset, hours).pk for hours in (0, 1, 1, 1, 2)]
    seen, cursor = [], ""
    while True:
        entries, cursor = history_of(cast.access("viewer"), asset, cursor)
        seen += [entry.change.pk for entry in entries]
        if not cursor:
            break
    assert seen == [made[4], made[3], made[2], made[1], made[0]]


@pytest.mark.parametrize("cursor", ["nonsense", "WyJoaXN0b3J5IiwxLDJd", "WyJpZCIsMCwiYSJd"])
def test_a_cursor_made_by_hand_is_no_page(cast: Cast, cursor: str):
    make_asset(cast.main, "a")
    assert cast.browser("viewer").get(f"{PAGE}?cursor={cursor}").status_code == 404


def test_older_changes_are_fetched_as_a_piece(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(history, "PAGE", 1)
    asset = make_asset(cast.main, "a")
    change(asset, 0, kind="created"), change(asset, 1)
    browser = cast.browser("viewer")
    html = browser.get(PAGE).content.decode()
    cursor = html.split("?cursor=")[1].split('"')[0]
    piece = browser.get(f"{PAGE}?cursor={cursor}", headers={"HX-Request": "true"})
    assert "<!doctype" not in piece.content.decode()
    assert "Created by" in piece.content.decode()


def test_shapes_that_are_no_pair_are_left_out():
    assert field_changes({"b": [1, 2], "a": [None, 1], "odd": "x", "three": [1, 2, 3]}) == [
        FieldChange("a", "added", None, 1),
        FieldChange("b", "changed", 1, 2),
    ]


def test_what_people_write_is_text(cast: Cast):
    asset = make_asset(cast.main, "a")
    source = {"kind": "user", "label": HOSTILE}
    change(asset, 0, source=source, changes={HOSTILE: [HOSTILE, {HOSTILE: HOSTILE}]})
    change(asset, 1, source=RUN | {"id": HOSTILE, "flowId": HOSTILE, "taskId": HOSTILE})
    html = cast.browser("viewer").get(PAGE).content.decode()
    assert_is_text(html)


@pytest.mark.parametrize("rows", [1, 60])
def test_statements_do_not_grow_with_the_changes(
    cast: Cast, rows: int, django_assert_num_queries: Any
):
    asset = make_asset(cast.main, "a")
    for hours in range(rows):
        change(asset, hours, changes={"type": ["X", "Y"]})
    browser = cast.browser("viewer")
    browser.get(PAGE)
    with django_assert_num_queries(6):
        browser.get(PAGE)
