"""What a dbt command did: states, times, messages, and what its tests found."""

from datetime import UTC, datetime

import pytest

from lineage.dbt import Invocation
from lineage.dbt.quality import assertions_of, metrics_of, outputs_of
from tests.lineage.dbt.builders import (
    HARBOUR,
    catalog,
    manifest,
    model,
    node,
    read,
    read_folder,
    result,
    run_results,
)


def invocation_of(*results: dict[str, object], **more: object) -> Invocation:
    read_back = read(manifest=manifest(model("a")), run_results=run_results(*results, **more))
    assert read_back.invocation is not None
    return read_back.invocation


def test_the_harbour_was_built_as_far_as_it_went() -> None:
    invocation = read_folder(HARBOUR).invocation
    assert invocation is not None
    assert (invocation.command, invocation.state) == ("build", "FAILED")
    assert len(invocation.id) == 36
    assert invocation.started_at < invocation.ended_at
    states = {one.unique_id.split(".")[2]: one.state for one in invocation.results}
    assert states["berths"] == "SUCCESS"
    assert states["deep_ships"] == "FAILED"
    assert states["after_deep_ships"] == "SKIPPED"
    assert states["quay_board"] == "SKIPPED"
    assert states["accepted_values_berth_occupancy_calls__False__0__1"] == "WARNING"
    failed = next(one for one in invocation.results if "deep_ships" in one.unique_id)
    assert "no_such_column" in failed.message
    seeded = next(one for one in invocation.results if one.unique_id == "seed.harbour.berths")
    assert (seeded.rows, seeded.response["code"]) == (3, "INSERT")
    assert all(one.ended_at >= invocation.started_at for one in invocation.results)


@pytest.mark.parametrize("which", ["generate", "compile", "show", "list"])
def test_commands_that_run_nothing_are_no_runs(which: str) -> None:
    """`dbt docs generate` reports “success” for every node, and has built none."""
    artifacts = read(
        manifest=manifest(model("a")),
        run_results=run_results(result("model.shop.a"), which=which),
    )
    assert artifacts.invocation is None
    assert which in artifacts.notes.found[0].message


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("success", "SUCCESS"),
        ("pass", "SUCCESS"),
        ("warn", "WARNING"),
        ("partial success", "WARNING"),
        ("fail", "FAILED"),
        ("error", "FAILED"),
        ("runtime error", "FAILED"),
        ("skipped", "SKIPPED"),
        ("no-op", "SKIPPED"),
    ],
)
def test_states(status: str, state: str) -> None:
    assert invocation_of(result("model.shop.a", status)).results[0].state == state


def test_an_unknown_status_is_told_and_guessed_at_by_nobody() -> None:
    artifacts = read(
        manifest=manifest(model("a")), run_results=run_results(result("model.shop.a", "dreamt"))
    )
    assert artifacts.invocation is not None
    assert artifacts.invocation.results == ()
    assert (artifacts.notes.found[0].node, artifacts.notes.found[0].is_loss) == (
        "model.shop.a",
        True,
    )


def test_times_come_from_the_nodes_where_the_file_has_none() -> None:
    invocation = invocation_of(result("model.shop.a"), invocation_started_at=None)
    assert invocation.started_at == datetime(2026, 11, 20, 12, 4, tzinfo=UTC)
    assert invocation.ended_at == datetime(2026, 11, 20, 12, 5, tzinfo=UTC)
    [one] = invocation.results
    assert (one.started_at, one.ended_at) == (
        datetime(2026, 11, 20, 12, 4, tzinfo=UTC),
        datetime(2026, 11, 20, 12, 4, 9, tzinfo=UTC),
    )
    skipped = invocation_of(result("model.shop.a", "skipped", timing=[])).results[0]
    assert (skipped.started_at, skipped.ended_at) == (None, invocation.ended_at)


def test_an_invocation_without_an_id_gets_the_same_one_again() -> None:
    one, again = (invocation_of(result("model.shop.a"), invocation_id=None) for _ in range(2))
    other = invocation_of(result("model.shop.a", "error"), invocation_id=None)
    assert one.id == again.id != other.id
    assert one.id.startswith("dbt-")


def test_arguments_that_may_hold_secrets_are_not_kept() -> None:
    raw = run_results(result("model.shop.a"))
    raw["args"] |= {"vars": {"password": "x"}, "select": ["a+"], "target": "prod", "exclude": []}
    invocation = read(manifest=manifest(model("a")), run_results=raw).invocation
    assert invocation is not None
    assert invocation.arguments == {"command": "build", "select": ["a+"], "target": "prod"}


def check(name: str, parents: list[str], **fields: object) -> dict[str, object]:
    return node(f"test.shop.{name}", parents, config={"severity": "WARN"}, **fields)


def test_tests_of_the_harbour_are_assertions_of_their_assets() -> None:
    artifacts = read_folder(HARBOUR)
    assert artifacts.invocation is not None
    found = assertions_of(artifacts.manifest, artifacts.invocation, artifacts.notes)
    assert {asset: len(items) for asset, items in found.items()} == {
        "harbour.main.port_calls": 1,
        "harbour.main.berths": 2,
        "harbour.main.stg_port_calls": 1,
        "harbour.main.berth_occupancy": 4,
    }
    by_name = {item["assertion"]: item for item in found["harbour.main.berth_occupancy"]}
    assert by_name["unique"]["success"] is True
    assert by_name["not_null"] == {
        "assertion": "not_null",
        "success": False,
        "column": "last_arrival",
        "severity": "error",
        "message": "Got 1 result, configured to fail if != 0",
        "failures": 1,
        "test": "test.harbour.not_null_berth_occupancy_last_arrival.93efd93666",
    }
    assert by_name["accepted_values"]["severity"] == "warn"
    assert by_name["accepted_values"]["success"] is False
    assert artifacts.notes.found == []


def generic(model: str) -> dict[str, object]:
    return {"test_metadata": {"name": "rel", "kwargs": {"model": model}}}


@pytest.mark.parametrize(
    ("test", "tested"),
    [
        # dbt since 1.5 says it.
        ({"attached_node": "model.shop.b"}, ["shop.main.b"]),
        # Before, a generic test names its model in a template.
        (generic("{{ get_where_subquery(ref('a')) }}"), ["shop.main.a"]),
        (generic("{{ ref('shop', 'a', v=1) }}"), ["shop.main.a"]),
        (generic("{{ this_is(odd) }}"), ["shop.main.b"]),
        # A singular test looks at all that it reads.
        ({}, ["shop.main.a", "shop.main.b"]),
    ],
)
def test_which_asset_a_test_looks_at(test: dict[str, object], tested: list[str]) -> None:
    reads = ["model.shop.a", "model.shop.b"]
    artifacts = read(
        manifest=manifest(model("a"), model("b"), check("t", reads, **test)),
        run_results=run_results(result("test.shop.t", "fail", failures=2)),
    )
    assert artifacts.invocation is not None
    found = assertions_of(artifacts.manifest, artifacts.invocation, artifacts.notes)
    assert sorted(found) == tested


def test_a_skipped_test_says_nothing_and_one_of_nothing_is_told() -> None:
    artifacts = read(
        manifest=manifest(check("t", []), check("u", ["model.shop.gone"]), model("a")),
        run_results=run_results(result("test.shop.t", "skipped"), result("test.shop.u", "pass")),
    )
    assert artifacts.invocation is not None
    assert assertions_of(artifacts.manifest, artifacts.invocation, artifacts.notes) == {}
    assert [note.node for note in artifacts.notes.found] == ["test.shop.u"]


def test_what_was_written_and_what_the_warehouse_counts() -> None:
    told = catalog(a={})
    told["nodes"]["model.shop.a"]["stats"] = {
        "num_rows": {"value": 12.0, "include": True},
        "num_bytes": {"value": "2048", "include": True},
        "rows": {"value": 99, "include": False},
    }
    response = {"rows_affected": 7, "_message": "SELECT 7", "nested": {}}
    artifacts = read(
        manifest=manifest(model("a"), model("b")),
        catalog=told,
        run_results=run_results(
            result("model.shop.a", adapter_response=response),
            result("model.shop.b", adapter_response={"rows_affected": -1}),
        ),
    )
    assert artifacts.invocation is not None
    assert artifacts.catalog is not None
    assert outputs_of(artifacts.manifest, artifacts.invocation) == {
        "model.shop.a": {"rowCount": 7}
    }
    assert metrics_of(artifacts.manifest, artifacts.catalog) == {
        "shop.main.a": {"rowCount": 12, "bytes": 2048}
    }


def test_facts_hold_until_the_command_that_wrote_them_ends() -> None:
    def as_of(minute: int) -> datetime:
        return datetime(2026, 11, 20, 12, minute, tzinfo=UTC)

    own = manifest(model("a"), metadata={"invocation_id": "inv-1"})
    ran = run_results(result("model.shop.a"))
    assert read(manifest=own).as_of == as_of(0)
    assert read(manifest=own, catalog=catalog(a={})).as_of == as_of(1)
    assert read(manifest=own, run_results=ran).as_of == as_of(5)
    assert read(manifest=manifest(model("a")), run_results=ran).as_of == as_of(0)


def test_what_postgres_cannot_hold_is_mended_and_odd_ids_are_replaced() -> None:
    odd = result("model.shop.a", message="nul \x00", adapter_response={"q\x00": "x\x00", "n": [1]})
    invocation = invocation_of(odd, invocation_id="<no id>")
    assert invocation.results[0].response == {"q": "x"}
    assert invocation.results[0].message == "nul "
    assert invocation.id.startswith("dbt-")
