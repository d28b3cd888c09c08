"""Files out: what they hold, who sees what of it, and in how few statements."""

import csv
import io
import json

import pytest

from catalog.models import Asset
from tests.conftest import Cast
from tests.factories import make_asset, make_stated_edge
from tests.lineage.transfer.files import TYPES, export
from tests.statements import statements
from tests.world import World

DATA = "filters[namespace][PREFIX]"


def names(text: str) -> list[str]:
    """Assets by id, edges by their ends, in the order of the lines."""
    values = [json.loads(line) for line in text.splitlines()]
    return [value.get("id") or f"{value['upstream']} > {value['downstream']}" for value in values]


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


@pytest.fixture
def linked(world: World) -> World:
    make_stated_edge(world.stg_orders, world.orders, note="=Copied")
    make_stated_edge(world.orders, world.ledger)
    make_asset(world.cast.main, "gone", deleted_at=world.orders.created_at)
    return world


def test_assets_by_id_then_the_edges_between_them(linked: World):
    assert names(export(linked.cast)) == [
        "bucket",
        "ledger",
        "orders",
        "stg_orders",
        "stg_orders > orders",
        "orders > ledger",
    ]
    every = names(export(linked.cast, edges="all", what="edges"))
    assert len(every) == 5 and "bucket > ledger" in every


def test_only_what_its_reader_may_list(linked: World):
    seen = names(export(linked.cast, who="viewer"))
    assert seen == ["orders", "stg_orders", "stg_orders > orders"]
    assert "bucket" not in export(linked.cast, who="viewer", edges="all")
    outside = linked.cast.api("outsider").get("/api/v1/main/export")
    assert outside.status_code == 404


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"filters[namespace][PREFIX]": "company.finance"}, ["ledger"]),
        ({"filters[id][EQUALS]": "orders"}, ["orders"]),
        ({"q": "orders"}, ["orders", "stg_orders", "stg_orders > orders"]),
        (
            {"filters[namespace][PREFIX]": "company.data", "what": "assets"},
            ["orders", "stg_orders"],
        ),
        ({"filters[namespace][PREFIX]": "company.data", "what": "edges"}, ["stg_orders > orders"]),
        ({"filters[deleted][EQUALS]": "true"}, ["gone"]),
        ({"filters[id][EQUALS]": "nothing"}, []),
    ],
)
def test_the_filters_of_the_search_apply(linked: World, params: dict[str, str], found: list[str]):
    assert names(export(linked.cast, **params)) == found


def test_a_csv_holds_assets_or_edges(linked: World):
    assets = export(linked.cast, format="csv")
    assert assets.splitlines()[0] == (
        "id,type,namespace,displayName,description,owners,tags,status,ttl,metadata,columns,partOf,"
        "relatedTo,assetActions,aliases,state,lastWritten,lastRead,created"
    )
    assert [row["id"] for row in rows(assets)] == ["bucket", "ledger", "orders", "stg_orders"]
    edges = rows(export(linked.cast, format="csv", what="edges"))
    assert [(row["upstream"], row["note"], row["origin"]) for row in edges] == [
        ("stg_orders", "'=Copied", "manual"),
        ("orders", "", "manual"),
    ]
    both = linked.cast.api("admin").get("/api/v1/main/export", {"format": "csv", "what": "all"})
    assert both.status_code == 400


def test_metadata_keys_in_columns_of_their_own_and_a_mark_for_excel(cast: Cast):
    metadata = {"rows": 5, "note": "=1", "deep": {"a": 1}}
    make_asset(cast.main, "a", metadata=metadata)
    text = export(cast, format="csv", metadataKeys="rows,note,none", bom="true")
    assert text.startswith("\ufeffid,")
    [row] = rows(text.removeprefix("\ufeff"))
    assert (row["metadata.rows"], row["metadata.note"], row["metadata.none"]) == ("5", "'=1", "")
    assert json.loads(row["metadata"]) == {"deep": {"a": 1}}


@pytest.mark.parametrize("form", ["csv", "jsonl", "yaml"])
def test_the_format_says_what_it_is(linked: World, form: str):
    api = linked.cast.api("admin")
    answer = api.get("/api/v1/main/export", {"format": form}, HTTP_ACCEPT="text/html")
    assert answer["Content-Type"].startswith(TYPES[form])
    name = "main-assets.csv" if form == "csv" else f"main-catalog.{form}"
    assert answer["Content-Disposition"] == f'attachment; filename="{name}"'
    assert answer.streaming and b"".join(answer)


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"format": "xls"}, "format"),
        ({"what": "flows"}, "what"),
        ({"edges": "none"}, "edges"),
        ({"bom": "yes"}, "bom"),
        ({"metadataKeys": ",".join(map(str, range(101)))}, "metadataKeys"),
        ({"filters[colour][EQUALS]": "red"}, "filters[colour][EQUALS]"),
    ],
)
def test_what_cannot_be_asked(cast: Cast, params: dict[str, str], field: str):
    answer = cast.api("admin").get("/api/v1/main/export", params)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field


@pytest.mark.parametrize("count", [1, 40])
def test_statements_do_not_grow_with_the_rows(cast: Cast, count: int):
    made = [make_asset(cast.main, f"a{n:02}", owners=["x"]) for n in range(count + 1)]
    for one in made[1:]:
        make_stated_edge(made[0], one)
    assert statements(lambda: export(cast)) <= 9


def test_a_long_export_is_read_page_by_page(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("catalog.exporting.PAGE", 2)
    monkeypatch.setattr("lineage.transfer.exporting.PAGE", 2)
    made = [make_asset(cast.main, f"a{n}") for n in range(5)]
    for one in made[1:]:
        make_stated_edge(made[0], one)
    answer = cast.api("admin").get("/api/v1/main/export")
    first = next(iter(answer.streaming_content)).decode() or next(iter(answer.streaming_content))
    Asset.objects.unscoped("test").filter(public_id="a3").update(display_name="Late")
    rest = b"".join(answer.streaming_content).decode()
    assert "Late" in rest and "a3" not in str(first)
    assert len(rest.splitlines()) >= 7
