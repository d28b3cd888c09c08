"""Assets by hand: upsert, patch, delete, restore, many at once."""

import json
from typing import Any

import pytest
from rest_framework.test import APIClient

from catalog.models import AssetChange, Namespace
from tests.catalog.conftest import Shelf
from tests.conftest import Cast, role
from tests.factories import make_asset
from tests.statements import statements

ASSETS = "/api/v1/main/assets"
YAML = "application/x-yaml"
PATCH = "application/merge-patch+json"


def post(api: APIClient, body: Any, path: str = "") -> Any:
    if isinstance(body, str):
        return api.generic("POST", ASSETS + path, body, content_type=YAML)
    return api.post(ASSETS + path, body, format="json")


def patch(api: APIClient, asset_id: str, body: Any, if_match: str = "*") -> Any:
    return api.generic(
        "PATCH",
        f"{ASSETS}/{asset_id}",
        json.dumps(body),
        content_type=PATCH,
        headers={"If-Match": if_match},
    )


def history(asset_id: str) -> list[AssetChange]:
    rows = AssetChange.objects.unscoped("test").filter(asset__public_id=asset_id)
    return list(rows.order_by("pk"))


def limited(cast: Cast, name: str, role_name: str, namespace: str) -> APIClient:
    """The API as a new person with one role in one namespace."""
    from accounts import actions

    cast.users[name] = actions.create_person(f"{name}@example.com", None)
    actions.bind(cast.users[name], role(cast.main, role_name), namespace)
    return cast.api(name)


def test_yaml_makes_an_asset(cast: Cast):
    source = """
    id: raw.1.10
    type: io.kestra.plugin.ee.assets.Table
    namespace: company.data
    displayName: 007
    metadata: {system: postgres}
    model_layer: mart
    owners: [finance, Mara Lindt, finance]
    tags: [pii]
    columns: [{name: id, type: bigint}, {name: address, columns: [street]}]
    """
    answer = post(cast.api("editor"), source)
    assert answer.status_code == 200, answer.json()
    body = answer.json()
    assert (body["id"], body["displayName"], body["namespace"]) == (
        "raw.1.10",
        "007",
        "company.data",
    )
    assert body["metadata"] == {"system": "postgres", "model_layer": "mart"}
    assert body["owners"] == ["finance", "Mara Lindt"]
    assert body["tags"] == ["pii"]
    assert body["columns"] == [
        {"name": "id", "type": "bigint"},
        {"name": "address", "columns": [{"name": "street"}]},
    ]
    assert (body["lastWrittenAt"], body["deleted"]) == (None, False)
    [made] = history("raw.1.10")
    assert (made.kind, made.source["label"]) == ("created", "Editor")
    assert answer["ETag"] == cast.api("viewer").get(f"{ASSETS}/raw.1.10")["ETag"]


def test_owners_and_tags_are_facets_then(cast: Cast):
    post(cast.api("editor"), {"id": "a", "type": "T", "owners": ["finance"], "tags": ["pii"]})
    facets = cast.api("editor").get(f"{ASSETS}/facets", {"filters[owner][EQUALS]": "finance"})
    assert facets.json()["tags"] == [{"value": "pii", "count": 1}]


def test_a_second_post_merges_as_kestra_does(cast: Cast):
    api = cast.api("editor")
    first = {"id": "a", "type": "T", "namespace": "x", "displayName": "A", "description": "text"}
    post(api, first | {"metadata": {"keep": 1, "drop": 2, "map": {"old": 1}}, "tags": ["t"]})
    second = {"id": "a", "type": "File", "displayName": None, "description": None}
    body = post(api, second | {"metadata": {"drop": None, "map": {"new": 1}}}).json()
    assert (body["displayName"], body["description"], body["namespace"]) == ("A", "text", "x")
    assert body["metadata"] == {"keep": 1, "map": {"new": 1}}
    assert (body["type"], body["tags"]) == ("File", ["t"])
    assert post(api, {"id": "a", "type": "T", "namespace": None}).json()["namespace"] is None
    assert post(api, {"id": "a", "type": "External"}).json()["type"] == "T"


def test_what_get_answers_can_be_posted_back(shelf: Shelf):
    api = shelf.cast.api("editor")
    before = api.get(f"{ASSETS}/shop.orders").json()
    after = post(api, before).json()
    changing = {"updated", "state", "stateReason", "staleAt"}
    assert {k: v for k, v in after.items() if k not in changing} == {
        k: v for k, v in before.items() if k not in changing
    }


def test_a_word_by_hand_follows_what_a_fast_clock_said(cast: Cast):
    from catalog.models import AssetState

    api = cast.api("editor")
    post(api, {"id": "a", "type": "T", "displayName": "first"})
    state = AssetState.objects.unscoped("test").get(asset__public_id="a")
    state.clock["displayName"] = "9" + state.clock["displayName"][1:]
    state.save()
    assert post(api, {"id": "a", "type": "T", "displayName": "second"}).json()["displayName"] == (
        "second"
    )


def test_a_placeholder_becomes_somebody_s(cast: Cast):
    """Only read so far: whoever may create where it stands may declare it, and then it stays."""
    from tests.lineage.worlds import posted, task_run

    run = posted("r1", runs=[task_run("t1", reads=["raw"], writes=["out"])])
    cast.api("ingest").post("/api/v1/main/executions", run, format="json")
    body = post(cast.api("editor"), {"id": "raw", "type": "File"}).json()
    assert (body["type"], body["namespace"]) == ("File", "company.data")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"type": "T"}, "id"),
        ({"id": "a"}, "type"),
        ({"id": "a b", "type": "T"}, "id"),
        ({"id": "a", "type": "T" * 251}, "type"),
        ({"id": "a", "type": "T", "namespace": "A"}, "namespace"),
        ({"id": "a", "type": "T", "metadata": []}, "metadata"),
        ({"id": "a", "type": "T", "metadata": {"k": "x" * 70_000}}, "metadata"),
        ({"id": "a", "type": "T", "owners": "me"}, "owners"),
        ({"id": "a", "type": "T", "owners": ["ok", ""]}, "owners[1]"),
        ({"id": "a", "type": "T", "tags": ["x" * 101]}, "tags[0]"),
        ({"id": "a", "type": "T", "columns": [{"type": "int"}]}, "columns[0].name"),
        ({"id": "a", "type": "T", "columns": [{"name": "a", "x": 1}]}, "columns[0].x"),
        ({"id": "a", "type": "T", "columns": {"a": 1}}, "columns"),
        ([], ""),
    ],
)
def test_what_is_wrong_is_named(cast: Cast, body: Any, field: str):
    answer = post(cast.api("editor"), body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field
    assert not history("a")


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        ("a: [", YAML, 400),
        ("{", "application/json", 400),
        ("a: &a [*a]", YAML, 400),
        ("<a/>", "application/xml", 415),
    ],
)
def test_what_cannot_be_read_is_said(cast: Cast, body: str, content_type: str, status: int):
    answer = cast.api("editor").generic("POST", ASSETS, body, content_type=content_type)
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"


def test_one_writes_where_one_may(cast: Cast):
    make_asset(cast.main, "ledger", "company.finance")
    mine = limited(cast, "ed", "Editor", "company.data")
    assert post(mine, {"id": "a", "type": "T", "namespace": "company.data.x"}).status_code == 200
    assert post(mine, {"id": "b", "type": "T", "namespace": "company.finance"}).status_code == 403
    assert post(mine, {"id": "b", "type": "T"}).json()["errors"][0]["field"] == "namespace"
    assert post(mine, {"id": "a", "type": "T", "namespace": None}).status_code == 403
    moved = {"id": "a", "type": "T", "namespace": "company.finance"}
    assert post(mine, moved).status_code == 403
    assert patch(mine, "a", {"namespace": "company.finance"}).status_code == 403
    assert patch(mine, "a", {"namespace": "company.data.y"}).json()["namespace"] == (
        "company.data.y"
    )
    assert not Namespace.objects.unscoped("test").filter(name="company.elsewhere").exists()


def test_a_tenant_may_want_its_namespaces_made_first(cast: Cast):
    cast.main.requires_existing_namespaces = True
    cast.main.save()
    answer = post(cast.api("editor"), {"id": "a", "type": "T", "namespace": "nowhere"})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "namespace")


def test_who_may_not_read_gets_back_what_they_said(cast: Cast):
    secret = {"id": "a", "type": "T", "namespace": "x", "description": "secret", "key": 1}
    post(cast.api("editor"), secret)
    body = post(cast.api("ingest"), {"id": "a", "type": "T", "metadata": {"own": 2}}).json()
    assert "description" not in body
    assert (body["id"], body["metadata"]) == ("a", {"own": 2})


def test_a_patch_merges_and_removes(cast: Cast):
    api = cast.api("editor")
    whole = {"id": "a", "type": "T", "displayName": "A", "description": "text", "tags": ["t"]}
    post(api, whole | {"metadata": {"deep": {"keep": 1, "drop": 2}, "gone": 1}})
    change = {
        "displayName": None,
        "tags": None,
        "owners": ["me"],
        "metadata": {"deep": {"drop": None, "new": [1]}, "gone": None},
        "layer": "mart",
    }
    body = patch(api, "a", change).json()
    assert (body["displayName"], body["description"]) == (None, "text")
    assert (body["tags"], body["owners"], body["type"]) == ([], ["me"], "T")
    assert body["metadata"] == {"deep": {"keep": 1, "new": [1]}, "layer": "mart"}
    assert history("a")[-1].changes["displayName"] == ["A", None]
    assert patch(api, "a", {"metadata": None}).json()["metadata"] == {}


def test_a_patch_wants_to_know_which_version_was_seen(cast: Cast):
    api = cast.api("editor")
    seen = post(api, {"id": "a", "type": "T"})["ETag"]
    missing = api.generic("PATCH", f"{ASSETS}/a", "{}", content_type=PATCH)
    assert missing.status_code == 428
    answer = patch(api, "a", {"displayName": "A"}, seen)
    assert (answer.status_code, answer["ETag"] == seen) == (200, False)
    assert patch(api, "a", {"displayName": "B"}, seen).status_code == 412
    assert patch(api, "a", {"displayName": "B"}, f'"x", {answer["ETag"]}').status_code == 200


def test_a_run_does_not_change_the_version_that_was_seen(cast: Cast):
    from tests.lineage.worlds import posted, task_run

    api = cast.api("editor")
    seen = post(api, {"id": "a", "type": "T", "namespace": "company.data"})["ETag"]
    run = posted("r1", runs=[task_run("t1", writes=[{"id": "a", "type": "T"}])])
    api.post("/api/v1/main/executions", run, format="json")
    after = api.get(f"{ASSETS}/a")
    assert after.json()["lastWrittenAt"] is not None
    assert after["ETag"] == seen


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"id": "b"}, "id"),
        ({"type": None}, "type"),
        ({"namespace": "A"}, "namespace"),
        ({"metadata": [1]}, "metadata"),
        ({"columns": 1}, "columns"),
        ([1], ""),
    ],
)
def test_a_bad_patch_is_named(cast: Cast, body: Any, field: str):
    api = cast.api("editor")
    post(api, {"id": "a", "type": "T"})
    answer = patch(api, "a", body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_what_may_be_seen_but_not_changed_is_403_else_404(shelf: Shelf):
    both = limited(shelf.cast, "both", "Viewer", "company.data")
    from accounts import actions

    actions.bind(shelf.cast.users["both"], role(shelf.cast.main, "Editor"), "company.data.staging")
    assert patch(both, "shop.orders", {}).status_code == 403
    assert patch(both, "ledger", {}).status_code == 404
    assert both.delete(f"{ASSETS}/shop.orders").status_code == 403
    assert both.delete(f"{ASSETS}/ledger").status_code == 404
    assert both.delete(f"{ASSETS}/shop.order_items").status_code == 200
    assert both.post(f"{ASSETS}/gone/restore").status_code == 403


def test_deleted_and_restored(shelf: Shelf):
    api = shelf.cast.api("editor")
    answer = api.delete(f"{ASSETS}/shop.orders")
    assert (answer.status_code, answer.content) == (200, b"")
    assert api.get(f"{ASSETS}/shop.orders").status_code == 404
    assert api.delete(f"{ASSETS}/shop.orders").status_code == 404
    assert api.get(f"{ASSETS}/shop.orders?allowDeleted=true").json()["deleted"] is True
    assert api.post(f"{ASSETS}/shop.orders/restore").json()["deleted"] is False
    assert api.post(f"{ASSETS}/shop.orders/restore").status_code == 200
    assert [line.kind for line in history("shop.orders")] == ["deleted", "restored"]
    assert history("shop.orders")[0].source["kind"] == "user"


def test_a_post_brings_a_deleted_asset_back(shelf: Shelf):
    api = shelf.cast.api("editor")
    assert post(api, {"id": "gone", "type": "T"}).json()["deleted"] is False
    assert [line.kind for line in history("gone")] == ["restored"]


def test_several_are_deleted_or_none(shelf: Shelf):
    api = shelf.cast.api("editor")

    def delete(ids: Any) -> Any:
        return api.delete(f"{ASSETS}/by-ids", ids, format="json")

    answer = delete(["shop.orders", "nowhere", "gone"])
    assert answer.status_code == 400
    assert set(answer.json()["invalids"]) == {"nowhere", "gone"}
    assert answer.json()["message"]
    assert api.get(f"{ASSETS}/shop.orders").status_code == 200
    assert delete(["shop.orders", "ledger", "ledger"]).json() == {"count": 2}
    assert api.get(f"{ASSETS}/ledger").status_code == 404
    for bad in ({}, [], [1], "x"):
        assert delete(bad).status_code == 400


MANY = [{"id": "a", "type": "T"}, {"id": "b"}, {"id": "c", "type": "T"}]


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (json.dumps(MANY), "application/json"),
        ("\n".join(map(json.dumps, MANY)), "application/x-ndjson"),
        ("- {id: a, type: T}\n- {id: b}\n- {id: c, type: T}", YAML),
        ("id: a\ntype: T\n---\nid: b\n---\nid: c\ntype: T", YAML),
    ],
)
def test_many_go_in_one_by_one(cast: Cast, body: str, content_type: str):
    api = cast.api("editor")
    answer = api.generic("POST", f"{ASSETS}/bulk", body, content_type=content_type)
    assert answer.status_code == 200
    assert answer.json()["summary"] == {"received": 3, "successful": 2, "failed": 1}
    assert [result["status"] for result in answer.json()["results"]] == [
        "created",
        "failed",
        "created",
    ]
    assert answer.json()["results"][1]["errors"] == [{"field": "type", "message": "is required"}]
    assert api.get(f"{ASSETS}/c").status_code == 200


def test_none_going_in_is_422(cast: Cast):
    assert post(cast.api("editor"), [{"id": "b"}], "/bulk").status_code == 422
    assert post(cast.api("editor"), {"id": "b"}, "/bulk").status_code == 400
    line = cast.api("editor").generic(
        "POST", f"{ASSETS}/bulk", "{", content_type="application/x-ndjson"
    )
    assert "Line 1" in line.json()["results"][0]["errors"][0]["message"]


def test_the_last_word_on_one_asset_counts_within_a_request(cast: Cast):
    same = [{"id": "a", "type": "T", "displayName": str(n)} for n in range(12)]
    answer = post(cast.api("editor"), [*same, same[-1]], "/bulk").json()
    assert [r["status"] for r in answer["results"]] == ["created", *["updated"] * 11, "unchanged"]
    assert cast.api("editor").get(f"{ASSETS}/a").json()["displayName"] == "11"


def test_statements_do_not_grow_with_the_number_of_assets(cast: Cast):
    api = cast.api("editor")

    def take(count: int, start: int) -> int:
        numbers = iter(range(start, start + 10 * count))

        def send() -> None:
            ids = [f"a{next(numbers)}" for _ in range(count)]
            many = [{"id": id_, "type": "T", "namespace": f"n.{id_}"} for id_ in ids]
            assert post(api, many, "/bulk").status_code == 200

        return statements(send)

    assert take(60, 1000) == take(1, 0) <= 15

    def delete(ids: list[str]) -> None:
        assert api.delete(f"{ASSETS}/by-ids", ids, format="json").status_code in (200, 400)

    assert statements(lambda: delete([f"a{n}" for n in range(1000, 1100)])) <= 8
