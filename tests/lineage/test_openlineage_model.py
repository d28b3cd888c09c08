"""What the facets of jobs, runs and datasets become, and that each can be read back as it came."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from accounts.access import Access
from catalog.models import Asset, AssetAlias, AssetMeasurement
from lineage.models import ColumnEdge, Edge, Flow, OpenLineageJob, TaskRun
from tests.conftest import Cast
from tests.lineage.events import (
    DAILY,
    ORDERS,
    dataset,
    dataset_event,
    event,
    job_event,
    post,
    run_id,
)

API = "/api/v1/main"
WRITTEN = "/".join(ORDERS)
OLD = ("postgres://db:5432", "shop.public.old_orders")
TOLD = {"_producer": "https://example.com/x", "_schemaURL": "https://example.com/x.json"}


@pytest.fixture
def access(cast: Cast) -> Access:
    return cast.access("ingest")


@pytest.fixture
def api(cast: Cast) -> APIClient:
    return cast.api("editor")


def write(access: Access, minute: int = 1, run: int = 1, **facets: Any) -> None:
    post(access, event("COMPLETE", minute, run, outputs=[dataset(ORDERS, **facets)]))


def asset(name: tuple[str, str] = ORDERS) -> Asset:
    return Asset.objects.unscoped("test").select_related("state").get(public_id="/".join(name))


def schema(*names: str, type_: str = "int") -> dict[str, Any]:
    return {"fields": [{"name": name, "type": type_} for name in names]}


def got(api: APIClient, path: str, **params: str) -> Any:
    answer = api.get(f"{API}/{path}", params)
    assert answer.status_code == 200, answer.content
    return answer.json()


def test_facets_of_jobs_are_kept_and_read_back(access: Access, api: APIClient) -> None:
    facets = {
        "documentation": {**TOLD, "description": "Loads the orders."},
        "ownership": {**TOLD, "owners": [{"name": "team:data", "type": "MAINTAINER"}]},
        "sql": {**TOLD, "query": "insert into orders select * from daily"},
        "unheardOf": {**TOLD, "deep": {"er": [1, None, "x"]}},
    }
    post(access, event("START", 1, 1, job_facets=facets))
    later = {"documentation": {**TOLD, "description": "Loads all orders."}}
    post(access, event("COMPLETE", 2, 1, job_facets=later))
    [job] = got(api, "flows/company.data/daily/openlineage-jobs")["results"]
    assert (job["name"], job["taskId"]) == ("daily", None)
    assert job["facets"] == facets | later
    held = OpenLineageJob.objects.unscoped("test").get()
    assert set(held.facets) == set(facets)


def test_facets_of_runs_are_kept_and_read_back(access: Access, api: APIClient) -> None:
    facets = {
        "nominalTime": {**TOLD, "nominalStartTime": "2026-11-20T00:00:00Z"},
        "processing_engine": {**TOLD, "name": "spark", "version": "3.5"},
        "unheardOf": {**TOLD, "list": [1, 2.5, {"x": None}]},
    }
    post(access, event("START", 1, 1, run_facets=facets), event("COMPLETE", 2, 1))
    [run] = got(api, f"executions/{run_id(1)}/openlineage-runs")["results"]
    assert (run["runId"], run["state"]) == (run_id(1), "SUCCESS")
    assert run["facets"] == facets
    events = got(api, f"executions/{run_id(1)}/openlineage-events")["results"]
    assert [one["eventType"] for one in events] == ["START", "COMPLETE"]
    assert events[0]["event"]["run"]["facets"] == facets


def test_facets_of_datasets_are_read_back_by_position(access: Access, api: APIClient) -> None:
    output = {**dataset(ORDERS, documentation=TOLD), "outputFacets": {"outputStatistics": TOLD}}
    source = {**dataset(DAILY, version=TOLD), "inputFacets": {"dataQualityMetrics": TOLD}}
    post(access, event("COMPLETE", 1, 1, inputs=[source], outputs=[output]))
    for name, expected in (
        (ORDERS, {("dataset", "documentation"), ("output", "outputStatistics")}),
        (DAILY, {("dataset", "version"), ("input", "dataQualityMetrics")}),
    ):
        found = got(api, "assets/by-id/facets", id="/".join(name))["results"]
        assert {(one["position"], one["name"]) for one in found} == expected
        assert all(one["body"] == TOLD for one in found)


def test_a_schema_becomes_columns_with_their_history(access: Access, api: APIClient) -> None:
    nested = {"fields": [{"name": "id", "type": "int", "fields": [{"name": "part"}]}]}
    write(access, 1, 1, schema=nested)
    write(access, 2, 2, schema=nested)
    write(access, 3, 3, schema=schema("id", "total"))
    columns = got(api, "assets/by-id/columns", id=WRITTEN)["results"]
    assert [column["path"] for column in columns] == ["id", "total"]
    versions = got(api, "assets/by-id/columns/versions", id=WRITTEN)["results"]
    assert len(versions) == 2
    assert [one["path"] for one in versions[0]["added"]] == ["total"]
    assert [one["path"] for one in versions[0]["removed"]] == ["id.part"]
    write(access, 2, 4, schema=schema("older"))
    assert [column["name"] for column in asset().columns] == ["id", "total"]


def test_what_is_said_of_a_dataset(access: Access) -> None:
    write(
        access,
        documentation={"description": "All *orders*."},
        ownership={"owners": [{"name": "team:shop"}, {"name": "ada"}]},
        tags={
            "tags": [
                {"key": "pii", "value": "true"},
                {"key": "tier", "value": "gold"},
                {"key": "secret", "value": "true", "field": "id"},
            ]
        },
        datasetType={"datasetType": "VIEW", "subType": "MATERIALIZED"},
        schema=schema("id"),
        dataSource={"name": "shop", "uri": "postgres://me:secret@db:5432/shop"},
        version={"datasetVersion": "7"},
        storage={"storageLayer": "iceberg", "fileFormat": "parquet"},
    )
    found = asset()
    assert (found.type, found.description) == ("View", "All *orders*.")
    assert (found.owners, sorted(found.tags)) == (["team:shop", "ada"], ["pii", "tier:gold"])
    assert found.columns[0]["tags"] == ["secret"]
    assert found.metadata["version"] == "7"
    assert found.metadata["storageLayer"] == "iceberg"
    assert "secret" not in str(found.metadata["dataSource"])
    assert found.display_name == "orders"


def test_a_dropped_dataset_and_one_that_comes_back(access: Access) -> None:
    write(access, 1, 1, documentation={"description": "Orders."})
    write(access, 2, 2, lifecycleStateChange={"lifecycleStateChange": "DROP"})
    assert asset().status == "dropped"
    write(access, 3, 3, lifecycleStateChange={"lifecycleStateChange": "CREATE"})
    assert asset().status != "dropped"
    assert asset().description == "Orders."
    kinds = AssetMeasurement.objects.unscoped("test").filter(kind="lifecycle").order_by("at")
    assert [one.values["change"] for one in kinds] == ["DROP", "CREATE"]


def test_a_renamed_dataset_answers_to_its_old_name(access: Access, api: APIClient) -> None:
    post(access, event("COMPLETE", 1, 1, outputs=[dataset(OLD, schema=schema("id"))]))
    previous = {"namespace": OLD[0], "name": OLD[1]}
    change = {"lifecycleStateChange": "RENAME", "previousIdentifier": previous}
    write(access, 2, 2, lifecycleStateChange=change)
    assert AssetAlias.objects.unscoped("test").exists()
    answers = [got(api, "assets/by-id", id="/".join(name)) for name in (ORDERS, OLD)]
    assert answers[0]["id"] == answers[1]["id"]
    columns = got(api, "assets/by-id/columns", id="/".join(OLD))["results"]
    assert [column["path"] for column in columns] == ["id"]


def test_a_late_symlink_makes_one_of_two_assets(access: Access, api: APIClient) -> None:
    """Marquez#2738: the symlink comes after both were written and read."""
    table = ("hive://metastore:9083", "shop.orders")
    post(access, event("COMPLETE", 1, 1, "load", outputs=[dataset(DAILY, schema=schema("id"))]))
    post(
        access,
        event("COMPLETE", 2, 2, "use", inputs=[dataset(table)], outputs=[dataset(ORDERS)]),
    )
    links = {"identifiers": [{"namespace": table[0], "name": table[1], "type": "TABLE"}]}
    post(access, dataset_event(3, DAILY, symlinks=links))
    answers = {got(api, "assets/by-id", id="/".join(name))["id"] for name in (DAILY, table)}
    assert len(answers) == 1
    [one] = answers
    found = Edge.objects.unscoped("test").values_list(
        "upstream__public_id", "downstream__public_id", "flow__public_id"
    )
    assert {(None, one, "load"), (one, WRITTEN, "use")} <= set(found)
    columns = got(api, "assets/by-id/columns", id="/".join(table))["results"]
    assert [column["path"] for column in columns] == ["id"]


def test_what_was_measured(access: Access, api: APIClient) -> None:
    metrics = {"rowCount": 10, "columnMetrics": {"id": {"nullCount": 1}}}
    assertions = {"assertions": [{"assertion": "not_null", "success": False, "column": "id"}]}
    source = {
        **dataset(DAILY),
        "inputFacets": {
            "dataQualityMetrics": metrics,
            "dataQualityAssertions": assertions,
            "inputStatistics": {"rowCount": 4},
        },
    }
    output = {**dataset(ORDERS), "outputFacets": {"outputStatistics": {"rowCount": 3, "size": 9}}}
    body = event("COMPLETE", 1, 1, inputs=[source], outputs=[output])
    post(access, body)
    post(access, body)
    post(access, event("COMPLETE", 2, 2, inputs=[source], outputs=[output]))
    read = got(api, "assets/by-id/measurements", id="/".join(DAILY))["results"]
    assert sorted(one["kind"] for one in read) == sorted(["metrics", "assertions", "input"] * 2)
    written = got(api, "assets/by-id/measurements", id=WRITTEN)["results"]
    assert [one["values"] for one in written] == [{"rowCount": 3, "size": 9}] * 2
    quality = got(api, "assets/by-id/quality", id="/".join(DAILY))
    assert (quality["state"], quality["counts"]["failed"]) == ("failed", 1)


def lineage_of(subtype: str) -> dict[str, Any]:
    source = {
        "namespace": DAILY[0],
        "name": DAILY[1],
        "field": "amount",
        "transformations": [
            {"type": "DIRECT", "subtype": subtype, "description": "sum(amount)", "masking": True}
        ],
    }
    return {"fields": {"total": {"inputFields": [source]}}}


def test_column_lineage_with_how(access: Access) -> None:
    write(access, schema=schema("total"), columnLineage=lineage_of("AGGREGATION"))
    edge = ColumnEdge.objects.unscoped("test").select_related("upstream", "downstream").get()
    assert (edge.upstream.public_id, edge.upstream_column) == ("/".join(DAILY), "amount")
    assert (edge.downstream.public_id, edge.downstream_column) == (WRITTEN, "total")
    assert (edge.type, edge.subtype, edge.description) == ("DIRECT", "AGGREGATION", "sum(amount)")
    assert edge.kind == "openlineage"


def test_the_lineage_facet_of_a_dataset(access: Access) -> None:
    """What went into this output only: another input of the run did not."""
    facet = {"inputs": [{"namespace": DAILY[0], "name": DAILY[1], "type": "DATASET"}]}
    body = event(
        "COMPLETE",
        1,
        1,
        inputs=[dataset(DAILY), dataset(OLD)],
        outputs=[dataset(ORDERS, lineage=facet), dataset(("s3://lake", "copy"))],
    )
    post(access, body)
    names = ("upstream__public_id", "downstream__public_id")
    ends = Edge.objects.unscoped("test").values_list(*names)
    daily, old = "/".join(DAILY), "/".join(OLD)
    assert sorted(ends) == [
        (old, "s3://lake/copy"),
        (daily, WRITTEN),
        (daily, "s3://lake/copy"),
    ], "OLD did not go into ORDERS"


def test_a_job_event_states_lineage_without_a_run(access: Access, api: APIClient) -> None:
    facets = {"documentation": {**TOLD, "description": "By design."}}
    job = {"namespace": "company.data", "name": "design", "facets": facets}
    post(
        access,
        job_event(1, "design", inputs=[dataset(DAILY)], outputs=[dataset(ORDERS)]) | {"job": job},
    )
    edge = Edge.objects.unscoped("test").select_related("flow").get(upstream__isnull=False)
    assert (edge.flow.public_id, edge.stated, edge.runs) == ("design", True, 0)
    assert not TaskRun.objects.unscoped("test").exists()
    assert Flow.objects.unscoped("test").get().public_id == "design"
    [told] = got(api, "flows/company.data/design/openlineage-jobs")["results"]
    assert told["facets"] == facets


def test_a_dataset_event_describes_without_a_write(access: Access, api: APIClient) -> None:
    documentation = {**TOLD, "description": "Orders."}
    post(access, dataset_event(1, ORDERS, documentation=documentation, schema=schema("id")))
    found = asset()
    assert (found.description, found.state.writes) == ("Orders.", 0)
    [kept] = got(api, "assets/by-id/facets", id=WRITTEN, name="documentation")["results"]
    assert kept["body"] == documentation
    [told] = got(api, "openlineage/events/search", kind="dataset")["results"]
    assert told["event"]["dataset"]["name"] == ORDERS[1]
