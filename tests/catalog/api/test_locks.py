"""Locks through the API: who holds one, for how long, and what others are told meanwhile."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from catalog.models import AssetLock
from tests.catalog.conftest import Shelf
from tests.conftest import Cast
from tests.factories import make_asset
from tests.lineage.worlds import posted, task_run
from tests.statements import statements

ASSETS = "/api/v1/main/assets"
ORDERS = f"{ASSETS}/shop.orders"
TABLE = {"id": "shop.orders", "type": "Table"}


def lock(api: APIClient, body: Any = None, of: str = "shop.orders") -> Any:
    return api.post(f"{ASSETS}/{of}/lock", body, format="json")


def expire(cast: Cast) -> None:
    locks = AssetLock.objects.unscoped("test").filter(tenant=cast.main)
    locks.update(locked_until=timezone.now())


def test_a_person_s_lock_keeps_others_out(shelf: Shelf):
    mine, other = shelf.cast.api("editor"), shelf.cast.api("admin")
    answer = lock(mine, {"ttl": "PT30M"})
    assert answer.status_code == 200
    held = answer.json()
    assert (held["ownerType"], held["username"], held["executionId"]) == ("USER", "Editor", None)
    assert held["namespace"] == "company.data"
    until = datetime.fromisoformat(held["lockedUntil"])
    assert until - datetime.fromisoformat(held["acquiredAt"]) == timedelta(minutes=30)
    assert other.get(ORDERS).json()["lock"] == held
    refused = [
        other.post(ASSETS, TABLE, format="json"),
        other.patch(ORDERS, {}, format="json", headers={"If-Match": "*"}),
        other.delete(ORDERS),
        other.delete(f"{ASSETS}/by-ids", ["ledger", "shop.orders"], format="json"),
        lock(other),
    ]
    assert {answer.status_code for answer in refused} == {423}
    for problem in refused:
        assert "Editor until" in problem.json()["detail"]
        assert problem.json()["lock"]["lockedUntil"] == held["lockedUntil"]
        assert 0 < int(problem["Retry-After"]) <= 1800
    assert other.get(f"{ASSETS}/ledger").status_code == 200
    assert mine.post(ASSETS, TABLE, format="json").status_code == 200
    assert mine.delete(ORDERS).status_code == 200


def test_who_holds_it_prolongs_it(shelf: Shelf):
    api = shelf.cast.api("editor")
    first, second = lock(api, {"ttl": "PT1M"}).json(), lock(api, {"ttl": "PT2H"}).json()
    assert first["acquiredAt"] == second["acquiredAt"]
    assert first["lockedUntil"] < second["lockedUntil"]


def test_a_lock_ends_by_itself(shelf: Shelf):
    lock(shelf.cast.api("editor"))
    expire(shelf.cast)
    other = shelf.cast.api("admin")
    assert other.get(ORDERS).json()["lock"] is None
    assert other.post(ASSETS, TABLE, format="json").status_code == 200
    assert lock(other).json()["username"] == "Admin"


def test_an_execution_gives_back_only_its_own(shelf: Shelf):
    api = shelf.cast.api("editor")
    body = {"executionId": "run-1", "flowId": "daily", "flowNamespace": "x", "taskRunId": "t"}
    held = lock(api, body).json()
    assert (held["ownerType"], held["executionId"], held["username"]) == (
        "EXECUTION",
        "run-1",
        None,
    )
    assert lock(api).status_code == 423
    assert lock(api, {"executionId": "run-2"}).status_code == 423
    assert api.delete(f"{ORDERS}/lock?executionId=run-2").status_code == 200
    assert api.get(ORDERS).json()["lock"]["executionId"] == "run-1"
    assert api.delete(f"{ORDERS}/lock?executionId=run-1").content == b""
    assert api.get(ORDERS).json()["lock"] is None


def test_anybody_who_may_unlocks_by_force(shelf: Shelf):
    lock(shelf.cast.api("editor"))
    assert shelf.cast.api("viewer").delete(f"{ORDERS}/lock").status_code == 403
    assert shelf.cast.api("admin").delete(f"{ORDERS}/lock").status_code == 200
    assert lock(shelf.cast.api("admin")).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"ttl": "1 hour"}, "ttl"),
        ({"ttl": "PT0S"}, "ttl"),
        ({"ttl": "P31D"}, "ttl"),
        ({"ttl": "P9999999999999999D"}, "ttl"),
        ({"ttl": 5}, "ttl"),
        ({"executionId": 1}, "executionId"),
        ({"executionId": "x" * 201}, "executionId"),
        ({"flowId": "daily"}, "executionId"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_a_bad_request_is_named(shelf: Shelf, body: Any, field: str):
    answer = lock(shelf.cast.api("editor"), body)
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, field)


def test_only_what_is_there_is_locked(shelf: Shelf):
    assert lock(shelf.cast.api("editor"), of="gone").status_code == 404
    assert lock(shelf.cast.api("editor"), of="nowhere").status_code == 404


def test_locked_is_a_filter(shelf: Shelf):
    api = shelf.cast.api("editor")
    lock(api)
    lock(api, of="ledger")
    AssetLock.objects.unscoped("test").filter(asset__public_id="ledger").update(
        locked_until=timezone.now()
    )

    def found(value: str) -> set[str]:
        rows = api.get(f"{ASSETS}/search", {"filters[locked][EQUALS]": value, "size": 100}).json()
        return {asset["id"] for asset in rows["results"]}

    assert found("true") == {"shop.orders"}
    assert "ledger" in found("false")
    assert "shop.orders" not in found("false")


def test_many_at_once_tell_which_are_locked(shelf: Shelf):
    lock(shelf.cast.api("editor"))
    bodies = [TABLE, {"id": "ledger", "type": "Table"}]
    answer = shelf.cast.api("admin").post(f"{ASSETS}/bulk", bodies, format="json").json()
    assert [r["status"] == "failed" for r in answer["results"]] == [True, False]
    assert answer["results"][0]["retriable"] is True


@pytest.mark.parametrize(
    ("behavior", "shown"), [("WARN", "WARNING"), ("FAIL", "FAILED"), ("IGNORE", "SUCCESS")]
)
def test_a_run_s_write_to_a_locked_asset_is_skipped_and_noted(
    cast: Cast, behavior: str, shown: str
):
    make_asset(cast.main, "locked", display_name="Before")
    make_asset(cast.main, "free")
    api = cast.api("editor")
    lock(api, {"executionId": "run-1"}, of="locked")
    source = f"""
    id: daily
    namespace: company.data
    tasks:
      - id: build
        type: t
        assets:
          assetFailureBehavior: {behavior}
          outputs:
            - {{id: locked, type: Table, displayName: After}}
            - {{id: free, type: Table, displayName: After}}
    """
    flow = api.generic("POST", "/api/v1/main/flows", source, content_type="application/x-yaml")
    assert flow.status_code == 200, flow.json()

    def run(execution: str) -> dict[str, Any]:
        one = posted(execution, runs=[task_run(f"{execution}-t")])
        answer = api.post("/api/v1/main/executions", one, format="json").json()
        [task] = answer["taskRunList"]
        return task

    task = run("run-2")
    assert task["state"]["current"] == shown
    [error] = task["assetErrors"]
    assert error["field"] == "outputs[0]"
    assert "locked by execution run-1 until" in error["message"]
    assert api.get(f"{ASSETS}/locked").json()["displayName"] == "Before"
    assert api.get(f"{ASSETS}/free").json()["displayName"] == "After"
    assert "assetErrors" not in run("run-1") or not run("run-1")["assetErrors"]
    assert api.get(f"{ASSETS}/locked").json()["displayName"] == "After"


def test_the_page_shows_the_lock_and_changes_it(shelf: Shelf):
    page = "/main/assets/shop.orders"
    editor, viewer = shelf.cast.browser("editor"), shelf.cast.browser("viewer")
    assert "asset_lock" not in viewer.get(page).content.decode()
    html = editor.get(page).content.decode()
    assert f'hx-post="{page}/-/lock"' in html
    piece = editor.post(f"{page}/-/lock", headers={"HX-Request": "true"}).content.decode()
    assert "Locked by <bdi>Editor</bdi> until" in piece
    assert "<html" not in piece
    assert "csrfmiddlewaretoken" in piece
    html = viewer.get(page).content.decode()
    assert "Locked by <bdi>Editor</bdi> until" in html
    assert "Unlock" not in html
    other = shelf.cast.browser("admin")
    assert (
        "Already locked"
        in other.post(f"{page}/-/lock", headers={"HX-Request": "true"}).content.decode()
    )
    answer = other.post(f"{page}/-/lock", {"release": "1"})
    assert (answer.status_code, answer["Location"]) == (302, page)
    assert "Locked by" not in viewer.get(page).content.decode()


def test_locking_takes_a_fixed_number_of_statements(shelf: Shelf):
    api = shelf.cast.api("editor")
    assert statements(lambda: lock(api)) <= 11
