"""Column lineage from compiled SQL: with a catalog, without one, through ephemeral models."""

import pytest

from lineage.dbt import Artifacts, Notes, column_links
from lineage.dbt.columns import quoted, without_ephemerals
from tests.lineage.dbt.builders import (
    HARBOUR,
    JAFFLE_SHOP,
    catalog,
    manifest,
    model,
    read,
    read_folder,
    source,
    sql,
)


def links_of(artifacts: Artifacts, seconds: float = 30) -> tuple[set[tuple[str, ...]], Notes]:
    """(upstream, its column, downstream, its column), of what makes one column."""
    notes = Notes()
    links = column_links(artifacts.manifest, artifacts.catalog, notes, seconds)
    return {
        (link.upstream, link.upstream_column, link.downstream, link.downstream_column)
        for found in links.values()
        for link in found
        if link.downstream_column
    }, notes


def test_an_ephemeral_model_is_a_table_between() -> None:
    found, notes = links_of(read_folder(HARBOUR))
    assert (
        "harbour.main.stg_port_calls",
        "ship_name",
        "harbour.main.open_calls",
        "ship_name",
    ) in (found)
    assert ("harbour.main.open_calls", "ship_name", "harbour.main.ships_in_port", "ship_name") in (
        found
    )
    assert not any(
        (up, down) == ("harbour.main.stg_port_calls", "harbour.main.ships_in_port")
        for up, _, down, _ in found
    )
    assert notes.found == []


@pytest.mark.skipif(not JAFFLE_SHOP.exists(), reason="the fixtures are not beside this checkout")
def test_every_column_of_the_jaffle_shop_has_its_origin() -> None:
    """But for constants, and what a snapshot adds."""
    artifacts = read_folder(JAFFLE_SHOP)
    assert artifacts.catalog is not None
    found, notes = links_of(artifacts)
    reached = {(down, column) for _, _, down, column in found}
    missing = {
        column.name
        for unique_id, relation in artifacts.catalog.relations.items()
        if (one := artifacts.manifest.nodes[unique_id]).sql
        for column in relation.columns
        if (one.id, column.name) not in reached
    }
    assert missing == {
        "_dbt_source_relation",
        "date_day",
        "dbt_scd_id",
        "dbt_updated_at",
        "dbt_valid_from",
        "dbt_valid_to",
        "hardcoded_name",
        "this_is_a_very_very_very_long_column_name_with_a_very_very_very_long_description",
        "updated_at",
    }
    assert notes.found == []
    parents = {
        (artifacts.manifest.nodes[parent].id, one.id)
        for one in artifacts.manifest.nodes.values()
        for parent in one.parents
    }
    assert {(up, down) for up, _, down, _ in found} <= parents


def test_a_star_is_told_apart_by_the_catalog() -> None:
    artifacts = read(
        manifest=manifest(
            model("a"), sql("b", 'select * from "shop"."main"."a"', ["model.shop.a"])
        ),
        catalog=catalog(a={"id": "INTEGER", "Total": "DOUBLE"}),
    )
    assert links_of(artifacts)[0] == {
        ("shop.main.a", "id", "shop.main.b", "id"),
        ("shop.main.a", "Total", "shop.main.b", "Total"),
    }


def test_a_star_over_a_model_whose_sql_names_its_columns() -> None:
    artifacts = read(
        manifest=manifest(
            source("s"),
            sql("b", 'select id, n as total from "shop"."raw"."s"', ["source.shop.crm.s"]),
            sql("c", 'select * from "shop"."main"."b"', ["model.shop.b"]),
        )
    )
    assert links_of(artifacts)[0] >= {
        ("shop.main.b", "id", "shop.main.c", "id"),
        ("shop.main.b", "total", "shop.main.c", "total"),
    }


def test_columns_are_spelled_as_the_warehouse_does() -> None:
    text = "select id as order_id from shop.main.a"
    artifacts = read(
        manifest=manifest(
            model("a", relation_name="SHOP.MAIN.A"),
            sql("b", text, ["model.shop.a"], relation_name="SHOP.MAIN.B"),
            metadata={"adapter_type": "snowflake"},
        ),
        catalog=catalog(a={"ID": "NUMBER"}, b={"ORDER_ID": "NUMBER"}),
    )
    assert links_of(artifacts)[0] == {("SHOP.MAIN.A", "ID", "SHOP.MAIN.B", "ORDER_ID")}


def test_tables_that_the_project_does_not_know_and_the_model_itself_are_left_out() -> None:
    text = 'select a.id, x.n, t.m from "shop"."main"."a" a, other.y.z x, "shop"."main"."b" t'
    artifacts = read(manifest=manifest(model("a"), sql("b", text, ["model.shop.a"])))
    assert links_of(artifacts)[0] == {("shop.main.a", "id", "shop.main.b", "id")}


def test_what_is_not_understood_is_told_of_its_node() -> None:
    artifacts = read(
        manifest=manifest(model("a"), sql("b", "selec nonsense ((", ["model.shop.a"]))
    )
    found, notes = links_of(artifacts)
    assert found == set()
    assert [(note.node, note.field, note.is_loss) for note in notes.found] == [
        ("model.shop.b", "columns", False)
    ]


def test_no_time_is_told() -> None:
    artifacts = read(
        manifest=manifest(sql("a", "select 1 as x", []), sql("b", "select 2 as y", []))
    )
    found, notes = links_of(artifacts, seconds=0)
    assert found == set()
    assert "2 nodes" in notes.found[0].message


def test_python_models_and_unknown_adapters_have_none() -> None:
    python = sql("p", "def model(dbt, session): ...", [], language="python")
    assert links_of(read(manifest=manifest(python)))[1].found == []
    unknown = manifest(sql("a", "select 1 as x", []), metadata={"adapter_type": "abacus"})
    assert links_of(read(manifest=unknown)) == (set(), Notes())


def test_a_circle_is_no_project() -> None:
    one = sql("a", 'select id from "shop"."main"."b"', ["model.shop.b"])
    other = sql("b", 'select id from "shop"."main"."a"', ["model.shop.a"])
    assert links_of(read(manifest=manifest(one, other)))[0] == set()


A, B = {"m.e": " A as (x)"}, {"m.f": "  B as (y)"}


@pytest.mark.parametrize(
    ("text", "ctes", "expected"),
    [
        ("with A as (x) select 1", A, "select 1"),
        ("with A as (x),  B as (y) select 1", A | B, "select 1"),
        ("with A as (x), own as (2) select 1", A, "with own as (2) select 1"),
        (
            "WITH recursive A as (x), o (a) as (2) select 1;",
            A,
            "WITH recursive o (a) as (2) select 1",
        ),
        ("with own as (2) select 1", {}, "with own as (2) select 1"),
        ("with own as (2) select 1", {"m.e": " changed"}, "with own as (2) select 1"),
    ],
)
def test_ephemeral_models_are_taken_out(text: str, ctes: dict[str, str], expected: str) -> None:
    one = model("a", compiled_code=text, extra_ctes=[{"id": k, "sql": v} for k, v in ctes.items()])
    [found] = read(manifest=manifest(one)).manifest.nodes.values()
    # What dbt puts there begins with a space, which reading strips.
    assert without_ephemerals(found)[0].split() == expected.split()


def test_names_are_quoted_as_the_dialect_does() -> None:
    assert quoted('a"b', "duckdb") == '"a""b"'
    assert quoted("a`b", "bigquery") == "`a``b`"
    assert quoted("a]b", "tsql") == "[a]]b]"
