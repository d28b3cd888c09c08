"""The asset endpoints, asked by the client that Kestra publishes and by plain requests."""

from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from kestrapy import KestraClient
from kestrapy.models.query_filter import QueryFilter
from requests.adapters import BaseAdapter

from catalog import queries
from tests.catalog.conftest import Shelf
from tests.conftest import Cast
from tests.factories import make_asset

SEARCH = "/api/v1/main/assets/search"


class InProcess(BaseAdapter):
    """Carries the requests of a `requests` session to Django's test client, paths undecoded."""

    def __init__(self, client: Any) -> None:
        super().__init__()
        self.client = client

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        parts = urlsplit(request.url or "")
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        answer = self.client.generic(request.method, target, data=request.body or b"")
        response = requests.Response()
        response.status_code, response._content = answer.status_code, answer.content
        response.headers.update(answer.headers)
        response.request, response.url = request, request.url or ""
        return response

    def close(self) -> None: ...


@pytest.fixture
def kestra(shelf: Shelf) -> KestraClient:
    client = KestraClient(host="http://testserver", token="unused")
    client._session.mount("http://", InProcess(shelf.cast.api("editor")))
    return client


def filter_on(field: str, operation: str, value: Any) -> QueryFilter:
    return QueryFilter.from_dict({"field": field, "operation": operation, "value": value})


def test_kestra_s_client_gets_one(kestra: KestraClient):
    asset = kestra.assets.asset("shop.orders", "main")
    assert (asset.id, asset.namespace) == ("shop.orders", "company.data")
    assert asset.display_name == "Orders, one row per order"
    assert asset.metadata["model_layer"] == "mart"
    assert asset.deleted is False
    assert kestra.assets.asset("s3://lake/orders/", "main").type == "AWS_BUCKET"


def test_kestra_s_client_searches(kestra: KestraClient):
    found = kestra.assets.search_assets(
        "main",
        page=1,
        size=1,
        sort=["updated:desc"],
        filters=[
            filter_on("namespace", "PREFIX", "company.data"),
            filter_on("metadata", "EQUALS", {"rows": "5"}),
        ],
    )
    assert found.total == 2
    assert [asset.id for asset in found.results] == ["shop.orders"]


def test_kestra_s_client_joins_filters_by_or(kestra: KestraClient):
    either = {
        "logical": "or",
        "children": [
            {"field": "type", "operation": "EQUALS", "value": "File"},
            {"field": "id", "operation": "STARTS_WITH", "value": "shop."},
        ],
    }
    found = kestra.assets.search_assets("main", filters=[QueryFilter.from_dict(either)])
    assert {a.id for a in found.results} == {"SalesOrders", "shop.order_items", "shop.orders"}


def test_kestra_s_client_reads_namespaces(kestra: KestraClient):
    assert kestra.namespaces.namespace("company.data", "main").id == "company.data"
    like = [filter_on("namespace", "PREFIX", "company.data")]
    found = kestra.namespaces.search_namespaces("main", sort=["id:asc"], filters=like)
    assert [n.id for n in found.results] == ["company.data", "company.data.staging"]
    assert found.total == 2


def test_an_asset_in_full(shelf: Shelf):
    answer = shelf.cast.api("viewer").get("/api/v1/main/assets/shop.orders")
    assert answer.status_code == 200
    body = answer.json()
    assert {key: body[key] for key in body if not key.endswith("At")} == {
        "namespace": "company.data",
        "id": "shop.orders",
        "type": "io.kestra.plugin.ee.assets.Table",
        "displayName": "Orders, one row per order",
        "description": "Amounts in euro.",
        "metadata": {"model_layer": "mart", "rows": 5, "pii": True, "a.b": "dotted"},
        "created": body["created"],
        "updated": body["updated"],
        "deleted": False,
        "status": "active",
        "ttl": None,
        "owner": "finance",
        "owners": ["finance", "Mara Lindt"],
        "partOf": None,
        "relatedTo": [],
        "assetActions": [],
        "tags": ["certified"],
        "columns": [],
        "state": "fresh",
        "stateReason": "Written as often as usual.",
        "lock": None,
    }
    assert body["updated"].endswith("Z")


@pytest.mark.parametrize("asset_id", ["s3://lake/orders/", "a/-/history", "search", "x?y#z%2F"])
def test_every_id_is_reached_as_a_parameter_and_nearly_every_one_by_path(
    cast: Cast, asset_id: str
):
    make_asset(cast.main, asset_id)
    api = cast.api("editor")
    by_id = api.get("/api/v1/main/assets/by-id", {"id": asset_id})
    assert by_id.json()["id"] == asset_id
    if asset_id != "search":
        path = requests.utils.quote(asset_id, safe="")
        assert api.get(f"/api/v1/main/assets/{path}").json()["id"] == asset_id


def test_a_deleted_asset_is_gone_unless_allowed(shelf: Shelf):
    api = shelf.cast.api("editor")
    assert api.get("/api/v1/main/assets/gone").status_code == 404
    body = api.get("/api/v1/main/assets/gone?allowDeleted=true").json()
    assert (body["deleted"], body["deletedAt"] is None) == (True, False)
    found = api.get(SEARCH, {"filters[deleted][EQUALS]": "true"}).json()
    assert [asset["id"] for asset in found["results"]] == ["gone"]


@pytest.mark.parametrize("asset_id", ["ledger", "SalesOrders", "s3://lake/orders/", "nowhere"])
def test_what_a_viewer_may_not_see_is_not_there(shelf: Shelf, asset_id: str):
    answer = shelf.cast.api("viewer").get("/api/v1/main/assets/by-id", {"id": asset_id})
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_viewer_counts_only_what_is_theirs(shelf: Shelf):
    api = shelf.cast.api("viewer")
    found = api.get(SEARCH, {"q": "order"}).json()
    assert (found["total"], len(found["results"])) == (2, 2)
    facets = api.get("/api/v1/main/assets/facets", {"q": "order"}).json()
    assert facets["total"] == 2
    assert "company.finance" not in {n["value"] for n in facets["namespaces"]}
    names = api.get("/api/v1/main/namespaces/search").json()
    assert names["total"] == 2


def test_pages_by_number_and_by_cursor(shelf: Shelf):
    api = shelf.cast.api("editor")
    ids, cursor = [], None
    for page in range(1, 4):
        body = api.get(SEARCH, {"size": 2, "page": page, "sort": "id:desc"}).json()
        ids += [asset["id"] for asset in body["results"]]
        assert body["total"] == 5
    assert ids == ["shop.orders", "shop.order_items", "s3://lake/orders/", "ledger", "SalesOrders"]
    walked = []
    while cursor != "":
        params = {"size": 2, "sort": "id:desc", "cursor": cursor or ""}
        body = api.get(SEARCH, params).json()
        walked += [asset["id"] for asset in body["results"]]
        cursor = body.get("nextCursor", "")
    assert walked == ids


def test_several_sorts_follow_each_other(shelf: Shelf):
    params = {"sort": ["namespace:asc", "type:desc", "id:asc"]}
    for name in ("b", "a"):
        make_asset(shelf.cast.main, name, "company.zoo", type="Zebra")
    body = shelf.cast.api("editor").get(SEARCH, params | {"q": "zebra"}).json()
    assert [asset["id"] for asset in body["results"]] == ["a", "b"]


def test_a_capped_total_stays_ahead_of_the_page(shelf: Shelf, monkeypatch: pytest.MonkeyPatch):
    """Who pages until `total` reaches everything."""
    monkeypatch.setattr(queries.count_capped, "__defaults__", (2,))
    api, seen, page = shelf.cast.api("editor"), 0, 0
    body = api.get(SEARCH, {"size": 2}).json()
    assert (body["total"], body["totalIsCapped"]) == (3, True)
    while page == 0 or seen < body["total"]:
        page += 1
        body = api.get(SEARCH, {"size": 2, "page": page}).json()
        seen += len(body["results"])
    assert (seen, body["total"]) == (5, 5)


@pytest.mark.parametrize(
    ("query", "field", "message"),
    [
        ("filters[colour][EQUALS]=x", "filters[colour][EQUALS]", "Supported: created, deleted"),
        (
            "filters[id][PREFIX]=x",
            "filters[id][PREFIX]",
            "does not support PREFIX. Supported: EQUALS",
        ),
        ("filters[state][EQUALS]=x", "filters[state][EQUALS]", "not one of failed, stale, fresh"),
        ("sort=colour:asc", "sort", "Fields: id, displayName, type"),
        ("sort=id:up", "sort", "Write field:asc or field:desc."),
        ("sort=id&sort=id:desc", "sort", "Sort by a field once."),
        ("sort=id&sort=namespace", "sort", "can only come first"),
        ("page=0", "page", "“page” is a whole number from 1 to"),
        ("size=1001", "size", "“size” is a whole number from 1 to 1000."),
        ("size=²", "size", "“size” is a whole number"),
        ("cursor=nonsense", "cursor", "The cursor cannot be read."),
    ],
)
def test_a_mistake_is_named(shelf: Shelf, query: str, field: str, message: str):
    answer = shelf.cast.api("editor").get(f"{SEARCH}?{query}")
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert message in error["message"]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("filters[namespace][EQUALS]=company.data", ["shop.orders"]),
        ("filters[namespace][NOT_EQUALS]=company.data", 4),
        ("filters[namespace][IS_NULL]=", ["SalesOrders"]),
        ("filters[namespace][STARTS_WITH]=company.data", 3),
        ("filters[namespace][NOT_CONTAINS]=data", ["SalesOrders", "ledger"]),
        ("filters[type][IN]=TABLE,File", ["SalesOrders", "ledger"]),
        ("filters[type][EQUALS]=Table", []),
        ("filters[id][CONTAINS]=_item", ["shop.order_items"]),
        ("filters[id][CONTAINS]=SHOP", []),
        ("filters[id][STARTS_WITH]=Sales", ["SalesOrders"]),
        ("filters[id][ENDS_WITH]=orders/", ["s3://lake/orders/"]),
        ("filters[displayName][IS_NOT_NULL]=", ["ledger", "shop.orders"]),
        ("filters[displayName][NOT_EQUALS]=The ledger", 4),
        ("filters[metadata][NOT_EQUALS][model_layer]=mart", 4),
        ("filters[metadata][IN][model_layer]=mart,staging", 2),
        ("filters[metadata][IS_NOT_NULL][pii]=", ["shop.orders"]),
        ("filters[metadata][EQUALS][pii]=true", ["shop.orders"]),
        ("filters[metadata][EQUALS][rows]=5", ["shop.order_items", "shop.orders"]),
        ("filters[tags][CONTAINS]=pii", ["shop.order_items"]),
        ("filters[tags][NOT_IN]=pii,certified", 3),
        ("filters[owner][IS_NULL]=", 4),
        ("filters[state][NOT_EQUALS]=never", 4),
        ("filters[q][EQUALS]=euro amounts", ["shop.orders"]),
        ("filters[q][NOT_EQUALS]=order", []),
        ("filters[lastWritten][IS_NULL]=", ["SalesOrders", "s3://lake/orders/"]),
        ("filters[created][LESS_THAN]=2000-01-01", []),
        ("filters[updated][GREATER_THAN]=2000-01-01", 5),
        ("q=euro&filters[type][NOT_EQUALS]=File", ["shop.orders"]),
    ],
)
def test_filters(shelf: Shelf, query: str, found: list[str] | int):
    body = shelf.cast.api("editor").get(f"{SEARCH}?{query}&sort=id:asc").json()
    ids = [asset["id"] for asset in body["results"]]
    assert (ids if isinstance(found, list) else len(ids)) == found
    assert body["total"] == len(ids)


@pytest.mark.parametrize("rows", [1, 60])
def test_a_search_takes_the_same_statements_for_one_row_and_for_many(
    cast: Cast, rows: int, django_assert_max_num_queries: Any
):
    for number in range(rows):
        make_asset(cast.main, f"a{number:02}")
    api = cast.api("editor")
    api.get(SEARCH)
    with django_assert_max_num_queries(4):  # token, tenant and grants, page, total
        api.get(SEARCH, {"size": 50})
