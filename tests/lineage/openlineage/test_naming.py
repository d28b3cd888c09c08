"""One name for one dataset, and ids that the catalog takes."""

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from openlineage.client.naming import dataset as client

from catalog.reading.rules import validate_asset_id, validate_namespace
from lineage.kestra.values import FLOW_ID
from lineage.openlineage.naming import (
    asset_id,
    display_name,
    flow_id,
    headwater_namespace,
    is_storage,
    matches,
    normalized,
    task_id,
)


@pytest.mark.parametrize(
    ("sent", "spelled"),
    [
        (("POSTGRES://Host:5432", "Shop.public.T"), ("postgres://host:5432", "Shop.public.T")),
        (("postgres://warehouse", "x"), ("postgres://warehouse:5432", "x")),
        (("postgres://[::1]", "x"), ("postgres://[::1]:5432", "x")),
        (("postgresql://warehouse:5432", "x"), ("postgresql://warehouse:5432", "x")),
        (("mysql://u:secret@Db/", "x"), ("mysql://db:3306", "x")),
        (("kafka://A,B:9093", "Topic"), ("kafka://a:9092,b:9093", "Topic")),
        (("hive://Metastore", "db.t"), ("hive://metastore", "db.t")),
        (("s3a://Bucket", "/raw//orders/"), ("s3://Bucket", "raw/orders")),
        (("s3n://bucket/", "/"), ("s3://bucket", "/")),
        (("gs://bucket", "a b/c"), ("gs://bucket", "a b/c")),
        (("abfs://c@Acc.dfs.core.windows.net", "/p"), ("abfss://c@acc.dfs.core.windows.net", "p")),
        (("wasb://C@a.blob.core.windows.net", "p/"), ("wasbs://C@a.blob.core.windows.net", "p")),
        (("hdfs://NameNode:8020/", "//user/x/"), ("hdfs://namenode:8020", "/user/x")),
        (("file", "/tmp/x"), ("file", "/tmp/x")),
        (("file://", "/tmp/x"), ("file", "/tmp/x")),
        (("FILE:///data", "x"), ("file:///data", "x")),
        (("bigquery://", "p.d.t"), ("bigquery", "p.d.t")),
        (("arn:aws:glue:eu-west-1:1", "table/db/t"), ("arn:aws:glue:eu-west-1:1", "table/db/t")),
        (("/tmp/alter_test", "default.t"), ("/tmp/alter_test", "default.t")),
        (("Food Delivery", "a//b/"), ("Food Delivery", "a//b/")),
    ],
)
def test_one_spelling(sent: tuple[str, str], spelled: tuple[str, str]):
    assert normalized(*sent) == spelled


text = st.text(max_size=40)
uris = st.builds(
    "{}:{}{}{}".format,
    st.sampled_from(["s3a", "S3", "file", "postgres", "kafka", "abfs", "x", "arn"]),
    st.sampled_from(["//", "///", "/", ""]),
    st.text("aB.@:,/ ", max_size=8),
    st.sampled_from(["", "/", "/a//b"]),
)


@given(text | uris, text)
def test_normalising_twice_changes_nothing(namespace: str, name: str):
    once = normalized(namespace, name)
    assert normalized(*once) == once


#: An instance of every naming class that the official client has.
def examples() -> list[Any]:
    made = []
    for kind in vars(client).values():
        if isinstance(kind, type) and hasattr(kind, "__attrs_attrs__"):
            values = {a.name: "5432" if "port" in a.name else a.name for a in kind.__attrs_attrs__}
            if kind is client.PubSubNaming:
                values["resource_type"] = client.PubSubResourceType.TOPIC
            made.append(kind(**values))
    return made


@pytest.mark.parametrize("naming", examples(), ids=lambda naming: type(naming).__name__)
def test_what_the_official_client_names_stands_as_it_is(naming: Any):
    names = naming.get_namespace(), naming.get_name()
    assert normalized(*names) == names
    assert asset_id(*names) == f"{names[0]}/{names[1]}"
    last = list(type(naming).__attrs_attrs__)[-1].name
    assert display_name(*names) == last


@pytest.mark.parametrize(
    ("naming", "namespaces"),
    [
        (client.S3("b", "k"), ["s3://b", "s3a://b/", "S3N://b"]),
        (client.ABFSS("c", "acc", "k"), ["abfs://c@ACC.dfs.core.windows.net/"]),
        (client.Postgres("h", "5432", "d", "s", "t"), ["postgres://h", "POSTGRES://H:5432/"]),
        (client.Trino("h", "8080", "d", "s", "t"), ["trino://h"]),
        (client.LocalFileSystem("/p"), ["file", "file:", "file://", "file:///"]),
        (client.BigQuery("p", "d", "t"), ["bigquery", "bigquery://"]),
    ],
    ids=str,
)
def test_other_spellings_become_the_official_one(naming: Any, namespaces: list[str]):
    names = naming.get_namespace(), naming.get_name()
    assert {normalized(namespace, names[1]) for namespace in namespaces} == {names}


templates = st.sampled_from(["{namespace}/{name}", "{name}", "x:{name}"])


@given(text | uris | st.text(min_size=600, max_size=700), text, templates)
def test_an_asset_id_is_always_valid(namespace: str, name: str, template: str):
    assert validate_asset_id(asset_id(namespace, name, template)) is None


visible = st.text(st.characters(categories=["L", "N", "S"], exclude_characters="<>`"), min_size=1)


@given(visible, visible)
def test_an_asset_id_that_fits_stands_as_it_is(namespace: str, name: str):
    wanted = f"a{namespace}/{name}"
    assume(validate_asset_id(wanted) is None)
    assert asset_id(f"a{namespace}", name) == wanted


@pytest.mark.parametrize(
    ("names", "wanted"),
    [
        (("file", "/tmp/x"), "file/tmp/x"),
        (("hdfs://nn:8020", "/user/x"), "hdfs://nn:8020/user/x"),
        (("s3://b", "/"), "s3://b"),
        (("s3://b", "a b/c'd"), "s3://b/a%20b/c%27d"),
        (("x", "größe"), "x/größe"),
        (("/tmp/t", "d"), "tmp/t/d"),
        (("_private", "d"), "id:_private/d"),
    ],
)
def test_ids_of_names_that_do_not_fit(names: tuple[str, str], wanted: str):
    assert asset_id(*names) == wanted


def test_long_names_that_differ_at_their_ends_stay_apart():
    one, other = (asset_id("s3://b", "a" * 600 + end) for end in "xy")
    assert one != other and len(one) == len(other) == 500


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("postgres://w:5432", "shop.public.orders"), "orders"),
        (("food_delivery", "public.orders"), "orders"),
        (("postgres://w:5432", 'shop."my.schema"."my.table"'), "my.table"),
        (("arn:aws:glue:eu:1", "table/sales/orders"), "orders"),
        (("s3://b", "raw/orders"), "orders"),
        (("s3://b", "raw/orders/2024"), "orders/2024"),
        (("s3://b", "raw/orders/dt=2024-01-01/part-1.orc"), "orders/dt=2024-01-01/part-1.orc"),
        (("s3://b", "2024/01/01/02/03"), "01/01/02/03"),
        (("s3://b", "/"), "b"),
        (("file", "/tmp/data.csv"), "data.csv"),
        (("somewhere", "orders.csv"), "orders.csv"),
        (("kafka://k:9092", "shop.orders.v1"), "shop.orders.v1"),
        (("pubsub", "topic:project:orders"), "orders"),
        (("x", "..."), "..."),
        (("x", "orders"), "orders"),
    ],
)
def test_what_people_see(names: tuple[str, str], shown: str):
    assert display_name(*names) == shown


@pytest.mark.parametrize(
    ("sent", "namespace"),
    [
        ("food_delivery", "food_delivery"),
        ("company.data", "company.data"),
        ("Food Delivery", "food-delivery"),
        ("airflow://Production", "airflow-production"),
        ("postgres://warehouse:5432", "postgres-warehouse-5432"),
        ("__x__", "x"),
    ],
)
def test_namespaces(sent: str, namespace: str):
    assert headwater_namespace(sent) == namespace


@given(text | uris | st.text(min_size=150, max_size=200))
def test_a_namespace_is_always_valid(sent: str):
    assert validate_namespace(headwater_namespace(sent)) is None
    if validate_namespace(sent) is None and sent[-1].isalnum():
        assert headwater_namespace(sent) == sent


@given(text | st.text(min_size=190, max_size=260))
def test_a_flow_id_is_always_valid_and_stands_where_it_may(name: str):
    assert FLOW_ID.fullmatch(flow_id(name))
    assert task_id(name) == flow_id(name)
    if FLOW_ID.fullmatch(name):
        assert flow_id(name) == name


@given(st.text("ab/ -.", min_size=1, max_size=6), st.text("ab/ -.", min_size=1, max_size=6))
def test_two_jobs_never_become_one_flow(one: str, other: str):
    assume(one != other)
    assert flow_id(one) != flow_id(other)


@pytest.mark.parametrize(
    ("namespace", "storage"),
    [
        ("s3a://b", True),
        ("file", True),
        ("wasb://c@a", True),
        ("postgres://w", False),
        ("x", False),
    ],
)
def test_storage(namespace: str, storage: bool):
    assert is_storage(namespace) is storage


@pytest.mark.parametrize(
    ("pattern", "namespace", "fits"),
    [
        ("postgres://warehouse:5432", "postgres://warehouse:5432", True),
        ("postgres://Warehouse", "POSTGRES://warehouse:5432", True),
        ("postgres*://warehouse*", "postgresql://warehouse:5432", True),
        ("s3://raw-?", "s3a://raw-1", True),
        ("s3://raw-?", "s3://raw-10", False),
        ("x://[::1]*", "x://[::1]:1", True),
        ("*", "anything", True),
        ("warehouse", "postgres://warehouse:5432", False),
    ],
)
def test_patterns(pattern: str, namespace: str, fits: bool):
    assert matches(pattern, namespace) is fits


def test_a_hostile_pattern_ends():
    assert not matches("*a" * 500 + "b", "a" * 4000)
