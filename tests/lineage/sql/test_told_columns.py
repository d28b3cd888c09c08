"""Scripts read with the columns that the catalog tells of their tables."""

from collections.abc import Mapping, Sequence

import pytest

from lineage.sql import infer, infer_many
from lineage.sql.results import Job

TOLD = {"raw.y": ["id", "Name"]}


def links(sql: str, told: Mapping[str, Sequence[str]] = TOLD, dialect: str = "postgres") -> str:
    found = infer(sql, dialect, told)
    assert not found.problems, found.problems
    columns = [c for one in found.statements for c in one.columns if c.downstream_column]
    return " ".join(
        f"{c.upstream}.{c.upstream_column}>{c.downstream}.{c.downstream_column}" for c in columns
    )


@pytest.mark.parametrize(
    ("sql", "wanted"),
    [
        ("create table x as select * from raw.y", "raw.y"),
        ("create table x as select t.* from raw.y t join b on b.id = t.id", "raw.y"),
        ("create table x as select * from raw.y, b", "raw.y b"),
        ("insert into x (a, b) select * from raw.y", "raw.y"),
        ("alter table raw.y rename to z", "raw.y"),
        ("create temp table t as select * from raw.y; insert into x select * from t", "raw.y"),
        ("create table x as select name from raw.y join b on y.id = b.id", "raw.y b"),
        # where the script tells enough, or nothing is written
        ("create table x as with s as (select * from raw.y) select id from s", ""),
        ("select * from raw.y", ""),
        ("create table x as select id from raw.y join b on y.k = b.k where y.id = 1", "raw.y b"),
        ("create table a as select id from b; create table x as select * from a", ""),
        ("create table a as select * from b; create table x as select * from a", "b"),
        ("drop table a; create table if not exists x as select * from a", ""),
    ],
)
def test_what_is_wanted(sql: str, wanted: str) -> None:
    assert " ".join(infer(sql, "postgres").wants) == wanted


@pytest.mark.parametrize(
    ("sql", "linked"),
    [
        ("create table x as select * from raw.y", "raw.y.id>x.id raw.y.Name>x.Name"),
        (
            "create table x as select t.*, 1 as n from raw.y t, b",
            "raw.y.id>x.id raw.y.Name>x.Name",
        ),
        (
            "create table x as select * from raw.y join b using (id)",
            "raw.y.id>x.id b.id>x.id raw.y.Name>x.Name",
        ),
        ("insert into x (a, b) select * from raw.y", "raw.y.id>x.a raw.y.Name>x.b"),
        ("insert into x (a, b, c) select * from raw.y", ""),
        ("insert into x select * from raw.y", "raw.y.id>x.id raw.y.Name>x.Name"),
        # a column that the catalog does not know yet is there all the same
        ("create table x as select new from (select * from raw.y) s", "raw.y.new>x.new"),
        ("create table x as select name from raw.y join b on true", "raw.y.Name>x.name"),
        ("create table x as select new from raw.y join b on true", ""),
        (
            "create table x as select * from raw.y; create table z as select * from x",
            "raw.y.id>x.id raw.y.Name>x.Name x.id>z.id x.Name>z.Name",
        ),
        (
            "create table x as select * from raw.y; insert into z (new) select new from x",
            "raw.y.id>x.id raw.y.Name>x.Name x.new>z.new",
        ),
        # what the script has changed is not what the catalog knows
        ("alter table raw.y add column z int; create table x as select * from raw.y", ""),
        ("drop table raw.y; create table x as select * from raw.y", ""),
        # a union is as its first query calls it
        (
            "create table x as select * from raw.y union all select * from b",
            "raw.y.id>x.id raw.y.Name>x.Name",
        ),
        ("create table x as select * from b union all select * from raw.y", ""),
    ],
)
def test_what_columns_tell(sql: str, linked: str) -> None:
    assert links(sql) == linked


def test_a_union_goes_by_name_where_all_are_called_alike_else_by_place() -> None:
    sql = "create table x as select * from raw.y union all select * from raw.v"
    alike = links(sql, TOLD | {"raw.v": ["NAME", "ID"]})
    assert alike == "raw.y.id>x.id raw.v.ID>x.id raw.y.Name>x.Name raw.v.NAME>x.Name"
    placed = links(sql, TOLD | {"raw.v": ["p", "q"]})
    assert placed == "raw.y.id>x.id raw.v.p>x.id raw.y.Name>x.Name raw.v.q>x.Name"


def test_stars_without_some_and_merges() -> None:
    told = {"RAW.Y": ["ID", "NAME", "AT"]}
    sql = "create table X as select * exclude (name) from RAW.Y"
    assert links(sql, told, "snowflake") == "RAW.Y.ID>X.ID RAW.Y.AT>X.AT"
    merge = "merge into x using raw.y s on x.id = s.id when not matched then insert *"
    assert links(merge, TOLD, "databricks") == "raw.y.id>x.id raw.y.Name>x.Name"


def test_files_of_which_each_has_some_of_the_columns() -> None:
    sql = "create table x as select * from read_parquet(['s3://b/1.parquet', 's3://b/2.parquet'])"
    told = {"s3://b/1.parquet": ["a", "b"], "s3://b/2.parquet": ["a"]}
    found = links(sql, told, "duckdb")
    assert found == ("s3://b/1.parquet.a>x.a s3://b/2.parquet.a>x.a s3://b/1.parquet.b>x.b")
    assert links(sql, {"s3://b/1.parquet": ["a"]}, "duckdb") == ""


def test_the_worker_knows_them_too_and_answers_are_kept_apart() -> None:
    sql = "create table x as select * from raw.y"
    [plain] = infer_many([(sql, "postgres")])
    [told] = infer_many([Job(sql, "postgres", (("raw.y", ("id", "Name")),))])
    assert (plain.wants, told.wants) == (("raw.y",), ())
    assert told == infer(sql, "postgres", TOLD)
    assert infer_many([(sql, "postgres")]) == [plain]
