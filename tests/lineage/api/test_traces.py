"""Usages and lineage events through the API: found, scoped, deleted."""

from datetime import timedelta
from typing import Any

import pytest

from accounts import actions
from lineage.models import AssetUsage, LineageEvent
from tests.conftest import Cast, role
from tests.factories import NOW, make_asset, make_bundle, make_execution, make_flow, make_task_run
from tests.statements import statements
from tests.world import World

ASSETS = "/api/v1/main/assets"
USAGES, EVENTS = f"{ASSETS}/usages", f"{ASSETS}/lineage-events"


def search(world: World, what: str, who: str = "admin", **params: Any) -> dict[str, Any]:
    answer = world.cast.api(who).get(f"{what}/search", params)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def tasks(answer: dict[str, Any]) -> set[str]:
    return {row["taskId"] for row in answer["results"]}


def test_a_usage_tells_who_touched_what(world: World):
    answer = search(world, USAGES, **{"filters[assetId][EQUALS]": "orders", "sort": "created:asc"})
    assert answer["total"] == 2
    [row] = [row for row in answer["results"] if row["direction"] == "WRITE"]
    assert row == {
        "assetId": "orders",
        "namespace": "company.data",
        "flowId": "build_orders",
        "flowRevision": None,
        "executionId": "run-orders",
        "taskId": "build",
        "taskRunId": row["taskRunId"],
        "created": row["created"],
        "direction": "WRITE",
        "state": "SUCCESS",
    }


def test_an_event_tells_what_became_of_what(world: World):
    [row] = search(world, EVENTS, **{"filters[taskId][EQUALS]": "close"})["results"]
    assert [one["id"] for one in row["inputs"]] == ["orders", "bucket"]
    assert row["outputs"] == [{"id": "ledger", "type": "io.kestra.plugin.ee.assets.Table"}]
    assert (row["state"], row["restricted"], row["flowId"]) == ("SUCCESS", 0, "close_books")
    assert row["startDate"] < row["endDate"]
    assert row["uid"].startswith("e")


def test_what_one_may_not_see_is_neither_found_nor_named(world: World):
    assert {row["assetId"] for row in search(world, USAGES, "viewer")["results"]} == {
        "orders",
        "stg_orders",
    }
    assert tasks(search(world, EVENTS, "viewer")) == {"build"}
    make_bundle(
        make_task_run(make_execution(world.build_orders), "mixed"),
        [world.ledger],
        [world.orders],
    )
    [row] = search(world, EVENTS, "viewer", **{"filters[taskId][EQUALS]": "mixed"})["results"]
    assert (row["inputs"], row["restricted"]) == ([], 1)
    by_id = {"filters[assetId][EQUALS]": "ledger"}
    assert search(world, EVENTS, "viewer", **by_id)["total"] == 0
    assert tasks(search(world, EVENTS, **by_id)) == {"close", "mixed"}


FILTERS = [
    ("[assetId][IN]", "bucket,stg_orders", {"build", "close"}),
    ("[assetId][STARTS_WITH]", "stg", {"build"}),
    ("[assetId][NOT_EQUALS]", "stg_orders", {"close"}),
    ("[assetType][EQUALS]", "io.kestra.plugin.ee.assets.Dataset", {"close"}),
    ("[namespace][PREFIX]", "company", {"build", "close"}),
    ("[namespace][EQUALS]", "company.finance", {"close"}),
    ("[namespace][NOT_EQUALS]", "company.finance", {"build"}),
    ("[flowId][REGEX]", "^close_.*s$", {"close"}),
    ("[executionId][EQUALS]", "run-orders", {"build"}),
    ("[executionId][NOT_EQUALS]", "run-orders", {"close"}),
    ("[taskId][CONTAINS]", "los", {"close"}),
    ("[state][NOT_IN]", "FAILED", {"build", "close"}),
    ("[created][LESS_THAN]", "2000-01-01", set()),
    ("[created][GREATER_THAN]", "2000-01-01", {"build", "close"}),
    ("[flowRevision][EQUALS]", "3", set()),
]


@pytest.mark.parametrize(("name", "value", "found"), FILTERS)
def test_events_are_filtered(world: World, name: str, value: str, found: set[str]):
    assert tasks(search(world, EVENTS, **{f"filters{name}": value})) == found


@pytest.mark.parametrize(("name", "value", "found"), FILTERS)
def test_usages_are_filtered(world: World, name: str, value: str, found: set[str]):
    if name == "[assetId][NOT_EQUALS]":  # of a usage, which is of one asset
        found = {"build", "close"}
    assert tasks(search(world, USAGES, **{f"filters{name}": value})) == found


@pytest.mark.parametrize("what", [USAGES, EVENTS])
def test_an_odd_name_is_a_name(world: World, what: str):
    """Part of the condition is text: quotes and percent signs stay what they are."""
    odd = make_asset(world.cast.main, "o'%s%%")
    make_bundle(make_task_run(make_execution(world.build_orders), "odd"), [odd], [])
    for field, value in (("assetId", "o'%s%%"), ("taskId", "odd")):
        assert tasks(search(world, what, **{f"filters[{field}][EQUALS]": value})) == {"odd"}


def test_filters_are_joined_as_the_client_sends_them(world: World):
    either = {
        "filters[or][0][assetId][EQUALS]": "bucket",
        "filters[or][1][and][0][assetId][EQUALS]": "orders",
        "filters[or][1][and][1][direction][EQUALS]": "WRITE",
    }
    found = search(world, USAGES, **either)["results"]
    assert {(row["assetId"], row["direction"]) for row in found} == {
        ("bucket", "READ"),
        ("orders", "WRITE"),
    }


@pytest.mark.parametrize("what", [USAGES, EVENTS])
def test_a_bad_filter_says_what_is_supported(world: World, what: str):
    for params, hint in (
        ({"filters[colour][EQUALS]": "red"}, "assetId"),
        ({"filters[state][CONTAINS]": "S"}, "NOT_IN"),
        ({"filters[assetId][REGEX]": "("}, "regular expression"),
        ({"filters[assetId][REGEX]": r"(a)\1"}, "refer back"),
        ({"sort": "id:asc"}, "created:desc"),
    ):
        answer = world.cast.api("admin").get(f"{what}/search", params)
        assert answer.status_code == 400
        assert hint in str(answer.json())


def test_a_pattern_that_the_database_refuses_is_the_caller_s_mistake(world: World):
    answer = world.cast.api("admin").get(
        f"{USAGES}/search", {"filters[assetId][REGEX]": "a{1,900}"}
    )
    assert answer.status_code == 400
    assert "pattern cannot be used" in answer.json()["detail"]


def test_pages_go_by_number_and_by_cursor(world: World):
    for n in range(5):
        run = make_execution(world.build_orders, started_at=NOW - timedelta(hours=n))
        make_bundle(make_task_run(run, f"t{n}"), [], [world.orders])
    for what in (USAGES, EVENTS):
        whole = [row["taskId"] for row in search(world, what, size=50)["results"]]
        first = search(world, what, size=3)
        rest = search(world, what, size=50, cursor=first["nextCursor"])
        second = search(world, what, size=3, page=2)
        paged = [row["taskId"] for row in first["results"] + rest["results"]]
        assert paged == whole
        assert [row["taskId"] for row in second["results"]] == whole[3:6]


def test_the_number_of_statements_is_fixed(world: World):
    api = world.cast.api("admin")

    def count() -> list[int]:
        return [
            statements(lambda what=what: api.get(f"{what}/search?size=100"))
            for what in (USAGES, EVENTS)
        ]

    few = count()
    for n in range(20):
        run = make_execution(make_flow(world.cast.main, f"f{n}"))
        inputs = [make_asset(world.cast.main, f"in{n}")]
        make_bundle(make_task_run(run), inputs, [make_asset(world.cast.main, f"out{n}")])
    assert count() == few
    assert max(few) <= 6


def test_usages_and_events_are_deleted_by_query(world: World):
    api = world.cast.api("admin")
    for what, model, filters, count in (
        (USAGES, AssetUsage, "filters[assetId][EQUALS]=orders", 2),
        (EVENTS, LineageEvent, "filters[assetId][EQUALS]=stg_orders", 1),
    ):
        assert api.delete(f"{what}/by-query").status_code == 400
        before = model.objects.unscoped("test").count()
        answer = api.delete(f"{what}/by-query?{filters}")
        assert answer.json() == {"count": count}
        assert model.objects.unscoped("test").count() == before - count


def test_only_what_may_all_be_deleted_is(world: World):
    mixed = actions.create_person("mixed@example.com", None)
    world.cast.users["mixed"] = mixed
    actions.bind(mixed, role(world.cast.main, "Viewer"), "company")
    actions.bind(mixed, role(world.cast.main, "Editor"), "company.finance")
    api = world.cast.api("mixed")
    everything = "filters[namespace][PREFIX]=company"
    own = "filters[flowId][EQUALS]=close_books"
    for path in (f"{USAGES}/by-query", f"{EVENTS}/by-query", f"{ASSETS}/by-query"):
        assert api.delete(f"{path}?{everything}").status_code == 403
    assert LineageEvent.objects.unscoped("test").count() == 2
    assert api.delete(f"{EVENTS}/by-query?{own}").json() == {"count": 1}


def test_assets_are_deleted_by_query(world: World):
    api = world.cast.api("admin")
    assert api.delete(f"{ASSETS}/by-query").status_code == 400
    answer = api.delete(f"{ASSETS}/by-query?filters[namespace][PREFIX]=company.data")
    assert answer.json() == {"count": 2}
    assert api.get(f"{ASSETS}/orders?allowDeleted=true").json()["deleted"] is True


def test_purged_assets_are_gone_with_all_that_named_them(world: World):
    api = world.cast.api("admin")
    api.delete(f"{ASSETS}/orders")
    deleted = "filters[deleted][EQUALS]=true&purge=true"
    assert api.delete(f"{ASSETS}/by-query?{deleted}").json() == {"count": 1}
    assert api.get(f"{ASSETS}/orders?allowDeleted=true").status_code == 404
    events = search(world, EVENTS)["results"]
    assert all(row["restricted"] == 0 for row in events)
    assert {one["id"] for row in events for one in row["inputs"]} == {"stg_orders", "bucket"}
    assert {row["assetId"] for row in search(world, USAGES)["results"]} == {
        "stg_orders",
        "bucket",
        "ledger",
    }
    nodes = api.get(f"{ASSETS}/ledger/dependencies").json()["nodes"]
    assert {node.get("id") for node in nodes} == {"ledger", "bucket", "close_books"}


def test_a_lock_keeps_all_from_being_deleted(world: World):
    world.cast.api("editor").post(f"{ASSETS}/orders/lock")
    api = world.cast.api("admin")
    for extra in ("", "&purge=true"):
        path = f"{ASSETS}/by-query?filters[namespace][PREFIX]=company{extra}"
        assert api.delete(path).status_code == 423
    assert api.get(f"{ASSETS}/ledger").status_code == 200


def test_purging_takes_a_fixed_number_of_statements(cast: Cast):
    api = cast.api("admin")

    def purge(count: int, name: str) -> int:
        for n in range(count * 2):
            make_asset(cast.main, f"{name}{n}")
        halves = iter((f"{name}[0-9]*[02468]", f"{name}.*"))
        path = f"{ASSETS}/by-query?purge=true&filters[id][REGEX]="
        return statements(lambda: api.delete(path + next(halves)))

    assert purge(1, "a") == purge(30, "b") <= 27
