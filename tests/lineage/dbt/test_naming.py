"""What dbt's nodes are called here."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.reading.rules import validate_asset_id, validate_namespace
from lineage.dbt.naming import bare_id, namespace_of, relation_id, unquoted, valid_id


@pytest.mark.parametrize(
    ("relation", "expected"),
    [
        ('"shop"."main"."orders"', "shop.main.orders"),
        ("`project-1`.`sales`.`orders`", "project-1.sales.orders"),
        ("`project-1.sales.orders`", "project-1.sales.orders"),
        ("[shop].[dbo].[orders]", "shop.dbo.orders"),
        ("ANALYTICS.PUBLIC.ORDERS", "ANALYTICS.PUBLIC.ORDERS"),
        ("sales.orders", "sales.orders"),
        ('"a""b"."c.d"', "a%22b.c.d"),
        ('"shop"."main"."order lines"', "shop.main.order%20lines"),
        ("_raw.events", "id:_raw.events"),
        ("'s3://lake/orders.parquet'", "s3://lake/orders.parquet"),
        ("read_parquet('s3://lake/a/*.parquet', hive = true)", "s3://lake/a/*.parquet"),
        ("read_csv(['data/it''s.csv'])", "data/it%27s.csv"),
        ("", ""),
    ],
)
def test_relations(relation: str, expected: str) -> None:
    assert relation_id(relation) == expected


def test_what_has_no_relation() -> None:
    assert bare_id("shop", "metric", "orders") == "dbt.shop.metric.orders"
    assert bare_id("shop", "exposure", "Q1 board") == "dbt.shop.exposure.Q1%20board"


def test_long_names_stay_apart() -> None:
    one, other = (relation_id(f'"x"."{"y" * 600}{n}"') for n in (1, 2))
    assert one != other
    assert validate_asset_id(one) is None


@given(st.lists(st.text(min_size=1), min_size=1, max_size=3))
def test_quoting_is_undone(parts: list[str]) -> None:
    name = ".".join('"' + part.replace('"', '""') + '"' for part in parts)
    assert unquoted(name) == parts


@given(st.text())
def test_every_id_is_one(name: str) -> None:
    made = valid_id(name)
    assert validate_asset_id(made) is None if name else made == ""


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        ("", ""),
        ("company.data", "company.data"),
        ("warehouse.{schema}", "warehouse.dbt_marts"),
        ("{database}.{schema}", "prod-db.dbt_marts"),
        ("company.{group}", "company"),
        ("{nobody}.x", "x"),
    ],
)
def test_namespaces(template: str, expected: str) -> None:
    names = {"schema": "dbt_Marts", "database": "PROD DB", "group": ""}
    assert namespace_of(template, names) == expected


@given(st.text(), st.text())
def test_every_namespace_is_one_or_none(template: str, schema: str) -> None:
    made = namespace_of(template + "{schema}", {"schema": schema})
    assert made == "" or validate_namespace(made) is None
