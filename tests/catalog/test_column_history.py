"""Versions of columns: what came, what went, what was retyped, and two of them compared."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog import column_history
from catalog.column_history import difference
from catalog.columns import flattened, page_of
from catalog.models import Asset, AssetChange
from tests.conftest import Cast
from tests.factories import NOW, make_asset
from tests.statements import statements

RUN = {"kind": "execution", "id": "run-7", "flowId": "daily", "taskId": "build"}
V1 = [{"name": "lane", "type": "varchar"}, {"name": "month", "type": "varchar"}]
V2 = [{"name": "month", "type": "date"}, {"name": "revenue", "type": "numeric", "tags": ["money"]}]
PAGE = "/main/assets/a/-/columns/versions"
API = "/api/v1/main/assets/a/columns"


def version(asset: Asset, hours: int, before: Any, after: Any, **fields: Any) -> AssetChange:
    return AssetChange.objects.create(
        asset=asset,
        tenant=asset.tenant,
        kind="updated",
        at=NOW + timedelta(hours=hours),
        changes={"columns": [before, after]} | fields,
        source=RUN,
    )


@pytest.fixture
def asset(cast: Cast) -> Asset:
    asset = make_asset(cast.main, "a", columns=V2)
    version(asset, 0, [], V1)
    version(asset, 1, V1, V2, **{"metadata.rows": [1, 2]})
    AssetChange.objects.create(
        asset=asset, tenant=cast.main, kind="updated", at=NOW, changes={"metadata.rows": [0, 1]}
    )
    return asset


# --- differences ---------------------------------------------------------------------------------

schemas: Any = st.deferred(
    lambda: st.lists(
        st.fixed_dictionaries(
            {"name": st.sampled_from("abcd")},
            optional={
                "type": st.sampled_from(["int", "text"]),
                "tags": st.lists(st.sampled_from(["pii", "money"]), max_size=2),
                "columns": schemas,
            },
        ),
        max_size=4,
        unique_by=lambda column: column["name"],
    )
)


@given(schemas, schemas)
def test_a_difference_leads_from_one_version_to_the_other(before: Any, after: Any):
    old, new = ({c.path: c for c in flattened(side)} for side in (before, after))
    found = difference(flattened(before), flattened(after))
    for change in found.removed:
        del old[change.path]
    for change in (*found.added, *found.changed):
        assert change.after
        old[change.path] = change.after
    shown = lambda columns: {p: (c.type, c.description, c.tags) for p, c in columns.items()}  # noqa: E731
    assert shown(old) == shown(new)


@given(schemas)
def test_nothing_differs_from_itself(columns: Any):
    found = difference(flattened(columns), flattened(columns))
    assert not found.changes
    assert not found.moved


def test_what_is_gone_stands_where_it_was():
    found = difference(flattened(V1), flattened(V2))
    told = [(change.path, change.kind, change.what) for change in found.changes]
    assert told == [
        ("lane", "removed", ()),
        ("month", "changed", ("type",)),
        ("revenue", "added", ()),
    ]


def test_another_order_is_told():
    columns = [{"name": "a"}, {"name": "b"}]
    assert difference(flattened(columns), flattened(columns[::-1])).moved


def test_nested_columns_have_paths():
    columns = [
        {"name": "at", "columns": [{"name": "lat"}, {"name": "in", "columns": [{"name": "x"}]}]}
    ]
    assert [(c.path, c.depth, c.below) for c in flattened(columns)] == [
        ("at", 0, 3),
        ("at.lat", 1, 0),
        ("at.in", 1, 1),
        ("at.in.x", 2, 0),
    ]


def test_a_search_looks_at_names_types_descriptions_and_tags():
    columns = flattened([*V2, {"name": "note", "description": "about Money"}])
    paths = lambda q: [c.path for c in page_of(columns, q, first=0, size=9).rows]  # noqa: E731
    assert paths("MONEY") == ["revenue", "note"]
    assert paths("money num") == ["revenue"]
    assert paths("date") == ["month"]
    assert paths("") == ["month", "revenue", "note"]


# --- page and API --------------------------------------------------------------------------------


def test_the_page_tells_versions_with_who(cast: Cast, asset: Asset):
    html = cast.browser("viewer").get(PAGE).content.decode()
    assert html.index("+1<span") < html.index("+2<span"), "the newest first"
    assert "/main/executions/run-7" in html
    assert "<del><bdi>varchar</bdi></del>" in html
    assert "<ins><bdi>date</bdi></ins>" in html


def test_two_versions_compared_on_the_page(cast: Cast, asset: Asset):
    first = AssetChange.objects.unscoped("test").filter(asset=asset).order_by("pk")[0]
    client = cast.browser("viewer")
    html = client.get(PAGE, {"before": first.pk}).content.decode()
    assert 'id="difference"' in html
    assert client.get(PAGE, {"before": first.pk, "after": first.pk}).status_code == 200
    for wrong in ("0", "nonsense", "9" * 30, "1\0"):
        assert client.get(PAGE, {"before": wrong}).status_code in (
            404,
            200 if "\0" in wrong else 404,
        )
    assert client.get(PAGE, {"cursor": "nonsense"}).status_code == 404


def test_pages_of_versions(cast: Cast, asset: Asset, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(column_history, "PAGE", 1)
    client = cast.api("viewer")
    first = client.get(f"{API}/versions").json()
    [newest] = first["results"]
    assert (newest["columns"], newest["source"], newest["at"]) == (2, RUN, "2026-11-20T13:00:00Z")
    assert newest["removed"] == [{"path": "lane", "type": "varchar"}]
    assert newest["added"] == [{"path": "revenue", "type": "numeric", "tags": ["money"]}]
    assert newest["changed"] == [
        {
            "path": "month",
            "fields": ["type"],
            "before": {"path": "month", "type": "varchar"},
            "after": {"path": "month", "type": "date"},
        }
    ]
    second = client.get(f"{API}/versions", {"cursor": first["nextCursor"]}).json()
    assert len(second["results"][0]["added"]) == 2
    assert "nextCursor" not in second
    assert client.get(f"{API}/versions", {"cursor": "x"}).status_code == 400


def test_the_difference_of_two_through_the_api(cast: Cast, asset: Asset):
    client = cast.api("viewer")
    old = client.get(f"{API}/versions").json()["results"][1]["id"]
    found = client.get(f"{API}/difference", {"before": old}).json()
    assert [c["path"] for c in found["added"]] == ["revenue"], "with what there is now"
    found = client.get(f"{API}/difference", {"before": old, "after": old}).json()
    assert found == {"added": [], "removed": [], "changed": [], "moved": False}
    for name in ("before", "after"):
        problem = client.get(f"{API}/difference", {"before": old} | {name: "77777"}).json()
        assert problem["errors"][0]["field"] == name
    by_id = {"id": "a", "before": old}
    assert client.get("/api/v1/main/assets/by-id/columns/difference", by_id).status_code == 200


def test_the_history_tab_points_at_the_versions(cast: Cast, asset: Asset):
    html = cast.browser("viewer").get("/main/assets/a/-/history").content.decode()
    assert html.count("Columns changed") == 2
    assert "varchar" not in html


def test_statements_do_not_grow(cast: Cast, asset: Asset):
    client = cast.browser("viewer")
    before = statements(lambda: client.get(PAGE))
    for hour in range(2, 8):
        version(asset, hour, V1, V2)
    assert statements(lambda: client.get(PAGE)) == before
