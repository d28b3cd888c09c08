"""Out of one tenant and into an empty one: the same catalog, in every format, for all values."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from catalog.models import Asset
from catalog.reading.rules import validate_type
from lineage.models import ColumnEdge, Edge
from tests.catalog.interchange.test_formats import METADATA
from tests.conftest import Cast
from tests.lineage.transfer.files import everything, export, lines, move, send, told

ORDERS: dict[str, Any] = {
    "id": "wh.orders",
    "type": "io.kestra.plugin.ee.assets.Table",
    "namespace": "company.data",
    "displayName": "=Orders; of 'all' kinds",
    "description": "One row per **order**.\n\n- a\n- b  \n",
    "owners": ["finance", "group:a;b"],
    "tags": ["+pii", "gold"],
    "status": "deprecated",
    "ttl": "2027-01-01T00:00:00.123Z",
    "metadata": {"rows": 5, "version": "5", "nested": {"a": [1, None, {"b": -0.5}]}, "=x": "@y"},
    "columns": [
        {"name": "id", "type": "bigint", "tags": ["key"]},
        {"name": "address", "type": "struct", "columns": [{"name": "city", "type": "text"}]},
    ],
    "partOf": {"id": "wh", "role": "mart"},
    "relatedTo": [{"id": "wh.orders_old", "role": "backup"}],
    "assetActions": [
        {
            "namespace": "company.data",
            "flowId": "rebuild",
            "when": [{"field": "status", "op": "EQ", "value": "active"}],
        }
    ],
    "aliases": [{"name": "pg://wh:5432/orders", "source": "symlink"}, "orders_v1"],
}
RUN: dict[str, Any] = {
    "id": "run-1",
    "namespace": "company.data",
    "flowId": "build",
    "state": {"current": "SUCCESS", "startDate": "2026-11-20T12:00:00Z"},
    "taskRunList": [
        {
            "id": "t1",
            "taskId": "build",
            "state": {"current": "SUCCESS", "endDate": "2026-11-20T12:01:00Z"},
            "assets": {
                "inputs": [{"id": "s3://lake/raw orders/".replace(" ", "_")}, {"id": "crm"}],
                "outputs": [{"id": "wh.orders", "type": "io.kestra.plugin.ee.assets.Table"}],
            },
        }
    ],
}
EDGES: list[dict[str, Any]] = [
    {
        "upstream": "wh.orders",
        "downstream": "report",
        "note": "-Copied by hand;\n„every“ Monday.",
        "columns": [
            {"upstream": "id", "downstream": "order_no", "type": "DIRECT", "subtype": "IDENTITY"},
            {"upstream": "", "downstream": "total", "description": "Summed.", "masking": True},
        ],
    },
    {"upstream": "crm", "downstream": "report"},
]


@pytest.fixture
def rich(cast: Cast) -> Cast:
    """A catalog made in every way: by files, by runs, by hand."""
    assets = [ORDERS, {"id": "report", "type": "Dashboard"}, {"id": "crm", "type": "Système"}]
    send(cast, lines(*assets))
    cast.api("ingest").post("/api/v1/main/executions", RUN, format="json")
    cast.api("admin").post("/api/v1/main/edges", EDGES, format="json")
    return cast


@pytest.mark.parametrize("form", ["csv", "jsonl", "yaml"])
def test_a_rich_catalog_is_the_same_elsewhere(rich: Cast, form: str):
    before = everything(rich, "main")
    kinds = [(value["kind"], value.get("origin")) for value in before]
    assert kinds.count(("asset", None)) == 4
    assert kinds.count(("edge", "manual")) == 2 and kinds.count(("edge", "emitted")) == 2
    move(rich, form)
    assert everything(rich, "other") == before
    other = Edge.objects.unscoped("test").filter(tenant=rich.other)
    assert all(other.values_list("stated", flat=True)), "somebody says so; no run here shows it"
    columns = ColumnEdge.objects.unscoped("test").filter(tenant=rich.other)
    assert columns.filter(masking=True, description="Summed.").count() == 1


@pytest.mark.parametrize("form", ["csv", "jsonl", "yaml"])
def test_importing_it_again_changes_nothing(rich: Cast, form: str):
    updated = {asset.pk: asset.state.updated_at for asset in states(rich)}
    for what in ("assets", "edges"):
        text = export(rich, format=form, what=what)
        again = send(rich, text, form)
        assert {status for _, status in told(again)} == {"unchanged"}, again
    assert {asset.pk: asset.state.updated_at for asset in states(rich)} == updated


def states(cast: Cast) -> list[Asset]:
    rows = Asset.objects.unscoped("test").filter(tenant=cast.main)
    return list(rows.select_related("state"))


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
LINE = st.text(
    st.characters(exclude_categories=["C", "Zl", "Zp"], exclude_characters="'\"`<>"),
    min_size=1,
    max_size=20,
).filter(lambda text: validate_type(text) is None)
NAME = st.from_regex(r"\A[A-Za-z0-9][A-Za-z0-9._:/=@;+-]{0,20}\Z")
SOME = st.fixed_dictionaries(
    {"type": LINE},
    optional={
        "namespace": st.from_regex(r"\A[a-z][a-z0-9.]{0,9}\Z"),
        "displayName": TEXT,
        "description": TEXT,
        "owners": st.lists(LINE, max_size=3, unique=True),
        "tags": st.lists(LINE, max_size=3, unique=True),
        "status": LINE,
        "metadata": METADATA,
        "columns": st.lists(
            st.fixed_dictionaries(
                {"name": LINE},
                optional={"type": TEXT, "description": TEXT, "tags": st.lists(TEXT, max_size=2)},
            ),
            max_size=3,
        ),
    },
)


@pytest.mark.slow
@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    assets=st.dictionaries(NAME, SOME, min_size=2, max_size=4),
    form=st.sampled_from(["csv", "jsonl", "yaml"]),
    note=TEXT,
)
@example(assets={"007": {"type": "1e6"}, "1.10": {"type": "on"}}, form="yaml", note="=1")
@example(assets={"a": {"type": "x", "displayName": ""}, "b": {"type": "\\N"}}, form="csv", note="")
def test_all_values_are_the_same_elsewhere(
    cast: Cast, assets: dict[str, Any], form: str, note: str
):
    for tenant in (cast.main, cast.other):
        Edge.objects.unscoped("test").filter(tenant=tenant).delete()
        Asset.objects.unscoped("test").filter(tenant=tenant).delete()
    first, second, *_ = assets
    edge = {"kind": "edge", "upstream": first, "downstream": second, "note": note}
    sent = send(cast, lines(*({"id": id_, **value} for id_, value in assets.items()), edge))
    assert sent["status"] == "success", sent
    before = everything(cast, "main")
    move(cast, form)
    assert everything(cast, "other") == before
