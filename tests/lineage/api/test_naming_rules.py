"""Naming rules through the API, and what they do to events."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from accounts.models import Tenant
from catalog.models import Asset, AssetAlias, AssetMerge
from lineage.naming import rules_of
from lineage.recording.openlineage.record import record_events
from tests.conftest import Cast
from tests.lineage.openlineage.samples import run_event

pytestmark = pytest.mark.django_db

RULES = "/api/v1/main/naming-rules"
WAREHOUSE = {
    "kind": "dataset",
    "pattern": "postgres://w:5432",
    "idTemplate": "{name}",
    "namespace": "company.data",
}


@pytest.fixture
def api(cast: Cast) -> APIClient:
    return cast.api("admin")


def post(api: APIClient, **fields: Any) -> Any:
    answer = api.post(RULES, fields, format="json")
    assert answer.status_code == 200, answer.json()
    return answer.json()


def patterns(api: APIClient) -> list[tuple[str, int]]:
    return [(rule["pattern"], rule["position"]) for rule in api.get(RULES).json()["results"]]


def test_a_rule_is_made_read_changed_and_removed(api: APIClient) -> None:
    made = post(api, **WAREHOUSE)
    assert made == WAREHOUSE | {"id": made["id"], "position": 0}
    one = f"{RULES}/{made['id']}"
    assert api.get(one).json() == made
    said = WAREHOUSE | {"idTemplate": None, "pattern": "postgres://*"}
    changed = api.put(one, said, format="json")
    assert changed.json() == made | {"idTemplate": None, "pattern": "postgres://*"}
    assert api.delete(one).status_code == 200
    assert api.get(one).status_code == 404
    assert api.get(RULES).json() == {"results": []}


def test_rules_have_an_order(api: APIClient) -> None:
    for name in "abc":
        post(api, kind="dataset", pattern=name, idTemplate="{name}")
    first = post(api, kind="dataset", pattern="first", idTemplate="{name}", position=0)
    post(api, kind="job", pattern="jobs", namespace="company.jobs")
    assert patterns(api) == [("first", 0), ("a", 1), ("b", 2), ("c", 3), ("jobs", 0)]
    said = {"kind": "dataset", "pattern": "first", "idTemplate": "{name}", "position": 2}
    api.put(f"{RULES}/{first['id']}", said, format="json")
    assert patterns(api)[:4] == [("a", 0), ("b", 1), ("first", 2), ("c", 3)]


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"kind": "table"}, "kind", "dataset or job"),
        ({"pattern": ""}, "pattern", "Say which"),
        ({"pattern": "a\nb"}, "pattern", "must not contain"),
        ({"pattern": 7}, "pattern", "text"),
        ({"pattern": "x" * 501}, "pattern", "500"),
        ({"idTemplate": "all"}, "idTemplate", "{name}"),
        ({"idTemplate": "{name}{other}"}, "idTemplate", "braces"),
        ({"idTemplate": "a b {name}"}, "idTemplate", "no id"),
        ({"idTemplate": None, "namespace": None}, "idTemplate", "or both"),
        ({"namespace": "Company Data"}, "namespace", "It "),
        ({"position": -1}, "position", "number"),
        ({"position": True}, "position", "number"),
        ({"extra": 1}, "extra", "no such field"),
        ({"kind": "job"}, "idTemplate", "Only datasets"),
        ({"kind": "job", "idTemplate": None, "namespace": ""}, "namespace", "Say the namespace"),
    ],
)
def test_what_cannot_be_a_rule(
    api: APIClient, change: dict[str, Any], field: str, words: str
) -> None:
    answer = api.post(RULES, WAREHOUSE | change, format="json")
    assert answer.status_code == 422
    errors = {error["field"]: error["message"] for error in answer.json()["errors"]}
    assert words in errors[field]


def test_one_rule_a_pattern(api: APIClient) -> None:
    post(api, **WAREHOUSE)
    answer = api.post(RULES, WAREHOUSE, format="json")
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == "pattern"


def test_a_strict_tenant_wants_the_namespace_first(api: APIClient) -> None:
    Tenant.objects.filter(slug="main").update(requires_existing_namespaces=True)
    answer = api.post(RULES, WAREHOUSE, format="json")
    assert answer.status_code == 422
    assert "does not exist" in answer.json()["errors"][0]["message"]


def test_trying_a_name(api: APIClient) -> None:
    post(api, **WAREHOUSE)
    post(api, kind="job", pattern="food_*", namespace="company.food")
    name = {"namespace": "postgres://W:5432", "name": "shop.public.orders"}
    tried = api.post(f"{RULES}/try", name, format="json").json()
    assert tried["dataset"]["id"] == "shop.public.orders"
    assert tried["dataset"]["defaultId"] == "postgres://w:5432/shop.public.orders"
    assert tried["dataset"]["rule"]["pattern"] == "postgres://w:5432"
    assert tried["dataset"]["asset"] is None
    assert not tried["dataset"]["willMerge"]
    tried = api.post(f"{RULES}/try", {"namespace": "food_delivery"}, format="json").json()
    assert tried["job"]["namespace"] == "company.food"
    assert api.post(f"{RULES}/try", {}, format="json").json()["errors"][0]["field"] == "namespace"


def test_a_new_rule_makes_one_of_an_asset_and_its_former_id(cast: Cast, api: APIClient) -> None:
    """A table that Kestra calls by its name, and OpenLineage by its address."""
    body = {"id": "shop.public.orders", "type": "Table", "namespace": "company.data"}
    assert api.post("/api/v1/main/assets", body, format="json").status_code == 200
    [outcome] = record_events(cast.access("admin"), [run_event()])
    assert not outcome.reason
    default = "postgres://w:5432/shop.public.orders"
    assert Asset.objects.unscoped("test").filter(public_id=default).exists()
    post(api, **WAREHOUSE)
    name = {"namespace": "postgres://w:5432", "name": "shop.public.orders"}
    assert api.post(f"{RULES}/try", name, format="json").json()["dataset"]["willMerge"]
    [outcome] = record_events(
        cast.access("admin"), [run_event(eventTime="2026-11-22T08:30:00Z", eventType="OTHER")]
    )
    assert not outcome.reason
    assert AssetAlias.objects.unscoped("test").get(name=default).source == "rule"
    merge = AssetMerge.objects.unscoped("test").select_related("kept").get()
    assert (merge.kept.public_id, merge.reason) == ("shop.public.orders", "rule")
    assert not api.post(f"{RULES}/try", name, format="json").json()["dataset"]["willMerge"]


def test_rules_are_read_once_until_they_change(cast: Cast, api: APIClient) -> None:
    post(api, **WAREHOUSE)
    assert rules_of(cast.access("admin").tenant).rules
    with CaptureQueriesContext(connection) as captured:
        rules_of(Tenant.objects.get(slug="main"))
    assert len(captured) == 1  # the tenant itself
    post(api, kind="dataset", pattern="kafka://*", idTemplate="{name}")
    assert len(rules_of(Tenant.objects.get(slug="main")).rules) == 2
