"""Kestra's published client, unmodified, against a served Headwater: every call of its asset API,
and the flows' calls that registering needs. One function a call, under its name."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from inspect import getmembers, isfunction
from itertools import count
from typing import Any

import pytest
import requests
from kestrapy import KestraClient
from kestrapy.api.assets_api import AssetsApi
from kestrapy.exceptions import (
    ApiException,
    BadRequestException,
    ForbiddenException,
    NotFoundException,
    UnprocessableEntityException,
)
from kestrapy.models.assets_controller_asset_lock_request import AssetsControllerAssetLockRequest
from kestrapy.models.query_filter import QueryFilter
from pytest_django.plugin import DjangoDbBlocker

from tests.browser.site import database_beside, served
from tests.conftest import make_cast

pytestmark = pytest.mark.slow
TENANT = "main"
TABLE = "io.kestra.plugin.ee.assets.Table"
_numbers = count()


class Site:
    """A served Headwater with the cast in it, and what a test needs beside the client."""

    def __init__(self, origin: str, tokens: dict[str, str]) -> None:
        self.origin = origin
        self.tokens = tokens
        self.client = self.client_of("editor")
        self.assets = self.client.assets

    def client_of(self, person: str) -> KestraClient:
        return KestraClient(host=self.origin, token=self.tokens[person], timeout=30)

    def new(self, **fields: Any) -> str:
        """The id of a new asset."""
        lines = {"id": f"tour.a{next(_numbers)}", "type": TABLE} | fields
        source = "\n".join(f"{key}: {value}" for key, value in lines.items())
        made = self.assets.create_asset(TENANT, source)
        assert made.id == lines["id"]
        return str(lines["id"])

    def run(self, reads: str, writes: str) -> str:
        """The id of an execution that made one of the other."""
        id_, now = f"tour-{next(_numbers)}", datetime.now(UTC)
        state = {"current": "SUCCESS", "startDate": str(now), "endDate": str(now)}
        bundle = {"inputs": [{"id": reads}], "outputs": [{"id": writes, "type": TABLE}]}
        body = {
            "id": id_,
            "namespace": "company.data",
            "flowId": "tour",
            "flowRevision": 1,
            "state": state,
            "taskRunList": [
                {"id": f"{id_}-t", "taskId": "build", "state": state, "assetEmits": [bundle]}
            ],
        }
        headers = {"Authorization": f"Bearer {self.tokens['ingest']}"}
        url = f"{self.origin}/api/v1/{TENANT}/executions"
        assert requests.post(url, json=body, headers=headers, timeout=30).status_code == 200
        return id_


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with django_db_blocker.unblock(), database_beside() as database, served(database) as origin:
        cast = make_cast()
        tokens = {person: cast.token(person) for person in ("editor", "viewer", "ingest")}
        yield Site(origin, tokens)


def where(field: str, operation: str, value: Any) -> QueryFilter:
    return QueryFilter.from_dict({"field": field, "operation": operation, "value": value})


def either(*children: QueryFilter) -> QueryFilter:
    members = [child.to_dict() for child in children]
    return QueryFilter.from_dict({"logical": "or", "children": members})


def create_asset(site: Site) -> None:
    source = f"""
id: tour.orders
type: {TABLE}
namespace: company.data
displayName: Orders
description: One row an **order**.
metadata:
  system: postgres
  rows: 12
model_layer: mart
"""
    made = site.assets.create_asset(TENANT, source)
    assert (made.id, made.type, made.namespace) == ("tour.orders", TABLE, "company.data")
    assert (made.display_name, made.description) == ("Orders", "One row an **order**.")
    assert made.metadata == {"system": "postgres", "rows": 12, "model_layer": "mart"}
    assert made.deleted is False
    assert made.lock is None
    assert datetime.now(UTC) - made.created < timedelta(minutes=5)
    again = site.assets.create_asset(TENANT, f"id: tour.orders\ntype: {TABLE}\nnamespace: null")
    assert (again.namespace, again.display_name, again.created) == (None, "Orders", made.created)
    with pytest.raises(UnprocessableEntityException, match="is required"):
        site.assets.create_asset(TENANT, "id: tour.typeless")
    with pytest.raises(ForbiddenException):
        site.client_of("viewer").assets.create_asset(TENANT, source)


def asset(site: Site) -> None:
    id_ = site.new(id="s3://tour/year=2026/", namespace="company.data")
    found = site.assets.asset(id_, TENANT)
    assert (found.id, found.namespace, found.metadata) == (id_, "company.data", {})
    with pytest.raises(NotFoundException):
        site.assets.asset("tour.nowhere", TENANT)
    site.assets.delete_asset(id_, TENANT)
    with pytest.raises(NotFoundException):
        site.assets.asset(id_, TENANT)
    assert site.assets.asset(id_, TENANT, allow_deleted=True).deleted is True


def delete_asset(site: Site) -> None:
    id_ = site.new()
    assert site.assets.delete_asset(id_, TENANT) is None
    with pytest.raises(NotFoundException):
        site.assets.delete_asset(id_, TENANT)
    assert site.new(id=id_) == id_


def lock_asset(site: Site) -> None:
    id_ = site.new(namespace="company.data")
    mine = site.assets.lock_asset(id_, TENANT)
    assert (mine.owner_type, mine.username, mine.namespace) == ("USER", "Editor", "company.data")
    site.assets.unlock_asset(id_, TENANT)
    wanted = AssetsControllerAssetLockRequest(
        ttl="PT10M", execution_id="e1", flow_id="f", flow_namespace="company", task_run_id="t"
    )
    lock = site.assets.lock_asset(id_, TENANT, wanted)
    assert (lock.owner_type, lock.execution_id, lock.flow_id) == ("EXECUTION", "e1", "f")
    assert lock.locked_until - lock.acquired_at == timedelta(minutes=10)
    assert site.assets.asset(id_, TENANT).lock == lock
    with pytest.raises(ApiException) as refused:
        site.assets.delete_asset(id_, TENANT)
    assert refused.value.status == 423
    assert "execution e1" in refused.value.body
    [held] = site.assets.search_assets(TENANT, filters=[where("locked", "EQUALS", True)]).results
    assert held.id == id_


def unlock_asset(site: Site) -> None:
    id_ = site.new()
    site.assets.lock_asset(id_, TENANT, AssetsControllerAssetLockRequest(execution_id="e1"))
    assert site.assets.unlock_asset(id_, TENANT, execution_id="e2") is None
    assert site.assets.asset(id_, TENANT).lock.execution_id == "e1"
    site.assets.unlock_asset(id_, TENANT, execution_id="e1")
    assert site.assets.asset(id_, TENANT).lock is None
    site.assets.lock_asset(id_, TENANT)
    site.assets.unlock_asset(id_, TENANT)
    assert site.assets.asset(id_, TENANT).lock is None


def asset_dependencies(site: Site) -> None:
    raw, mid, end = (f"tour.{name}{next(_numbers)}" for name in ("raw", "mid", "end"))
    site.run(raw, mid)
    site.run(mid, end)

    def around(**options: bool) -> set[str]:
        graph = site.assets.asset_dependencies(mid, TENANT, **options)
        names = {node.uid: node.id for node in graph.nodes}
        links = {
            (names[edge.source], edge.relation.value, names[edge.target]) for edge in graph.edges
        }
        assert (mid, "USED_BY", end) in links
        assert ("tour", "UPSERT", end) in links
        return {node.id for node in graph.nodes if node.type.value == "ASSET"}

    assert around() == {raw, mid, end}
    assert around(destination_only=True) == {mid, end}
    site.run(end, f"{end}.more")
    assert around(destination_only=True, expand_all=True) == {mid, end, f"{end}.more"}


def delete_assets_by_ids(site: Site) -> None:
    one, two = site.new(), site.new()
    with pytest.raises(BadRequestException) as refused:
        site.assets.delete_assets_by_ids(TENANT, [one, "tour.nowhere"])
    assert "tour.nowhere" in refused.value.body
    assert "invalids" in refused.value.body
    assert site.assets.delete_assets_by_ids(TENANT, [one, two]).count == 2
    assert site.assets.asset(one, TENANT, allow_deleted=True).deleted is True


def delete_assets_by_query(site: Site) -> None:
    one, two = site.new(namespace="tour.gone.a"), site.new(namespace="tour.gone.b")
    below = [where("namespace", "PREFIX", "tour.gone")]
    with pytest.raises(BadRequestException):
        site.assets.delete_assets_by_query(TENANT, [])
    assert site.assets.delete_assets_by_query(TENANT, below).count == 2
    assert site.assets.delete_assets_by_query(TENANT, below).count == 0
    site.new(id=one)
    ids = [where("id", "IN", [one, two])]
    assert site.assets.delete_assets_by_query(TENANT, ids, purge=True).count == 1
    with pytest.raises(NotFoundException):
        site.assets.asset(one, TENANT, allow_deleted=True)


def search_assets(site: Site) -> None:
    ids = [
        site.new(
            id=f"find.{name}",
            namespace=f"tour.{name}",
            displayName=f"Found {name * 3}",
            metadata=f"{{layer: {layer}, rows: {n}}}",
        )
        for n, (name, layer) in enumerate([("a", "mart"), ("b", "mart"), ("c", "staging")])
    ]

    def find(*filters: QueryFilter, **paging: Any) -> list[str]:
        mine = where("id", "STARTS_WITH", "find.")
        found = site.assets.search_assets(TENANT, filters=[mine, *filters], **paging)
        assert found.total >= len(found.results)
        return [one.id for one in found.results]

    assert find(sort=["id:desc"]) == ids[::-1]
    assert find(page=2, size=2, sort=["id:asc"]) == ids[2:]
    assert find(where("metadata", "EQUALS", {"layer": "mart", "rows": 1})) == ids[1:2]
    assert find(where("metadata", "NOT_EQUALS", {"layer": "mart"})) == ids[2:]
    assert find(where("namespace", "EQUALS", "tour.a")) == ids[:1]
    assert find(where("type", "IN", [TABLE, "other"]), size=50) == ids
    assert find(where("q", "EQUALS", "found bbb")) == ids[1:2]
    assert find(where("id", "REGEX", "[ac]$")) == [ids[0], ids[2]]
    assert find(where("created", "GREATER_THAN", datetime(2000, 1, 1, tzinfo=UTC))) == ids
    assert find(where("updated", "LESS_THAN_OR_EQUAL_TO", datetime(2000, 1, 1, tzinfo=UTC))) == []
    group = either(where("id", "EQUALS", ids[0]), where("id", "ENDS_WITH", ".c"))
    assert find(group) == [ids[0], ids[2]]
    with pytest.raises(BadRequestException, match="does not support PREFIX. Supported: EQUALS"):
        find(where("type", "PREFIX", "x"))


def search_asset_usages(site: Site) -> None:
    read, written = site.new(), site.new(namespace="company.data")
    run = site.run(read, written)
    found = site.assets.search_asset_usages(
        TENANT, size=5, sort=["created:desc"], filters=[where("executionId", "EQUALS", run)]
    )
    assert found.total == 2
    assert {usage.asset_id for usage in found.results} == {read, written}
    [usage] = site.assets.search_asset_usages(
        TENANT, filters=[where("assetId", "EQUALS", written)]
    ).results
    assert (usage.namespace, usage.flow_id, usage.flow_revision) == ("company.data", "tour", 1)
    assert (usage.execution_id, usage.task_id, usage.task_run_id) == (run, "build", f"{run}-t")
    assert datetime.now(UTC) - usage.created < timedelta(minutes=5)


def delete_asset_usages_by_query(site: Site) -> None:
    run = site.run(site.new(), site.new(namespace="company.data"))
    mine = [where("executionId", "EQUALS", run)]
    with pytest.raises(BadRequestException):
        site.assets.delete_asset_usages_by_query(TENANT, [])
    assert site.assets.delete_asset_usages_by_query(TENANT, mine).count == 2
    assert site.assets.search_asset_usages(TENANT, filters=mine).total == 0


def search_asset_lineage_events(site: Site) -> None:
    read, written = site.new(), site.new(namespace="company.data")
    run = site.run(read, written)
    for wanted in (where("executionId", "EQUALS", run), where("assetId", "EQUALS", read)):
        with pytest.warns(DeprecationWarning, match="lineage-event"):
            found = site.assets.search_asset_lineage_events(TENANT, filters=[wanted])
        [event] = found.results
        assert [one.id for one in event.inputs] == [read]
        assert [(one.id, one.type) for one in event.outputs] == [(written, TABLE)]
        assert (event.execution_id, event.state, event.flow_id) == (run, "SUCCESS", "tour")
        assert event.start_date <= event.end_date == event.created
        assert event.uid


def delete_asset_lineage_events_by_query(site: Site) -> None:
    run = site.run(site.new(), site.new(namespace="company.data"))
    mine = [where("taskRunId", "EQUALS", f"{run}-t")]
    for left in (1, 0):
        with pytest.warns(DeprecationWarning, match="lineage-event"):
            gone = site.assets.delete_asset_lineage_events_by_query(TENANT, mine)
        assert gone.count == left


CALLS: dict[str, Callable[[Site], None]] = {
    call.__name__: call
    for call in (
        create_asset,
        asset,
        delete_asset,
        lock_asset,
        unlock_asset,
        asset_dependencies,
        delete_assets_by_ids,
        delete_assets_by_query,
        search_assets,
        search_asset_usages,
        delete_asset_usages_by_query,
        search_asset_lineage_events,
        delete_asset_lineage_events_by_query,
    )
}
OFFERED = [name for name, _ in getmembers(AssetsApi, isfunction) if not name.startswith("_")]


@pytest.mark.parametrize("name", OFFERED)
def test_every_call_of_the_asset_api(site: Site, name: str):
    CALLS[name](site)


def test_flows_are_registered_read_changed_and_found(site: Site):
    flows = site.client.flows
    source = """id: tour_flow
namespace: company.tour
description: Made by the client
labels: {team: data}
tasks:
  - id: build
    type: io.kestra.plugin.core.log.Log
    message: hello
"""
    made = flows.create_flow(TENANT, source)
    assert (made.id, made.namespace, made.revision, made.source) == (
        "tour_flow",
        "company.tour",
        1,
        source,
    )
    with pytest.raises(UnprocessableEntityException):
        flows.create_flow(TENANT, source)
    changed = flows.update_flow("company.tour", "tour_flow", TENANT, source + "# changed\n")
    assert changed.revision == 2
    found = flows.flow("company.tour", "tour_flow", TENANT, source=True, revision=1)
    assert (found.source, found.description) == (source, "Made by the client")
    assert [task.id for task in found.tasks] == ["build"]
    below = [
        where("namespace", "PREFIX", "company.tour"),
        where("labels", "EQUALS", {"team": "data"}),
    ]
    searched = flows.search_flows(TENANT, page=1, size=10, sort=["id:asc"], filters=below)
    assert (searched.total, [flow.id for flow in searched.results]) == (1, ["tour_flow"])
    with pytest.raises(BadRequestException, match="Supported"):
        flows.search_flows(TENANT, filters=[where("tags", "EQUALS", "x")])
    with pytest.raises(NotFoundException):
        flows.flow("company.tour", "nothing", TENANT)
