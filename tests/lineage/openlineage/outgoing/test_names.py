"""Names that go out: what came from OpenLineage keeps its own, in every later event."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lineage.openlineage.events import JobName
from lineage.openlineage.naming import asset_id, normalized
from lineage.openlineage.outgoing.names import (
    dataset_name,
    execution_run_id,
    job_name,
    origin_of,
    other_names,
    split_id,
    task_run_id,
)
from lineage.openlineage.outgoing.shipped import ShippedJob
from tests.lineage.openlineage.outgoing.samples import NOW, SOURCE, asset, execution, task_run

UUID_ID = "4d3b8069-69b6-4708-ade0-3275112c9f04"
DATASETS = [
    ("postgres://warehouse:5432", "shop.public.orders"),
    ("s3://lake", "raw/orders/2026"),
    ("gs://bucket", "a/b.parquet"),
    ("hdfs://nn:8020", "/user/hive/orders"),
    ("file", "/tmp/orders.csv"),
    ("file://host", "/tmp/orders.csv"),
    ("abfss://c@account.dfs.core.windows.net", "orders"),
    ("bigquery", "project.dataset.orders"),
    ("snowflake://org-account", "DB.PUBLIC.ORDERS"),
    ("azurecosmos://host/dbs/shop", "colls/orders"),
    ("kafka://broker:9092", "orders"),
    ("arn:aws:glue:us-east-1:123456", "table/db/orders"),
    ("unitycatalog://workspace", "main.shop.orders"),
    ("headwater://main", "orders"),
]


@pytest.mark.parametrize(("namespace", "name"), DATASETS)
def test_the_default_id_of_a_dataset_tells_its_names(namespace, name):
    assert split_id(asset_id(*normalized(namespace, name)), likely=False) == (namespace, name)


def test_a_namespace_of_one_word_is_told_where_openlineage_knows_the_asset():
    assert split_id("food_delivery/public.orders", likely=False) is None
    assert split_id("food_delivery/public.orders", likely=True) == (
        "food_delivery",
        "public.orders",
    )


@given(
    namespace=st.sampled_from([namespace for namespace, _ in DATASETS] + ["shop", "S3A://B/"]),
    name=st.text(st.characters(min_codepoint=32, max_codepoint=382), min_size=1, max_size=40),
)
def test_names_made_of_any_id_lead_back_to_it(namespace, name):
    id_ = asset_id(*normalized(namespace, name))
    found = split_id(id_, likely=True)
    assert found is None or asset_id(*normalized(*found)) == id_


def test_an_asset_of_our_own_is_named_by_its_tenant():
    assert dataset_name(SOURCE, asset("analytics.orders")) == (
        "headwater://main",
        "analytics.orders",
    )
    assert dataset_name(SOURCE, asset("team/orders")) == ("headwater://main", "team/orders")


def test_an_asset_that_a_rule_has_named_goes_out_as_it_came():
    known = asset("analytics.orders", rule_names=["postgres://warehouse:5432/analytics.orders"])
    assert dataset_name(SOURCE, known) == ("postgres://warehouse:5432", "analytics.orders")


def test_an_id_that_tells_its_names_is_not_asked_for_those_of_its_other_names():
    known = asset("postgres://w:5432/shop.orders", rule_names=["s3://lake/orders"])
    assert dataset_name(SOURCE, known) == ("postgres://w:5432", "shop.orders")


def test_other_names_go_along_where_receivers_will_take_them_for_such():
    known = asset("b.orders", symlinks=["s3://lake/orders", "c.orders", "a.orders"])
    assert other_names(SOURCE, known) == [
        ("s3://lake", "orders"),
        ("headwater://main", "c.orders"),
    ]


def test_run_ids_are_uuids_the_same_every_time_and_different_for_each():
    build, other = task_run(), task_run(id="run-1-load")
    elsewhere = task_run(execution=execution(id="run-2"))
    ids = [
        execution_run_id(SOURCE, build.execution),
        *(task_run_id(SOURCE, run) for run in (build, other, elsewhere)),
    ]
    assert len(set(ids)) == 4
    assert task_run_id(SOURCE, build) == task_run_id(SOURCE, task_run())


def test_a_uuid_stays_what_it_is():
    assert execution_run_id(SOURCE, execution(id=UUID_ID)) == UUID_ID
    assert task_run_id(SOURCE, task_run(id=UUID_ID)) == UUID_ID


def test_tenants_of_one_name_in_two_headwaters_are_told_apart():
    assert origin_of("main", NOW) != origin_of("main", NOW.replace(microsecond=1))
    assert origin_of("main", NOW) == origin_of("main", NOW)


def test_a_task_is_named_after_its_flow_and_an_openlineage_job_as_it_came():
    assert job_name(ShippedJob("company.data", "daily")) == JobName("company.data", "daily")
    assert job_name(ShippedJob("company.data", "daily", "build")).name == "daily.build"
    came = JobName("Airflow_Prod", "dag.task")
    assert job_name(ShippedJob("airflow-prod", "dag", "dag.task", original=came)) == came
