"""Names, merges and likely duplicates through the API."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.locking import LockRequest, lock_asset
from catalog.models import Asset
from lineage.recording import record_executions
from lineage.unifying import NameLink, unify_names
from tests.conftest import Cast
from tests.lineage.worlds import posted, task_run

pytestmark = pytest.mark.django_db

API = "/api/v1/main"
LAKE = "s3://lake/orders"


@pytest.fixture
def api(cast: Cast) -> APIClient:
    return cast.api("admin")


def put(api: APIClient, id_: str, **fields: Any) -> None:
    body = {"id": id_, "type": "Table", "namespace": "company.data"} | fields
    assert api.post(f"{API}/assets", body, format="json").status_code == 200


def merge(api: APIClient, kept: str, absorbed: str) -> Any:
    address = f"{API}/assets/by-id/merge?id={kept}"
    return api.post(address, {"absorb": absorbed}, format="json")


def get(api: APIClient, id_: str) -> dict[str, Any]:
    answer = api.get(f"{API}/assets/by-id", {"id": id_})
    assert answer.status_code == 200
    return answer.json()


def columns(*names: str) -> list[dict[str, str]]:
    return [{"name": name, "type": "int"} for name in names]


def test_owners_tags_and_columns_are_united_and_part_again(api: APIClient) -> None:
    put(api, "orders", owners=["a"], tags=["x"], columns=columns("id", "amount"))
    put(api, LAKE, owners=["b"], tags=["x", "y"], columns=columns("id", "note"), description="Raw")
    before = get(api, "orders"), get(api, LAKE)
    answer = merge(api, "orders", LAKE)
    assert answer.status_code == 200
    merged = answer.json()
    assert (merged["kept"], merged["absorbed"], merged["reason"]) == ("orders", LAKE, "merge")
    both = get(api, LAKE)
    assert both["id"] == "orders"
    assert both["owners"] == ["a", "b"]
    assert both["tags"] == ["x", "y"]
    assert [column["name"] for column in both["columns"]] == ["id", "amount", "note"]
    assert both["description"] == "Raw"
    undone = api.post(f"{API}/merges/{merged['id']}/undo")
    assert undone.status_code == 200
    assert undone.json()["undoneBy"] == "Admin"
    assert (get(api, "orders"), get(api, LAKE)) == before


def test_a_merge_is_previewed(cast: Cast, api: APIClient) -> None:
    put(api, "orders", tags=["x"])
    put(api, LAKE, tags=["y"])
    run = task_run("t1", reads=[LAKE], writes=["mart"])
    record_executions(cast.access("admin"), [posted("e1", runs=[run])])
    found = api.get(f"{API}/assets/orders/merge", {"absorb": LAKE}).json()
    moves = {move["what"]: move["count"] for move in found["moves"]}
    assert moves == {"usages": 1, "downstream edges": 1, "changes in its history": 1}
    assert {"field": "tags", "before": ["x"], "after": ["x", "y"]} in found["changes"]
    assert found["problem"] is None
    mine = cast.api("viewer").get(f"{API}/assets/orders/merge", {"absorb": LAKE}).json()
    assert "may not change" in mine["problem"]
    assert api.get(f"{API}/assets/orders/merge").json()["errors"][0]["field"] == "absorb"


def test_merges_are_listed_and_undone_once(api: APIClient) -> None:
    for name in ("orders", "b", "c"):
        put(api, name)
    first = merge(api, "orders", "b").json()
    second = merge(api, "orders", "c").json()
    listed = api.get(f"{API}/assets/c/merges").json()
    assert [one["id"] for one in listed["results"]] == [second["id"], first["id"]]
    assert api.post(f"{API}/merges/{first['id']}/undo").status_code == 200
    assert api.post(f"{API}/merges/{first['id']}/undo").status_code == 409
    assert get(api, "b")["id"] == "b"
    assert get(api, "c")["id"] == "orders"
    listed = api.get(f"{API}/assets/orders/merges").json()
    assert [one["mayUndo"] for one in listed["results"]] == [True, False]


def test_what_cannot_be_merged(cast: Cast, api: APIClient) -> None:
    put(api, "orders")
    put(api, LAKE)
    put(api, "ledger", namespace="company.finance")
    assert merge(api, "orders", "orders").status_code == 409
    assert merge(api, "orders", "nothing").status_code == 404
    answer = api.post(f"{API}/assets/orders/merge", {"absorb": 1}, format="json")
    assert answer.status_code == 422
    assert merge(api, "orders", LAKE).status_code == 200
    assert merge(api, "orders", LAKE).status_code == 409
    assert merge(cast.api("viewer"), "orders", "ledger").status_code == 403


def test_who_may_change_only_one_merges_nothing(cast: Cast, api: APIClient, grant: Any) -> None:
    put(api, "orders")
    put(api, "ledger", namespace="company.finance")
    grant("dora", "Editor", "company.data")
    grant("dora2", "Viewer", "company.finance")
    assert merge(cast.api("dora"), "orders", "ledger").status_code == 404
    from accounts.actions import bind
    from tests.conftest import role

    bind(cast.users["dora"], role(cast.main, "Viewer"), "company.finance")
    assert merge(cast.api("dora"), "orders", "ledger").status_code == 403


def test_a_lock_of_somebody_else_keeps_two_apart(cast: Cast, api: APIClient) -> None:
    put(api, "orders")
    put(api, LAKE)
    pk = Asset.objects.unscoped("test").get(public_id=LAKE).pk
    lock_asset(cast.access("editor"), pk, LockRequest())
    assert merge(api, "orders", LAKE).status_code == 423
    unlinked = unify_names(cast.access("admin"), [NameLink("orders", LAKE, "symlink")])
    assert "locked" in unlinked[0].reason
    assert merge(cast.api("editor"), "orders", LAKE).status_code == 200


# Names ------------------------------------------------------------------------------------------


def test_names_are_given_and_taken_away(api: APIClient) -> None:
    put(api, "orders")
    address = f"{API}/assets/orders/aliases"
    added = api.post(address, {"name": LAKE}, format="json")
    assert added.status_code == 200
    assert (added.json()["name"], added.json()["source"]) == (LAKE, "manual")
    assert added.json()["createdBy"] == "Admin"
    assert api.post(address, {"name": LAKE}, format="json").status_code == 200
    assert [alias["name"] for alias in api.get(address).json()["results"]] == [LAKE]
    assert get(api, LAKE)["id"] == "orders"
    assert api.delete(f"{address}/s3%3A%2F%2Flake%2Forders").status_code == 200
    assert api.delete(f"{API}/assets/by-id/aliases?id=orders&name={LAKE}").status_code == 404
    assert api.get(f"{API}/assets/by-id", {"id": LAKE}).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [("other", 409), ("orders", 422), ("a b", 422), ("", 422), (7, 422), ("x\0", 422)],
)
def test_names_that_cannot_be(api: APIClient, name: Any, status: int) -> None:
    put(api, "orders")
    put(api, "other")
    answer = api.post(f"{API}/assets/orders/aliases", {"name": name}, format="json")
    assert answer.status_code == status


def test_the_id_of_a_merged_asset_is_given_back_by_undoing(api: APIClient) -> None:
    put(api, "orders")
    put(api, LAKE)
    merge(api, "orders", LAKE)
    answer = api.delete(f"{API}/assets/by-id/aliases?id=orders&name={LAKE}")
    assert answer.status_code == 409
    assert "undo the merge" in answer.json()["detail"]


def test_a_name_that_was_taken_away_is_not_told_again(cast: Cast, api: APIClient) -> None:
    put(api, "orders")
    link = NameLink("orders", LAKE, "symlink")
    unify_names(cast.access("admin"), [link])
    assert get(api, LAKE)["id"] == "orders"
    api.delete(f"{API}/assets/by-id/aliases?id=orders&name={LAKE}")
    unify_names(cast.access("admin"), [link])
    assert api.get(f"{API}/assets/by-id", {"id": LAKE}).status_code == 404
    assert (
        api.post(f"{API}/assets/orders/aliases", {"name": LAKE}, format="json").status_code == 200
    )
    api.delete(f"{API}/assets/by-id/aliases?id=orders&name={LAKE}")
    unify_names(cast.access("admin"), [link])
    assert get(api, LAKE)["id"] == "orders"


# Likely duplicates ------------------------------------------------------------------------------


def test_likely_duplicates_are_listed_until_somebody_decides(api: APIClient) -> None:
    for name in ("orders", LAKE, "old/orders"):
        put(api, name, columns=columns("id", "amount"))

    def pairs() -> set[tuple[str, str]]:
        found = api.get(f"{API}/duplicates").json()["results"]
        assert all(pair["columns"] == {"common": 2, "of": 2} for pair in found)
        return {(pair["keep"], pair["absorb"]) for pair in found}

    assert pairs() == {("orders", LAKE), ("old/orders", LAKE), ("orders", "old/orders")}
    body = {"assets": ["orders", "old/orders"]}
    assert api.post(f"{API}/duplicates/dismiss", body, format="json").status_code == 200
    assert pairs() == {("orders", LAKE), ("old/orders", LAKE)}
    merged = merge(api, "orders", LAKE).json()
    assert pairs() == set()
    api.post(f"{API}/merges/{merged['id']}/undo")
    assert pairs() == {("old/orders", LAKE)}


@pytest.mark.parametrize("body", [{}, {"assets": ["a"]}, {"assets": ["a", 1]}, [], "x"])
def test_dismissing_takes_two_ids(api: APIClient, body: Any) -> None:
    answer = api.post(f"{API}/duplicates/dismiss", body, format="json")
    assert answer.status_code == 422
