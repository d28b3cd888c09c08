"""Edges by hand through the API: stated, searched, noted in both histories, taken back."""

from typing import Any

import pytest

from catalog.history import history_of
from catalog.models import AssetChange, AssetLock
from lineage.models import ColumnEdge, Edge
from tests.conftest import Cast
from tests.factories import NOW, make_asset
from tests.statements import statements
from tests.world import World

EDGES = "/api/v1/main/edges"
BY_HAND: dict[str, Any] = {"upstream": "bucket", "downstream": "orders", "note": "Every Monday."}


def post(cast: Cast, body: Any = BY_HAND, who: str = "editor") -> Any:
    return cast.api(who).post(EDGES, body, format="json")


def search(cast: Cast, who: str = "admin", **filters: str) -> list[dict[str, Any]]:
    params = {f"filters[{key}][EQUALS]": value for key, value in filters.items()}
    answer = cast.api(who).get(f"{EDGES}/search", params)
    assert answer.status_code == 200, answer.json()
    return answer.json()["results"]


def test_a_person_states_an_edge(world: World):
    answer = post(world.cast)
    assert answer.status_code == 200, answer.json()
    edge = answer.json()
    assert edge | {"id": "", "firstSeen": "", "lastSeen": ""} == {
        **BY_HAND,
        "id": "",
        "kind": "manual",
        "stated": True,
        "columns": [],
        "flowNamespace": None,
        "flowId": None,
        "taskId": None,
        "sql": None,
        "runs": 0,
        "firstSeen": "",
        "lastSeen": "",
        "createdBy": "Editor",
    }
    stored = Edge.objects.unscoped("test").get(pk=edge["id"])
    assert (stored.flow_id, stored.task_id, stored.created_by) == (
        None,
        "",
        world.cast.users["editor"],
    )
    assert search(world.cast, kind="manual") == [edge]


def test_the_same_two_again_change_the_note_or_nothing(world: World):
    first = post(world.cast).json()
    assert post(world.cast).json() == first
    again = post(world.cast, [BY_HAND | {"note": "On Tuesdays."}, BY_HAND | {"note": "No."}])
    assert [row["status"] for row in again.json()["results"]] == ["updated", "updated"]
    [edge] = search(world.cast, kind="manual")
    assert (edge["id"], edge["note"]) == (first["id"], "No.")
    del (quiet := dict(BY_HAND))["note"]
    [row] = post(world.cast, [quiet]).json()["results"]
    assert row["status"] == "unchanged"


def test_columns_are_linked_and_replaced(world: World):
    columns = [{"upstream": "no", "downstream": "order_id"}, {"upstream": "", "downstream": "x"}]
    edge = post(world.cast, BY_HAND | {"columns": columns}).json()
    assert edge["columns"] == sorted(columns, key=lambda column: column["upstream"])
    rows = ColumnEdge.objects.unscoped("test")
    assert {(c.kind, c.stated, c.flow_id) for c in rows} == {("manual", True, None)}
    assert post(world.cast, BY_HAND).json()["columns"] == edge["columns"]
    one = [{"upstream": "no", "downstream": "id", "type": "DIRECT", "subtype": "IDENTITY"}]
    assert post(world.cast, BY_HAND | {"columns": one}).json()["columns"] == one
    assert post(world.cast, BY_HAND | {"columns": None}).json()["columns"] == []


def test_both_assets_keep_a_line_of_history(world: World):
    edge = post(world.cast, who="admin").json()
    world.cast.api("admin").delete(f"{EDGES}/{edge['id']}")
    access = world.cast.access("admin")
    told = {
        asset.public_id: [entry.change.told for entry in history_of(access, asset)[0]]
        for asset in (world.bucket, world.orders)
    }
    assert told == {
        "bucket": [{"downstream": ["orders", None]}, {"downstream": [None, "orders"]}],
        "orders": [{"upstream": ["bucket", None]}, {"upstream": [None, "bucket"]}],
    }
    sources = {change.source["label"] for change in AssetChange.objects.unscoped("test")}
    assert sources == {"Admin"}


def test_history_names_only_what_its_reader_may_see(world: World):
    post(world.cast, [BY_HAND, {"upstream": "ledger", "downstream": "orders"}], who="admin")
    post(world.cast, {"upstream": "stg_orders", "downstream": "orders"}, who="admin")
    page = world.cast.browser("viewer").get("/main/assets/orders/-/history").content.decode()
    assert "stg_orders" in page
    assert "bucket" not in page and "ledger" not in page
    assert "restricted" in page
    entries, _ = history_of(world.cast.access("viewer"), world.orders)
    assert [[field.after for field in entry.fields] for entry in entries] == [
        ["stg_orders"],
        [["restricted", "restricted"]],
    ]


@pytest.mark.parametrize(
    ("body", "who", "status", "field"),
    [
        (BY_HAND | {"upstream": "nothing"}, "editor", 422, "upstream"),
        (BY_HAND | {"downstream": "nothing"}, "editor", 422, "downstream"),
        (BY_HAND | {"downstream": "bucket"}, "editor", 422, "downstream"),
        (BY_HAND | {"upstream": None}, "editor", 422, "upstream"),
        (BY_HAND | {"upstream": "a b"}, "editor", 422, "upstream"),
        (BY_HAND | {"note": "x" * 2001}, "editor", 422, "note"),
        (BY_HAND | {"note": "a\x00b"}, "editor", 422, "note"),
        (BY_HAND | {"kind": "sql"}, "editor", 422, "kind"),
        (BY_HAND | {"flowNamespace": "company", "flowId": "f"}, "editor", 422, "flowId"),
        (BY_HAND | {"columns": [{"upstream": 1, "other": 2}]}, "editor", 422, "columns[0].other"),
        (BY_HAND | {"columns": "a"}, "editor", 422, "columns"),
        (BY_HAND | {"color": "red"}, "editor", 422, "color"),
        (BY_HAND, "data_editor", 422, "upstream"),
        ({"upstream": "orders", "downstream": "bucket"}, "data_editor", 422, "downstream"),
        ({"upstream": "orders", "downstream": "seen"}, "data_editor", 403, "downstream"),
        ("text", "editor", 422, ""),
    ],
)
def test_what_cannot_be_stated(
    world: World, grant: Any, body: Any, who: str, status: int, field: str
):
    grant("data_editor", "Editor", "company.data")
    grant("seer", "Viewer", "company.open")
    from accounts import actions
    from tests.conftest import role

    actions.bind(world.cast.users["data_editor"], role(world.cast.main, "Viewer"), "company.open")
    make_asset(world.cast.main, "seen", "company.open")
    answer = post(world.cast, body, who)
    assert answer.status_code == status, answer.json()
    assert field in [error["field"] for error in answer.json()["errors"]]
    assert not search(world.cast, kind="manual")


def test_a_deleted_asset_feeds_nothing(world: World):
    make_asset(world.cast.main, "gone", deleted_at=NOW)
    answer = post(world.cast, {"upstream": "gone", "downstream": "orders"})
    assert answer.json()["detail"] == "Asset “gone” is deleted."


def test_a_lock_keeps_others_out(world: World):
    world.cast.api("admin").post("/api/v1/main/assets/orders/lock")
    answer = post(world.cast)
    assert answer.status_code == 423
    assert answer.json()["lock"]["owner"] == "Admin"
    assert post(world.cast, who="admin").status_code == 200
    edge = search(world.cast, kind="manual")[0]["id"]
    api = world.cast.api("editor")
    assert api.delete(f"{EDGES}/{edge}").status_code == 423
    assert api.patch(f"{EDGES}/{edge}", {"note": "x"}, format="json").status_code == 423
    AssetLock.objects.unscoped("test").delete()
    assert api.delete(f"{EDGES}/{edge}").status_code == 200


def test_of_many_each_goes_in_or_fails_alone(world: World):
    good = {"upstream": "stg_orders", "downstream": "orders"}
    answer = post(world.cast, [good, {"upstream": "nothing", "downstream": "orders"}, 7])
    assert answer.status_code == 200
    assert [row["status"] for row in answer.json()["results"]] == ["created", "failed", "failed"]
    assert answer.json()["results"][0]["id"] == search(world.cast, kind="manual")[0]["id"]
    nothing = post(world.cast, [{"upstream": "nothing", "downstream": "orders"}])
    assert nothing.status_code == 422
    lines = b'{"upstream": "stg_orders", "downstream": "orders"}\n{"upstream":\n'
    answer = world.cast.api("editor").post(EDGES, lines, content_type="application/x-ndjson")
    assert [row["status"] for row in answer.json()["results"]] == ["unchanged", "failed"]


def test_a_note_is_changed_alone(world: World):
    edge = post(world.cast).json()
    api = world.cast.api("editor")
    patched = api.patch(f"{EDGES}/{edge['id']}", {"note": "Better."}, format="json")
    assert patched.json() == edge | {"note": "Better."}
    for body in ({"upstream": "x"}, {"note": 7, "kind": "x"}, [], {"note": ["x"]}):
        assert api.patch(f"{EDGES}/{edge['id']}", body, format="json").status_code == 422
    [by_run] = [e for e in search(world.cast, upstream="stg_orders") if not e["stated"]]
    noted = api.patch(f"{EDGES}/{by_run['id']}", {"note": "Only for backfills."}, format="json")
    assert noted.json()["note"] == "Only for backfills."


def test_what_runs_show_stays(world: World):
    [by_run] = search(world.cast, upstream="stg_orders")
    answer = world.cast.api("editor").delete(f"{EDGES}/{by_run['id']}")
    assert answer.status_code == 409
    edge = Edge.objects.unscoped("test").get(pk=by_run["id"])
    edge.stated = True
    edge.save()
    assert world.cast.api("editor").delete(f"{EDGES}/{by_run['id']}").status_code == 200
    edge.refresh_from_db()
    assert (edge.stated, edge.runs) == (False, 1)


@pytest.mark.parametrize("edge_id", ["0", "x", "9" * 30, "-1", "1.5"])
def test_an_unknown_edge(world: World, edge_id: str):
    assert world.cast.api("editor").delete(f"{EDGES}/{edge_id}").status_code == 404


def test_edges_are_searched_within_reach(world: World):
    post(world.cast, who="admin")
    ends = lambda rows: {(row["upstream"], row["downstream"]) for row in rows}  # noqa: E731
    assert ends(search(world.cast)) == {
        ("stg_orders", "orders"),
        ("orders", "ledger"),
        ("bucket", "ledger"),
        ("bucket", "orders"),
    }
    assert ends(search(world.cast, "viewer")) == {("stg_orders", "orders")}
    assert ends(search(world.cast, asset="bucket")) == {("bucket", "ledger"), ("bucket", "orders")}
    assert ends(search(world.cast, flowId="close_books", upstream="bucket")) == {
        ("bucket", "ledger")
    }
    assert ends(search(world.cast, stated="true")) == {("bucket", "orders")}
    api = world.cast.api("admin")
    none = api.get(f"{EDGES}/search", {"filters[asset][NOT_EQUALS]": "bucket"}).json()
    assert ends(none["results"]) == {("stg_orders", "orders"), ("orders", "ledger")}
    by_none = api.get(f"{EDGES}/search", {"filters[flowId][NOT_EQUALS]": "close_books"}).json()
    assert len(by_none["results"]) == 2
    first = api.get(f"{EDGES}/search", {"size": 3}).json()
    rest = api.get(f"{EDGES}/search", {"size": 3, "cursor": first["nextCursor"]}).json()
    assert len(rest["results"]) == 1 and not ends(rest["results"]) & ends(first["results"])
    assert api.get(f"{EDGES}/search", {"cursor": "nonsense"}).status_code == 400


@pytest.mark.parametrize("count", [1, 40])
def test_statements_do_not_grow_with_the_edges(world: World, count: int):
    for n in range(count):
        make_asset(world.cast.main, f"a{n}")
    bodies = [
        {"upstream": f"a{n}", "downstream": "orders", "columns": [{"upstream": "x"}]}
        for n in range(count)
    ]
    api = world.cast.api("editor")
    stale = iter("abcdef")

    def state() -> None:
        said = [body | {"note": next(stale)} for body in bodies[:1]] + bodies[1:]
        assert api.post(EDGES, said, format="json").json()["status"] == "success"

    assert statements(state) <= 12
    found = lambda: api.get(f"{EDGES}/search", {"size": 500}).json()["results"]  # noqa: E731
    assert len(found()) == count + 3
    assert statements(found) <= 6
